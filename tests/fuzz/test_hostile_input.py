"""Whatever comes from outside is taken, or refused in a sentence: never another exception, a long one, or a stall."""

import gc
import io
import json
import math
import string
import time
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dropviz.datasets.files import read_activations
from dropviz.datasets.splits import from_csv
from dropviz.hall.messages import read_change, read_opening, read_vote
from dropviz.settings.addresses import spelled, unknown_names, values_of
from dropviz.settings.kinds import Choice, Number
from dropviz.settings.schedule import KINDS, handles, read_rows
from dropviz.story.reading import OWN_STORY, read_story
from dropviz.ui.frame import PAGES
from tests.fuzz.inputs import STALL, anything, numbers, some, texts

LONGEST_SENTENCE = 3000  # all complaints about a file or an address together
ALL = some()


@contextmanager
def refusing():
    """A sentence at most, and soon."""
    gc.disable()  # in a long run a collection takes seconds, for what Hypothesis has gathered
    began = time.process_time()
    try:
        yield
    except ValueError as refused:
        assert 0 < len(str(refused)) <= LONGEST_SENTENCE  # noqa: PT017 (whether there is one is open)
    finally:
        gc.enable()
    assert time.process_time() - began < STALL


def addresses_of(page):
    """Addresses near those of a page: its names and others, with values that are allowed and others."""
    names = st.one_of(st.sampled_from([one.key for one in page.settings]), texts)
    spellings = {option for one in page.settings if isinstance(one, Choice) for option in one.options}
    values = st.one_of(numbers, texts, st.sampled_from(sorted(spellings | {""})))
    return st.dictionaries(names, st.lists(values, min_size=1, max_size=2), max_size=6)


ADDRESSES = [st.tuples(st.just(page), addresses_of(page)) for page in PAGES]


@ALL
@given(st.one_of(ADDRESSES))
def test_addresses(pair):
    page, address = pair
    with refusing():
        values, complaints = values_of(address, page.settings)
        complaints += unknown_names(address, page.settings)
        assert sum(map(len, complaints)) <= LONGEST_SENTENCE
        again, problems = values_of(
            {key: [text] for key, text in spelled(page.settings, values).items()}, page.settings
        )
        assert (spelled(page.settings, again), problems) == (spelled(page.settings, values), [])


@ALL
@given(anything)
def test_what_a_figure_sends(state):
    for page in PAGES:
        for setting in page.settings:
            if isinstance(setting, Number) and setting.accepts(state):
                assert math.isfinite(setting.settled(state))
            elif isinstance(setting, Choice) and setting.accepts(state):
                assert setting.parse(state) == state


moves = st.one_of(
    anything,
    st.lists(
        st.lists(st.one_of(st.integers(-2, 50), st.floats(-1.0, 1200.0), anything), max_size=4), max_size=5
    ),
    st.dictionaries(
        st.sampled_from(["0", "1", "at", "x", "y"]), st.one_of(st.floats(), anything), max_size=3
    ),
)


@ALL
@given(st.sampled_from(sorted(KINDS)), moves)
def test_what_a_hand_makes_of_a_schedule(name, changes):
    with refusing():
        rows = handles(name, 1000, tuple(setting.default for setting in KINDS[name].settings)).moved(changes)
        assert all(0.0 <= rate < 1.0 for _, rate in rows)


cells = st.one_of(numbers, st.integers(0, 900), st.floats(0.0, 1.0), texts, anything)


@ALL
@given(st.lists(st.tuples(cells, cells), max_size=5), st.sampled_from([1, 1, 1, 20]))
def test_tables_of_steps_and_rates(rows, times):
    with refusing():
        read_rows([step for step, _ in rows] * times, [rate for _, rate in rows] * times)


def saved(kind):
    """A file as NumPy writes it, to be damaged."""
    buffer = io.BytesIO()
    if kind == "npz":
        np.savez_compressed(buffer, a=np.arange(12.0).reshape(3, 4), b=np.ones(5, dtype=np.float32))
    else:
        np.save(buffer, np.arange(6.0).reshape(2, 3))
    return buffer.getvalue()


SCENE = b"[[scene]]\n"
OPENING, *SCENES = OWN_STORY.read_bytes().split(b"\n" + SCENE)
FILES = {
    "npy": [saved("npy")],
    "npz": [saved("npz")],
    "csv": [b"a,b\n1,2\n3.5,-4e2\n"],
    "toml": [OWN_STORY.read_bytes(), *(b"\n".join((OPENING, SCENE + scene)) for scene in SCENES)],
}


@st.composite
def damaged(draw, kind):
    """A good file of which parts are cut out, doubled or replaced; or no file at all."""
    content = bytearray(draw(st.sampled_from(FILES[kind])))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        length = draw(st.integers(0, 40))
        piece = draw(
            st.one_of(
                st.binary(max_size=20), st.just(bytes(content[at : at + length])), numbers.map(str.encode)
            )
        )
        content[at : at + draw(st.integers(0, length))] = piece
    return draw(st.one_of(*[st.just(bytes(content))] * 4, st.binary(max_size=300)))


@ALL
@given(st.one_of([st.tuples(st.just(kind), damaged(kind)) for kind in ("npy", "npz", "csv")]))
@example(("npy", b""))
def test_activations(pair):
    kind, content = pair
    with refusing():
        values = read_activations(f"values.{kind}", content)
        assert np.isfinite(values).all()


@ALL
@given(damaged("csv"), st.one_of(st.none(), texts))
def test_examples_with_labels(content, column):
    with refusing():
        from_csv(content, column)


@ALL
@given(damaged("toml"))
def test_stories(content):
    with refusing():
        read_story(content)


LETTERS = f"{string.ascii_letters}{string.digits}_-"
fields = st.sampled_from(["scene", "option", "value", "voter", "revealed", "rate", "story", "order"])
values = st.one_of(anything, st.integers(-1, 12), st.text(LETTERS, min_size=15, max_size=17))
bodies = st.one_of(
    st.dictionaries(fields, values, max_size=4).map(lambda message: json.dumps(message).encode()),
    st.binary(max_size=100),
)


@ALL
@given(bodies)
def test_messages_of_the_hall(body):
    for read in (partial(read_vote, scenes=11), partial(read_change, scenes=11), read_opening):
        with refusing():
            read(body)


@pytest.mark.parametrize(
    "setting", [one for page in PAGES for one in page.settings if isinstance(one, Choice)][:3]
)
def test_what_cannot_be_hashed_is_no_option(setting):
    assert not setting.accepts([])
    assert not setting.accepts({})

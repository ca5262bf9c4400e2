"""What somebody says over the socket of a page that its widgets and components hold: taken, refused, or left alone.

No browser says most of it: values of another type, of other widgets, of none. The server stays whole: every run of a
page ends, soon, without an exception on the page or in the log.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from bench.hall import processor
from dropviz.ui.frame import PAGES
from tests.fuzz.inputs import STALL, anything, numbers, some, texts

TOGETHER = 25  # states in one message, each an input
FULL = "view=full"
EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # what happens in a component
HAPPENS = ("rate", "chosen", "moved", "scene", "mode")  # in a component
VIEWS = [("explore", FULL), *((page.address, "") for page in PAGES)]


class Visitor:
    """One who has opened the app, and says of widgets what no browser would."""

    def __init__(self, address, socket):
        self.address, self.socket = address, socket

    def say(self, page, query="", states=(), note=lambda delta: None):
        """Let a page run with these states; the exceptions that it shows. ``note`` sees all that is sent."""
        message = BackMsg()
        run = message.rerun_script
        run.page_name, run.query_string = page, query
        run.widget_states.widgets.extend(states)
        self.socket.send(message.SerializeToString())
        shown = []
        while True:
            answer = ForwardMsg.FromString(self.socket.recv(timeout=60))
            kind = answer.WhichOneof("type")
            if kind == "delta":
                note(answer.delta)
                if answer.delta.new_element.HasField("exception"):
                    shown.append(answer.delta.new_element.exception.message)
            elif kind == "script_finished" and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return shown

    def unfolded(self, page, query):
        """All ids of a page when everything on it is unfolded."""
        ids = set()
        for _ in range(2):
            folds = [WidgetState(id=one, bool_value=True) for one in sorted(ids) if "-fold_" in one]
            self.say(page, query, folds, lambda delta: ids.update(ids_in(delta)))
        return sorted(ids | {EVENTS.format(one) for one in ids if one.endswith("_live")})


def ids_in(message: Any) -> Iterator[str]:
    """The ids of all widgets and components in what the server sends."""
    for field, value in message.ListFields():
        if field.name == "id" and isinstance(value, str) and value.startswith("$$ID"):
            yield value
        elif field.type == field.TYPE_MESSAGE:
            for one in value if field.is_repeated else [value]:
                yield from ids_in(one) if hasattr(one, "ListFields") else ()


def state_of(kind, value):
    """A state of one kind, without the id of its widget."""
    state = WidgetState()
    if kind in ("json_value", "json_trigger_value"):
        setattr(state, kind, json.dumps(value) if not isinstance(value, str) else value)
    elif kind in ("double_array_value", "int_array_value", "string_array_value"):
        getattr(state, kind).data.extend(value)
    elif kind == "string_trigger_value":
        state.string_trigger_value.data = value
    elif kind == "arrow_value":
        state.arrow_value.data = value
    elif kind == "file_uploader_state_value":
        for number, name in enumerate(value):
            info = state.file_uploader_state_value.uploaded_file_info.add()
            info.file_id, info.name, info.size = name, name, number
            info.file_urls.upload_url = name
    else:
        setattr(state, kind, value)
    return state


whole = st.integers(-(2**63), 2**63 - 1)
said = st.one_of(
    anything, st.integers(-1, 12), st.floats(0.0, 1.0), st.sampled_from(["talk", "page", "uniform"])
)
told = st.fixed_dictionaries({"value": said, "arrival": st.one_of(st.just(1), anything)})
held = st.dictionaries(st.sampled_from(HAPPENS), st.one_of(said, told), max_size=3)
happened = st.lists(st.fixed_dictionaries({"event": st.sampled_from(HAPPENS), "value": said}), max_size=2)
words = st.one_of(texts, numbers)
KINDS = {
    "trigger_value": st.booleans(),
    "bool_value": st.booleans(),
    "double_value": st.floats(),
    "int_value": whole,
    "string_value": words,
    "double_array_value": st.lists(st.floats(), max_size=3),
    "int_array_value": st.lists(whole, max_size=3),
    "string_array_value": st.lists(words, max_size=3),
    "json_value": st.one_of(held, anything, texts),
    "json_trigger_value": st.one_of(happened, anything, texts),
    "string_trigger_value": words,
    "arrow_value": st.binary(max_size=40),
    "bytes_value": st.binary(max_size=40),
    "file_uploader_state_value": st.lists(texts, max_size=2),
}
states = st.one_of([st.builds(state_of, st.just(kind), values) for kind, values in KINDS.items()])


@pytest.fixture(scope="module")
def visitor(server):
    address = f"{server.url.replace('http', 'ws', 1)}/_stcore/stream"
    # No pings: the thread that sends them draws from `random`, and Hypothesis takes that for a strategy's doing.
    with connect(address, subprotocols=["streamlit"], max_size=None, ping_interval=None) as socket:
        yield Visitor(address, socket)


@pytest.fixture(scope="module")
def widgets(visitor):
    """The ids of every page."""
    return {view: visitor.unfolded(*view) for view in VIEWS}


@some(TOGETHER)
@given(
    st.sampled_from(VIEWS), st.lists(st.tuples(st.integers(0), states), min_size=TOGETHER, max_size=TOGETHER)
)
def test_states_of_widgets_and_components(server, visitor, widgets, view, said):
    ids = widgets[view]
    for number, state in said:
        state.id = ids[number % len(ids)]
    before, at = processor(server.pid), server.log.stat().st_size
    shown = visitor.say(*view, [state for _, state in said])
    log = server.log.read_text(encoding="utf-8")[at:]
    assert "Traceback" not in log, log
    assert shown == []
    assert processor(server.pid) - before < STALL


def test_events_of_components_whose_states_cannot_be_read(server, visitor, widgets):
    at = server.log.stat().st_size
    for view, ids in widgets.items():
        for one in ids:
            if one.endswith("_live"):
                said = json.dumps([{"event": name, "value": 0.5} for name in HAPPENS])
                events = WidgetState(id=EVENTS.format(one), json_trigger_value=said)
                assert visitor.say(*view, [WidgetState(id=one, json_value="{"), events]) == []
    assert "Traceback" not in server.log.read_text(encoding="utf-8")[at:]


def hear_out(socket, frame):
    socket.send(frame)
    while True:
        socket.recv(timeout=60)


def test_a_frame_of_more_than_25_mb_is_refused(visitor):
    with (
        connect(visitor.address, subprotocols=["streamlit"], max_size=None) as socket,
        pytest.raises(ConnectionClosedError),
    ):
        hear_out(socket, bytes(26 * 2**20))
    assert visitor.say("which-p") == []

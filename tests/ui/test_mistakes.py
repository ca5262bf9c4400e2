import io
from functools import partial

import numpy as np
import pytest

from dropviz.settings.kinds import Number
from dropviz.settings.mistakes import DIAGNOSIS_SETTINGS, MISTAKE, SETTINGS
from dropviz.simulation.mistakes import example
from dropviz.theory.diagnosis import LEFT_ON, diagnose
from dropviz.ui.pages.mistakes.page import EXHIBITS
from tests.ui.opening import open_page

NUMBERS = [one for one in SETTINGS if isinstance(one, Number) and one.control != "page"]


run = partial(open_page, "mistakes")


def words(app):
    return " ".join(element.value for element in app.markdown)


def test_the_default_page_names_the_mistake_behind_its_example():
    app = run()
    assert not app.warning
    assert app.segmented_control(key="mistakes_kind").value == "none"
    assert diagnose(example(12)).sentence in words(app)


@pytest.mark.parametrize("name", MISTAKE.options)
def test_every_exhibit_opens_with_its_public_example(name):
    app = run(mistakes_kind=name)
    assert not app.warning
    assert EXHIBITS[name].what in words(app)
    assert "https://github.com/" in EXHIBITS[name].seen


@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_range_are_shown_without_complaint(end):
    ends = {one.key: one.spell(type(one.default)(getattr(one, end))) for one in NUMBERS}
    app = run(mistakes_kind=LEFT_ON, **ends)
    assert not app.warning
    assert not app.error
    assert {one.key: app.number_input(key=one.key).value for one in NUMBERS} == {
        key: float(text) for key, text in ends.items()
    }


@pytest.mark.parametrize(
    "address",
    [
        {"mistakes_rate": "0"},
        {"mistakes_rate": "0.5", "mistakes_clean": "no"},
        {"mistakes_train_se": "0", "mistakes_test_se": "0", "mistakes_clean_se": "0"},
        {"mistakes_train_mean": "0", "mistakes_test_mean": "0", "mistakes_clean_mean": "0"},
        {"mistakes_train_mean": "1e6", "mistakes_test_mean": "-1e6", "mistakes_rate": "0.99"},
    ],
)
def test_extreme_numbers_get_a_sentence_and_a_table_without_nan(address):
    app = run(**address)
    assert not app.error
    shown = " ".join(app.table[0].value.astype(str).to_numpy().ravel())
    assert "nan" not in (words(app) + shown).lower()
    assert "fit" in words(app)


def test_the_mean_without_dropout_tells_the_two_wrong_ones_apart():
    means = {"mistakes_rate": "0.3", "mistakes_train_mean": "0.7", "mistakes_train_se": "0.01"}
    means |= {"mistakes_test_mean": "0.3", "mistakes_test_se": "0.005"}
    without = run(**means, mistakes_clean="no")
    assert "about equally well" in words(without)
    known = run(**means, mistakes_clean_mean="1", mistakes_clean_se="0.01")
    assert "one row only: wrong p at test" in words(known)


def test_a_typed_number_changes_the_verdict():
    app = run(mistakes_rate="0.3", mistakes_clean="no", mistakes_train_mean="0.7", mistakes_train_se="0.001")
    app.number_input(key="mistakes_test_mean").set_value(1.0)
    app.number_input(key="mistakes_test_se").set_value(0.001).run()
    assert "one row only: no compensation" in words(app)


def test_an_example_fills_every_field_with_something_else():
    app = run(mistakes_clean="no", mistakes_from="files")
    app.button[0].click().run()
    assert not app.exception
    assert app.segmented_control(key="mistakes_from").value == "means"
    values = [app.number_input(key=one.key).value for one in DIAGNOSIS_SETTINGS if isinstance(one, Number)]
    assert values != [one.default for one in DIAGNOSIS_SETTINGS if isinstance(one, Number)]
    assert "fit" in words(app)


def array(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def upload(app, **files):
    labels = {"train": 0, "test": 1, "clean": 2}
    for slot, (name, content) in files.items():
        app.file_uploader[labels[slot]].upload(name, content)
    app.run()
    assert not app.exception
    return app


def test_two_files_are_diagnosed_and_left_on_shows_in_their_variances():
    rng = np.random.default_rng(4)
    a = rng.exponential(size=(2, 20_000))
    noisy = a * (rng.random(a.shape) >= 0.3) / 0.7
    app = run(mistakes_from="files", mistakes_rate="0.3")
    assert "both files" in app.info[0].value
    upload(app, train=("train.npy", array(noisy[0])), test=("test.npy", array(noisy[1])))
    assert "one row only: dropout left on at test" in words(app)
    upload(app, test=("plain.npy", array(a[1])))
    assert "fit standard (scale at test) and inverted (scale in training) about equally well" in words(app)
    upload(app, clean=("clean.npy", array(rng.exponential(size=20_000))))
    assert "one row only: inverted" in words(app)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("train.npy", b"", "1 to 20,000,000 bytes"),
        ("train.npy", b"no array", "NumPy's .npy format"),
        ("train.csv", b"a,b\nx,y\n", "must be a number"),
        ("train.csv", b"1\n", "at least 2 values"),
    ],
)
def test_a_bad_file_gets_a_sentence(name, content, said):
    app = run(mistakes_from="files")
    upload(app, train=(name, content), test=("test.npy", array(np.arange(5.0))))
    assert "not taken" in app.error[0].value
    assert said in app.text[0].value
    assert not app.table

import io
import re
from functools import partial

import numpy as np
import pytest

from dropviz.settings.kinds import Number
from dropviz.settings.mistakes import DIAGNOSIS_SETTINGS, MISTAKE, SETTINGS
from dropviz.simulation.mistakes import example
from dropviz.theory.diagnosis import LEFT_ON, diagnose
from tests.ui.opening import open_page

NUMBERS = [one for one in SETTINGS if isinstance(one, Number) and one.control != "page"]


run = partial(open_page, "mistakes", ("mistakes_settings", "diagnosis_compared"))


VERDICT = re.compile("Only this fits: |These fit about equally well: |Nothing fits: ", re.IGNORECASE)


def words(app):
    return " ".join(element.value for element in app.markdown)


def test_the_default_page_names_the_mistake_behind_its_example():
    app = run()
    assert not app.warning
    assert app.segmented_control(key="mistakes_kind").value == "none"
    assert diagnose(example(12)).sentence in words(app)


@pytest.mark.parametrize("values", [[-1.0, 1.0], [7], [0, 0], [-3, -1, 2]])
def test_an_own_file_is_drawn_from_whatever_its_mean(values):
    for name in MISTAKE.options:
        app = run(mistakes_kind=name)
        app.session_state["fold_own_activations"] = True
        app.run()
        given = next(one for one in app.file_uploader if one.label == "my own activations")
        given.upload("own.npy", array(np.array(values)))
        app.run()
        assert not app.exception
        assert not app.error
        assert any("Drawn from own.npy" in caption.value for caption in app.caption)


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
    assert VERDICT.search(words(app))


def test_the_mean_without_dropout_tells_the_two_wrong_ones_apart():
    means = {"mistakes_rate": "0.3", "mistakes_train_mean": "0.7", "mistakes_train_se": "0.01"}
    means |= {"mistakes_test_mean": "0.3", "mistakes_test_se": "0.005"}
    without = run(**means, mistakes_clean="no")
    assert "about equally well" in words(without)
    known = run(**means, mistakes_clean_mean="1", mistakes_clean_se="0.01")
    assert "Only this fits: wrong p at test" in words(known)


def test_a_typed_number_changes_the_verdict():
    app = run(mistakes_rate="0.3", mistakes_clean="no", mistakes_train_mean="0.7", mistakes_train_se="0.001")
    app.number_input(key="mistakes_test_mean").set_value(1.0)
    app.number_input(key="mistakes_test_se").set_value(0.001).run()
    assert "Only this fits: no compensation" in words(app)


def test_an_example_fills_every_field_with_something_else():
    app = run(mistakes_clean="no", mistakes_from="files")
    next(one for one in app.button if one.label == "fill in an example").click().run()
    assert not app.exception
    assert app.segmented_control(key="mistakes_from").value == "means"
    values = [app.number_input(key=one.key).value for one in DIAGNOSIS_SETTINGS if isinstance(one, Number)]
    assert values != [one.default for one in DIAGNOSIS_SETTINGS if isinstance(one, Number)]
    assert VERDICT.search(words(app))


def array(values):
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def upload(app, **files):
    for slot, (name, content) in files.items():
        app.file_uploader(key=f"mistakes_file_{slot}").upload(name, content)
    app.run()
    assert not app.exception
    return app


def cures(app):
    return [code.value for code in app.code]


def test_two_files_are_diagnosed_and_left_on_shows_in_their_variances():
    rng = np.random.default_rng(4)
    a = rng.exponential(size=(2, 20_000))
    noisy = a * (rng.random(a.shape) >= 0.3) / 0.7
    app = run(mistakes_from="files", mistakes_rate="0.3")
    assert "both files" in app.info[0].value
    upload(app, train=("train.npy", array(noisy[0])), test=("test.npy", array(noisy[1])))
    assert "Only this fits: dropout left on at test" in words(app)
    assert cures(app) == ["- test = a * mask / keep\n+ test = a"]
    upload(app, test=("plain.npy", array(a[1])))
    assert "about equally well: standard (scale at test) and inverted (scale in training)" in words(app)
    assert cures(app) == []
    upload(app, test_inputs=("clean.npy", array(rng.exponential(size=20_000))))
    assert "Only this fits: inverted" in words(app)


def test_a_correct_measurement_is_taken_at_the_rate_that_its_zeros_say():
    """The field still holds 0.2, that of the example."""
    rng = np.random.default_rng(1)
    a = np.maximum(rng.normal(size=(2, 512, 64)), 0.0)
    app = run(mistakes_from="files")
    train = array(a[0] * (rng.random(a[0].shape) >= 0.5))
    upload(app, train=("train.npy", train), test=("test.npy", array(a[1])))
    assert "The zeros say that the rate is 0.5" in words(app)
    assert "not 0.2. At 0.5: only this fits: no compensation." in words(app)
    assert cures(app) == ["- train = a * mask\n+ train = a * mask / keep"]
    next(one for one in app.button if one.label == "Use rate 0.5").click().run()
    assert app.number_input(key="mistakes_rate").value == 0.5
    assert "##### Only this fits: no compensation." in words(app)


def test_outputs_beside_their_inputs_settle_it_and_must_belong_together():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(64, 20))
    app = run(mistakes_from="files", mistakes_rate="0.3")
    files = {"train": x * (rng.random(x.shape) >= 0.3) / 0.7, "test": x, "train_inputs": x, "test_inputs": x}
    upload(app, **{slot: (f"{slot}.npy", array(values)) for slot, values in files.items()})
    assert "Only this fits: inverted" in words(app)
    upload(app, test_inputs=("other.npy", array(x[:40])))
    assert "same shape" in app.text[0].value


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("train.npy", b"", "1 to 20,000,000 bytes"),
        ("train.npy", b"no array", "NumPy’s .npy format"),
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

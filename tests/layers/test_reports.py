"""What a rate does to the layers of a network: the closed forms against dropout itself, and words that stay true."""

import re
import tracemalloc

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.layers import MOST_LAYERS, layers_live
from dropviz.layers.reports import report

RNG = np.random.default_rng(21)
FC = np.maximum(RNG.normal(0.3, 1.0, (60, 5)), 0.0).astype(np.float32)
FC[:, 2] = 0.0
MAPS = RNG.exponential(size=(20, 3, 4, 5)).astype(np.float32)


def units(array, axis=1):
    """The same values as (value, unit) in float64, in another way than the report does."""
    return np.stack([np.take(array, unit, axis).ravel() for unit in range(array.shape[axis])], 1).astype(
        float
    )


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("array", [FC, MAPS], ids=["units", "maps"])
def test_the_ratio_is_that_of_inverted_dropout_on_the_same_values(array, rate):
    values, passes = units(array), 1500
    found = report({"layer": array}, rate).layers["layer"]
    # The variance over values and masks is the mean of (output − μ)², a plain average over passes.
    squares = np.empty((passes, values.shape[1]))
    rng = np.random.default_rng(4)
    for at in range(passes):
        kept = rng.random(values.shape) >= rate
        squares[at] = np.square(kept * values / (1.0 - rate) - values.mean(0)).mean(0)
    alive = found.variance > 0.0
    ratios = squares[:, alive] / values.var(0)[alive]
    error = ratios.std(0) / np.sqrt(passes)
    assert (np.abs(ratios.mean(0) - found.ratio[alive]) <= 5.0 * error + 1e-12).all()
    np.testing.assert_allclose(found.behind_batch_norm[alive] * found.ratio[alive], 1.0)


def test_numbers_of_units_and_of_all_values_are_those_of_numpy():
    for array in (FC, MAPS):
        values, found = units(array), report(array, 0.4).layers["activations"]
        np.testing.assert_allclose(found.mean, values.mean(0), rtol=1e-12)
        np.testing.assert_allclose(found.variance, values.var(0), rtol=1e-12)
        assert found.zeros.tolist() == (values == 0.0).mean(0).tolist()
        source = dv.Empirical(values.ravel())
        assert found.all_ratio == pytest.approx(
            dv.exact_discrepancy("inverted", [0.4], source).variance_ratio[0], rel=1e-12
        )
        assert found.all_ratios[found.rates == 0.4] == pytest.approx(found.all_ratio)
        assert found.worst_ratios[found.rates == 0.4] == pytest.approx(np.nanmax(found.ratio))
        assert found.worst(1) == [int(np.nanargmax(found.ratio))]


def test_channels_may_stand_last_and_a_single_axis_is_one_unit():
    moved = report(np.moveaxis(MAPS, 1, -1), 0.3, axis=-1).layers["activations"]
    np.testing.assert_allclose(moved.ratio, report(MAPS, 0.3).layers["activations"].ratio, rtol=1e-12)
    assert report(FC[:, 0], 0.3).layers["activations"].units == 1


def test_the_largest_rate_keeps_every_unit_at_the_bound():
    found = report(FC, 0.3, bound=2.0)
    layer = found.layers["activations"]
    for unit in np.flatnonzero(layer.variance):
        at = report(FC, float(layer.largest_rate[unit])).layers["activations"]
        assert at.ratio[unit] == pytest.approx(2.0, rel=1e-9)
    assert found.largest_rate(2.0) == {"activations": layer.all_largest_rate}


def test_units_without_variance_have_no_ratio_and_no_sentence_has_a_nan():
    values = FC.copy()
    values[:, 0] = 0.1
    found = report({"fc": values}, 0.3)
    layer = found.layers["fc"]
    assert (layer.dead, layer.constant) == (1, 1)
    assert np.isnan(layer.ratio).tolist() == [True, False, True, False, False]
    assert set(layer.worst(9)) == {1, 3, 4}
    assert "1 of 5 units is always 0" in layer.sentence
    assert "1 of 5 units is without variance, but not 0" in layer.sentence


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.999999])
@pytest.mark.parametrize(
    "values",
    [
        [[0.0]],
        [[0.1, 0.1, 0.1]],
        [[1.0], [2.0]],
        [[1.0, 2.0]],
        np.zeros((3, 2)),
        np.full((7, 3), 0.1),
        [[1e70], [-1e70]],
        [[1e-300], [0.0]],
        [[1e70 * (1 + 1e-15)], [1e70]],
        [[True], [False]],
        np.arange(6, dtype=np.uint8),
    ],
)
def test_words_are_whole_at_every_setting(values, rate):
    if np.max(values) > 1e70:
        values = np.asarray(values) / 2.0
    found = report({"<b>": values}, rate)
    said = [str(found), repr(found), found._repr_html_(), layers_live(found).alt]
    for text in said:
        assert not re.search(r"nan|inf\b|None", text), text
    assert "<b>" not in found._repr_html_()
    assert len(found.to_frame()) == found.layers["<b>"].units


@pytest.mark.parametrize(
    ("values", "options", "said"),
    [
        ([[1.0, np.nan]], {}, "'a' must hold finite numbers"),
        ([[1.0, np.inf]], {}, "'a' must hold finite numbers"),
        ([[1.0, 1e71]], {}, "'a' must hold numbers of at most 1e"),
        ([[1j]], {}, "'a' must be one array of real numbers"),
        ([["x"]], {}, "'a' must be one array of real numbers"),
        ([[1.0], [1.0, 2.0]], {}, "'a' must be one array of real numbers"),
        (np.zeros((0, 3)), {}, "'a' must have one or more examples"),
        (3.0, {}, "'a' must have one or more examples"),
        (np.ma.masked_equal([[1.0, 2.0]], 2.0), {}, "'a' must not be masked"),
        (FC, {"axis": 0}, "axis must be one of 1 to 1"),
        (FC, {"axis": 2}, "axis must be one of 1 to 1"),
        (FC, {"axis": 1.0}, "axis must be an integer"),
        (FC, {"rate": 1.0}, "rate must"),
        (FC, {"rate": [0.3]}, "rate must"),
        (FC, {"bound": 0.5}, "bound must be a number from 1"),
    ],
)
def test_what_cannot_be_reported_on_is_said_in_a_sentence(values, options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        report({"a": values}, **({"rate": 0.3} | options))


@pytest.mark.parametrize("name", ["", "a\n", 3, "x" * 201])
def test_names_are_printable(name):
    with pytest.raises(ValueError, match="the name of a layer"):
        report({name: FC}, 0.3)


def test_there_is_at_least_one_layer():
    with pytest.raises(ValueError, match="at least one layer"):
        report({}, 0.3)


def test_no_layer_is_copied_as_a_whole():
    values = np.ones((4000, 2000), np.float32)  # 32 MB, 64 MB in float64
    tracemalloc.start()
    report({"a": values, "b": values}, 0.3)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6


def test_the_frame_has_a_row_for_each_unit():
    frame = report({"fc": FC, "maps": MAPS}, 0.3).to_frame()
    assert frame.groupby("layer").size().to_dict() == {"fc": 5, "maps": 3}
    assert frame["ratio"].isna().sum() == 1


def test_the_figure_has_a_row_a_layer_of_those_that_suffer_most():
    found = report({"fc": FC, "maps": MAPS}, 0.335)
    live = layers_live(found)
    assert [panel.title.split(":")[0] for panel in live.panels] == ["fc", "maps"]
    assert 0.335 in live.rates
    assert found.figure().layout.sliders[0].active == live.rates.index(0.335)
    many = report({f"l{at}": [[1.0 + at], [2.0 + at]] for at in range(MOST_LAYERS + 2)}, 0.3)
    drawn = [panel.title.split(":")[0] for panel in layers_live(many).panels]
    assert drawn == [f"l{at}" for at in range(2, MOST_LAYERS + 2)]

"""The first screen's figure: lines are the theory, points the simulation, titles true, and nothing undefined shown."""

import numpy as np
import pytest

import dropviz as dv
from dropviz import figures
from dropviz.figures.everything import STEMS, explorer_live
from dropviz.live.panels import Line, Path, Stem
from dropviz.live.words import Neurons
from dropviz.numbers.written import plain
from dropviz.settings.first_screen import MEASURES
from dropviz.simulation.first_screen import first_look
from dropviz.theory.moments import exact_gap
from tests.figures.reading import assert_defined, exact, moving, named, titles
from tests.live.reading import said

SOURCES = {
    "relu": dv.Normal(relu=True),
    "negative": dv.Normal(mean=-1.0),
    "centred": dv.Normal(),
    "constant": dv.Constant(2.0),
    "zero": dv.Constant(0.0),
    "sparse": dv.Sparse(0.95),
    "digits": dv.digits(),
    "tiny": dv.Uniform(0.0, 1e-6),
}
EVERY = tuple(dv.strategies())


def config(source="relu", strategies=("standard", "inverted"), **rest):
    rest = {"units": 5000, "rates": dv.rate_grid(0.0, 0.95, 0.05), "seed": 3} | rest
    return dv.SweepConfig(SOURCES[source], strategies=strategies, **rest)


def live_of(sweep, measure="variance_ratio"):
    return explorer_live(first_look(sweep), measure)


def test_a_frame_a_rate_and_each_moves_what_follows_the_rate():
    sweep = dv.sweep(config())
    figure = figures.explorer(sweep)
    assert [frame.name for frame in figure.frames] == [f"{rate:g}" for rate in sweep.config.rates]
    paths = moving(live_of(sweep))
    assert [path.name for path in paths] == ["training", "test", "training"]  # inverted's test stands still
    for index in (0, 7, 19):
        frame = figure.frames[index]
        changes = zip(frame.traces, frame.data, strict=True)
        drawn = [data.y for at, data in changes if figure.data[at].name in ("training", "test")]
        np.testing.assert_array_equal(drawn, [path.y[index] for path in paths])


def test_the_numbers_may_come_later_and_all_else_is_the_same():
    screen = first_look(dv.sweep(config()))
    whole, first = (explorer_live(screen, whole=whole).payload() for whole in (True, False))
    assert (whole["more"], first["more"]) == (False, True)
    *foot, fold = whole["foot"]
    assert first["foot"] == [*foot, {**fold, "blocks": []}]
    assert "inverted-train-mean" in whole["texts"].keys() - first["texts"].keys()
    assert first["texts"].items() <= whole["texts"].items()
    later = {"foot", "texts", "terms", "more"}
    assert {name: part for name, part in first.items() if name not in later} == {
        name: part for name, part in whole.items() if name not in later
    }


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("phase", ["train", "test"])
def test_lines_are_exact_and_points_are_simulated(strategy, phase):
    sweep = dv.sweep(config(strategies=(strategy,)))
    _, means, variances, _ = live_of(sweep).panels
    name = f"{dv.strategies()[strategy].short} {phase}"
    moments = dv.exact_moments(strategy, phase, np.array(sweep.config.rates), 0.39894228, 0.34084506)
    table = sweep.to_frame().query("phase == @phase").set_index("rate")
    for panel, moment in ((means, "mean"), (variances, "variance")):
        np.testing.assert_allclose(exact(panel, name), getattr(moments, moment), rtol=1e-6)
        points = named(panel, Line, name).estimate
        np.testing.assert_array_equal(points.simulated, table.loc[list(sweep.config.rates), moment])
        np.testing.assert_array_equal(points.error, table.loc[list(sweep.config.rates), f"{moment}_se"])


@pytest.mark.parametrize("measure", MEASURES)
def test_the_third_panel_shows_the_measure_that_was_chosen(measure):
    sweep = dv.sweep(config())
    live = live_of(sweep, measure)
    panel = live.panels[-1]
    expected = exact_gap(measure, "inverted", sweep.config.rates, SOURCES["relu"])
    np.testing.assert_allclose(exact(panel, "inverted"), expected)
    assert panel.y.title == MEASURES[measure]
    assert live.texts["inverted-gap-exact"] == tuple(f"exact {plain(value)}" for value in expected)


def test_an_unknown_measure_is_refused_by_name():
    with pytest.raises(ValueError, match=r"measure must be one of variance_ratio.*'x'"):
        figures.explorer(dv.sweep(config()), "x")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "strategies", [("standard", "inverted"), ("inverted",), ("inverted", "none"), EVERY[:4]]
)
def test_the_titles_say_what_the_numbers_say(source, strategies):
    sweep = dv.sweep(config(source, strategies))
    said = " / ".join(titles(live_of(sweep)))
    same_mean = np.allclose(sweep.exact_mean[:, 0], sweep.exact_mean[:, 1], atol=1e-15)
    assert ("match: training = test" in said or "Every mean is 0" in said) == same_mean
    assert ("Every mean is 0" in said) == bool((sweep.exact_mean == 0).all())
    larger = bool((sweep.exact_variance[:, 0] >= sweep.exact_variance[:, 1] - 1e-15).all())
    if "training ≥ test" in said:
        assert larger
    assert ("Every variance is 0" in said) == bool((sweep.exact_variance == 0).all())


@pytest.mark.parametrize("measure", ["rms_gap", "wasserstein"])
@pytest.mark.parametrize("source", ["relu", "centred", "zero"])
def test_a_gap_that_is_there_at_rate_0_is_not_said_to_begin_above_it(measure, source):
    for strategies in (("standard",), ("wrong_test",), ("inverted", "wrong_train"), ("none", "wrong_test")):
        sweep = dv.sweep(config(source, strategies))
        title = live_of(sweep, measure).panels[-1].title
        at_zero = [float(exact_gap(measure, name, [0.0], SOURCES[source])[0]) for name in strategies]
        assert ("and at rate 0" in title) == any(gap > 0.0 for gap in at_zero)
        assert ("above rate 0" in title) == (source != "zero" and not any(gap > 0.0 for gap in at_zero))


def test_what_is_written_infinite_is_not_called_no_ratio():
    live = live_of(dv.sweep(config("constant")))
    assert "infinite" in live.texts["inverted-gap"]
    assert live.panels[-1].title == "Test variance is 0: no finite ratio"


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("units", [1, 2, 5000])
def test_no_undefined_number_reaches_the_browser(source, units):
    rates = dv.rate_grid(0.0, 0.99, 0.11)
    live = explorer_live(first_look(dv.sweep(config(source, EVERY[:4], units=units, rates=rates))))
    assert_defined(live, r"\b(nan|NaN|inf|Infinity|None)\b")
    assert all(len(values) == len(rates) for values in live.texts.values())


@pytest.mark.parametrize("source", SOURCES)
def test_shares_and_the_mass_at_zero_make_a_whole(source):
    screen = first_look(dv.sweep(config(source)))
    for panel, name in zip(explorer_live(screen).panels, ("standard", "inverted"), strict=False):
        for phase, path in (("train", "training"), ("test", "test")):
            zero = named(panel, Stem, STEMS[phase]).share
            whole = named(panel, Path, path).y.sum(axis=-1) + zero
            assert (whole <= 100.0 + 1e-9).all()
            assert whole[0] > 97.0
            if phase == "train":
                np.testing.assert_allclose(whole + screen.distributions[name].outside, 100.0)
            else:
                assert len(set(zero)) == 1


def test_the_head_of_each_strategy_stands_above_its_distribution():
    live = live_of(dv.sweep(config(strategies=EVERY[:4])))
    assert [len(row.panels) for row in live.rows] == [2, 2, 3]
    for panel, name in zip(live.panels, EVERY[:4], strict=False):
        assert said(panel.above[0]) == dv.strategies()[name].label
        assert Neurons(name) in panel.above
    assert [list(panel.above) for panel in live.panels[4:]] == [[]] * 3


def test_the_units_shown_are_units_of_the_sweep():
    live = explorer_live(first_look(dv.sweep(config(units=10))))
    assert len(live.units) == 10
    assert all(0 <= dropped <= 20 for _, dropped in live.units)
    assert explorer_live(first_look(dv.sweep(config(units=10)))).units == live.units

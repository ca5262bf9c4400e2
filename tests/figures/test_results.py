"""What a comparison of noises and a study show of themselves is what they hold."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.results import study_live

RATES = dv.rate_grid(0.0, 0.8, 0.2)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    grid = dv.StudyConfig(
        sources=(dv.Normal(relu=True), dv.Constant(0.0)),
        rates=RATES,
        widths=(4, 8),
        depths=(1, 2),
        samples=200,
    )
    return dv.study(grid, tmp_path_factory.mktemp("study") / "s", progress=False)


def test_the_curves_of_a_study_are_its_exact_ratios(study):
    live, frame = study_live(study), study.to_frame()
    assert len(live.panels) == 4
    rows = frame[(frame["strategy"] == "standard") & (frame["width"] == 8) & (frame["depth"] == 2)]
    rows = rows[rows["source"] == "normal_0.0_1.0_relu"].sort_values("rate")
    train, test = (rows[rows["phase"] == phase]["exact_variance"].to_numpy() for phase in ("train", "test"))
    panel = next(each for each in live.panels if "relu, width 8" in each.title)
    np.testing.assert_array_equal(panel.marks[1].estimate.exact, train / test)
    assert panel.title.startswith("standard, ")
    constant = next(each for each in live.panels if "constant" in each.title)
    assert np.isnan(constant.marks[0].estimate.exact).all()  # 0 ÷ 0 is no ratio


def test_a_study_shows_a_strategy_that_it_has(study):
    assert study.live(strategy="inverted").panels[0].title.startswith("inverted, ")
    with pytest.raises(ValueError, match="strategy must be one of standard, inverted"):
        study.live(strategy="none")
    assert len(study.figure(rate=0.4).frames) == len(RATES)
    assert "<iframe" in study._repr_html_()


@pytest.mark.parametrize("activations", [dv.Normal(relu=True), dv.Constant(0.0)])
def test_the_curves_of_noises_are_their_moments(activations):
    found = dv.noise_sweep(dv.NoiseConfig(activations, units=500, rates=RATES))
    means, variances, outputs = found.live().panels
    for at, _ in enumerate(found.config.noises):
        np.testing.assert_array_equal(means.marks[at].estimate.exact, found.noise.exact_mean[at])
        np.testing.assert_array_equal(variances.marks[at].estimate.simulated, found.noise.variance[at])
        np.testing.assert_array_equal(outputs.marks[at].estimate.exact, found.train.exact_variance[at])
    assert means.title.startswith(
        "Noise with a mean: standard" if activations.exact_mean else "Every noise here has"
    )
    assert len(found.figure().frames) == len(RATES)
    assert "<iframe" in found._repr_html_()
    assert len(repr(found)) < 400

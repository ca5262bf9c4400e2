import json
import re

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.noise import CODE, noise_live
from dropviz.numbers.written import plain
from dropviz.settings.noise import SHORT
from dropviz.simulation.noise_pair import NoisePairConfig, noise_pair
from dropviz.theory.noise import ALPHA_FILL, noise, noises

RELU, STANDARDISED = dv.Normal(relu=True), dv.Normal()
OTHERS = [name for name in noises() if name != "inverted"]
RATES = np.asarray(dv.rate_grid(0.0, 0.95, 0.01))
AT = 30  # rate 0.3


def live(other="gaussian", activations=RELU, units=20_000):
    return noise_live(noise_pair(NoisePairConfig(other, activations, units, display_units=3000)))


def line(figure, name, axis):
    (trace,) = [one for one in figure["data"] if one["name"] == f"{name}, exact" and one["yaxis"] == axis]
    return np.asarray(trace["y"], dtype=float)


def titles(figure):
    return [note["text"][3:-4] for note in figure["layout"]["annotations"] if note["text"].startswith("<b>")]


@pytest.mark.parametrize("name", ["gaussian", "additive", "uniform"])
def test_matched_noises_have_mean_0_and_the_variance_of_inverted(name):
    figure = live(name).figure
    square = RELU.exact_variance + RELU.exact_mean**2
    np.testing.assert_array_equal(line(figure, SHORT[name], "y3"), 0.0)
    np.testing.assert_allclose(
        line(figure, SHORT[name], "y4")[1:], (RATES / (1 - RATES) * square)[1:], rtol=1e-12
    )
    np.testing.assert_allclose(
        line(figure, SHORT[name], "y5"), 1 + RATES / (1 - RATES) * square / RELU.exact_variance
    )
    assert titles(figure)[2:] == [
        "Only standard's noise has a mean",
        f"{SHORT[name]} is matched to inverted",
        "Variance ratio: one curve for all",
    ]


def test_standard_noise_has_the_mean_that_its_test_factor_undoes():
    figure = live("standard").figure
    np.testing.assert_allclose(line(figure, "standard", "y3"), -RATES * RELU.exact_mean, atol=1e-15)
    np.testing.assert_allclose(line(figure, "standard", "y5"), line(figure, "inverted", "y5"))
    assert titles(figure)[3] == "Standard adds less noise than inverted"


def test_alpha_keeps_the_moments_of_standardised_activations_only():
    assert titles(live("alpha", STANDARDISED).figure)[2:] == [
        "Every noise here has mean 0",
        "Alpha against inverted: it depends on r",
        "Alpha keeps the variance",
    ]
    np.testing.assert_allclose(line(live("alpha", STANDARDISED).figure, "alpha", "y5"), 1.0)
    other = live("alpha")
    assert titles(other.figure)[2] == "Noise with a mean: standard, alpha"
    train = noise("alpha").output_moments(0.3, RELU.exact_mean, RELU.exact_variance)
    verdict = other.texts["alpha-verdict"][AT]
    assert f"mean {plain(float(train.mean))} and variance {plain(float(train.variance))}." in verdict
    assert "keeps both" in live("alpha", STANDARDISED).texts["alpha-verdict"][AT]


def test_the_simulated_points_lie_within_five_standard_errors_of_their_line():
    for other in OTHERS:
        traces = live(other).figure["data"]
        points = [one for one in traces if "simulated" in one["name"] and "array" in one["error_y"]]
        assert len(points) == (6 if other == "standard" else 9)  # every simulated curve, the ratio too
        for trace in points:
            (exact,) = [
                one
                for one in traces
                if one["name"] == trace["name"].replace("simulated", "exact")
                and one["yaxis"] == trace["yaxis"]
            ]
            expected = np.interp(trace["x"], exact["x"], exact["y"])
            error = np.asarray(trace["error_y"]["array"])
            assert (np.abs(np.asarray(trace["y"]) - expected) <= 5 * error + 1e-12).all()


def test_the_stem_of_alpha_stands_where_its_dropped_units_are():
    figure = live("alpha")
    (trace,) = [
        track
        for track in figure.tracks
        if figure.figure["data"][track.trace]["name"].endswith("dropped")
        and figure.figure["data"][track.trace]["xaxis"] == "x2"
    ]
    scale = (0.7 * (1 + ALPHA_FILL**2 * 0.3)) ** -0.5
    assert trace.x[AT, 1] == pytest.approx(scale * ALPHA_FILL * 0.7, abs=0.05)
    assert np.ptp(trace.x[:, 1]) > 0.5


@pytest.mark.parametrize("name", list(CODE))
def test_the_code_has_the_moments_that_the_page_shows(name):
    rate, rng = 0.3, np.random.default_rng(5)
    a = rng.normal(0.5, 1.0, 200_000)
    scope = {
        "np": np,
        "rng": rng,
        "a": a,
        "rate": rate,
        "keep": 1 - rate,
        "mask": rng.random(a.shape) >= rate,
    }
    exec(CODE[name], scope)
    train, test = scope["train"], np.asarray(scope["test"])
    exact = noise(name).output_moments(rate, 0.5, 1.0)
    assert train.mean() == pytest.approx(float(exact.mean), abs=5 * train.std() / len(a) ** 0.5)
    spread = ((train - train.mean()) ** 2).std() / len(a) ** 0.5
    assert train.var() == pytest.approx(float(exact.variance), abs=5 * spread)
    np.testing.assert_array_equal(test, a * (0.7 if name == "standard" else 1.0))


def test_only_standard_has_something_to_do_at_test():
    texts = live().texts
    assert [name for name in noises() if texts[f"{name}-at-test"][AT] != "nothing to do"] == ["standard"]
    assert texts["standard-at-test"][AT] == "a × 0.7"
    assert texts["standard-unit"][AT] == "At a unit, the noise has mean −0.300·a."
    assert texts["inverted-unit"][AT] == "At a unit, the noise has mean 0."


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(
    "activations",
    [dv.Constant(0.0), dv.Constant(-2.0), dv.Empirical(np.array([1e9, -3e9, 0.0])), dv.Sparse(0.99, 1.0)],
    ids=["zeros", "constant", "huge", "sparse"],
)
def test_extreme_activations_give_words_and_no_nan(other, activations):
    payload = live(other, activations, 2).payload()
    words = " ".join(text for values in payload["texts"].values() for text in values)
    assert not re.search(r"\bnan\b|undefined|infinite|None", words)
    assert all(len(values) == len(RATES) for values in payload["texts"].values())
    json.dumps(payload, allow_nan=False)


def test_each_text_of_the_page_is_one_that_the_figure_gives():
    figure = live("alpha")
    asked = set(re.findall(r'data-text="([^"]+)"', figure.head + figure.foot))
    assert asked <= set(figure.texts)
    assert figure.to_figure().frames

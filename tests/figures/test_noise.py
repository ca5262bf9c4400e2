import re

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.noise import CODE, STEMS, noise_live
from dropviz.live.panels import Path, Stem
from dropviz.live.words import Key, Picker
from dropviz.numbers.written import plain
from dropviz.settings.noise import NOISE, SHORT
from dropviz.simulation.noise_pair import NoisePairConfig, noise_pair
from dropviz.theory.noise import ALPHA_FILL, noise, noises
from tests.figures.reading import assert_defined, exact, named, simulated, strayed, titles, words
from tests.live.reading import asked, records

RELU, STANDARDISED = dv.Normal(relu=True), dv.Normal()
OTHERS = [name for name in noises() if name != "inverted"]
RATES = np.asarray(dv.rate_grid(0.0, 0.95, 0.01))
AT = 30  # rate 0.3


def live(other="gaussian", activations=RELU, units=20_000):
    return noise_live(noise_pair(NoisePairConfig(other, activations, units, display_units=3000)))


@pytest.mark.parametrize("name", ["gaussian", "additive", "uniform"])
def test_matched_noises_have_mean_0_and_the_variance_of_inverted(name):
    figure = live(name)
    square = RELU.exact_variance + RELU.exact_mean**2
    np.testing.assert_array_equal(exact(figure.panels[2], SHORT[name]), 0.0)
    np.testing.assert_allclose(
        exact(figure.panels[3], SHORT[name])[1:], (RATES / (1 - RATES) * square)[1:], rtol=1e-12
    )
    np.testing.assert_allclose(
        exact(figure.panels[4], SHORT[name]), 1 + RATES / (1 - RATES) * square / RELU.exact_variance
    )
    assert titles(figure)[2:] == [
        "Only standard’s noise has a mean",
        f"{SHORT[name].capitalize()} is matched to inverted",
        "Variance ratio: one curve for all",
    ]


def test_standard_noise_has_the_mean_that_its_test_factor_undoes():
    figure = live("standard")
    np.testing.assert_allclose(exact(figure.panels[2], "standard"), -RATES * RELU.exact_mean, atol=1e-15)
    np.testing.assert_allclose(exact(figure.panels[4], "standard"), exact(figure.panels[4], "inverted"))
    assert titles(figure)[3] == "Standard adds less noise than inverted"


def test_alpha_keeps_the_moments_of_standardised_activations_only():
    assert titles(live("alpha", STANDARDISED))[2:] == [
        "Every noise here has mean 0",
        "Alpha against inverted: it depends on r",
        "Alpha keeps the variance",
    ]
    np.testing.assert_allclose(exact(live("alpha", STANDARDISED).panels[4], "alpha"), 1.0)
    other = live("alpha")
    assert titles(other)[2] == "Noise with a mean: standard, alpha"
    train = noise("alpha").output_moments(0.3, RELU.exact_mean, RELU.exact_variance)
    verdict = other.texts["alpha-verdict"][AT]
    assert f"mean {plain(float(train.mean))} and variance {plain(float(train.variance))}." in verdict
    assert "keeps both" in live("alpha", STANDARDISED).texts["alpha-verdict"][AT]


def test_the_simulated_points_lie_within_five_standard_errors_of_their_line():
    for other in OTHERS:
        points = simulated(live(other))
        assert len(points) == (6 if other == "standard" else 9)  # every simulated curve, the ratio too
        assert not any(strayed(line).any() for line in points)


def test_the_stem_of_alpha_stands_where_its_dropped_units_are():
    stem = named(live("alpha").panels[1], Stem, STEMS["dropped"])
    scale = (0.7 * (1 + ALPHA_FILL**2 * 0.3)) ** -0.5
    assert stem.at[AT] == pytest.approx(scale * ALPHA_FILL * 0.7, abs=0.05)
    assert np.ptp(stem.at) > 0.5
    np.testing.assert_allclose(stem.share, 100.0 * RATES, atol=2.0)


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


def test_only_standard_needs_anything_at_test_and_alpha_nothing_under_a_condition():
    texts = live().texts
    said = {name: texts[f"{name}-at-test"] for name in noises()}
    assert said["standard"][AT] == "yes: × 0.7"
    assert said["alpha"][AT] == "no, for mean 0, variance 1"
    assert {said[name][AT] for name in ("inverted", "gaussian", "additive", "uniform")} == {"no"}
    assert all(values[0].startswith("no") for values in said.values())  # at rate 0
    assert texts["standard-unit"][AT] == "−0.300·a"
    assert {texts[f"{name}-unit"][AT] for name in ("inverted", "gaussian", "additive", "uniform")} == {"0"}


@pytest.mark.parametrize(
    ("other", "law", "title"),
    [
        ("standard", RELU, "Standard, × keep at test: the means match"),
        ("gaussian", RELU, "Gaussian ×, nothing at test: the means match"),
        ("alpha", RELU, "Alpha, nothing at test: the means differ above rate 0"),
        ("alpha", STANDARDISED, "Alpha, nothing at test: the means match"),
    ],
)
def test_each_picture_says_what_its_noise_needs_and_whether_the_means_match(other, law, title):
    figure = live(other, law)
    assert titles(figure)[:2] == ["Inverted, nothing at test: the means match", title]
    in_training, at_test = (
        named(figure.panels[1], Path, name) for name in ("mean in training", "mean at test")
    )
    apart = np.abs(in_training.x - at_test.x).max(axis=1)
    assert (apart[1:] > 1e-6).all() if "differ" in title else (apart < 1e-9).all()


def test_the_sentence_says_what_was_found_at_this_rate():
    said = "Standard dropout needs × 0.7 at test: in training the mean of every unit is 0.7·a."
    assert live("standard").texts["finding"][AT] == said
    matched = live("uniform").texts["finding"]
    assert matched[AT].startswith("Nothing to do at test with activation × uniform noise: ")
    assert matched[AT].endswith("noise: every unit keeps its mean.")
    assert matched[0] == "At rate 0 there is no noise, and nothing to do at test."
    assert "keeps the mean 0 and the variance 1" in live("alpha", STANDARDISED).texts["finding"][AT]
    train = noise("alpha").output_moments(0.3, RELU.exact_mean, RELU.exact_variance)
    other = live("alpha").texts["finding"][AT]
    assert f"in training has {plain(float(train.mean), 3)} and {plain(float(train.variance), 3)}." in other
    assert f"These have {plain(RELU.exact_mean, 3)} and {plain(RELU.exact_variance, 3)};" in other


@pytest.mark.parametrize("name", OTHERS)
def test_the_means_stand_where_they_are(name):
    figure = live(name)
    for panel, which in zip(figure.panels[:2], ("inverted", name), strict=True):
        train = noise(which).output_moments(RATES, RELU.exact_mean, RELU.exact_variance).mean
        test = noise(which).test_moments(RATES, RELU.exact_mean, RELU.exact_variance).mean
        for mark, wanted in (("mean in training", train), ("mean at test", test)):
            at = named(panel, Path, mark).x
            np.testing.assert_array_equal(at[:, 0], at[:, 1])
            np.testing.assert_allclose(at[:, 0], wanted * np.ones_like(RATES), atol=1e-12)


PLACE = {"training": "in", "test": "at"}


@pytest.mark.parametrize("name", OTHERS)
def test_the_lines_of_means_look_like_their_key(name):
    for panel in live(name).panels[:2]:
        keys = {key.label: (key.color, key.dashed) for key in records(panel.above) if isinstance(key, Key)}
        for key in ("training", "test"):
            mean, outline = (named(panel, Path, mark) for mark in (f"mean {PLACE[key]} {key}", key))
            assert (
                keys[key] == (mean.color, mean.dash == "dashed") == (outline.color, outline.dash == "dashed")
            )


def test_a_row_chooses_each_noise_but_inverted():
    figure = live("uniform")
    picks = [each.name for each in records(figure.head) if isinstance(each, Picker)]
    assert picks == OTHERS == list(NOISE.options)
    assert figure.chosen == "uniform"


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(
    "activations",
    [dv.Constant(0.0), dv.Constant(-2.0), dv.Empirical(np.array([1e9, -3e9, 0.0])), dv.Sparse(0.99, 1.0)],
    ids=["zeros", "constant", "huge", "sparse"],
)
def test_extreme_activations_give_words_and_no_nan(other, activations):
    figure = live(other, activations, 2)
    assert_defined(figure)
    assert all(len(values) == len(RATES) for values in figure.texts.values())


def test_beside_the_stems_of_alpha_stands_what_they_are():
    inverted, alpha = (
        {mark.name: mark.said for mark in panel.marks if isinstance(mark, Stem)}
        for panel in live("alpha").panels[:2]
    )
    assert set(inverted.values()) == {None}
    assert alpha == {STEMS["dropped"]: " off", STEMS["zero"]: " were 0", STEMS["test"]: ""}
    share = named(live("alpha").panels[1], Stem, STEMS["test"]).share[AT]
    assert live("alpha").texts["alpha-test-zeros"][AT] == f", {share:.0f} % at 0"  # in its key
    assert (named(live("alpha").panels[1], Stem, STEMS["dropped"]).at < 0.0).all()  # as its row says


@pytest.mark.parametrize("name", ["gaussian", "uniform", "inverted"])
def test_what_is_exactly_0_is_said_and_nothing_is_called_dropped_that_is_not(name):
    figure = live("gaussian" if name == "inverted" else name)
    panel = figure.panels[0 if name == "inverted" else 1]
    assert {mark.name for mark in panel.marks if isinstance(mark, Stem)} == {STEMS["zeros"], STEMS["test"]}
    share = named(panel, Stem, STEMS["zeros"]).share[AT]
    assert f"Exactly 0: {share:.0f} % in training." in figure.texts[f"{name}-note"][AT]
    assert all(re.match(r"Exactly 0: \d+ % in training\.", note) for note in figure.texts[f"{name}-note"])


@pytest.mark.parametrize(
    ("source", "units"), [(RELU, 2), (dv.Sparse(0.99), 100), (dv.LogNormal(0.0, 1.5), 100_000)]
)
def test_a_number_without_an_error_says_so_and_why(source, units):
    figure = live("gaussian", source, units)
    for name in ("noise-variance", "train-variance", "ratio"):
        assert figure.texts[f"inverted-{name}"][AT].endswith(" ± ?"), name
    assert "so few draws decide this number" in words(figure)[0]
    assert "± ?" not in "".join(words(live()))


def test_each_text_of_the_page_is_one_that_the_figure_gives():
    figure = live("alpha")
    assert asked(figure) <= set(figure.texts)
    assert figure.to_figure().frames


@pytest.mark.parametrize(("other", "starts"), [("standard", 0.0), ("gaussian", -2.0), ("additive", -2.0)])
def test_both_pictures_have_one_axis_which_begins_at_0_where_nothing_is_below(other, starts):
    left, right = (
        panel.x for panel in noise_live(noise_pair(NoisePairConfig(other, RELU, 5_000))).panels[:2]
    )
    assert (left.low, left.high) == (right.low, right.high)
    assert left.low <= starts + 1e-9
    assert (left.low > -0.2) == (starts == 0.0)

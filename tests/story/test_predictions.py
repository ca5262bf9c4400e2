"""The named computations against the theory of the sweep, and what they refuse."""

import math

import pytest

import dropviz as dv
from dropviz.story.predictions import COMPUTATIONS, MU, V, compute
from dropviz.story.scenes import Scene
from dropviz.theory.strategies import strategies

RATES = (0.1, 0.3, 0.5, 0.8)
RELU = dv.Normal(relu=True)


@pytest.mark.parametrize("name", strategies())
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("phase", ["training", "test"])
def test_moments_are_those_of_the_theory(name, rate, phase):
    exact = dv.exact_moments(name, "train" if phase == "training" else "test", rate, MU, V)
    where = "in_training" if phase == "training" else "at_test"
    assert compute(f"mean_{where}", {"strategy": name, "rate": rate}).value == pytest.approx(exact.mean)
    assert compute(f"variance_{where}", {"strategy": name, "rate": rate}).value == pytest.approx(
        exact.variance
    )


@pytest.mark.parametrize("name", strategies())
@pytest.mark.parametrize("rate", RATES)
def test_ratios_follow_from_the_moments(name, rate):
    given = {"strategy": name, "rate": rate}
    train, test = compute("mean_in_training", given).value, compute("mean_at_test", given).value
    assert compute("mean_ratio", given).value == pytest.approx(test / train)
    assert compute("mean_change", given).value == pytest.approx(train / MU)


def test_a_simulation_agrees():
    rates = (0.3, 0.8)
    sweep = dv.sweep(dv.SweepConfig(rates=rates, strategies=("none",), units=200_000, seed=3))
    for index, rate in enumerate(rates):
        expected = compute("mean_in_training", {"strategy": "none", "rate": rate}).value
        assert abs(sweep.mean[0, 0, index] - expected) < 5 * sweep.mean_se[0, 0, index]


@pytest.mark.parametrize(("rate", "ratio"), [(0.1, 1.163), (0.2, 1.367), (0.5, 2.467), (0.8, 6.868)])
def test_the_variance_ratio_of_the_story(rate, ratio):
    assert compute("variance_ratio", {"rate": rate}).value == pytest.approx(ratio, abs=5e-4)


def test_a_pair_of_inputs_by_hand():
    # z is 0 (both or none kept), 1/k with chance k·r, −1/k with chance k·r; ReLU leaves k·r/k = r.
    worked = compute("average_minus_test_pass", {"weights": [1, -1], "inputs": [1, 1], "rate": 0.3})
    assert worked.value == pytest.approx(0.3)


@pytest.mark.parametrize(
    "settings", [{}, {"layer_inputs": 3, "layer_seed": 5, "layer_scale": 4.0, "layer_bias": 1.0}]
)
def test_the_unit_that_is_asked_about_is_the_one_of_the_picture(settings):
    scene = Scene("t", "s", "next_layer", tuple(settings.items()))
    unit = scene.result()
    inverted, keys = unit.strategies.index("inverted"), {"layer_scale": "scale", "layer_bias": "bias"}
    given = {"inputs": scene.values["layer_inputs"], "seed": scene.values["layer_seed"]}
    given |= {name: scene.values[key] for key, name in keys.items()}
    for index in (0, 30, 95):
        worked = compute("unit_average_minus_test_pass", given | {"rate": float(unit.rates[index])})
        assert worked.value == pytest.approx(unit.gap[inverted, index], rel=1e-9, abs=1e-12)


def test_learning_rates_are_powers_of_keep():
    for rate in RATES:
        for optimizer, power in (("sgd", 2), ("adam", 1)):
            worked = compute("learning_rate_factor", {"optimizer": optimizer, "rate": rate})
            assert worked.value == pytest.approx((1 - rate) ** -power)


@pytest.mark.parametrize(("progress", "ratio"), [(0, 2.0), (0.5, 4 / 3), (1, 1.0)])
def test_the_annealed_ratio_is_one_over_keep(progress, ratio):
    given = {"start_rate": 0.5, "progress": progress}
    assert compute("annealed_ratio", given).value == pytest.approx(ratio)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("nothing", {}, "compute must be one of"),
        (["mean_ratio"], {}, "compute must be one of"),
        ("mean_ratio", {"strategy": "none"}, "needs rate"),
        ("mean_ratio", {"strategy": "none", "rate": 0.3, "p": 1}, "does not know p"),
        ("mean_ratio", {"strategy": "best", "rate": 0.3}, "strategy must be one of"),
        ("mean_ratio", {"strategy": 3, "rate": 0.3}, "strategy must be text"),
        ("mean_ratio", {"strategy": "none", "rate": 1.0}, "rate must be a number from 0 to 0.99"),
        ("mean_ratio", {"strategy": "none", "rate": math.nan}, "rate must be a number from 0 to 0.99"),
        ("mean_ratio", {"strategy": "none", "rate": True}, "rate must be a number"),
        ("mean_ratio", {"strategy": "wrong_train", "rate": 0.0}, "rate must be above 0"),
        ("variance_ratio", {"rate": 0.3, "variance": 0.0}, "variance must be above 0"),
        (
            "variance_in_training",
            {"strategy": "none", "rate": 0.3, "mean": 1e300},
            "mean must be a number from",
        ),
        ("average_minus_test_pass", {"weights": [1], "inputs": [1, 2], "rate": 0.3}, "as many as"),
        ("average_minus_test_pass", {"weights": [1] * 13, "inputs": [1] * 13, "rate": 0.3}, "12"),
        ("average_minus_test_pass", {"weights": 1, "inputs": [1], "rate": 0.3}, "must be a list of numbers"),
        ("unit_average_minus_test_pass", {"inputs": 1.5, "seed": 2, "rate": 0.3}, "inputs must be a whole"),
        (
            "unit_average_minus_test_pass",
            {"inputs": 2, "seed": math.inf, "rate": 0.3},
            "seed must be a whole",
        ),
        ("unit_average_minus_test_pass", {"inputs": 13, "seed": 2, "rate": 0.3}, "inputs must be"),
        ("unit_average_minus_test_pass", {"inputs": 2, "seed": 2, "rate": 0.3, "f": "sin"}, "must be one of"),
        ("learning_rate_factor", {"optimizer": "lion", "rate": 0.3}, "optimizer must be one of"),
        ("units_dropped", {"units": 0, "rate": 0.3}, "units must be a number"),
    ],
)
def test_bad_input_gets_a_sentence(name, given, said):
    with pytest.raises(ValueError, match=said):
        compute(name, given)


def test_every_line_ends_where_its_value_begins():
    cases = {
        "factor_in_training": ({"strategy": "inverted", "rate": 0.25}, "1/k = 1/0.75"),
        "factor_at_test": ({"strategy": "standard", "rate": 0.25}, "k"),
        "mean_ratio": (
            {"strategy": "none", "rate": 0.3},
            "test factor / (training factor × k) = 1 / (1 × 0.7)",
        ),
        "units_dropped": ({"units": 24, "rate": 0.25}, "r·n = 0.25 × 24"),
        "learning_rate_factor": ({"optimizer": "sgd", "rate": 0.3}, "1/k² = 1/0.7²"),
    }
    for name, (given, line) in cases.items():
        assert compute(name, given).line == line
    assert cases.keys() <= COMPUTATIONS.keys()

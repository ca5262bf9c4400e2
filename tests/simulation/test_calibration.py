"""Every standard error from both sides: over seeds, (simulated − exact)/error has mean 0 and variance 1.

Five standard errors of either decide: an error a third too large fails as does one a fifth too small. The errors of a
sweep and of the noises are held so in their own tests.
"""

import math

import numpy as np
import pytest

from dropviz.numbers.estimate import Estimate
from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.mistakes import answers_left_on
from dropviz.simulation.nonlinearity import unit_output
from dropviz.simulation.variance_shift import VarianceShiftConfig, variance_shift
from dropviz.simulation.where.exact import SHAPES, ExactConfig, _means
from dropviz.simulation.where.groups import GroupsConfig, grouped
from dropviz.simulation.where.normalisation import NormalisationConfig, normalised
from dropviz.simulation.where.penalty import PenaltyConfig, penalty
from dropviz.simulation.where.precision import PrecisionConfig, low_precision
from dropviz.simulation.where.residual import ResidualConfig, attended
from dropviz.simulation.where.survivors import SurvivorsConfig, survivors
from dropviz.theory.activations import Uniform

DRAWS = 400
KURTOSIS = 3.5  # of z, at most: the errors of few masks are nearly normal
RATES = (0.2, 0.5, 0.8)
BOTH = ("standard", "inverted")


def of_layer(seed):
    found = layer_sweep(LayerConfig(fan_in=24, rates=RATES, strategies=BOTH, masks=400, bias=0.3, seed=seed))
    return {moment: found.estimates(moment) for moment in ("mean", "variance")}


def of_answers(seed):
    return {"answers": answers_left_on(LayerConfig(fan_in=24, rates=RATES, masks=400, seed=seed)).mean}


def behind_nonlinearity(seed):
    layer = layer_sweep(LayerConfig(fan_in=8, rates=RATES, strategies=BOTH, masks=400, seed=seed))
    return {name: unit_output(layer, name).output for name in ("tanh", "sigmoid")}


def of_variance_shift(seed):
    found = variance_shift(VarianceShiftConfig(fan_in=16, rates=RATES, samples=800, seed=seed))
    return {"shift": found.estimates("shift")}


def of_groups(seed):
    found = grouped(GroupsConfig(channels=4, places=3, rates=RATES, masks=250, seed=seed))
    return {quantity: found.estimates(quantity) for quantity in ("mean", "deviation", "covariance")}


def of_attention(seed):
    found = attended(ResidualConfig(keys=24, rates=RATES, masks=400, seed=seed))
    return {quantity: found.estimates(quantity) for quantity in ("mean", "deviation", "branch")}


def of_normalisation(seed):
    found = normalised(NormalisationConfig(inputs=16, units=2, rates=RATES, samples=600, seed=seed))
    return {quantity: found.estimates(quantity) for quantity in ("off", "variance", "change")}


def of_precision(seed):
    found = low_precision(PrecisionConfig(layers=6, rates=RATES, units=100_000, seed=seed))
    return {
        f"{count} {part}": found.estimates(f"{count}_{part}")
        for count in ("one", "all")
        for part in ("factor", "mask")
    }


def of_penalty(seed):
    found = penalty(PenaltyConfig(rates=RATES, passes=60, chains=4, steps=20, seed=seed))
    return {"linear": found.linear, "logistic": found.logistic}


def of_survivors(seed):
    found = survivors(SurvivorsConfig(Uniform(0.5, 1.5), units=6, rates=RATES, masks=400, seed=seed))
    laws = {"inverted": found.inverted, "survivors": found.survivors}
    moments = {
        f"{name} {moment}": getattr(law, moment)
        for name, law in laws.items()
        for moment in ("mean", "variance")
    }
    return moments | {"empty": found.empty[1]}


def of_thinned(seed):
    found = _means(
        ExactConfig(scale=0.5, rates=RATES, masks=400), SHAPES["relu"], np.random.default_rng(seed)
    )
    return {"average": found.average, "geometric": found.geometric}


@pytest.mark.parametrize(
    "simulate",
    [
        of_layer,
        of_answers,
        behind_nonlinearity,
        of_variance_shift,
        of_groups,
        of_attention,
        of_normalisation,
        of_precision,
        of_penalty,
        of_survivors,
        of_thinned,
    ],
)
def test_every_error_is_as_large_as_draws_lie_apart(simulate):
    draws = [simulate(seed) for seed in range(DRAWS)]
    for quantity in draws[0]:
        each: list[Estimate] = [draw[quantity] for draw in draws]
        apart = np.array([one.simulated - one.exact for one in each])
        error = np.array([one.error for one in each])
        # some draws have inputs that are all 0, or too few masks for an error to be shown at that rate
        random = error > 1e-12
        known = random.mean(axis=0) > 0.8
        assert known.mean() >= 0.5, quantity
        apart, error, random = apart[:, known], error[:, known], random[:, known]
        z = np.divide(apart, error, where=random, out=np.full_like(apart, np.nan))
        off = np.abs(np.nanmean(z**2, axis=0) - 1.0)
        assert (off < 5.0 * math.sqrt((KURTOSIS - 1.0) / DRAWS)).all(), (quantity, off)
        assert (np.abs(np.nanmean(z, axis=0)) < 5.0 / math.sqrt(DRAWS)).all(), (
            quantity,
            np.nanmean(z, axis=0),
        )

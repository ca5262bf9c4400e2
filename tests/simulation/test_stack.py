"""The simulated stack of layers against its exact moments, and its errors against where the draws lie."""

from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.stack import StackConfig, exact_stack, stack_estimates, stack_sums, weights_of

RATES = (0.0, 0.2, 0.5, 0.8, 0.95)


def simulated(config):
    exact = exact_stack(config)
    return stack_estimates(config, exact, stack_sums(config, exact, 0, config.chunks).sum(axis=0))


SOURCES = [
    dv.Normal(relu=True),
    dv.Sparse(),
    dv.LogNormal(),
    dv.Constant(2.0),
    dv.Empirical(np.array([1e90, -1e90, 3.0])),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
@pytest.mark.parametrize(("width", "depths"), [(1, (1, 8)), (12, (1, 3))])
def test_what_is_simulated_meets_what_is_exact_where_the_error_is_fair(source, width, depths):
    config = StackConfig(
        source, width, depths, RATES, samples=4000, strategies=("standard", "inverted", "none")
    )
    found = simulated(config)
    for moment in ("mean", "variance"):
        estimate = found.estimates(moment)
        size = np.abs(estimate.exact) + np.sqrt(found.exact_variance) ** (1 if moment == "mean" else 2)
        apart = np.abs(estimate.simulated - estimate.exact)
        shown = np.isfinite(estimate.error)
        assert (apart <= 5.0 * estimate.error + 1e-12 * size)[shown].all()
    if width == 12:
        assert np.isfinite(found.estimates("mean").error).mean() > 0.5


def test_no_error_is_shown_where_hardly_any_sample_survives():
    found = simulated(StackConfig(width=1, depths=(1, 8), rates=(0.95,), samples=4000))
    assert np.isnan(found.estimates("variance").error[1, :, 0]).all()
    assert np.isfinite(found.estimates("variance").error[0, :, 1]).all()


def test_errors_are_neither_too_small_nor_too_large():
    """Over seeds, (simulated − exact)/error has mean 0 and deviation 1."""
    z = []
    for seed in range(60):
        found = simulated(StackConfig(width=6, depths=(1, 3), rates=(0.1, 0.4), samples=400, seed=seed))
        z.append(
            [
                (found.mean - found.exact_mean) / found.mean_se,
                (found.variance - found.exact_variance) / found.variance_se,
            ]
        )
    deviation = np.std(z, axis=0)
    assert ((deviation > 0.6) & (deviation < 1.6)).all()
    assert (np.abs(np.mean(z, axis=0)) < 5.0 * deviation / np.sqrt(60)).all()


def test_inverted_is_standard_times_its_factors_and_depths_share_their_layers():
    config = StackConfig(width=5, depths=(1, 2, 3), rates=(0.25, 0.5), samples=300)
    found, deep = simulated(config), simulated(replace(config, depths=(3,)))
    keep = 1.0 - np.array(config.rates)
    for index, depth in enumerate(config.depths):
        standard, inverted = found.mean[index]
        np.testing.assert_allclose(inverted[0], standard[0] / keep**depth)
        np.testing.assert_allclose(standard[1], inverted[1] * keep**depth)
    assert deep.mean[0].tobytes() == found.mean[2].tobytes()
    assert (
        weights_of(deep_weights := replace(config, depths=(8,)))[:3].tobytes() == weights_of(config).tobytes()
    )
    assert deep_weights.chunks == 1


def test_one_chunk_after_the_other_is_all_of_them():
    config = StackConfig(width=64, depths=(1,), rates=(0.5,), samples=1300)
    exact = exact_stack(config)
    whole = stack_sums(config, exact, 0, config.chunks)
    assert len(whole) == 3
    parts = [stack_sums(config, exact, chunk, chunk + 1)[0] for chunk in range(3)]
    assert whole.tobytes() == np.array(parts).tobytes()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"width": 513}, "width must be an integer from 1 to 512"),
        ({"depths": (2, 1)}, "depths must be one or more rising"),
        ({"depths": (9,)}, "depths must be an integer from 1 to 8"),
        ({"depths": ()}, "depths"),
        ({"rates": (0.5, 1.0)}, "rate must be"),
        ({"samples": 1}, "samples"),
        ({"weight_mean": 11}, "weight_mean"),
        ({"strategies": ("none", "none")}, "strategies"),
    ],
)
def test_a_value_out_of_range_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        StackConfig(**wrong)

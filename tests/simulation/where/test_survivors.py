import numpy as np
import pytest

from dropviz.simulation.where.survivors import WIDTHS, SurvivorsConfig, survivors
from dropviz.theory.activations import Constant, Normal
from dropviz.theory.measured import Empirical

RATES = (0.0, 0.1, 0.3, 0.6, 0.9, 0.95)


@pytest.mark.parametrize(
    "config",
    [
        SurvivorsConfig(rates=RATES),
        SurvivorsConfig(Normal(0.0, 1.0), units=1, rates=RATES),
        SurvivorsConfig(Normal(0.0, 1.0), units=12, rates=RATES, masks=2000),
    ],
)
def test_simulated_meets_exact(config):
    found = survivors(config)
    for law in (found.inverted, found.survivors):
        for estimate in (law.mean, law.variance):
            off, told = np.abs(estimate.simulated - estimate.exact), np.isfinite(estimate.error)
            assert (off <= 5.0 * estimate.error + 1e-10)[told].all()
            assert np.isfinite(estimate.simulated).all()
            assert told[[0, 1, -2]].all()
            assert estimate.error[0] == 0.0
    for width in WIDTHS:
        estimate = found.empty[width]
        told = np.isfinite(estimate.error)
        np.testing.assert_array_equal(told[1:], (5.0 / config.masks <= estimate.exact[1:] * 1.2))
        assert (np.abs(estimate.simulated - estimate.exact) <= 5.0 * estimate.error)[told].all()


@pytest.mark.parametrize("values", [[0.0], [-3.0], [1e15, 1.0, -2.0], [1e-15, 0.0]])
def test_a_person_s_own_values_have_the_same_law(values):
    found = survivors(SurvivorsConfig(Empirical(values), rates=RATES))
    size = float(np.abs(values).max())
    for law in (found.inverted, found.survivors):
        for estimate, unit in ((law.mean, size), (law.variance, size**2)):
            off, told = np.abs(estimate.simulated - estimate.exact), np.isfinite(estimate.error)
            assert (off <= 5.0 * estimate.error + 1e-10 * unit)[told].all()
    np.testing.assert_allclose(found.inverted.variance.exact[3], 1.5 * found.square_sum)


def test_equal_units_keep_their_sum_while_one_survives():
    found = survivors(SurvivorsConfig(Constant(2.0), rates=RATES))
    np.testing.assert_array_equal(found.given_one, 0.0)
    empty = np.array(RATES) ** 8
    np.testing.assert_allclose(found.survivors.mean.exact, (1 - empty) * 16.0)
    assert (found.inverted.variance.exact[1:] > 1.0).all()


def test_errors_are_those_of_many_seeds():
    source = Normal(1.0, 1.0)
    configs = [SurvivorsConfig(source, rates=(0.6, 0.8), masks=2000, seed=seed) for seed in range(200)]
    scores = {"mean": [], "variance": []}
    for found in map(survivors, configs):
        for name, seen in scores.items():
            estimate = getattr(found.survivors, name)
            seen.append((estimate.simulated - estimate.exact) / estimate.error)
    for name, seen in scores.items():
        assert np.abs(np.mean(seen, axis=0)).max() < 0.3, name
        assert (np.abs(np.var(seen, axis=0) - 1.0) < 0.5).all(), name


def test_a_variance_that_one_mask_in_thousands_decides_has_no_error():
    found = survivors(SurvivorsConfig(rates=(0.25, 0.6)))
    assert 5000 * 0.25**8 < 0.1  # masks that drop every unit, which make most of E[φ²]
    assert np.isnan(found.survivors.variance.error).tolist() == [True, False]
    assert np.isfinite(found.inverted.variance.error).all()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="units must be an integer from 1 to 12; got 13"):
        SurvivorsConfig(units=13)

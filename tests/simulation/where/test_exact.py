import numpy as np
import pytest

from dropviz.simulation.where.exact import SHAPES, STREAM, ExactConfig, thinned
from dropviz.theory.measured import Empirical

RATES = (0.0, 0.1, 0.3, 0.6, 0.8, 0.95)


@pytest.fixture(scope="module", params=[11, 12, 13])
def found(request):
    return thinned(ExactConfig(rates=RATES, masks=4000, seed=request.param)).networks


def test_weight_scaling_is_exact_where_it_should_be_and_nowhere_else(found):
    assert (found["linear"].average.exact == 0.0).all()
    assert (found["softmax"].geometric.exact == 0.0).all()
    for estimate in (
        found["softmax"].average,
        found["relu"].average,
        found["relu"].geometric,
        found["deep"].average,
        found["deep"].geometric,
    ):
        assert estimate.exact[0] == 0.0
        assert (np.abs(estimate.exact[1:]) > 1e-6).all()


@pytest.mark.parametrize("values", [[0.0], [3.0], [-1.0, 1.0, 0.0], [1e15, 1.0], [1e100, -1e100]])
def test_a_person_s_own_inputs_leave_both_theorems_and_fair_errors(values):
    own = thinned(ExactConfig(Empirical(values), rates=RATES, masks=500)).networks
    assert (own["linear"].average.exact == 0.0).all()
    assert (own["softmax"].geometric.exact == 0.0).all()
    for network in own.values():
        for estimate in (network.average, network.geometric or network.average):
            told = np.isfinite(estimate.error)
            assert (np.abs(estimate.simulated - estimate.exact) <= 5.0 * estimate.error + 1e-12)[told].all()


@pytest.mark.parametrize("kind", ["average", "geometric"])
@pytest.mark.parametrize("name", list(SHAPES))
def test_simulated_meets_exact(found, name, kind):
    estimate = getattr(found[name], kind)
    if estimate is None:
        assert name == "linear"
        return
    told = np.isfinite(estimate.error)
    assert np.isfinite(estimate.simulated).all()
    assert told[:2].all()
    off = np.abs(estimate.simulated - estimate.exact)
    assert (off <= 5.0 * estimate.error + 1e-12)[told].all()
    assert (estimate.error[0], estimate.simulated[0]) == pytest.approx((0.0, 0.0), abs=1e-12)


def test_a_relu_network_is_the_product_of_its_masks_one_by_one():
    """The vectorized pass against loops over one network, by hand."""
    config = ExactConfig(scale=2.0, rates=(0.3,), masks=2, seed=5)
    found = thinned(config).networks["relu"]
    rng = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(STREAM,))).spawn(len(SHAPES))[
        list(SHAPES).index("relu")
    ]
    a = np.abs(rng.standard_normal(4))
    w, v = rng.standard_normal((4, 5)) * 2 / 2.0, rng.standard_normal((5, 3)) * 2 / np.sqrt(5.0)

    def chances(z):
        return np.exp(z) / np.exp(z).sum()

    test = chances(np.maximum(a @ w, 0) @ v)
    total = 0.0
    for mask in np.ndindex(*(2,) * 9):
        m = np.array(mask) / 0.7
        p = chances((np.maximum((a * m[:4]) @ w, 0) * m[4:]) @ v)
        total += 0.7 ** sum(mask) * 0.3 ** (9 - sum(mask)) * p[test.argmax()]
    assert found.average.exact[0] == pytest.approx(total - test.max(), rel=1e-9)
    assert (found.count, found.test) == (512, pytest.approx(test.max()))


def test_weights_of_zero_leave_no_gap():
    for each in thinned(ExactConfig(scale=0.0, rates=RATES, masks=5)).networks.values():
        for estimate in filter(None, (each.average, each.geometric)):
            np.testing.assert_array_equal(estimate.exact, 0.0)
            np.testing.assert_allclose(estimate.simulated, 0.0, atol=1e-12)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="masks must be an integer from 2 to 20000; got 1"):
        ExactConfig(masks=1)

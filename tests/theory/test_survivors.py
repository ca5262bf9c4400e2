import numpy as np
import pytest

from dropviz.simulation.masks import enumerate_masks, mask_probabilities
from dropviz.theory.survivors import all_dropped, inverse_share, survivor_sums

RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 0.95])


def law(products):
    """z and the number of survivors of every mask, and the masks' probabilities."""
    masks = enumerate_masks(products.size)
    count = masks.sum(axis=1)
    z = products.size * (masks @ products) / np.maximum(count, 1.0)
    return z, count, mask_probabilities(masks, RATES)


@pytest.mark.parametrize(
    "products",
    [
        np.array([1.7]),
        np.array([1.0, -1.0]),
        np.array([0.3, 2.0, -1.1, 0.0, 0.9]),
        np.full(4, 2.5),
        np.zeros(3),
    ],
)
def test_moments_are_those_of_all_masks(products):
    z, count, chances = law(products)
    moments, alive = survivor_sums(products, RATES), count > 0
    given = chances * alive[:, None] / chances[alive].sum(axis=0)
    for weights, mean, variance in ((given, *moments[:2]), (chances, *moments[2:])):
        expected = z @ weights
        np.testing.assert_allclose(mean, expected, atol=1e-12)
        np.testing.assert_allclose(variance, (z**2) @ weights - expected**2, atol=1e-10)


def test_equal_products_keep_their_sum_while_one_survives():
    moments = survivor_sums(np.full(8, 0.7), RATES)
    np.testing.assert_array_equal(moments.variance, 0.0)
    np.testing.assert_allclose(moments.mean, 5.6)


@pytest.mark.parametrize("units", [1, 2, 5, 9])
def test_the_inverse_share_and_the_chance_of_none_are_those_of_all_masks(units):
    count, chances = law(np.ones(units))[1:]
    alive = count > 0
    expected = (units / count[alive]) @ chances[alive] / chances[alive].sum(axis=0)
    np.testing.assert_allclose(inverse_share(units, RATES), expected, rtol=1e-12)
    np.testing.assert_allclose(all_dropped(units, RATES), chances[0], rtol=1e-12)


def test_a_wide_layer_is_near_inverted_and_none_is_above_n():
    np.testing.assert_allclose(inverse_share(512, 0.5), 2.0, rtol=0.005)
    for units in (1, 3, 512):
        shares = inverse_share(units, np.array([0.0, 0.3, 0.95, 0.999999]))
        assert shares[0] == pytest.approx(1.0, rel=1e-12)
        assert (shares <= units * (1 + 1e-9)).all()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="units must be an integer from 1 to 512; got 0"):
        inverse_share(0, 0.3)
    with pytest.raises(ValueError, match="rate must be a number, at least 0 and below 1"):
        all_dropped(3, 1.0)


def test_a_wrong_number_of_units_is_named():
    for closed in (all_dropped, inverse_share):
        with pytest.raises(ValueError, match=r"^units must be an integer from 1 to 512; got 0"):
            closed(0, 0.5)

import numpy as np

from dropviz.theory.thinned import average, normalized_geometric_mean, softmax

RNG = np.random.default_rng(3)
Z, CHANCES = RNG.normal(0.0, 3.0, (8, 2, 3)), RNG.dirichlet(np.ones(8), 2).T


def test_the_geometric_mean_is_the_normalized_product_of_powers():
    product = np.exp(np.einsum("mr,mrc->rc", CHANCES, np.log(softmax(Z))))
    expected = product / product.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(normalized_geometric_mean(Z, CHANCES), expected, rtol=1e-12)
    assert np.abs(average(softmax(Z), CHANCES) - expected).max() > 0.01


def test_softmax_sums_to_one_and_does_not_overflow():
    assert softmax(np.array([1000.0, 0.0])).tolist() == [1.0, 0.0]
    np.testing.assert_allclose(softmax(Z).sum(axis=-1), 1.0)


def test_networks_that_agree_have_both_means_in_common():
    same = np.broadcast_to(Z[0], Z.shape)
    np.testing.assert_allclose(normalized_geometric_mean(same, CHANCES), softmax(Z[0]), rtol=1e-12)
    np.testing.assert_allclose(average(softmax(same), CHANCES), softmax(Z[0]), rtol=1e-12)


def test_each_row_has_a_softmax_of_its_own():
    z = np.array([[1e3, 1e3], [-1e3, -1e3]])
    assert softmax(z).tolist() == [[0.5, 0.5], [0.5, 0.5]]

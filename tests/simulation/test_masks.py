"""Masks: nested ones against one uniform a unit, and the list of all."""

import math

import numpy as np
import pytest

from dropviz.simulation.masks import (
    block_sizes,
    enumerate_masks,
    from_block_on,
    mask_probabilities,
    masked_sums,
)

RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.99)


def test_block_sizes_have_the_law_of_one_uniform_a_unit():
    rates, count, repeats = (0.0, 0.1, 0.3, 0.35, 0.9), 1000, 2000
    rng = np.random.default_rng(21)
    sizes = np.array([block_sizes(rng, count, rates) for _ in range(repeats)])
    assert (sizes.sum(axis=1) == count).all()
    assert (sizes[:, 0] == 0).all()  # rate 0 drops nobody
    expected = count * np.array([0.0, 0.1, 0.2, 0.05, 0.55, 0.1])
    observed = sizes.sum(axis=0)[1:]
    chi_square = ((observed - repeats * expected[1:]) ** 2 / (repeats * expected[1:])).sum()
    assert chi_square < 4 + 5 * math.sqrt(2 * 4)
    # Counting uniforms gives the same covariance matrix, −n·pᵢ·pⱼ off its diagonal.
    uniforms = rng.random((repeats, count))
    counted = np.array([np.bincount(np.searchsorted(rates, u, side="right"), minlength=6) for u in uniforms])
    probability = expected / count
    exact = count * (np.diag(probability) - np.outer(probability, probability))
    error = 5 * np.sqrt((exact**2 + np.outer(exact.diagonal(), exact.diagonal())) / (repeats - 1))
    for sample in (sizes, counted):
        assert (np.abs(np.cov(sample, rowvar=False) - exact) <= error + 1e-9).all()


def test_masked_sums_are_those_of_nested_masks():
    rates, products = np.array([0.0, 0.2, 0.2001, 0.7]), np.random.default_rng(0).normal(size=5)
    sums = masked_sums(np.random.default_rng(1), products, 50, rates)
    kept = np.random.default_rng(1).random((50, 5))[:, None, :] >= rates[:, None]
    np.testing.assert_allclose(sums, (kept * products).sum(axis=2), atol=1e-14)
    own = np.random.default_rng(2).normal(size=(50, 5))
    sums = masked_sums(np.random.default_rng(1), own, 50, rates)
    np.testing.assert_allclose(sums, (kept * own[:, None, :]).sum(axis=2), atol=1e-14)


def test_survivors_are_the_units_of_all_later_blocks():
    by_block = np.random.default_rng(3).normal(size=(2, 4))
    survivors = from_block_on(by_block)
    for rate in range(4):
        np.testing.assert_allclose(survivors[:, rate], by_block[:, rate:].sum(axis=1), rtol=1e-14)


def test_masks_and_their_probabilities():
    masks = enumerate_masks(5)
    assert len({tuple(mask) for mask in masks}) == 32
    chances = mask_probabilities(masks, RATES)
    np.testing.assert_allclose(chances.sum(axis=0), 1.0, rtol=1e-14)
    np.testing.assert_allclose(masks.T @ chances, np.broadcast_to(1 - np.array(RATES), (5, 6)), rtol=1e-13)
    for wrong in (0, 13, 2.5):
        with pytest.raises(ValueError, match="units must be an integer from 1 to 12"):
            enumerate_masks(wrong)

"""Layers that are run again and again: what their masks do, and how much of that is held."""

import weakref

import numpy as np
import pytest

from dropviz.frameworks.rerun import HIDDEN, hidden_mask, measured

KEEP = 0.7
GIVEN = np.random.default_rng(0).uniform(0.5, 2.0, (32, 16))


def elementwise(draws):
    return draws.random(GIVEN.shape) < KEEP


def in_bands(draws):
    start, at = draws.integers(0, 12, (32, 1)), np.arange(16)
    return (at < start) | (at >= start + 4)


def by_example(draws):
    return np.broadcast_to(draws.random((32, 1)) < KEEP, GIVEN.shape)


def layer(mask, scale=1.0):
    draws = np.random.default_rng(1)
    return lambda noise, given: [given * mask(draws) * scale if noise else given]


@pytest.mark.parametrize(("mask", "bands"), [(elementwise, False), (by_example, False), (in_bands, True)])
def test_bands_are_told_from_other_masks(mask, bands):
    found = measured(layer(mask), GIVEN)
    assert found is not None
    assert found.bands is bands
    assert not found.assigned


def test_a_mask_that_is_not_seen_drawn_is_found_and_its_mean_is_that_of_the_mask():
    kept, unseen = hidden_mask(layer(elementwise, 1.0 / KEEP), GIVEN)
    assert kept is None
    assert unseen is not None
    assert unseen.mean == pytest.approx(1.0, abs=0.02)


def test_of_a_layer_that_draws_nothing_no_more_than_three_outputs_are_held():
    made, most = [], 0

    def still(_, given):
        nonlocal most
        output = given.copy()
        made.append(weakref.ref(output))
        most = max(most, sum(one() is not None for one in made))
        return [output]

    assert hidden_mask(still, GIVEN) == (None, None)
    assert len(made) == HIDDEN + 1
    assert most <= 3

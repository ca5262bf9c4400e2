"""What is drawn of the networks themselves: the units that one mask leaves, and pictures that a network redraws."""

# axes: picture, row, column; layer

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.splits import Split
from dropviz.numbers.checks import AnyFloats
from dropviz.training.experiments import Experiment
from dropviz.training.loop import Run
from dropviz.training.network import as_parameters, predict, scale_sites

MOST_UNITS = 8  # of a layer that are drawn
MOST_PICTURES = 6


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network as it is drawn: its ``sizes``, and of each layer whether each of its first units stays under one mask.

    ``kept[layer]`` has the shape (unit,), at most eight of them. ``pictures``, shape (picture, row, column), are the
    first test examples, none where they are no pictures; ``redraws`` tells whether the network gives them back.
    """

    sizes: tuple[int, ...]
    kept: tuple[NDArray[np.bool_], ...]
    pictures: AnyFloats
    redraws: bool


@dataclass(frozen=True, slots=True, eq=False)
class Redrawn:
    """Test pictures, and what a network with standard dropout makes of them with its factor at test and without.

    Each of shape (picture, row, column); 0 is the ground, 1 the ink.
    """

    shown: AnyFloats
    scaled: AnyFloats
    forgotten: AnyFloats


def network(experiment: Experiment, data: Split, seed: int = 0) -> Network:
    """The first network of an experiment that has dropout, or the first, with the mask of one training example.

    The mask is drawn with ``seed`` from the noise at the run's first rate; noise that drops nothing leaves all units.
    """
    configs = [config for _, config in experiment.runs]
    config = next((each for each in configs if any(each.sites)), configs[0])
    sizes = config.sizes(data)
    rates = config.rates(np.array([0]))[0]
    noises = config.noises(sizes, rates, 1, np.random.default_rng(seed))
    shown = [min(size, MOST_UNITS) for size in sizes]
    kept = [
        np.ones(count, dtype=bool) if noise is None else np.asarray(noise.gain)[0, :count] != 0.0
        for noise, count in zip((*noises, None), shown, strict=True)
    ]
    return Network(sizes, tuple(kept), _pictures(data), redraws(data))


def redraws(data: Split) -> bool:
    """Whether the outputs of a network for ``data`` are pictures, as its inputs are."""
    return data.picture is not None and not data.classes


def redrawn(runs: Sequence[Run], data: Split) -> Redrawn | None:
    """What the newest network with standard dropout, of the first seed, redraws; None where nothing is redrawn."""
    standard = [run for run in runs if run.config.is_standard]
    if not standard or not redraws(data):
        return None
    config, epoch = standard[0].config, standard[0].last[0]
    parameters = as_parameters(config.sizes(data), epoch.state.parameters)
    given = data.test_features[:MOST_PICTURES].astype(config.dtype)
    with np.errstate(all="ignore"):  # a network may have diverged
        scaled = predict(scale_sites(parameters, config.test_factors(epoch.rates)), given)
        forgotten = predict(parameters, given)
    return Redrawn(_pictures(data), *(_as_pictures(each, data) for each in (scaled, forgotten)))


def _pictures(data: Split) -> AnyFloats:
    return _as_pictures(data.test_features[:MOST_PICTURES], data) if data.picture else np.empty((0, 0, 0))


def _as_pictures(pixels: AnyFloats, data: Split) -> AnyFloats:
    assert data.picture is not None
    return np.asarray(pixels.reshape(-1, *data.picture))

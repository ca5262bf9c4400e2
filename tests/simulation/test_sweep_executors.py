"""A sweep gives the same bits with every executor."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.sweep import CHUNK, SPANS, SweepConfig, _span_sums
from dropviz.theory.strategies import strategies

MOMENTS = ("mean", "mean_se", "variance", "variance_se", "rms_gap")


def bits(result):
    return b"".join(getattr(result, name).tobytes() for name in MOMENTS)


def test_the_same_config_gives_the_same_bits_with_every_executor():
    # Enough chunks, rates and strategies that another order of summation would show in some last bit.
    config = SweepConfig(
        activations=dv.LogNormal(),
        units=8 * CHUNK + 11,
        rates=dv.rate_grid(0, 0.95, 0.01),
        strategies=tuple(strategies()),
        replicates=2,
    )
    expected = bits(dv.sweep(config))
    assert bits(dv.sweep(config)) == expected
    with ThreadPoolExecutor(3) as executor:
        assert bits(dv.sweep(config, executor)) == expected
        assert bits(dv.sweep(config, executor=executor)) == expected
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        assert bits(dv.sweep(config, executor)) == expected


class Sized(ThreadPoolExecutor):
    """Asks for the length of every argument, as Dask's executor does."""

    def map(self, function, *arguments, **options):
        assert len({len(argument) for argument in arguments}) == 1
        return super().map(function, *arguments, **options)


def test_an_executor_may_ask_how_long_the_arguments_are():
    config = SweepConfig(units=3 * CHUNK, rates=(0.1, 0.5), replicates=2)
    with Sized(2) as executor:
        assert bits(dv.sweep(config, executor)) == bits(dv.sweep(config))


class Noting(Executor):
    """Runs at once, and notes the first and the last chunk of each piece."""

    def map(self, function, starts, stops, *constant):
        self.spans = list(zip(starts, stops, strict=True))
        return map(function, starts, stops, *constant)


@pytest.mark.parametrize("chunks", [1, 3, 40])
def test_an_executor_gets_every_chunk_once_in_as_many_pieces_as_are_said(chunks):
    executor = Noting()
    dv.sweep(SweepConfig(dv.Constant(1.0), chunks * CHUNK - 5, (0.5,)), executor)
    assert len(executor.spans) == min(chunks, SPANS)
    assert (executor.spans[0][0], executor.spans[-1][1]) == (0, chunks)
    assert all(start < stop for start, stop in executor.spans)
    assert all(one[1] == other[0] for one, other in pairwise(executor.spans))


def test_a_piece_is_the_sum_of_its_chunks():
    config = SweepConfig(dv.Exponential(), 3 * CHUNK - 5, (0.3, 0.7))
    whole, *parts = (_span_sums(*ends, config, 0, 1.0, 1.0) for ends in ((0, 3), (0, 1), (1, 2), (2, 3)))
    np.testing.assert_allclose(whole, sum(parts), rtol=1e-12)
    assert whole[0].sum() == config.units

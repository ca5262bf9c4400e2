"""What a sweep costs beside the obvious loops, beside drawing its sample, and as rates and units grow.

Both strategies, ReLU of a standard normal, one thread for dropviz. Every ratio is the median over rounds in which
the contenders take turns, so that a busy machine slows all of them alike. The loops are given the same shortcut as
the sweep, one mask a rate for both strategies; PyTorch runs in its usual float32 and with its usual threads.
"""

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

import dropviz as dv

UNITS = 1_000_000
RATES = tuple(np.linspace(0.0, 0.95, 101).tolist())
BILLION = 1_000_000_000
SOURCE = dv.Normal(relu=True)

Contender = Callable[[], object]


def config(rates: int = 101) -> dv.SweepConfig:
    return dv.SweepConfig(SOURCE, UNITS, tuple(np.linspace(0.0, 0.95, rates).tolist()))


def numpy_loop() -> list[float]:
    """Mean and variance of training and test output of both strategies, as one would first write it."""
    rng = np.random.default_rng(7)
    a = np.maximum(rng.standard_normal(UNITS), 0.0)
    moments = []
    for rate in RATES:
        keep = 1 - rate
        masked = a * (rng.random(UNITS) < keep)
        for output in (masked, a * keep, masked / keep, a):
            moments += [output.mean(), output.var()]
    return moments


def torch_loop() -> list[float]:
    """The same with PyTorch; `F.dropout` is inverted dropout, and times keep it is the standard one."""
    import torch
    from torch.nn import functional

    torch.manual_seed(7)
    moments = []
    with torch.inference_mode():
        a = torch.relu(torch.randn(UNITS))
        for rate in RATES:
            keep = 1 - rate
            dropped = functional.dropout(a, rate, training=True)
            for output in (dropped * keep, a * keep, dropped, a):
                moments += [output.mean().item(), output.var().item()]
    return moments


def seconds(contender: Contender) -> float:
    begin = time.perf_counter()
    contender()
    return time.perf_counter() - begin


def median_ratio(numerator: Contender, denominator: Contender, rounds: int) -> float:
    """Median over rounds of the ratio of their times, after one round that is not counted."""
    ratios = [seconds(numerator) / seconds(denominator) for _ in range(rounds + 1)]
    return statistics.median(ratios[1:])


def peak_megabytes(units: int) -> float:
    """Peak memory of an interpreter that runs one sweep of that many units, Python and NumPy included."""
    code = (
        "import resource, dropviz as dv; "
        f"dv.sweep(dv.SweepConfig(dv.Normal(relu=True), {units}, dv.rate_grid(0.0, 0.95, 0.01))); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout) * unit / 1e6


def row(what: str, measured: str, demand: str) -> None:
    print(f"{what:<58}{measured:>12}   {demand}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of the slow loops; others run four times more"
    )
    rounds = parser.parse_args().rounds
    print(f"One sweep, {UNITS:,} units unless stated, sampling included")
    row("", "measured", "demanded")
    # First, because a child's peak starts from that of its parent, which is still small.
    row(f"peak memory, {BILLION:,} units, 96 rates", f"{peak_megabytes(BILLION):.0f} MB", "below 250 MB")

    def sweep(rates: int = 101) -> Contender:
        chosen = config(rates)
        return lambda: dv.sweep(chosen)

    def sample() -> object:
        return SOURCE.sample(np.random.default_rng(7), UNITS)

    many = 4 * rounds
    row(
        "sweep, 101 rates ÷ drawing the sample", f"{median_ratio(sweep(), sample, many):.2f}×", "at most 1.5×"
    )
    growth = median_ratio(sweep(1001), sweep(11), many)
    row("sweep, 1,001 rates ÷ sweep, 11 rates", f"{growth:.2f}×", "at most 1.3×")
    by_numpy = median_ratio(numpy_loop, sweep(), rounds)
    row("NumPy loop ÷ sweep, 101 rates", f"{by_numpy:.0f}×", "at least 40×")
    if importlib.util.find_spec("torch") is None:
        row("PyTorch F.dropout loop ÷ sweep, 101 rates", "–", "only with make bench")
    else:
        by_torch = median_ratio(torch_loop, sweep(), rounds)
        row("PyTorch F.dropout loop ÷ sweep, 101 rates", f"{by_torch:.0f}×", "at least 40×")


if __name__ == "__main__":
    main()

"""What a very large sweep costs beside its random numbers alone, and what a second process brings.

The draw alone makes the same activations and the same sizes of blocks, chunk by chunk, with the same generators, and
sums nothing. Contenders take turns; each ratio is the median over rounds, after one that is not counted. A second
process needs a core that nobody else uses: two that only draw say what the machine has to give.
"""

import argparse
import os
import statistics
import subprocess
import sys
from concurrent.futures import Executor, ProcessPoolExecutor

import dropviz as dv
from bench.sweep import row, seconds
from dropviz.simulation.sweep import CHUNK, draw_chunk

RATES = dv.rate_grid(0.0, 0.95, 0.01)
REPLICATES = dv.SweepConfig(dv.Normal(relu=True), 100_000, RATES, replicates=200)


def draw(config: dv.SweepConfig, part: int = 0, parts: int = 1) -> None:
    """The random numbers of a sweep, or of one part of it."""
    for chunk in range(part, -(-config.units // CHUNK), parts):
        draw_chunk(config, 0, chunk)


def draw_by_two(config: dv.SweepConfig, pool: Executor) -> None:
    for done in [pool.submit(draw, config, part, 2) for part in range(2)]:
        done.result()


def peak_megabytes(code: str) -> float:
    """Peak memory of an interpreter that runs this, Python and NumPy included."""
    tail = "; import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code + tail], stdout=subprocess.PIPE, text=True, check=True)
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--units", type=int, default=1_000_000_000, help="of a sweep (1000000000)")
    parser.add_argument("--rounds", type=int, default=3, help="that are counted (3)")
    options = parser.parse_args()
    config = dv.SweepConfig(dv.Normal(relu=True), options.units, RATES)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"A sweep of {config.units:,} units at {len(RATES)} rates; {os.cpu_count()} cores{load}")
    own = (
        "import numpy as np, dropviz as dv; x = np.random.default_rng(0).random(50_000_000, dtype=np.float32)"
    )
    row(
        "peak memory, 50,000,000 values of one's own (float32)",
        f"{peak_megabytes(own):.0f} MB",
        "the array alone",
    )
    own += "; dv.sweep(dv.SweepConfig(dv.Empirical(x), 1000))"
    row("the same with a sweep over them", f"{peak_megabytes(own):.0f} MB", "below 800 MB")
    with ProcessPoolExecutor(2) as pool:
        draw_by_two(dv.SweepConfig(dv.Normal(relu=True), CHUNK * 4, RATES), pool)  # processes have started
        rounds = [
            (
                seconds(lambda: draw(config)),
                seconds(lambda: dv.sweep(config)),
                seconds(lambda: dv.sweep(config, pool)),
                seconds(lambda: draw_by_two(config, pool)),
                seconds(lambda: dv.sweep(REPLICATES)),
                seconds(lambda: dv.sweep(REPLICATES, pool)),
            )
            for _ in range(options.rounds + 1)
        ][1:]

    def ratio(above: int, below: int) -> str:
        return f"{statistics.median(each[above] / each[below] for each in rounds):.2f}×"

    row("one process: sweep", f"{statistics.median(each[1] for each in rounds):.1f} s", "")
    row("one process: sweep ÷ the draw alone", ratio(1, 0), "at most 1.2×")
    row("sweep by one process ÷ by two", ratio(1, 2), "at least 1.8×")
    row("the draw alone by one process ÷ by two", ratio(0, 3), "what the machine gives")
    row("100,000 units × 200 replicates by one process ÷ by two", ratio(4, 5), "")


if __name__ == "__main__":
    main()

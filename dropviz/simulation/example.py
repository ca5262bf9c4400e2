"""What a person with a mistake in the code would measure: an example for the diagnosis."""

import numpy as np

from dropviz.simulation.sweep import SweepConfig, sweep
from dropviz.theory.activations import Normal
from dropviz.theory.diagnosis import LEFT_ON, Observation
from dropviz.theory.strategies import strategies

EXAMPLE_UNITS = 20_000
EXAMPLE_RATES = (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8)
FIRST_EXAMPLE = 12


def example(seed: int) -> Observation:
    """Simulate what a person with a mistake would see: means of three samples, rounded as one would type them.

    The mistake, the rate and the scale of the activations are drawn from the seed.
    """
    rng = np.random.default_rng(seed)
    wrong = [name for name, row in strategies().items() if row.mistake]
    name = str(rng.choice([*wrong, LEFT_ON]))
    rate = float(rng.choice(EXAMPLE_RATES))
    source = Normal(std=float(rng.uniform(0.5, 3.0)), relu=True)

    def mean(strategy: str, phase: int) -> tuple[float, float]:
        sample = int(rng.integers(2**31))  # training, test and clean data are different data
        seen = sweep(SweepConfig(source, EXAMPLE_UNITS, (rate,), (strategy,), sample))
        return float(f"{seen.mean[0, phase, 0]:.4g}"), float(f"{seen.mean_se[0, phase, 0]:.2g}")

    strategy = "inverted" if name == LEFT_ON else name
    return Observation(rate, *mean(strategy, 0), *mean(strategy, int(name != LEFT_ON)), *mean("inverted", 1))

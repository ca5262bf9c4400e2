"""dropviz: what standard and inverted dropout do to the same activations under the same mask."""

from dropviz import schedules
from dropviz.activations import (
    Constant,
    Empirical,
    Exponential,
    LogNormal,
    Normal,
    SigmoidNormal,
    Sparse,
    Uniform,
    digits,
)
from dropviz.strategies import Strategy, strategies
from dropviz.sweep import Sweep, SweepConfig, rate_grid, sweep
from dropviz.theory import Moments, exact_discrepancy, exact_moments

__version__ = "0.1.0"
__all__ = [
    "Constant",
    "Empirical",
    "Exponential",
    "LogNormal",
    "Moments",
    "Normal",
    "SigmoidNormal",
    "Sparse",
    "Strategy",
    "Sweep",
    "SweepConfig",
    "Uniform",
    "digits",
    "exact_discrepancy",
    "exact_moments",
    "rate_grid",
    "schedules",
    "strategies",
    "sweep",
]

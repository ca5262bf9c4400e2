"""dropviz: what standard and inverted dropout do to the same activations under the same mask."""

from dropviz.frameworks.audits import Audit, audit
from dropviz.layers.recording import Recorder
from dropviz.layers.reports import ActivationReport, report
from dropviz.numbers.rates import rate_grid
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.theory.activations import (
    Constant,
    Exponential,
    LogNormal,
    Normal,
    SigmoidNormal,
    Sparse,
    Uniform,
)
from dropviz.theory.measured import Empirical, digits
from dropviz.theory.moments import Moments, exact_discrepancy, exact_moments
from dropviz.theory.strategies import Strategy, strategies

__version__ = "0.1.0"
__all__ = [
    "ActivationReport",
    "Audit",
    "Constant",
    "Empirical",
    "Exponential",
    "LogNormal",
    "Moments",
    "Normal",
    "Recorder",
    "SigmoidNormal",
    "Sparse",
    "Strategy",
    "Sweep",
    "SweepConfig",
    "Uniform",
    "audit",
    "digits",
    "exact_discrepancy",
    "exact_moments",
    "rate_grid",
    "report",
    "schedules",
    "strategies",
    "sweep",
]

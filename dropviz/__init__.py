"""dropviz: what standard and inverted dropout do to the same activations under the same mask."""

from dropviz.frameworks.audits import Audit, audit
from dropviz.layers.recording import Recorder
from dropviz.layers.reports import ActivationReport, report
from dropviz.numbers.rates import rate_grid
from dropviz.simulation.noise_sweep import NoiseConfig, NoiseSweep, noise_sweep
from dropviz.simulation.study import Study, StudyConfig, study
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
    "NoiseConfig",
    "NoiseSweep",
    "Normal",
    "Recorder",
    "SigmoidNormal",
    "Sparse",
    "Strategy",
    "Study",
    "StudyConfig",
    "Sweep",
    "SweepConfig",
    "Uniform",
    "audit",
    "digits",
    "exact_discrepancy",
    "exact_moments",
    "noise_sweep",
    "rate_grid",
    "report",
    "schedules",
    "strategies",
    "study",
    "sweep",
]

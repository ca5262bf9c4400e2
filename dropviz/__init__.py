"""dropviz: what standard and inverted dropout do to the same activations under the same mask."""

from typing import TYPE_CHECKING, Any

from dropviz import schedules
from dropviz.frameworks.audits import Audit, audit
from dropviz.frameworks.conventions import Framework, migration
from dropviz.frameworks.conventions import frameworks as conventions  # the room is called frameworks
from dropviz.frameworks.findings import Finding
from dropviz.layers.layer_report import LayerReport
from dropviz.layers.recording import Recorder
from dropviz.layers.reports import ActivationReport, report
from dropviz.numbers.rates import rate_grid
from dropviz.simulation.layer import exact_z
from dropviz.simulation.noise_sweep import NoiseConfig, NoiseSweep, noise_sweep
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.simulation.variance_shift import exact_variance_shift
from dropviz.theory.activations import (
    Activations,
    Constant,
    Exponential,
    LogNormal,
    Normal,
    SigmoidNormal,
    Sparse,
    Uniform,
)
from dropviz.theory.diagnosis import Diagnosis, diagnose
from dropviz.theory.measured import Empirical, digits
from dropviz.theory.moments import (
    Discrepancy,
    Moments,
    exact_discrepancy,
    exact_moments,
    largest_rate,
    variance_ratio,
)
from dropviz.theory.normalisation import behind_batch_norm
from dropviz.theory.observation import Observation, observe, observe_passes
from dropviz.theory.strategies import Strategy, strategies

if TYPE_CHECKING:
    from dropviz.torch.recording import record as record

__version__ = "0.1.0"
__all__ = [
    "ActivationReport",
    "Activations",
    "Audit",
    "Constant",
    "Diagnosis",
    "Discrepancy",
    "Empirical",
    "Exponential",
    "Finding",
    "Framework",
    "LayerReport",
    "LogNormal",
    "Moments",
    "NoiseConfig",
    "NoiseSweep",
    "Normal",
    "Observation",
    "Recorder",
    "SigmoidNormal",
    "Sparse",
    "Strategy",
    "Sweep",
    "SweepConfig",
    "Uniform",
    "audit",
    "behind_batch_norm",
    "conventions",
    "diagnose",
    "digits",
    "exact_discrepancy",
    "exact_moments",
    "exact_variance_shift",
    "exact_z",
    "largest_rate",
    "migration",
    "noise_sweep",
    "observe",
    "observe_passes",
    "rate_grid",
    "report",
    "schedules",
    "strategies",
    "sweep",
    "variance_ratio",
]


def __getattr__(name: str) -> Any:
    """Return `dropviz.torch.record`, which needs PyTorch and is loaded when it is asked for."""
    if name == "record":
        from dropviz.torch.recording import record

        return record
    raise AttributeError(f"module 'dropviz' has no attribute {name!r}")

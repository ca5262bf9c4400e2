"""Constants that decide numbers, against literals: a link promises the same picture, so none changes by accident."""

from importlib import import_module

import pytest

CONSTANTS = {
    "numbers.checks": {"FOUR_ULPS": 2.0**-50, "ROUNDING": 1e-14, "LARGEST": 1e100},
    "numbers.rates": {"SMALLEST_RATE": 1e-9, "MOST_RATES": 10_001},
    "simulation.histogram": {"FINE_BINS": 400, "MOST_SEARCHED": 16_384, "DROPS_MATTER": 8.0},
    "simulation.layer": {"BINS": 60, "LARGEST_WEIGHT": 1e50},
    "simulation.masks": {"MOST_MASKED": 20_000_000, "MOST_ENUMERATED": 12},
    "simulation.executors": {"PENDING": 256, "TASKS": 64, "MOST_CHUNKS": 16},
    "simulation.noise_sweep": {"MOST_UNITS": 10**10, "PIECE": 2_000_000},
    "simulation.stack": {"CHUNK": 32_768, "MOST_SAMPLES": 10**8, "WIDEST": 512, "DEEPEST": 8},
    "simulation.sweep": {"CHUNK": 131_072, "SPANS": 16, "MOST_UNITS": 10**10, "MOST_REPLICATES": 1000},
    "theory.diagnosis": {"THRESHOLD": 4.0, "TIE": 20.0, "KNOWN": 1e-9, "TINY": 1e-100},
    "theory.law": {"SMALLEST": 1e-150, "POWERS": range(9), "NODES": 4096, "NARROW": 0.1},
    "theory.moments": {"MOST_VARIANCE": 1e201, "EDGE": 1e-9},
    # −λα of Klambauer et al. 2017, to the digits of their code
    "theory.noise": {"ALPHA_FILL": pytest.approx(-1.7580993408473766, rel=1e-15)},
    "theory.normal": {"ERF_STEP": 1.0 / 1024.0, "ERF_END": 6.0},
    "theory.observation": {"LARGEST": 1e50, "MOST": 1e20, "FEW": 30, "FAR": 4.0, "OTHER_PASS": 0.05},
    "theory.precision": {"DROPPED_BITS": 45},
    "theory.standard_errors": {"ENOUGH": 5.0, "NEGLIGIBLE": 0.01},
    "theory.survivors": {"MOST_UNITS": 512},
    "theory.wasserstein": {"TINY": 1e-15},
}


@pytest.mark.parametrize("module", CONSTANTS)
def test_a_constant_is_the_one_written_here(module):
    found = import_module(f"dropviz.{module}")
    assert {name: getattr(found, name) for name in CONSTANTS[module]} == CONSTANTS[module]

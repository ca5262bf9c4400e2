"""Simulation: a configuration in, a frozen result out; NumPy only."""

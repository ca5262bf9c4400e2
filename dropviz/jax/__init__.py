"""Is dropout right in a network of JAX? Flax, Equinox, Haiku or plain functions; JAX itself: ``pip install jax``."""

from dropviz.frameworks.findings import Finding, Report
from dropviz.jax.checking import assert_dropout_is_right, check

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check"]

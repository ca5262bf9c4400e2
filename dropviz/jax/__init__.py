"""Is dropout right in a network of JAX? Flax, Equinox, Haiku or plain functions; extra: ``dropviz[jax]``."""

from dropviz.extras import extra
from dropviz.frameworks.findings import Finding, Report

with extra("dropviz.jax"):
    from dropviz.jax.checking import assert_dropout_is_right, check

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check"]

"""Is dropout right in a Keras network? Keras 3 itself, on any backend: ``pip install keras``."""

from dropviz.frameworks.findings import Finding, Report
from dropviz.keras.checking import assert_dropout_is_right, check

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check"]

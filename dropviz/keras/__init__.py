"""Is dropout right in a Keras network? Keras 3, on any backend; extra: ``dropviz[keras]``."""

from dropviz.extras import extra
from dropviz.frameworks.findings import Finding, Report

with extra("dropviz.keras"):
    from dropviz.keras.checking import assert_dropout_is_right, check

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check"]

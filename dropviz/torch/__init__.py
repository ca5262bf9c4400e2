"""Is dropout right in a PyTorch network? ``pip install dropviz[torch]``."""

from dropviz.frameworks.findings import Finding
from dropviz.torch.checking import Report, assert_dropout_is_right, check

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check"]

"""Is dropout right in a PyTorch network, and what does it do to its layers? PyTorch itself: ``pip install torch``."""

from dropviz.frameworks.findings import Finding, Report
from dropviz.torch.checking import assert_dropout_is_right, check
from dropviz.torch.recording import record

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check", "record"]

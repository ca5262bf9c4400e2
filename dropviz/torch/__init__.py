"""Is dropout right in a PyTorch network, and what does it do to its layers? Extra: ``dropviz[torch]``."""

from dropviz.extras import extra
from dropviz.frameworks.findings import Finding, Report

with extra("dropviz.torch"):
    from dropviz.torch.checking import assert_dropout_is_right, check
    from dropviz.torch.recording import record

__all__ = ["Finding", "Report", "assert_dropout_is_right", "check", "record"]

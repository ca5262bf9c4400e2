"""What every test of a page under AppTest shares: one look for components, and a __main__ put back."""

import sys
from functools import cache

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def one_scan():
    """At every page Streamlit looks for components in all installed packages, which takes longer than the page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture(scope="module", autouse=True)
def main():
    """AppTest leaves a __main__ from which no process can be spawned."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        yield

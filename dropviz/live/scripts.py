"""The scripts of a page, and the addresses that they are served under."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import plotly

from dropviz.live.modules import inlined

OURS = ("explorer", "growing", "said", "story", "code", "hall")  # each with its modules in one
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"


class Script(NamedTuple):
    """A script, and its address relative to the app's own.

    It stands below Streamlit's static files: proxies that pass only Streamlit's paths pass it too. With its hash, a new
    script has a new address, so that a browser may keep it for ever.
    """

    address: str
    content: bytes


@cache
def scripts() -> Mapping[str, Script]:
    """Our scripts by name."""
    contents = {name: inlined(f"{name}.js").encode() for name in OURS}
    return {name: Script(_address(name, content), content) for name, content in contents.items()}


@cache
def plotly_address() -> str:
    """Where the file ``PLOTLY`` is served, for those who open a panel in it."""
    return _address("plotly", PLOTLY.read_bytes())


def _address(name: str, content: bytes) -> str:
    return f"static/dropviz/{name}.{hashlib.sha256(content).hexdigest()[:16]}.min.js"

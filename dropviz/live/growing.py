"""Figures that grow while they are looked at: what the browser needs to change them without mounting them anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from dropviz.live.figure import _jsonable
from dropviz.live.modules import inlined

MARKUP = """<div class="dv" data-ready>
<div class="dv-growing"></div>
<details class="dv-data"><summary>The data as a table</summary><div class="dv-tables"></div></details>
</div>"""
STYLE = """
.dv-growing { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 0.5rem; }
.dv-growing:has(> :nth-child(4):last-child) { grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
.dv-growing > .dv-plot { min-width: 0; overflow: hidden; }
"""


def growing_payload(charts: Sequence[tuple[Mapping[str, Any], str]]) -> list[dict[str, Any]]:
    """Return figures and their descriptions as JSON-ready values."""
    return [{"figure": _jsonable(figure), "alt": words} for figure, words in charts]


def growing_javascript() -> str:
    """The source of the component."""
    return inlined("growing.js")

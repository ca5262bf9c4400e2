"""Code to read and to copy, without Streamlit's highlighter: 1.6 MB for a few lines."""

from collections.abc import Mapping

from dropviz.live.modules import sheet
from dropviz.ui.components.scripts import component


def show_code(key: str, codes: Mapping[str, str]) -> None:
    """Show Python's code by its name, side by side where there is room; under the same ``key`` it changes in place."""
    component("code", '<div class="dv-codes"></div>', sheet("code.css"))(
        key=key, data={name: code.rstrip() for name, code in codes.items()}
    )

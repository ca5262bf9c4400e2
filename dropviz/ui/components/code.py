"""Code to read and to copy, without Streamlit's highlighter: 1.6 MB for a few lines."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dropviz.live.modules import HERE, inlined


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    style = (HERE / "code.css").read_text(encoding="utf-8")
    return st.components.v2.component(
        "dropviz_code",
        html='<div class="dv-codes"></div>',
        css=style,
        js=inlined("code.js"),
        isolate_styles=False,
    )


def show_code(key: str, codes: Mapping[str, str]) -> None:
    """Show Python's code by its name, side by side where there is room; under the same ``key`` it changes in place."""
    _component()(key=key, data={name: code.rstrip() for name, code in codes.items()})

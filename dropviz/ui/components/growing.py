"""A row of figures that are sent again and again while they grow, one below the other on a phone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dropviz.live.figure import stylesheet
from dropviz.live.growing import MARKUP, STYLE, growing_javascript, growing_payload
from dropviz.ui.components.live import PLOTLY


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "dropviz_growing",
        html=MARKUP,
        css=stylesheet() + STYLE,
        js=growing_javascript(),
        isolate_styles=False,
    )


def growing_figures(charts: Sequence[tuple[Mapping[str, Any], str]], key: str) -> None:
    """Show figures, each with its description; under the same ``key`` they change in place."""
    _component()(
        key=key, data={"charts": growing_payload(charts), "plotly": f"component/{PLOTLY.name}/plotly.min.js"}
    )

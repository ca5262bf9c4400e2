"""Mount a live figure on a page: the drag stays in the browser, the rate at its end reaches Python and the URL."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly
import streamlit as st
from streamlit.components.v1 import declare_component

from dropviz.explorer import LiveFigure, javascript, stylesheet

# Streamlit serves the files of a declared component: this is how plotly.min.js of the installed package gets out.
_PLOTLY = declare_component("dropviz_plotly", path=str(Path(plotly.__file__).parent / "package_data"))


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "dropviz_live", html='<div class="dv"></div>', css=stylesheet(), js=javascript(), isolate_styles=False
    )


def live_figure(live: LiveFigure, key: str) -> None:
    """Show ``live``; on release the rate goes into the URL as ``rate``."""
    payload = live.payload()
    version = hashlib.sha256(json.dumps(payload | {"start": 0}).encode()).hexdigest()[:16]
    state = f"{key}_live"

    def keep_rate() -> None:
        rate = st.session_state[state].get("rate")
        if rate is not None:
            st.query_params["rate"] = f"{rate:g}"

    _component()(
        key=state,
        data={"payload": payload, "version": version, "plotly": f"component/{_PLOTLY.name}/plotly.min.js"},
        on_rate_change=keep_rate,
    )

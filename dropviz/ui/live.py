"""Mount a live figure on a page: the drag stays in the browser, the rate at its end reaches Python and the URL."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.components.v1 import declare_component

from dropviz.explorer import PLOTLY_FOLDER, LiveFigure, javascript, stylesheet
from dropviz.ui.settings import RATE, Hidden, saved, to_replace

# Streamlit serves the files of a declared component: this is how plotly.min.js of the installed package gets out.
PLOTLY = declare_component("dropviz_plotly", path=str(PLOTLY_FOLDER))


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "dropviz_live", html='<div class="dv"></div>', css=stylesheet(), js=javascript(), isolate_styles=False
    )


def live_figure(live: LiveFigure, key: str, setting: Hidden = RATE) -> float:
    """Show ``live`` and return its rate; when a drag ends, the rate goes into the session and the address.

    ``setting`` names what the slider sets where that is not the rate: the training step of a schedule.
    """
    payload = live.payload()
    version = hashlib.sha256(json.dumps(payload).encode()).hexdigest()[:16]
    state = f"{key}_live"

    def keep_rate() -> None:
        rate = st.session_state[state].get("rate")
        if isinstance(rate, int | float) and setting.low <= rate <= setting.high:
            saved()[setting.key] = float(rate)

    _component()(
        key=state,
        data={
            "payload": payload,
            "version": version,
            "rate": saved()[setting.key],
            "replace": to_replace(),
            "arrival": st.session_state.get("arrivals", 0),
            "plotly": f"component/{PLOTLY.name}/plotly.min.js",
        },
        on_rate_change=keep_rate,
    )
    return float(saved()[setting.key])

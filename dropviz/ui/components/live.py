"""Mount a live figure on a page: the drag stays in the browser, the rate at its end reaches Python and the URL."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import streamlit as st
from streamlit.components.v1 import declare_component

from dropviz.live.figure import PLOTLY_FOLDER, LiveFigure, javascript, stylesheet
from dropviz.settings.kinds import RATE, Number
from dropviz.ui.settings.session import saved, to_replace

# Streamlit serves the files of a declared component: this is how plotly.min.js of the installed package gets out.
PLOTLY = declare_component("dropviz_plotly", path=str(PLOTLY_FOLDER))


class Ready(NamedTuple):
    """A live figure as the browser gets it: the places of its slider, its data as JSON, and what tells them apart.

    Pages cache this: it is written once, however often it is sent.
    """

    rates: Sequence[float]
    payload: bytes
    version: str


def ready(live: LiveFigure, place: float = RATE.default) -> Ready:
    """Write a live figure for the browser; its slider stands at first at the place nearest to ``place``."""
    payload = json.dumps(live.payload(place), separators=(",", ":")).encode()
    return Ready(live.rates, payload, hashlib.sha256(payload).hexdigest()[:16])


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "dropviz_live", html='<div class="dv"></div>', css=stylesheet(), js=javascript(), isolate_styles=False
    )


def live_figure(live: Ready, key: str, setting: Number = RATE) -> float:
    """Show ``live`` and return its rate; when a drag ends, the rate goes into the session and the address.

    ``setting`` names what the slider sets where that is not the rate: the training step of a schedule.
    """
    state = f"{key}_live"

    def keep_rate() -> None:
        rate = st.session_state[state].get("rate")
        if isinstance(rate, int | float) and setting.low <= rate <= setting.high:
            saved()[setting.key] = float(rate)

    head = {
        "version": live.version,
        "rate": saved()[setting.key],
        "replace": to_replace(),
        "arrival": st.session_state.get("arrivals", 0),
        "plotly": f"component/{PLOTLY.name}/plotly.min.js",
    }
    # As bytes: a dict would be written to JSON twice by Streamlit, and read whole where only the head is new.
    _component()(key=state, data=json.dumps(head).encode() + b"\n" + live.payload, on_rate_change=keep_rate)
    return float(saved()[setting.key])

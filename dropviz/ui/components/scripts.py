"""Where the browser finds a script, and the components that load theirs from there."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit import runtime

from dropviz.live.modules import inlined
from dropviz.live.scripts import scripts


def script_addresses(name: str) -> list[str]:
    """Addresses of a script below the app's own, in the order to try: ours, then the way of Streamlit's media.

    The second serves where a host answers ``static/`` itself, or runs app.py as a script. Plotly, for a few, has no
    second one: at every run Streamlit would read its 5 MB through.
    """
    script = scripts()[name]
    if not runtime.exists():
        return [script.address]
    # Media leave with the last visitor whose run names them: every run does.
    media = runtime.get_instance().media_file_mgr.add(script.content, "text/javascript", name)
    return [script.address, media.removeprefix("/")]


def component(name: str, html: str, css: str = "") -> Callable[..., Any]:
    """The component whose script is called ``name``; ``html`` has its root, which gets the addresses of the script.

    It is sent with every change, and so is ``css``: what the frame does not have.
    """
    return _component(name, html.replace(">", f' data-script="{" ".join(script_addresses(name))}">', 1), css)


def held(key: str, name: str) -> Any:
    """What the component of this ``key`` holds under a name; None where it holds nothing, or what cannot be read."""
    return st.session_state.get(key, {}).get(name)


def told(key: str, name: str) -> Any:
    """What a hand has set under a name in the component of this ``key``; None where it did so before one came here."""
    match held(key, name):
        case {"value": value, "arrival": arrival} if arrival == st.session_state.get("arrivals", 0):
            return value
    return None


@st.cache_resource(show_spinner=False)
def _component(
    name: str, html: str, _css: str
) -> Callable[..., Any]:  # one name, one style: it is not hashed anew
    return st.components.v2.component(
        f"dropviz_{name}", html=html, css=_css or None, js=inlined("loader.js"), isolate_styles=False
    )

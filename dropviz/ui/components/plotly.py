"""Where the browser finds Plotly."""

from functools import cache

from streamlit import runtime

from dropviz.live.library import PLOTLY_ADDRESS, PLOTLY_FILE


def plotly_addresses() -> list[str]:
    """Addresses below the app's own, in the order to try: ours, then the way of Streamlit's media.

    The second serves where a host answers ``static/`` itself, or runs app.py as a script.
    """
    if not runtime.exists():
        return [PLOTLY_ADDRESS]
    # Media leave with the last visitor whose run names them: every run does.
    media = runtime.get_instance().media_file_mgr.add(_plotly(), "text/javascript", "plotly")
    return [PLOTLY_ADDRESS, media.removeprefix("/")]


@cache
def _plotly() -> bytes:
    return PLOTLY_FILE.read_bytes()

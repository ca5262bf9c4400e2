"""Mount live and growing figures on a page: a drag stays in the browser, the rate at its end reaches Python and URL."""

import gzip
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Panel, wire
from dropviz.live.scripts import plotly_address
from dropviz.live.terms import Reader
from dropviz.live.words import Block
from dropviz.settings.kinds import RATE, Choice, Number
from dropviz.ui.components.scripts import component, held, told
from dropviz.ui.settings.session import saved, to_remember, to_replace

GROWING = """<div class="dv" data-ready>
<div class="dv-growing"></div>
<details class="dv-data"><summary>The data as a table</summary><div class="dv-tables"></div></details>
</div>"""


class Ready(NamedTuple):
    """A live figure as the browser gets it: the places of its slider, its data as JSON, and what tells them apart.

    Pages cache this: it is written and compressed once, however often it is sent.
    """

    rates: Sequence[float]
    payload: bytes
    version: str


def ready(live: LiveFigure, place: float = RATE.default) -> Ready:
    """Write a live figure for the browser; its slider stands at first at the place nearest to ``place``."""
    payload = json.dumps(live.payload(place), separators=(",", ":")).encode()
    return Ready(live.rates, gzip.compress(payload, 1, mtime=0), hashlib.sha256(payload).hexdigest()[:16])


def unfolded(key: str) -> bool:
    """Whether something of the live figure of this ``key`` was unfolded: one with `more` is then to be whole."""
    return held(f"{key}_live", "unfolded") is True


def live_figure(
    live: Ready,
    key: str,
    setting: Number = RATE,
    variant: Choice | None = None,
    move: Callable[[object], None] | None = None,
) -> float:
    """Show ``live`` and return its rate; when a drag ends, the rate goes into the session and the address.

    ``setting`` names what the slider sets where that is not the rate: the training step of a schedule; ``variant``
    what a person chooses in the figure itself. ``move`` gets what a hand has made of the knots, before the page runs.
    """
    state = f"{key}_live"

    def keep_rate() -> None:
        rate = told(state, "rate")
        if setting.accepts(rate):
            saved()[setting.key] = float(rate)

    def keep_variant() -> None:
        chosen = told(state, "chosen")
        if variant is not None and variant.accepts(chosen):
            saved()[variant.key] = chosen

    head = {
        "chosen": "" if variant is None else saved()[variant.key],
        "version": live.version,
        "rate": saved()[setting.key],
        "replace": to_replace(),
        "arrival": st.session_state.get("arrivals", 0),
        "plotly": [plotly_address()],
        "hears": move is not None,
        "remember": to_remember(),
    }
    # As bytes: a dict would be written to JSON twice by Streamlit, and read whole where only the head is new.
    data = json.dumps(head).encode() + b"\n" + live.payload
    moves = {} if move is None else {"on_moved_change": lambda: move(held(state, "moved"))}
    component("explorer", '<div class="dv"></div>')(
        key=state,
        data=data,
        on_rate_change=keep_rate,
        on_chosen_change=keep_variant,
        on_unfolded_change=lambda: None,  # the run that follows asks
        **moves,
    )
    return float(saved()[setting.key])


def show_words(blocks: Sequence[Block], key: str) -> None:
    """Show words without a figure, each word of the glossary explained where it first stands."""
    sent = wire(Reader().read(list(blocks)))
    component("said", '<div class="dv"></div>')(key=key, data={"blocks": sent})


def growing_figures(charts: Sequence[tuple[Panel, str]], key: str) -> None:
    """Show panels, each with its description; under the same ``key`` they change in place."""
    sent = [{"panel": wire(panel), "alt": words} for panel, words in charts]
    component("growing", GROWING)(key=key, data={"charts": sent, "plotly": [plotly_address()]})

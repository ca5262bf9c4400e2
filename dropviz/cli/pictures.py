"""Pictures of the app as HTML pages of their own; here, as no other command is to wait for what draws them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from dropviz.figures.everything import explorer_live
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.where_to_scale import where_live
from dropviz.live.figure import LiveFigure
from dropviz.live.page import standalone_html
from dropviz.settings import mistakes, pages
from dropviz.settings.first_screen import ANSWER
from dropviz.simulation.first_screen import first_look
from dropviz.simulation.mistakes import MistakeConfig, beside_inverted
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep

EVERYTHING = "Dropout: scale at test time, or invert in training?"


def _start(config: SweepConfig) -> LiveFigure:
    return where_live(first_look(sweep(replace(config, strategies=tuple(ANSWER.options)))))


def _mistakes(config: SweepConfig) -> LiveFigure:
    held = replace(config, strategies=("inverted", *mistakes.TABLED))
    return mistake_live(beside_inverted(MistakeConfig(held, mistakes.MISTAKE.default)))


# What each is called, its title, and the figure of a configuration, whose strategies only the last keeps.
DRAWN: Mapping[str, tuple[str, Callable[[SweepConfig], LiveFigure]]] = {
    "start": (pages.START.heading, _start),
    "mistakes": (pages.MISTAKES.heading, _mistakes),
    "everything": (EVERYTHING, lambda config: explorer_live(first_look(sweep(config)))),
}


def everything(result: Sweep, label: str) -> bytes:
    """Return the first screen with everything at once, as one HTML page."""
    return _page(explorer_live(first_look(result)), EVERYTHING, result.config, label)


def picture(name: str, config: SweepConfig, label: str, rate: float) -> bytes:
    """Return the picture of that name as one HTML page, its slider at ``rate``."""
    title, drawn = DRAWN[name]
    return _page(drawn(config), title, config, label, rate)


def _page(live: LiveFigure, title: str, config: SweepConfig, label: str, rate: float = 0.3) -> bytes:
    caption = f"Activations: {label}; {config.units:,} units, seed {config.seed}."
    return standalone_html(live, title, caption, rate).encode()

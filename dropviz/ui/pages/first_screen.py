"""The first screen: where to scale, on the same activations and masks; or all strategies, everything at once."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.everything import explorer_live
from dropviz.figures.where_to_scale import where_live
from dropviz.frameworks.snippets import TARGETS, snippet
from dropviz.live.figure import LiveFigure
from dropviz.live.page import standalone_html
from dropviz.numbers.rates import GRID
from dropviz.settings import pages
from dropviz.settings.first_screen import ANSWER, MEASURE, SEED, SETTINGS, STRATEGIES, UNITS, VIEW
from dropviz.settings.kinds import Choice
from dropviz.simulation.first_screen import first_look
from dropviz.theory.activations import Activations
from dropviz.ui.components.code import show_code
from dropviz.ui.components.live import Ready, live_figure, ready, unfolded
from dropviz.ui.page import Page
from dropviz.ui.settings.session import kept, remember, set_value
from dropviz.ui.settings.sources import choose_source, name_own
from dropviz.ui.settings.widgets import fold, heard, show, show_seed

FRAMEWORK = Choice(
    "code",
    "framework",
    {target: target for target in TARGETS},
    TARGETS[0],
    help="The same two strategies, written for this library.",
    control="segments",
)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={dv.Empirical: lambda source: source.digest})
def _live(
    activations: Activations, units: int, strategies: tuple[str, ...], seed: int, measure: str, whole: bool
) -> Ready:
    return ready(_figure(_config(activations, units, strategies, seed), measure, whole=whole))


def _figure(
    config: dv.SweepConfig, measure: str, answer: str = ANSWER.default, whole: bool = True
) -> LiveFigure:
    """Everything at once with that ``measure`` of the discrepancy; without one, the one idea with an ``answer``.

    What unfolds is up to two thirds of it; it comes with the ``whole``.
    """
    screen = first_look(dv.sweep(config), counted=whole or bool(measure))
    return explorer_live(screen, measure, whole) if measure else where_live(screen, answer)


def _config(activations: Activations, units: int, strategies: tuple[str, ...], seed: int) -> dv.SweepConfig:
    return dv.SweepConfig(activations, units, GRID, strategies, seed)


def _controls(place: DeltaGenerator) -> tuple[dv.SweepConfig, str, str]:
    """All settings in the sidebar of the full view; below the one idea, what it is drawn from."""
    full = show(VIEW) == "full"
    show(ANSWER)
    with place:
        name_own()
    settings = None if full else fold("My own activations, and all settings", "settings", place)
    if settings is None or settings.open:
        with settings or st.sidebar:
            other = "simple" if full else "full"
            if st.button(VIEW.options[other], help=VIEW.help):
                set_value(VIEW, other)
                remember(VIEW)
                st.rerun()  # the whole page: the settings move into the sidebar, or leave it
        with settings.container(horizontal=True, vertical_alignment="bottom") if settings else st.sidebar:
            choose_source()
            if full:
                show(STRATEGIES)
                show(MEASURE)
            show(UNITS)
            show_seed(SEED, "A new seed: other activations, other masks.")
    return _chosen()


def _chosen() -> tuple[dv.SweepConfig, str, str]:
    """What to draw, by which measure of the discrepancy, and what its activations are called."""
    full = kept(VIEW) == "full"
    activations, label = choose_source(heard)
    strategies = heard(STRATEGIES) if full else tuple(ANSWER.options)
    config = _config(activations, int(heard(UNITS)), strategies, heard(SEED))
    return config, heard(MEASURE) if full else "", label


def _view(config: dv.SweepConfig, measure: str, label: str) -> None:
    # Not the configuration: Streamlit would hash its rates one by one.
    whole = unfolded("explorer" if measure else "where")
    live = _live(config.activations, config.units, config.strategies, config.seed, measure, whole)
    if config.units == 1:
        st.info("One unit has no variance: a curve of the variance is exact alone.")
    if not measure:
        rate = live_figure(live, "where", variant=ANSWER)
        code, files = (
            fold("The code in my framework", "code"),
            fold("To take away: table, figure", "files"),
        )
        if code.open:
            with code:
                _code(rate)
        if files.open:
            with files:
                _downloads(config, measure, label, rate)
        return
    rate = live_figure(live, "explorer")
    st.subheader(f"The same in a framework, at rate {rate:g}", anchor=False)
    _code(rate)
    _downloads(config, measure, label, rate)


def _code(rate: float) -> None:
    target = show(FRAMEWORK)
    show_code("snippets", {name: snippet(name, rate, target) for name in ("standard", "inverted")})


def _downloads(config: dv.SweepConfig, measure: str, label: str, rate: float) -> None:
    source = label if isinstance(config.activations, dv.Empirical) else repr(config.activations)
    answer = kept(ANSWER)
    caption = f"Activations: {source}; {config.units:,} units, seed {config.seed}. Made with dropviz {dv.__version__}."
    with st.container(horizontal=True):
        st.download_button(
            "table as CSV",
            lambda: dv.sweep(config).to_frame().to_csv(index=False),
            "dropviz.csv",
            "text/csv",
            on_click="ignore",
            help="Every strategy, rate and phase: mean and variance, their standard errors, and the exact ones.",
        )
        st.download_button(
            "live figure as HTML",
            lambda: standalone_html(
                _figure(config, measure, answer),
                "Dropout: scale at test time, or invert in training?",
                caption,
                rate,
            ),
            "dropviz.html",
            "text/html",
            on_click="ignore",
            help="This picture with its slider, in one file of less than 1 MB that needs no network.",
        )
    st.caption(
        "The address of this page holds every setting but a file of yours: copy it, and it shows the same picture."
    )


PAGE = Page(
    *pages.START,
    settings=(*SETTINGS, FRAMEWORK),
    controls=_controls,
    chosen=_chosen,
    view=_view,
)

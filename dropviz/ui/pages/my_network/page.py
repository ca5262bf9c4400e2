"""What a rate does to the layers of a network: an example, a person's own, or what `dropviz check` found there."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.my_network import network_live
from dropviz.layers.network_view import network_view, table_rows
from dropviz.layers.reports import ActivationReport, report_on
from dropviz.layers.together import Network
from dropviz.settings import pages
from dropviz.settings.kinds import RATE
from dropviz.settings.my_network import AXIS, BOUND, CHECK, EXAMPLE, FILES, SETTINGS, SHOWN
from dropviz.ui.components.code import show_code
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.pages.my_network.check import my_check
from dropviz.ui.pages.my_network.files import my_layers
from dropviz.ui.settings.widgets import fold, folded_settings, show

RECORD = Path(dv.__file__).with_name("data") / "example_network.npz"
ABOUT = "An example: the layers of a small network that learnt the digits with dropout. Yours: *my layers*."
HOW = """\
import dropviz as dv
from dropviz.torch import record         # Keras and JAX: docs/recipes.md

record(model, loader, "layers.npz")      # moments, zeros and a sample of every layer; give this file above
dv.report("layers.npz", rate=0.3)        # the same numbers without this page"""
NONE = Network((), ())


@st.cache_data(max_entries=16, show_spinner=False)
def _live(
    marks: tuple[str, ...],  # noqa: ARG001 (what tells one network from another)
    bound: float,
    first: int | None,
    _network: Network,
) -> Ready:
    return ready(network_live(network_view(_report(_network, RATE.default, bound), first)))


def _report(network: Network, rate: float, bound: float) -> ActivationReport:
    """The report on a person's own layers; on those of the example where there are none."""
    return report_on(network.layers, rate, bound) if network.layers else dv.report(RECORD, rate, bound=bound)


def _controls(place: DeltaGenerator) -> tuple[str, tuple[str, ...], Network, int | None, float]:
    shown = show(SHOWN)
    marks: tuple[str, ...] = ()
    network, first = None, None
    with folded_settings("network_settings", place) as ask:
        bound, axis = float(ask(BOUND)), int(ask(AXIS))
    if shown == EXAMPLE:
        st.caption(ABOUT)
    if shown == FILES:
        marks, network, first = my_layers(axis)
    return shown, marks, network or NONE, first, bound


def _picture(shown: str, marks: tuple[str, ...], network: Network, first: int | None, bound: float) -> None:
    if shown == CHECK:
        my_check()
        return
    rate = live_figure(_live(marks, bound, first, network), "network")
    table = fold(f"All layers as a table, at rate {rate:g}", "network_table")
    if table.open:
        with table:
            _table(_report(network, rate, bound))


def _table(report: ActivationReport) -> None:
    import pandas as pd

    st.dataframe(pd.DataFrame(table_rows(report)), hide_index=True)
    st.download_button(
        "every unit as CSV",
        lambda: report.to_frame().to_csv(index=False),
        "layers.csv",
        "text/csv",
        on_click="ignore",
        help="A row a unit: mean, variance, zeros, the ratio at this rate, and the largest rate.",
    )


def _how(shown: str, *_: object) -> None:
    if shown != CHECK:
        how = fold("How to record my network", "network_how")
        if how.open:
            with how:
                show_code("network_how", {"PyTorch": HOW})


PAGE = Page(
    *pages.MY_NETWORK,
    settings=SETTINGS,
    controls=_controls,
    view=_picture,
    below=_how,
    more=True,
)

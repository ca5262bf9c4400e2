"""Zero-mean noise: which kinds have mean zero, what they share with inverted dropout, and what each needs at test."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.noise import noise_live
from dropviz.numbers.formulas import unbroken
from dropviz.settings import pages
from dropviz.settings.noise import NOISE, SEED, SETTINGS, UNITS
from dropviz.simulation.noise_pair import NoisePairConfig, noise_pair
from dropviz.theory.activations import Activations
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.session import kept
from dropviz.ui.settings.sources import choose_source, name_own
from dropviz.ui.settings.widgets import fold, folded_settings, show

SOURCES = (
    "N(mean, variance), U(interval). Gaussian × : Srivastava et al., "
    "[Dropout, JMLR 15, 2014](https://jmlr.org/papers/v15/srivastava14a.html), who write p for keep. "
    "Alpha: Klambauer et al., [Self-normalizing neural networks, NIPS 2017](https://arxiv.org/abs/1706.02515). "
    "Adding noise to the input is older than dropout: Bishop, [Neural Computation 7, "
    "1995](https://doi.org/10.1162/neco.1995.7.1.108). The variance of Gaussian + and uniform × is set by us to "
    "that of inverted dropout, so that the shape alone differs."
)
WORDS = (
    "Standard dropout adds noise with a mean, −r·a at every unit, and has to undo it at test: × k. "
    "Every other noise here needs nothing at test. Of those, all but alpha have mean 0 at every unit, "
    "whatever the activation; alpha’s is 0 only on average, and only where the activations have mean 0.\n\n"
    "Mean 0 is not the whole story. Every noise matched to inverted dropout gives the output the same surplus of "
    "variance in training, (r/k)·E[a²], and at test that surplus is gone."
)


@st.cache_data(
    max_entries=64,
    show_spinner="Drawing activations …",
    hash_funcs={dv.Empirical: lambda source: source.digest},
)
def _live(activations: Activations, other: str, units: int, seed: int) -> Ready:
    return ready(noise_live(noise_pair(NoisePairConfig(other, activations, units, seed=seed))))


def _controls(place: DeltaGenerator) -> tuple[Activations, int, int]:
    with folded_settings("noise_settings", place) as ask:
        activations, _ = choose_source(ask)
        units, seed = int(ask(UNITS)), int(ask(SEED))
    with place:
        name_own()
    show(NOISE)
    return activations, units, seed


def _figure(activations: Activations, units: int, seed: int) -> None:
    live_figure(_live(activations, kept(NOISE), units, seed), "noise", variant=NOISE)


def _words(*_: object) -> None:
    words = fold("What mean 0 does not do, and sources", "noise_words")
    if words.open:
        words.markdown(unbroken(WORDS))
        words.caption(unbroken(SOURCES))


PAGE = Page(
    *pages.NOISE,
    settings=SETTINGS,
    controls=_controls,
    view=_figure,
    below=_words,
    more=True,
)

"""Dropout in real networks: what is asked of one place there, a question at a time, each with its picture."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.figures.where.exact import exact_live
from dropviz.figures.where.groups import groups_live
from dropviz.figures.where.normalisation import normalisation_live
from dropviz.figures.where.penalty import penalty_live
from dropviz.figures.where.precision import precision_live
from dropviz.figures.where.residual import residual_live
from dropviz.figures.where.step import step_live
from dropviz.figures.where.survivors import survivors_live
from dropviz.live.figure import LiveFigure
from dropviz.settings import pages
from dropviz.settings.where import QUESTION, QUESTIONS, SEED, SETTINGS
from dropviz.simulation.where.exact import ExactConfig, thinned
from dropviz.simulation.where.groups import GroupsConfig, grouped
from dropviz.simulation.where.normalisation import NormalisationConfig, normalised
from dropviz.simulation.where.penalty import PenaltyConfig, penalty
from dropviz.simulation.where.precision import PrecisionConfig, low_precision
from dropviz.simulation.where.residual import ResidualConfig, attended
from dropviz.simulation.where.survivors import SurvivorsConfig, survivors
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.measured import Empirical
from dropviz.training.step_pairs import StepPairsConfig, step_pairs
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.session import saved
from dropviz.ui.settings.sources import drawn_from
from dropviz.ui.settings.widgets import fold, show, show_seed

# of each question: its settings → its result, drawn
ANSWERS: Mapping[str, Callable[..., LiveFigure]] = {
    "normalisation": lambda **settings: normalisation_live(normalised(NormalisationConfig(**settings))),
    "residual": lambda **settings: residual_live(attended(ResidualConfig(**settings))),
    "precision": lambda **settings: precision_live(low_precision(PrecisionConfig(**settings))),
    "groups": lambda **settings: groups_live(grouped(GroupsConfig(**settings))),
    "step": lambda **settings: step_live(step_pairs(StepPairsConfig(**settings))),
    "penalty": lambda **settings: penalty_live(penalty(PenaltyConfig(**settings))),
    "exact": lambda **settings: exact_live(thinned(ExactConfig(**settings))),
    "survivors": lambda **settings: survivors_live(survivors(SurvivorsConfig(**settings))),
}


def _live(question: str, settings: Mapping[str, Any]) -> Ready:
    return ready(ANSWERS[question](**settings))


# One cache for all: it knows a function by its code. Whoever waits is told for what.
LIVE: Mapping[str, Callable[[str, Mapping[str, Any]], Ready]] = {
    name: st.cache_data(
        max_entries=32, show_spinner=question.awaited, hash_funcs={Empirical: lambda source: source.digest}
    )(_live)
    for name, question in QUESTIONS.items()
}


def _controls(place: DeltaGenerator) -> tuple[str, Mapping[str, Activations]]:
    name = show(QUESTION)
    question = QUESTIONS[name]
    st.markdown(f"**{question.asked}**")
    unfolded = fold("Settings", "where", place)
    if unfolded.open:
        with unfolded:
            for setting in question.settings.values():
                if setting is SEED:
                    show_seed(SEED, "A new seed: other weights, inputs and masks.")
                else:
                    show(setting)
    if not question.drawn:
        return name, {}
    law = drawn_from(place, RELU, question.usual, f"{question.drawn} are drawn")
    return name, {} if law is RELU else {"activations": law}


def _figure(name: str, drawn: Mapping[str, Activations]) -> None:
    settings = {field: saved()[setting.key] for field, setting in QUESTIONS[name].settings.items()}
    live_figure(LIVE[name](name, {**settings, **drawn}), "networks")


PAGE = Page(
    *pages.WHERE,
    settings=SETTINGS,
    controls=_controls,
    view=_figure,
    more=True,
)

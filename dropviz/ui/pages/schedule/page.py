"""A changing rate: schedules, and why inverted dropout needs no test factor when the rate moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import streamlit as st

from dropviz import schedules
from dropviz.figures.schedule import schedule_live
from dropviz.schedules import Schedule
from dropviz.simulation.changing_rate import changing_rate
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.frame import complain, heading
from dropviz.ui.pages.schedule.rate_table import RateTable
from dropviz.ui.settings.address import read_address, show, write_address
from dropviz.ui.settings.kinds import Choice, Hidden, Number, Setting, saved

MOST_STEPS = 100_000


def _rate(key: str, label: str, default: float) -> Number:
    return Number(
        f"schedule_{key}", label, default, 0.0, 0.99, 0.05, help="A probability that a unit is dropped."
    )


def _annealed_code(total: int, start: float, zero_at: int) -> str:
    return f"annealed({start!r}, duration={total * zero_at / 100!r})"


def _stairs(
    total: int, first: float, last: float, levels: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Rates and boundaries of equally high and equally long stairs."""
    rates = np.linspace(first, last, levels).round(6).tolist()
    return tuple(rates), tuple(round(total * (i + 1) / levels, 6) for i in range(levels - 1))


def _table_arguments(rows: tuple[tuple[float, float], ...]) -> tuple[list[float], list[float]]:
    return [step for step, _ in rows], [rate for _, rate in rows]


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the list: its label, its settings, and the schedule and the call that these and the steps give."""

    label: str
    settings: tuple[Setting, ...]
    make: Callable[..., Schedule]
    code: Callable[..., str]
    source: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "annealed": Kind(
            "annealed",
            (
                _rate("start", "rate at the start", 0.5),
                Number(
                    "schedule_zero_at",
                    "rate 0 after, % of the training",
                    100,
                    1,
                    100,
                    5,
                    help="When the straight line reaches 0.",
                ),
            ),
            lambda total, start, zero_at: schedules.annealed(start, total * zero_at / 100),
            _annealed_code,
            "Annealed dropout takes the rate from a high initial value to zero over the training: Rennie, "
            "Goel, Thomas, [SLT 2014]"
            "(https://research.ibm.com/publications/annealed-dropout-training-of-deep-networks). "
            "The straight line is our choice.",
        ),
        "curriculum": Kind(
            "curriculum",
            (
                _rate("final", "rate approached", 0.5),
                Number(
                    "schedule_speed", "γ × steps", 10.0, 0.1, 100.0, 1.0, help="How fast it is approached."
                ),
            ),
            lambda total, final, speed: schedules.curriculum(final, speed / total),
            lambda total, final, speed: f"curriculum({final!r}, gamma={speed / total!r})",
            "Curriculum dropout goes the other way, from no dropout up: keep = (1 − k̄)·exp(−γ·step) + k̄. "
            "Morerio et al., [ICCV 2017](https://arxiv.org/abs/1703.06229).",
        ),
        "cosine": Kind(
            "cosine",
            (_rate("cosine_start", "rate at the start", 0.5), _rate("cosine_final", "rate at the end", 0.0)),
            lambda total, start, final: schedules.cosine(start, final, total),
            lambda total, start, final: f"cosine({start!r}, {final!r}, duration={total})",
            "Half a cosine, as Loshchilov and Hutter use for the learning rate: "
            "[ICLR 2017](https://arxiv.org/abs/1608.03983).",
        ),
        "steps": Kind(
            "steps",
            (
                _rate("steps_first", "first rate", 0.5),
                _rate("steps_last", "last rate", 0.0),
                Number("schedule_levels", "levels", 3, 2, 10, 1, help="How many rates, one after the other."),
            ),
            lambda total, *values: schedules.steps(*_stairs(total, *values)),
            lambda total, *values: "steps({}, boundaries={})".format(*_stairs(total, *values)),
            "Equally high and equally long stairs.",
        ),
        "constant": Kind(
            "constant",
            (_rate("constant", "rate", 0.3),),
            lambda _, rate: schedules.constant(rate),
            lambda _, rate: f"constant({rate!r})",
            "One rate: then standard dropout has a right factor too, 1 − rate.",
        ),
        "table": Kind(
            "own table",
            (
                RateTable(
                    "schedule_table",
                    "steps, rising, and their rates; add a row at the end",
                    ((0, 0.5), (500, 0.3), (1000, 0)),
                ),
                Choice(
                    "schedule_between",
                    "between the rows",
                    {"linear": "straight line", "step": "rate of the row above"},
                    "linear",
                    help="What the rate is at a step that no row names.",
                ),
            ),
            lambda _, rows, between: schedules.table(*_table_arguments(rows), between),
            lambda _, rows, between: "table({}, {}, {!r})".format(*_table_arguments(rows), between),
            "Before the first row holds the first rate, after the last row the last.",
        ),
    }
)
KIND = Choice(
    "schedule",
    "schedule",
    {name: kind.label for name, kind in KINDS.items()},
    "annealed",
    segmented=True,
    help="How the rate depends on the training step.",
)
TOTAL = Number(
    "schedule_steps",
    "training steps",
    1000,
    10,
    MOST_STEPS,
    100,
    help="How long the training is: one step, one update of the weights.",
)
STEP = Hidden("step", 400.0, 0.0, float(MOST_STEPS))
SETTINGS: tuple[Setting, ...] = (
    STEP,
    KIND,
    TOTAL,
    *(setting for kind in KINDS.values() for setting in kind.settings),
)


@st.cache_data(max_entries=64, show_spinner=False)
def _live(name: str, total: int, values: tuple[Any, ...]) -> Ready:
    return ready(schedule_live(changing_rate(KINDS[name].make(total, *values), total)), STEP.default)


def show_page() -> None:
    """Show the page."""
    heading("A changing rate: which rate belongs in the test?")
    complain(read_address("schedule", SETTINGS))
    name = show(KIND)
    kind = KINDS[name]
    with st.sidebar:
        total = int(show(TOTAL))
        values = tuple(show(setting) for setting in kind.settings)
    _figure(name, total, values)
    _words(kind)
    _code(kind.code(total, *values), name)


@st.fragment
def _figure(name: str, total: int, values: tuple[Any, ...]) -> None:
    live = _live(name, total, values)
    step = saved()[STEP.key]
    saved()[STEP.key] = min(live.rates, key=lambda place: abs(place - step))
    live_figure(live, "schedule", STEP)
    write_address(SETTINGS)


def _words(kind: Kind) -> None:
    st.markdown(
        "A network is tested while it learns, not only at the end. With standard dropout the factor for that is "
        "1 − *the rate of this step*: a number that has to travel with every saved network. Any one factor, "
        "fixed for the whole training, is right only where the rate happens to be the one that it came from. "
        "Standard's training mean, keep·E[a], moves with the rate too, and the next layer has to follow it. "
        "Inverted dropout divides by each step's own keep while training: the mean stays at E[a], and the test "
        "network never learns that there was a schedule."
    )
    st.caption(
        f"{kind.source} Means are those of the layer's output, for any activations with E[a] ≠ 0; errors are exact. "
        "The mean is all that is compared here: the variance in training follows the rate with both. "
        "Further reading, named beside annealing by the answers to this question: Modified Dropout for Training "
        "Neural Network."
    )


def _code(call: str, name: str) -> None:
    st.subheader("Three lines of the training loop", anchor=False)
    st.code(f"from dropviz.schedules import {name}\n\nschedule = {call}", language="python")
    left, right = st.columns(2)
    left.code(
        "# inverted; at test: a\n"
        "rate = schedule(step)\n"
        "mask = rng.random(a.shape) >= rate\n"
        "a = a * mask / (1 - rate)",
        language="python",
    )
    right.code(
        "# inverted, in PyTorch; at test: model.eval()\n"
        "for module in model.modules():\n"
        "    if isinstance(module, torch.nn.Dropout):\n"
        "        module.p = float(schedule(step))",
        language="python",
    )

"""A diagnosis on the page: a person's means or files in, the convention or mistake that fits them out."""

import math
import secrets
from dataclasses import astuple
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.datasets.files import MOST_BYTES, read_activations
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain, with_error
from dropviz.settings.mistakes import CLEAN, CLEAN_KNOWN, FROM, RATE_SEEN, SETTINGS, TEST, TRAIN
from dropviz.simulation.mistakes import example
from dropviz.theory.diagnosis import THRESHOLD, TIE, Candidate, Diagnosis, Observation, diagnose, observe
from dropviz.ui.components.upload import upload
from dropviz.ui.settings.session import set_value, write_address
from dropviz.ui.settings.sources import FILE_HELP, FILE_TYPES
from dropviz.ui.settings.widgets import show

if TYPE_CHECKING:
    import pandas as pd

SLOTS = {"train": "outputs in training", "test": "outputs at test", "clean": "without dropout (optional)"}


@st.fragment
def show_diagnosis() -> None:
    """Show the diagnosis."""
    st.subheader("Which one is mine? A diagnosis", anchor=False)
    st.markdown(
        "Measure the mean output of one dropout layer in training and at test, over many units and examples. The two "
        "means, their standard errors and the rate narrow it down; the mean without dropout mostly settles it. Dropout "
        "left on at test shows in the variances only: two files hold them. The numbers at first are an example."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = show(FROM)
        st.button(
            "fill in an example",
            on_click=_fill_example,
            help="Simulates a layer with one of the five mistakes and fills in what one would measure.",
        )
    try:
        seen = _from_files() if source == "files" else _from_fields()
        if seen is not None:
            _verdict(diagnose(seen))
    except ValueError as problem:
        st.error("These numbers were not taken:")
        st.text(f"{problem}.")
    write_address(SETTINGS)


def _fill_example() -> None:
    set_value(FROM, "means")
    set_value(CLEAN_KNOWN, "yes")
    values = astuple(example(secrets.randbelow(2**31)))  # the numbers of the fields, then variances
    for setting, value in zip((RATE_SEEN, *TRAIN, *TEST, *CLEAN), values, strict=False):
        set_value(setting, value)


def _from_fields() -> Observation:
    means: list[float] = []
    columns = st.columns(4)
    with columns[0]:
        rate = show(RATE_SEEN)
        known = show(CLEAN_KNOWN) == "yes"
    for column, pair in zip(columns[1:], (TRAIN, TEST, CLEAN) if known else (TRAIN, TEST), strict=False):
        with column:
            means += [show(setting) for setting in pair]
    return Observation(rate, *means)


def _from_files() -> Observation | None:
    rate = show(RATE_SEEN)
    train, test, clean = map(_uploaded, st.columns(len(SLOTS)), SLOTS, SLOTS.values())
    if train is None or test is None:
        st.info("Give both files: the outputs of one layer in training, and at test.")
        return None
    st.caption(
        f"{train.size:,} values in training, {test.size:,} at test. Their standard errors take the values as "
        "independent; outputs that belong together, as those of one example do, make the true errors larger."
    )
    return observe(rate, train, test, clean)


def _uploaded(column: DeltaGenerator, slot: str, label: str) -> Floats | None:
    """The values of an uploaded file; None, after a sentence, where it cannot be read."""
    with column:
        given = upload(
            label,
            FILE_TYPES,
            read_activations,
            key=f"mistakes_file_{slot}",
            help=f"{FILE_HELP} The file is never written down and is no part of the address.",
            limit=MOST_BYTES,
        )
        if given.problem:
            st.error("This file was not taken:")
            st.text(f"{given.problem}.")
    return None if given.problem else given.value


def _verdict(result: Diagnosis) -> None:
    st.markdown(f"**{result.sentence}**")
    seen = result.observation
    parts = ["both means"]
    if seen.clean_mean is not None:
        parts.append("the mean without dropout")
    if seen.train_variance is not None:
        parts.append("both variances")
    st.markdown(
        f"Test mean / training mean, observed: {with_error(result.ratio, result.ratio_se)}. "
        f"Compared below: {', '.join(parts)}."
    )
    st.table(_table(result))
    st.caption(
        "Expected: test mean / training mean. z: standard errors by which the observed ratio lies above (+) or below "
        "(−) it. Off by: standard errors between the row and all that is compared, taken together; a row more than "
        f"{THRESHOLD:g} off is ruled out. Likelihood: Gaussian errors, as a share of the rows that are not ruled out; "
        f"rows within a factor of {TIE:g} of the best are not told apart."
    )


def _table(result: Diagnosis) -> "pd.DataFrame":
    import pandas as pd

    rows = [
        {
            "": candidate.label,
            "expected": plain(candidate.expected_ratio),
            "z": f"{'+' if candidate.z > 0.0 else ''}{plain(candidate.z, 3)}",
            "off by": plain(candidate.misfit, 3),
            "likelihood": _share(candidate),
        }
        for candidate in result.candidates
    ]
    return pd.DataFrame(rows).set_index("")


def _share(candidate: Candidate) -> str:
    if not math.isfinite(candidate.misfit):
        return "undefined"
    if candidate.misfit > THRESHOLD:
        return "ruled out"
    percent = 100.0 * candidate.likelihood
    return f"{percent:.1f} %" if percent >= 0.05 else "below 0.1 %"

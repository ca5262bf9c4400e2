"""A diagnosis on the page: a person's means or files in, the convention or mistake that fits them out, and its cure."""

import math
import secrets
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import streamlit as st

from dropviz.datasets.files import MOST_BYTES, read_activations
from dropviz.frameworks.snippets import changed_lines
from dropviz.numbers.checks import Floats
from dropviz.numbers.formulas import unbroken
from dropviz.numbers.written import plain, with_error
from dropviz.settings.mistakes import CLEAN, CLEAN_KNOWN, FROM, RATE_SEEN, SETTINGS, TEST, TRAIN
from dropviz.simulation.mistakes import example
from dropviz.theory.diagnosis import LEFT_ON, THRESHOLD, TIE, Candidate, Diagnosis, diagnose
from dropviz.theory.observation import FEW, Observation, observe, observe_passes
from dropviz.ui.components.upload import upload
from dropviz.ui.settings.session import set_value, write_address
from dropviz.ui.settings.sources import FILE_HELP, FILE_TYPES
from dropviz.ui.settings.widgets import fold, show

if TYPE_CHECKING:
    import pandas as pd

SLOTS = {
    "train": "output in training",
    "test": "output at test",
    "train_inputs": "input in training (the same pass)",
    "test_inputs": "input at test (the same pass)",
}
SWITCH = (
    "In PyTorch, call `model.eval()` before a test, pass `training=self.training` to `F.dropout`, and `dropout_p=0.0` "
    "to `F.scaled_dot_product_attention`. If training draws no mask either, `model.train()` is what is missing."
)


@st.fragment
def show_diagnosis(*_: object) -> None:
    """Show the diagnosis."""
    st.subheader("Which mistake is mine?", anchor=False)
    st.markdown(
        "Measure one dropout layer in training and at test. Means narrow it down; files with each output beside its "
        "own input settle it. The numbers at first are an example."
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
    values = astuple(
        example(secrets.randbelow(2**31))
    )  # the numbers of the fields, then what they have no field for
    for setting, value in zip((RATE_SEEN, *TRAIN, *TEST, *CLEAN), values, strict=False):
        set_value(setting, value)


def _from_fields() -> Observation:
    means: list[Any] = []  # of which Observation knows how many it takes
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
    given: dict[str, Floats | None] = {}
    for slots in (("train", "test"), ("train_inputs", "test_inputs")):
        for column, slot in zip(st.columns(2), slots, strict=True):
            with column:
                given[slot] = _uploaded(slot)
    train, test, train_inputs, test_inputs = (given[slot] for slot in SLOTS)
    if train is None or test is None:
        st.info("Give both files: the outputs of one layer in training, and at test.")
        return None
    st.caption(
        f"{train.size:,} values in training, {test.size:,} at test. Errors come from the rows, an example each, where "
        f"there are {FEW} or more; else from the values, taken as independent."
    )
    if train_inputs is not None and test_inputs is not None:
        return observe_passes(rate, train_inputs, train, test_inputs, test)
    return observe(rate, train, test, train_inputs if test_inputs is None else test_inputs)


def _uploaded(slot: str) -> Floats | None:
    """The values of an uploaded file; None, after a sentence, where it cannot be read."""
    given = upload(
        SLOTS[slot],
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
    st.markdown(f"##### {result.sentence}")
    if result.rate != result.observation.rate:
        st.button(f"Use rate {result.rate:g}", on_click=set_value, args=(RATE_SEEN, result.rate))
    _cure(result)
    seen = result.observation
    parts = ["both means"]
    if seen.same_pass:
        parts = [
            "what becomes of an input in training and at test, on average",
            "how far single outputs scatter",
        ]
    elif seen.clean_mean is not None:
        parts.append("the mean without dropout")
    if seen.train_variance is not None and not seen.same_pass:
        parts.append("both variances")
    compared = fold("All that was compared", "diagnosis_compared")
    if compared.open:
        compared.markdown(
            unbroken(f"Test mean / training mean, observed: {with_error(result.ratio, result.ratio_se)}. ")
            + f"Compared at rate {result.rate:g}: {', '.join(parts)}."
        )
        compared.table(_table(result))
        compared.caption(
            "Expected: test mean / training mean. z: standard errors by which the observed ratio lies above (+) or "
            "below (−) it. Off by: standard errors between the row and all that is compared; a row more than "
            f"{THRESHOLD:g} off is ruled out. Likelihood: Gaussian errors, as a share of the rows that are not ruled "
            f"out; rows within a factor of {TIE:g} of the best are not told apart."
        )


def _cure(result: Diagnosis) -> None:
    """What to change in the code, where one mistake fits."""
    wrong = [candidate.name for candidate in result.candidates if candidate.name in result.fitting]
    if len(wrong) != 1 or not result.candidates[0].mistake:
        return
    before, after = changed_lines(wrong[0])
    st.markdown("Change one line of the code:")
    st.code(f"- {before}\n+ {after}", language=None)
    if wrong[0] == LEFT_ON:
        st.caption(SWITCH)


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

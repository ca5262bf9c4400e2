"""A diagnosis on the page: a person's means or files in, the convention or mistake that fits them out."""

import secrets
from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

import dropviz as dv
from dropviz.datasets.files import MOST_BYTES, MOST_VALUES, read_activations
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain, with_error
from dropviz.theory.diagnosis import (
    LEFT_ON,
    THRESHOLD,
    TIE,
    Candidate,
    Diagnosis,
    Observation,
    diagnose,
    observe,
)
from dropviz.ui.settings.address import show
from dropviz.ui.settings.kinds import Choice, Number, saved

EXAMPLE_UNITS = 20_000
EXAMPLE_RATES = (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8)
FIRST_EXAMPLE = 12


def example(seed: int) -> Observation:
    """Simulate what a person with a mistake would see: means of three samples, rounded as one would type them.

    The mistake, the rate and the scale of the activations are drawn from the seed.
    """
    rng = np.random.default_rng(seed)
    wrong = [name for name, row in dv.strategies().items() if row.mistake]
    name = str(rng.choice([*wrong, LEFT_ON]))
    rate = float(rng.choice(EXAMPLE_RATES))
    source = dv.Normal(std=float(rng.uniform(0.5, 3.0)), relu=True)

    def mean(strategy: str, phase: int) -> tuple[float, float]:
        sample = int(rng.integers(2**31))  # training, test and clean data are different data
        seen = dv.sweep(dv.SweepConfig(source, EXAMPLE_UNITS, (rate,), (strategy,), sample))
        return float(f"{seen.mean[0, phase, 0]:.4g}"), float(f"{seen.mean_se[0, phase, 0]:.2g}")

    strategy = "inverted" if name == LEFT_ON else name
    return Observation(rate, *mean(strategy, 0), *mean(strategy, int(name != LEFT_ON)), *mean("inverted", 1))


_FIRST = example(FIRST_EXAMPLE)
_REACH = 1e6


def _mean(part: str, label: str, default: float) -> Number:
    words = "The mean of the layer's output over all units and examples that you measured."
    return Number(f"mistakes_{part}_mean", label, default, -_REACH, _REACH, 0.01, help=words)


def _error(part: str, default: float) -> Number:
    words = "How far such a mean typically lies from the true one: standard deviation / √number of independent values."
    return Number(f"mistakes_{part}_se", "its standard error", default, 0.0, _REACH, 0.001, help=words)


FROM = Choice(
    "mistakes_from",
    "What you have",
    {"means": "means", "files": "two files"},
    "means",
    segmented=True,
    help="Means that you type in, or files with the layer's outputs in training and at test.",
)
RATE_SEEN = Number(
    "mistakes_rate",
    "dropout rate of the layer, P(drop)",
    _FIRST.rate,
    0.0,
    0.99,
    0.05,
    help="The probability that a unit is dropped, as the layer should have it.",
)
TRAIN = _mean("train", "mean in training", _FIRST.train_mean), _error("train", _FIRST.train_mean_se)
TEST = _mean("test", "mean at test", _FIRST.test_mean), _error("test", _FIRST.test_mean_se)
CLEAN = (
    _mean("clean", "mean without dropout", _FIRST.clean_mean or 0.0),
    _error("clean", _FIRST.clean_mean_se or 0.0),
)
CLEAN_KNOWN = Choice(
    "mistakes_clean",
    "Mean without dropout",
    {"yes": "known", "no": "not known"},
    "yes",
    help="The mean of the same activations without mask and factor. It tells standard from inverted.",
    segmented=True,
)
DIAGNOSIS_SETTINGS = (FROM, RATE_SEEN, *TRAIN, *TEST, CLEAN_KNOWN, *CLEAN)
SLOTS = {"train": "outputs in training", "test": "outputs at test", "clean": "without dropout (optional)"}


def show_diagnosis(remember: Callable[[], None]) -> None:
    """Show the diagnosis; ``remember`` puts the settings into the address."""
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
    remember()


def _fill_example() -> None:
    seen = example(secrets.randbelow(2**31))
    values: dict[str, float | str | None] = {
        FROM.key: "means",
        CLEAN_KNOWN.key: "yes",
        RATE_SEEN.key: seen.rate,
        TRAIN[0].key: seen.train_mean,
        TRAIN[1].key: seen.train_mean_se,
        TEST[0].key: seen.test_mean,
        TEST[1].key: seen.test_mean_se,
        CLEAN[0].key: seen.clean_mean,
        CLEAN[1].key: seen.clean_mean_se,
    }
    for key, value in values.items():
        st.session_state[key] = saved()[key] = value


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
    values = {}
    for column, (slot, label) in zip(st.columns(len(SLOTS)), SLOTS.items(), strict=True):
        with column:
            values[slot] = _uploaded(slot, label)
    train, test, clean = values["train"], values["test"], values["clean"]
    if train is None or test is None:
        st.info("Give both files: the outputs of one layer in training, and at test.")
        return None
    st.caption(
        f"{train.size:,} values in training, {test.size:,} at test. Their standard errors take the values as "
        "independent; outputs that belong together, as those of one example do, make the true errors larger."
    )
    return observe(rate, train, test, clean)


def _uploaded(slot: str, label: str) -> Floats | None:
    """The values of an uploaded file; None, after a sentence, where it cannot be read."""
    upload = st.file_uploader(
        label,
        type=["npy", "npz", "csv", "parquet"],
        key=f"mistakes_file_{slot}",
        help=f"Numbers, one or two axes; at most {MOST_BYTES // 1_000_000} MB and {MOST_VALUES:,} values. "
        "The file is never written down and is no part of the address.",
        max_upload_size=MOST_BYTES // 1_000_000,
    )
    kept: dict[str, tuple[str, Floats | str]] = st.session_state.setdefault("mistakes_read", {})
    if upload is None:
        kept.pop(slot, None)
        return None
    if slot not in kept or kept[slot][0] != upload.file_id:
        try:
            kept[slot] = upload.file_id, read_activations(upload.name, upload.getvalue())
        except ValueError as problem:
            kept[slot] = upload.file_id, str(problem)
    content = kept[slot][1]
    if isinstance(content, str):
        st.error("This file was not taken:")
        st.text(f"{content}.")
        return None
    return content


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


def _table(result: Diagnosis) -> pd.DataFrame:
    rows = [
        {
            "": candidate.label,
            "expected": plain(candidate.expected_ratio),
            "z": _signed(candidate.z),
            "off by": plain(candidate.misfit, 3),
            "likelihood": _share(candidate),
        }
        for candidate in result.candidates
    ]
    return pd.DataFrame(rows).set_index("")


def _signed(z: float) -> str:
    return f"+{plain(z, 3)}" if z > 0.0 else plain(z, 3)


def _share(candidate: Candidate) -> str:
    if not np.isfinite(candidate.misfit):
        return "undefined"
    if candidate.misfit > THRESHOLD:
        return "ruled out"
    percent = 100.0 * candidate.likelihood
    return f"{percent:.1f} %" if percent >= 0.05 else "below 0.1 %"

"""Which activations a page shows: the widgets of every source, and a person's own file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import streamlit as st

import dropviz as dv
from dropviz.datasets.files import MOST_BYTES, MOST_VALUES, read_activations
from dropviz.numbers.written import plain
from dropviz.theory.activations import Activations
from dropviz.ui.settings.address import show
from dropviz.ui.settings.kinds import Choice, Number, Setting


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the list: its label, the settings of its parameters, and what makes the activations of them."""

    label: str
    settings: tuple[Number, ...]
    make: Callable[..., Activations]


def _normal(key: str, std: float = 1.0, most_std: float = 5.0) -> tuple[Number, Number]:
    return (
        Number(
            f"{key}_mean",
            "mean of the normal",
            0.0,
            -3.0,
            3.0,
            0.1,
            help="Mean of the normal variable that the activation is made of.",
        ),
        Number(
            f"{key}_std",
            "standard deviation of the normal",
            std,
            0.1,
            most_std,
            0.1,
            help="Standard deviation of that normal variable.",
        ),
    )


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "relu": Source(
            "ReLU of a normal", _normal("relu"), lambda mean, std: dv.Normal(mean, std, relu=True)
        ),
        "normal": Source("normal", _normal("normal"), dv.Normal),
        "uniform": Source(
            "uniform",
            (
                Number("uniform_low", "lowest value", 0.0, -5.0, 4.9, 0.1, help="No activation is smaller."),
                Number("uniform_width", "width", 1.0, 0.1, 10.0, 0.1, help="Highest value − lowest value."),
            ),
            lambda low, width: dv.Uniform(low, low + width),
        ),
        "exponential": Source(
            "exponential",
            (
                Number(
                    "exponential_scale",
                    "mean",
                    1.0,
                    0.1,
                    10.0,
                    0.1,
                    help="Mean of the activations, and their standard deviation.",
                ),
            ),
            dv.Exponential,
        ),
        "sigmoid": Source("sigmoid of a normal", _normal("sigmoid"), dv.SigmoidNormal),
        "lognormal": Source("lognormal", _normal("lognormal", 0.5, 1.5), dv.LogNormal),
        "sparse": Source(
            "sparse: mostly zeros",
            (
                Number(
                    "sparse_zeros",
                    "probability of 0",
                    0.8,
                    0.0,
                    0.99,
                    0.05,
                    help="The share of activations that are 0 before any dropout, on average.",
                ),
                Number(
                    "sparse_scale",
                    "mean of the others",
                    1.0,
                    0.1,
                    10.0,
                    0.1,
                    help="Mean of the activations that are not 0; they are exponential.",
                ),
            ),
            dv.Sparse,
        ),
        "constant": Source(
            "all equal",
            (
                Number(
                    "constant_value", "value", 1.0, -5.0, 5.0, 0.1, help="Every activation has this value."
                ),
            ),
            dv.Constant,
        ),
        "digits": Source("hidden layer, real digits", (), dv.digits),
        "file": Source("a file of mine", (), dv.digits),
    }
)

SOURCE = Choice(
    "source",
    "activations",
    {name: source.label for name, source in SOURCES.items()},
    "relu",
    help="Where the activations come from. Every unit is an independent draw; of an array, with replacement.",
)


def source_settings() -> tuple[Setting, ...]:
    """Every setting of every source, for the address."""
    return (SOURCE, *(setting for source in SOURCES.values() for setting in source.settings))


def choose_source() -> tuple[Activations, str]:
    """Show the widgets; return the activations and what they are called on the page."""
    name = show(SOURCE)
    if name == "file":
        return _from_file()
    source = SOURCES[name]
    values = [show(setting) for setting in source.settings]
    return source.make(*values), source.label


def _from_file() -> tuple[Activations, str]:
    """A person's file; until one can be read, the last one that could, or the digits."""
    upload = st.file_uploader(
        "file",
        type=["npy", "npz", "csv", "parquet"],
        help=f"Numbers, one or two axes; at most {MOST_BYTES // 1_000_000} MB and {MOST_VALUES:,} values. "
        "Of several arrays in an .npz, the largest is taken. The file stays on the server while this page is open "
        "and is never written down; it is no part of the address.",
        max_upload_size=MOST_BYTES // 1_000_000,
    )
    if upload is not None and st.session_state.get("file_id") != upload.file_id:
        st.session_state["file_id"] = upload.file_id
        st.session_state["file_problem"] = None
        try:
            values = read_activations(upload.name, upload.getvalue())
            st.session_state["file"], st.session_state["file_name"] = dv.Empirical(values), upload.name
        except ValueError as problem:
            st.session_state["file_problem"] = str(problem)
    if st.session_state.get("file_problem") and upload is not None:
        drawn = disarmed(st.session_state["file_name"]) if "file" in st.session_state else "the digits"
        st.error(
            disarmed(f"This file was not taken: {st.session_state['file_problem']}.")
            + f" Still drawn: {drawn}."
        )
    if "file" in st.session_state:
        values = st.session_state["file"].values
        shape = " × ".join(f"{length:,}" for length in values.shape)
        noun = "value" if values.size == 1 else "values"
        st.caption(
            f"Drawn from {disarmed(st.session_state['file_name'])}: {shape} {noun}, mean {plain(values.mean())}, "
            f"variance {plain(values.var())}. Every unit is one of them, with replacement."
        )
        return st.session_state["file"], "a file of mine"
    if upload is None:
        st.info("Choose a file; until then the hidden layer of the digits is shown.")
    return dv.digits(), SOURCES["digits"].label


def disarmed(text: str) -> str:
    """Text of another's making, with Markdown's signs disarmed."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+!|<>$~:" else char for char in text)

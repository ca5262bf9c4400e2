"""A person's own layers on the page: files in, what they have, and how they are taken together."""

from collections.abc import Mapping

import streamlit as st

from dropviz.datasets.streams import MOST_BYTES, SUFFIXES
from dropviz.layers.network_view import MOST_LAYERS
from dropviz.layers.reading import Found, read_layers
from dropviz.layers.reducing import Reduced
from dropviz.layers.together import Network, named_apart, together
from dropviz.ui.components.upload import Upload, forget_uploads, held_uploads, uploads
from dropviz.ui.settings.sources import disarmed

KEY = "network_file"
MOST_HELD = 1_000_000  # units of all files of a visitor, over all axes: 48 MB
NAMED = 5  # of what is left out
MOST_ASKED = 500  # arrays that may have an axis of their own
HELP = (
    "A record (`dropviz.torch.record`, `dv.Recorder`), or activations at test without dropout, of as many layers as "
    f"you like: .npz, .npy, .safetensors, .csv or .parquet, {MOST_BYTES // 2**20} MB each. Files are read as they "
    "come and never written down: what is kept are moments. They are no part of the address."
)


def my_layers(axis: int) -> tuple[tuple[str, ...], Network | None, int | None]:
    """Show the uploader; return what tells files apart, their layers, with units on ``axis``, and the first to show.

    There is no network where no file was taken.
    """
    given = uploads(
        "my layers: a record, or activations", SUFFIXES, _read, key=KEY, help=HELP, limit=MOST_BYTES
    )
    refused = [one for one in given if one.problem]
    for one in refused:
        st.error(disarmed(f"{one.name} was not taken: {one.problem}."))
    taken = [one for one in given if one.value is not None]
    if not taken:
        st.caption("Until a file is given, the example is shown. A record is three lines of code: see below.")
        return (), None, None
    files = [(one.name, one.value) for one in taken if one.value is not None]
    own = _own_axes(named_apart(files), axis)
    network = together(files, axis, own)
    _say(taken, network)
    marks = (*(str(one.mark[0]) for one in taken), str(axis), *map(str, own.items()))
    return marks, network, _first(len(network.layers))


def _read(name: str, content: bytes) -> Found:
    with st.spinner(f"Reading {disarmed(name)} …"):
        found = read_layers(name, content)
    if sum(map(_units, [*(one.value for one in held_uploads(KEY)), found])) > MOST_HELD:
        raise ValueError(
            f"all files together must have at most {MOST_HELD:,} units on all axes; with this one they have more"
        )
    return found


def _units(found: Found | None) -> int:
    return sum(len(table[0]) for one in (found.arrays if found else ()) for table in one.tables.values())


def _own_axes(arrays: Mapping[str, Reduced], axis: int) -> dict[str, int]:
    """Ask which arrays have their units elsewhere, where arrays of three axes and more stand beside others."""
    shapes = {name: len(one.shape) for name, one in arrays.items() if len(one.shape) > 1}
    deep = [name for name, axes in shapes.items() if axes > 2]
    if not deep or len(set(shapes.values())) < 2 or len(deep) > MOST_ASKED:
        return {}
    other, where = (1, "second") if axis == -1 else (-1, "last")
    chosen = st.multiselect(
        f"Units stand on the {where} axis of",
        deep,
        format_func=disarmed,
        key=f"network_own_{where}",
        placeholder="none: all arrays have them where the settings say",
    )
    return dict.fromkeys(chosen, other)


def _say(taken: list[Upload[Found]], network: Network) -> None:
    """Say in a line what is shown, and what is not."""
    names = ", ".join(disarmed(one.name) for one in taken[:NAMED]) + (", …" if len(taken) > NAMED else "")
    count = len(network.layers)
    line = f"{count:,} layer{'s' * (count != 1)} from {names}."
    if network.without:
        left = ", ".join(disarmed(name) for name in network.without[:NAMED])
        more = ", …" if len(network.without) > NAMED else ""
        line += f" Not shown, as they have no such axis or no real numbers: {left}{more}."
    if not count:
        line += " So the example is shown."
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(line)
        st.button("Remove all files", on_click=forget_uploads, args=(KEY,))


def _first(count: int) -> int | None:
    """The first layer of those to be shown; None for those that suffer most."""
    if count <= MOST_LAYERS:
        return None
    starts = range(0, count, MOST_LAYERS)
    chosen = st.selectbox(
        f"Shown of {count:,} layers",
        [None, *starts],
        format_func=lambda first: f"the {MOST_LAYERS} that suffer most" if first is None else
        f"{first + 1:,} to {min(first + MOST_LAYERS, count):,}",
        key="network_first",
        help="All of them stand in the table below.",
    )  # fmt: skip
    return chosen if chosen is None or chosen < count else None

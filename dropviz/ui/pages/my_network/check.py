"""The report of a check on the page: an example, or a person's own as JSON."""

from pathlib import Path

import streamlit as st

import dropviz as dv
from dropviz.figures.check_report import report_words
from dropviz.frameworks.check_file import MOST_BYTES, read_report
from dropviz.ui.components.code import show_code
from dropviz.ui.components.live import show_words
from dropviz.ui.components.upload import upload
from dropviz.ui.settings.sources import disarmed
from dropviz.ui.settings.widgets import fold

EXAMPLE = Path(dv.__file__).with_name("data") / "example_check.json"
HOW = """\
dropviz check package.module:factory --input 4x12x32 --format json > check.json

# or, in Python
from pathlib import Path
from dropviz.torch import check  # or dropviz.keras, dropviz.jax

Path("check.json").write_text(check(model, batch).to_json())"""


def my_check() -> None:
    """Show the uploader of a report, and what the report says, with the code to change; an example until then."""
    given = upload(
        "my check: its report as JSON",
        ("json",),
        lambda _, content: read_report(content),
        key="network_check",
        help="What `dropviz check … --format json` prints, or `report.to_json()`. It is never written down.",
        limit=MOST_BYTES,
        keep=True,
    )
    if given.problem:
        st.error(disarmed(f"This file was not taken: {given.problem}."))
    if given.value is None:
        st.caption("An example: a small network with three faults.")
    else:
        st.caption(f"From {disarmed(given.name)}.")
    report = read_report(EXAMPLE.read_bytes()) if given.value is None else given.value
    show_words(report_words(report), "network_report")
    how = fold("How to check my network", "network_check_how")
    if how.open:
        with how:
            show_code("network_check_how", {"In a terminal": HOW})

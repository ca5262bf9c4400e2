"""What every page shares: the list of pages and the style sheet."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

HERE = Path(__file__).parent


# Address, title in the navigation, module of `dropviz.ui.pages`; in the order of the question.
PAGES = (
    ("explore", "Two strategies", "explorer"),
    ("which-p", "Which p?", "which_p"),
    ("mistakes", "Mistakes", "mistakes"),
    ("next-layer", "Next layer", "next_layer"),
    ("training", "Training", "training"),
    ("answer", "The answer", "answer"),
    ("story", "The story", "story"),
)
MORE = (
    ("noise", "Zero-mean noise", "noise"),
    ("schedule", "A changing rate", "schedule"),
)


def pages() -> dict[str, list[StreamlitPage]]:
    """Return the pages for `st.navigation`, by the heading they stand under; "" stands for none."""
    return {
        "": [_page(*row, default=row[0] == "explore") for row in PAGES],
        "More": [_page(*row, default=False) for row in MORE],
    }


def _page(address: str, title: str, module: str, default: bool) -> StreamlitPage:
    def run() -> None:
        import_module(f"dropviz.ui.pages.{module}").show_page()

    return st.Page(run, title=title, url_path=address, default=default)


def show_frame() -> None:
    """Put the style sheet of the app into the page."""
    st.html(f"<style>{(HERE / 'style.css').read_text(encoding='utf-8')}</style>")


def heading(text: str) -> None:
    """Show the title of a page."""
    st.title(text, anchor=False)


def complain(complaints: Sequence[str]) -> None:
    """Say in one place what of the address was refused."""
    if complaints:
        st.warning("  \n".join(complaints))

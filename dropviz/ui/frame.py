"""What every page shares: the list of pages and the style sheet."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

HERE = Path(__file__).parent


def pages() -> list[StreamlitPage]:
    """Return the pages in the order of the question."""
    from dropviz.ui.pages import explorer

    return [st.Page(explorer.show, title="Two strategies", url_path="explore", default=True)]


def show_frame() -> None:
    """Put the style sheet of the app into the page."""
    st.html(f"<style>{(HERE / 'style.css').read_text(encoding='utf-8')}</style>")

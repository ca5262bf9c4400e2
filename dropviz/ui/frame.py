"""What every page shares: the list of pages, the style sheet, the way to the next page, and the words."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dropviz.settings.addresses import FIRST_PAGE
from dropviz.story.pictures import PICTURES
from dropviz.story.reading import own_story
from dropviz.ui.glossary import glossary_html

HERE = Path(__file__).parent


# Address, title in the navigation, module of `dropviz.ui.pages`; in the order of the question.
PAGES = (
    (FIRST_PAGE, "Two strategies", "first_screen"),
    ("which-p", "Which p?", "which_p"),
    ("mistakes", "Mistakes", "mistakes.page"),
    ("next-layer", "Next layer", "next_layer"),
    ("training", "Training", "training.page"),
    ("answer", "The answer", "answer"),
    ("story", "The story", "story"),
)
MORE = (
    ("noise", "Zero-mean noise", "noise"),
    ("schedule", "A changing rate", "schedule.page"),
)
# What a link to the page asks, where its title would say too little.
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        FIRST_PAGE: "back to the two strategies",
        "which-p": "which p is meant, and what to divide by?",
        "mistakes": "what if one gets it wrong?",
        "next-layer": "what reaches the next layer?",
        "training": "does one test network serve every way of training?",
        "answer": "which strategy is preferable, and why?",
        "noise": "which other noise needs nothing at test?",
        "schedule": "and if the rate changes during training?",
    }
)


def pages() -> dict[str, list[StreamlitPage]]:
    """Return the pages for `st.navigation`, by the heading they stand under; "" stands for none."""
    return {
        "": [_page(*row, default=row[0] == FIRST_PAGE) for row in PAGES],
        "More": [_page(*row, default=False) for row in MORE],
    }


def _page(address: str, title: str, module: str, default: bool) -> StreamlitPage:
    def run() -> None:
        _present(address)
        import_module(f"dropviz.ui.pages.{module}").show_page()
        _show_footer(address)

    return st.Page(run, title=title, url_path=address, default=default)


def _present(address: str) -> None:
    """Lead ``?mode=talk`` on another page to the scene of the story that shows this page, or to the first."""
    mode = st.query_params.get("mode")
    if address == "story" or mode not in ("talk", "notes"):
        return
    scenes = enumerate(own_story().scenes, start=1)
    scene = next((number for number, one in scenes if PICTURES[one.picture].address == address), 1)
    (row,) = [row for row in PAGES if row[0] == "story"]
    st.switch_page(
        _page(*row, default=False), query_params={"mode": mode} | ({"scene": str(scene)} if scene > 1 else {})
    )


def _show_footer(address: str) -> None:
    """Lead on to the next page, the last one back to the first, and explain the words."""
    rows = (*PAGES, *MORE)
    here = next(number for number, row in enumerate(rows) if row[0] == address)
    following = rows[(here + 1) % len(rows)]
    question = QUESTIONS.get(following[0], following[1])
    with st.container(key="page_footer"):
        st.page_link(_page(*following, default=following[0] == FIRST_PAGE), label=f"**Next:** {question}")
        with st.expander("The words on these pages"):
            st.html(glossary_html())


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

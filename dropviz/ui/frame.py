"""What every page shares: the list of pages, the style sheet, the way to the next page, and the words."""

from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from dropviz.live.modules import stylesheet
from dropviz.live.page import glossary_html
from dropviz.serving.metrics import RERUNS
from dropviz.settings.addresses import FIRST_PAGE, page_link, spelled
from dropviz.story.pictures import PICTURES
from dropviz.story.reading import own_story
from dropviz.ui.page import Page
from dropviz.ui.pages import answer, first_screen, next_layer, noise, schedule, story, where, which_p
from dropviz.ui.pages.mistakes import page as mistakes
from dropviz.ui.pages.my_network import page as my_network
from dropviz.ui.pages.training import page as training
from dropviz.ui.settings.session import in_fragment, read_address, saved, write_address
from dropviz.ui.settings.widgets import fold

HERE = Path(__file__).parent

# In the order of the question.
PAGES = (
    first_screen.PAGE,
    which_p.PAGE,
    mistakes.PAGE,
    next_layer.PAGE,
    where.PAGE,
    my_network.PAGE,
    training.PAGE,
    answer.PAGE,
    story.PAGE,
    noise.PAGE,
    schedule.PAGE,
)


def pages() -> dict[str, list[StreamlitPage]]:
    """Return the pages for `st.navigation`, by the heading they stand under; "" stands for none."""
    return {
        "": [_entry(page) for page in PAGES if not page.more],
        "More": [_entry(page) for page in PAGES if page.more],
    }


def _entry(page: Page) -> StreamlitPage:
    def run() -> None:
        with RERUNS.timed("page"):
            _present(page)
            draw(page)
            if st.context.is_embedded:
                _link_to_the_whole(page)
            else:
                _show_footer(page)

    return st.Page(run, title=page.title, url_path=page.address, default=page.address == FIRST_PAGE)


def draw(page: Page) -> None:
    """Draw a page between the navigation and the footer, and keep its address."""
    st.title(page.heading, anchor=False)
    complaints = read_address(page.address, page.settings)
    # A change of a setting sends neither navigation nor footer anew. A training has a fragment of its own.
    (_fill if page.view is None else st.fragment(_fill))(page, complaints)


def _fill(page: Page, complaints: list[str]) -> None:
    if complaints:
        st.warning("  \n".join(complaints))
        complaints.clear()  # said once: a fragment runs again with what it had
    above, picture, settings = (st.container(key=f"page_{name}") for name in ("above", "picture", "settings"))
    if first := page.chosen is not None and in_fragment():
        # Where all else stands already, the picture need not wait until the controls are sent.
        _show_picture(page, picture, page.chosen())
    with above:
        chosen = page.controls(settings)
    if page.view is None:
        write_address(page.settings)
    elif not first:
        _show_picture(page, picture, chosen)
    if page.below is not None:
        with st.container(key="page_below"):
            page.below(*chosen)


def _show_picture(page: Page, place: DeltaGenerator, chosen: tuple[Any, ...]) -> None:
    # At the end of a drag what stands below, and does not follow it, is not sent anew.
    with place:
        (_view if page.below is None else st.fragment(_view))(page, chosen)


def _view(page: Page, chosen: tuple[Any, ...]) -> None:
    with RERUNS.timed("figure"):
        if page.view is not None:
            page.view(*chosen)
        write_address(page.settings)


def _present(page: Page) -> None:
    """Lead ``?mode=talk`` on another page to the scene of the story that shows this page, or to the first."""
    mode = st.query_params.get("mode")
    if page is story.PAGE or mode not in ("talk", "notes"):
        return
    scenes = enumerate(own_story().scenes, start=1)
    scene = next((number for number, one in scenes if PICTURES[one.picture].address == page.address), 1)
    st.switch_page(
        _entry(story.PAGE), query_params={"mode": mode} | ({"scene": str(scene)} if scene > 1 else {})
    )


def _link_to_the_whole(page: Page) -> None:
    """In a frame of another site a page is its figure and this link; a style sheet of its own hides the rest."""
    query = urlencode(spelled(page.settings, saved()))
    address = escape(page_link(page.address, query))
    st.html(f'<a class="dv-whole" href="{address}" target="_blank" rel="noopener">Open in dropviz</a>')


def _show_footer(page: Page) -> None:
    """Lead on to the next page, the last one back to the first, and explain the words."""
    following = PAGES[(PAGES.index(page) + 1) % len(PAGES)]
    with st.container(key="page_footer"):
        st.page_link(_entry(following), label=f"**Next:** {following.question or following.title}")
        words = fold("The words on these pages", "words")
        if words.open:
            words.html(glossary_html())


@cache
def style() -> str:
    """The style sheet of the app, with those of the live figure and the glossary: sent once, not with every figure."""
    return f"{_sheet('style')}\n{stylesheet('glossary.css')}"


@cache
def _sheet(name: str) -> str:
    return (HERE / f"{name}.css").read_text(encoding="utf-8")


@cache
def icon() -> str:
    """The icon of the app, an address in itself: a file would be read for every visitor at every change."""
    return f"data:image/svg+xml,{quote((HERE / 'icon.svg').read_text(encoding='utf-8').strip())}"


def show_frame() -> None:
    """Put the style sheet of the app into the page, for hosts that serve Streamlit's pages without it.

    That of a frame of another site goes to frames alone: at every change a browser asks each element for each rule.
    """
    st.html(f"<style>{style()}{_sheet('embedded') if st.context.is_embedded else ''}</style>")

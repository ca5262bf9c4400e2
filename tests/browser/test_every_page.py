"""One walk over all pages: each asks one question, explains its words, has no barrier, and leads on to pages."""

import re

from playwright.sync_api import expect

from dropviz.settings.addresses import FIRST_PAGE
from dropviz.ui.frame import PAGES
from tests.browser.conftest import LAPTOP
from tests.browser.in_view import terms_in_view, words_in_view
from tests.browser.test_accessibility import TALL, TRAINED, barriers
from tests.browser.test_links import SETTINGS, expect_known, links, paths

MOST_WORDS = 145  # in the first view of a page, with the navigation and the numbers of its axes
MOST_TERMS = 15  # each is a stop for the Tab key


def test_every_page_asks_one_question_explains_its_words_has_no_barrier_and_leads_on(
    page, opened, walk, app_url
):
    opened(page)
    barred, found = {}, set()
    for one in PAGES:
        page.set_viewport_size(LAPTOP)
        page.emulate_media(color_scheme="light")
        address = {FIRST_PAGE: "", "training": TRAINED}.get(one.address, one.address)
        if address:
            walk(page, f"/{address}")
        expect_one_question(page, one)
        expect_terms(page, one.address)
        found |= links(page, app_url)
        page.set_viewport_size(TALL)
        if address == TRAINED:
            page.get_by_text("What these runs show").wait_for()  # it trains by itself
        if not address:  # the words, which are the same on every page
            page.locator(".st-key-page_footer details:not([open]) > summary").click()
            page.locator(".dv-glossary").last.wait_for()
        barred[one.address] = barriers(page, address)
    assert {address: what for address, what in barred.items() if what} == {}
    assert paths(found) == SETTINGS.keys()
    expect_known(found)


def expect_one_question(page, one):
    """It stands in the title, in large type; the first view has few words, none of them small."""
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(one.heading)
    assert one.heading.endswith("?"), one.address
    expect(title).to_have_css("font-size", "28px")
    words, smallest = words_in_view(page)
    assert len(words) <= MOST_WORDS, (one.address, len(words), " ".join(words))
    assert smallest >= 13, one.address
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)


def expect_terms(page, address):
    """Each word that is explained stands for the first time, and the Tab key has few more stops."""
    page.locator(".dv-term").filter(visible=True).first.wait_for()
    terms = terms_in_view(page)
    assert len(terms) <= MOST_TERMS, (address, terms)
    assert len({word.lower() for word, _ in terms}) == len(terms), address
    for word, before in terms:
        assert not re.search(rf"(?<![\w-]){word}(?![\w-])", before), (address, word, before)

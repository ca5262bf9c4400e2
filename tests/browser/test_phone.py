"""No page scrolls sideways on a phone, and no line ends in a formula."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from dropviz.ui.frame import PAGES
from tests.browser.in_view import broken_formulas, unfold

# What must fit on each page, beside the page itself.
FITTING = {
    "/?view=full": ".dv",
    "/which-p": ".dv-scroll",
    "/mistakes": "[data-testid='stExpander']",
    "/next-layer": "h1",
    "/where": ".dv",
    "/my-network": ".dv",
    "/training": ".dv-growing",
    "/answer?rate=0.95": ".dv",
    "/noise": ".dv",
    "/schedule?schedule=curriculum": ".dv",
    "/": ".dv",
    "/story": ".story",
    "/noise?noise=alpha": ".dv",
}


def test_no_page_scrolls_sideways_on_a_phone_and_no_line_ends_in_a_formula(phone, opened, walk):
    assert {urlsplit(path).path for path in FITTING} == {f"/{one.address}" for one in PAGES[1:]} | {"/"}
    opened(phone, "/noise")
    too_wide, broken = {}, {}
    for path, part in FITTING.items():
        walk(phone, path)
        expect(phone.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        unfold(phone)
        phone.wait_for_timeout(100)  # what was folded is drawn
        beyond = phone.locator(part).first.evaluate("node => node.scrollWidth - node.clientWidth")
        whole = phone.evaluate("document.documentElement.scrollWidth")
        if beyond > 0 or whole > 390:
            too_wide[path] = (whole, beyond)
        if found := broken_formulas(phone):
            broken[path] = found
    assert (too_wide, broken) == ({}, {})

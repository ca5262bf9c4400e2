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


OVER_CURVES = """() => [...document.querySelectorAll(".dv-panel")].filter((panel) => {
    const [opener, curves] = [".dv-opener", ".dv-grip"].map((one) => panel.querySelector(one).getBoundingClientRect());
    return opener.left < curves.right && opener.bottom > curves.top;
}).length"""


def test_where_no_title_is_seen_the_button_of_a_panel_stands_beside_its_curves(phone, opened):
    opened(phone, "/my-network")
    assert phone.locator(".dv-opener:visible").count() == 4
    assert phone.evaluate(OVER_CURVES) == 0


BORDERLESS = """() => [...document.querySelectorAll("[data-variant=segmented_control]")].filter((choice) => {
    const { borderLeftColor, borderRightColor } = getComputedStyle(choice);
    return [borderLeftColor, borderRightColor].some((color) => color.endsWith(", 0)"));
}).map((choice) => choice.innerText)"""


def test_every_choice_has_its_borders_where_the_row_breaks(phone, opened):
    opened(phone, "/where?where=survivors")
    assert phone.locator("[data-variant=segmented_control]").count() == 8
    assert phone.evaluate(BORDERLESS) == []


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

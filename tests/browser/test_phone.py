"""No page scrolls sideways on a phone."""

from playwright.sync_api import expect

# What must fit on each page, beside the page itself.
FITTING = {
    "/which-p": ".dv-scroll",
    "/mistakes": "[data-testid='stExpander']",
    "/next-layer": "h1",
    "/where": ".dv",
    "/training": ".dv-growing",
    "/answer?rate=0.95": ".dv",
    "/noise": ".dv",
    "/schedule?schedule=curriculum": ".dv",
    "/noise?noise=alpha": ".dv",
}


def test_no_page_scrolls_sideways_on_a_phone(phone, opened, walk):
    opened(phone, "/?view=full")
    too_wide = {}
    for path, part in FITTING.items():
        walk(phone, path)
        expect(phone.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        phone.evaluate("for (const fold of document.querySelectorAll('.dv-fold')) fold.open = true")
        phone.wait_for_timeout(100)  # what was folded is drawn
        beyond = phone.locator(part).first.evaluate("node => node.scrollWidth - node.clientWidth")
        whole = phone.evaluate("document.documentElement.scrollWidth")
        if beyond > 0 or whole > 390:
            too_wide[path] = (whole, beyond)
    assert too_wide == {}

"""Every link inside the app leads to a page that knows its settings: of every page, in test_every_page.py; of every
scene, in test_story_shown.py."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from dropviz.settings.addresses import FIRST_PAGE, unknown_names, values_of
from dropviz.ui.frame import PAGES

SETTINGS = {f"/{'' if one.address == FIRST_PAGE else one.address}": one.settings for one in PAGES}
NOT_FOUND = "Page not found"


def links(page, app_url):
    """Whole address of every link on the page that leads into the app, as the browser resolves it."""
    expect(page.get_by_text(NOT_FOUND)).to_have_count(0)
    found = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    return {address.split("#")[0] for address in found if address.startswith(f"{app_url}/")}


def paths(addresses):
    return {urlsplit(address).path for address in addresses}


def expect_known(addresses):
    """Each is of a page, and each setting in it is one of that page's, and good."""
    for address in addresses:
        settings, named = SETTINGS[urlsplit(address).path], parse_qs(urlsplit(address).query)
        assert values_of(named, settings)[1] + unknown_names(named, settings) == [], address


def test_the_story_opened_from_the_first_page_has_the_address_of_the_story(page, visit):
    visit(page, "/")
    page.get_by_role("link", name="Story", exact=True).click()
    page.locator(".story-now .dv[data-ready]").wait_for()
    page.get_by_role("button", name="QR", exact=True).click()
    expect(page.locator(".story-address")).to_contain_text("/story?scene=1")


def test_the_witness_sees_a_page_that_is_not_there(page, app_url, errors):
    page.goto(f"{app_url}/explore?rate=0.3")
    page.get_by_text(NOT_FOUND).first.wait_for()
    errors.clear()

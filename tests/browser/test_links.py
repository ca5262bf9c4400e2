"""Every link inside the app, of every page and every scene, leads to a page that knows its settings."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import expect

from dropviz.settings.addresses import FIRST_PAGE, unknown_names, values_of
from dropviz.story.reading import own_story
from dropviz.ui.frame import PAGES
from tests.browser.telling import STILL

SETTINGS = {f"/{'' if one.address == FIRST_PAGE else one.address}": one.settings for one in PAGES}
NOT_FOUND = "Page not found"


def settled(page):
    """Wait until the script has run to its end: the footer is there, and so is the picture that has links."""
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    page.get_by_role("link", name="Next:").wait_for()
    if "/answer" in page.url:
        page.locator(".dv[data-ready]").wait_for()


def links(page, app_url):
    """Whole address of every link on the page that leads into the app, as the browser resolves it."""
    found = page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    return {address.split("#")[0] for address in found if address.startswith(f"{app_url}/")}


def scene_links(page, app_url):
    """What the story offers: the links at each of its scenes, and the last of their QR codes' addresses."""
    found = set()
    for number, scene in enumerate(own_story().scenes):
        if number:
            page.get_by_role("button", name="Next scene").click()
        expect(page.locator(".story-title").first).to_have_text(scene.title)
        expect(page.get_by_role("link", name="Open this scene in the app")).to_be_visible()
        found |= links(page, app_url)
        page.get_by_role("button", name="QR", exact=True).click()
        coded = page.locator(".story-address").inner_text()
        assert coded == f"{app_url}/story?scene={number + 1}"
        page.get_by_role("button", name="Close").click()
    return found | {coded}


def test_every_link_of_every_page_and_scene_leads_to_a_page(new_page, app_url):
    page = new_page(**STILL)
    waiting, opened, found = {"/", "/story"}, set(), set()
    while waiting:
        path = waiting.pop()
        page.goto(app_url + path)
        settled(page)
        expect(page.get_by_text(NOT_FOUND)).to_have_count(0)
        opened.add(path)
        found |= scene_links(page, app_url) if path == "/story" else links(page, app_url)
        waiting = {urlsplit(address).path for address in found} - opened
    assert opened == SETTINGS.keys()
    for address in found:
        settings, named = SETTINGS[urlsplit(address).path], parse_qs(urlsplit(address).query)
        assert values_of(named, settings)[1] + unknown_names(named, settings) == [], address
    assert {urlsplit(address).query for address in found} >= {"", "rate=0.3", "scene=10"}


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

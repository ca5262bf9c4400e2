"""Every link inside the app, of every page and every scene, leads to a page."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from dropviz.story.reading import own_story

PAGES = 11
NOT_FOUND = "Page not found"
# Comes to an address of the page that is open, and waits until its script has run.
ARRIVED = """(address) => new Promise((done) => {
  const app = document.querySelector("[data-testid=stApp]");
  new MutationObserver((_, watch) => {
    if (app.dataset.testScriptState !== "notRunning") return;
    watch.disconnect();
    done();
  }).observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
})"""


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


def test_every_link_of_every_page_and_scene_leads_to_a_page(page, app_url, walk):
    waiting, opened, loaded = {f"{app_url}/", f"{app_url}/story"}, set(), set()
    while waiting:
        here = urlsplit(page.url).path
        address = min(waiting, key=lambda one: (urlsplit(one).path == here, one))
        path = urlsplit(address).path
        if path not in loaded:
            page.goto(address)
        elif path == here:
            page.evaluate(ARRIVED, address)
        else:  # the page is there: see what it makes of this address
            walk(page, address)
        loaded.add(path)
        settled(page)
        expect(page.get_by_text(NOT_FOUND)).to_have_count(0)
        opened.add(address)
        story = address == f"{app_url}/story"
        waiting = (waiting | (scene_links(page, app_url) if story else links(page, app_url))) - opened
    assert len(loaded) == PAGES
    assert {urlsplit(address).query for address in opened} >= {"", "rate=0.3", "scene=10"}


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

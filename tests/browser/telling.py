"""The scenes of our own story, and how a test waits for one."""

from playwright.sync_api import expect

from dropviz.story.reading import own_story

SCENES = own_story().scenes
COUNT = len(SCENES)
LONGEST = 90_000  # until a busy server has heard of every scene on the way
SCREENS = {
    "projector": {"viewport": {"width": 1280, "height": 720}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


def at_scene(page, number):
    """Wait until the scene is told and its picture drawn."""
    expect(page.locator(".story-title").first).to_have_text(SCENES[number - 1].title)
    page.locator(".story-now .dv[data-ready]").wait_for()


def begin(visit, page, path="/story"):
    visit(page, path)
    page.locator(".story-now .dv[data-ready]").wait_for()


def open_settings(page):
    page.get_by_text("Settings", exact=True).click()

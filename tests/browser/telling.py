"""The scenes of our own story, and how a test waits for one."""

from playwright.sync_api import expect

from dropviz.story.reading import own_story
from tests.browser.conftest import LAPTOP, PHONE, UPRIGHT

SCENES = own_story().scenes
COUNT = len(SCENES)
LONGEST = 90_000  # until a busy server has heard of every scene on the way
STILL = {"reduced_motion": "reduce"}  # where it is not the motion that is tested: half the work of a scene
SCREENS = {
    "projector": {"viewport": LAPTOP, **STILL},
    "phone": {"viewport": UPRIGHT, **STILL, **PHONE},
}


def at_scene(page, number):
    """Wait until the scene is told and its picture drawn."""
    expect(page.locator(".story-title").first).to_have_text(SCENES[number - 1].title)
    page.locator(".story-now .dv[data-ready]").wait_for()


def begin(come, page, path="/story"):
    """Come to the story, by ``opened`` as anew in a window that stays, or by ``visit`` where it is loaded."""
    come(page, path)
    page.locator(".story-now .dv[data-ready]").wait_for()


def open_settings(page):
    page.get_by_text("Settings", exact=True).click()

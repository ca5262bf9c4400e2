"""The scenes of our own story, and how a test waits for one."""

from playwright.sync_api import expect

from dropviz.story.reading import own_story

SCENES = own_story().scenes
COUNT = len(SCENES)


def at_scene(page, number):
    """Wait until the scene is told and its picture drawn."""
    expect(page.locator(".story-title").first).to_have_text(SCENES[number - 1].title)
    page.locator(".story-now .dv[data-ready]").wait_for()


def begin(visit, page, path="/story"):
    visit(page, path)
    page.locator(".story-now .dv[data-ready]").wait_for()

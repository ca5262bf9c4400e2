"""The story as it is shown: large, nothing on top of anything, offline, and a lecturer's own."""

import itertools

import pytest
from playwright.sync_api import expect

from dropviz.story.reading import OWN_STORY
from tests.browser.telling import COUNT, SCENES, SCREENS, at_scene, begin, open_settings
from tests.browser.test_links import expect_known, links
from tests.story.test_reading import OWN

SMALLEST = """() => {
  const sizes = { words: [], chart: [] };
  const walker = document.createTreeWalker(document.querySelector('.story'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const owner = node.parentElement;
    if (!node.textContent.trim() || !owner.checkVisibility({ visibilityProperty: true })) continue;
    if (owner.closest('.dv-status, style, .dv-opener')) continue;
    const said = [parseFloat(getComputedStyle(owner).fontSize), node.textContent];
    sizes[owner.closest('svg') ? 'chart' : 'words'].push(said);
  }
  return sizes;
}"""


def expect_nothing_but_the_story(page):
    for part in ("stHeader", "stSidebar"):
        expect(page.get_by_test_id(part).filter(visible=True)).to_have_count(0)
    box = page.locator(".story").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1280, 720)


def expect_no_answer_is_given_away(page, scene):
    shown = page.locator(".story-now .dv").inner_text() if scene.veil else ""
    assert "match" not in shown
    assert "mean" not in shown or scene.veil == "all"
    if scene.veil == "all":
        expect(page.locator(".story-now .dv-marks").filter(visible=True)).to_have_count(0)
        expect(page.get_by_role("img", name="Axes only")).to_have_count(1)


def test_the_talk_is_the_story_alone_gives_no_answer_away_and_can_be_read_from_the_last_row(new_page, opened):
    page = new_page(**SCREENS["projector"])
    begin(opened, page, "/story?mode=talk")
    expect_nothing_but_the_story(page)
    for number, scene in enumerate(SCENES, start=1):
        page.keyboard.press(str(number % 10))
        at_scene(page, number)
        expect_no_answer_is_given_away(page, scene)
        page.keyboard.press("r")
        expect(page.locator(".story-after")).to_be_visible()
        if number == 1:  # a table of the talk is text of the talk
            expect(page.get_by_text("The data as a table").filter(visible=True)).to_have_count(0)
            page.keyboard.press("t")
            page.locator(".story-dialog table").first.wait_for()
            assert [said for said in page.evaluate(SMALLEST)["words"] if said[0] < 24] == []
            page.keyboard.press("t")
            page.keyboard.press("s")
            assert [said for said in page.evaluate(SMALLEST)["words"] if said[0] < 24] == []
            page.keyboard.press("x")
        page.locator(".story-now .dv-grip").first.hover()
        expect(page.locator(".story-now .dv-tip")).to_be_visible()
        sizes = page.evaluate(SMALLEST)
        assert sizes["chart"]
        assert [said for said in sizes["words"] if said[0] < 24] == []
        assert [said for said in sizes["chart"] if said[0] < 18] == []
    page.keyboard.press("End")
    assert [said for said in page.evaluate(SMALLEST)["words"] if said[0] < 24] == []


# Boxes of what must not lie on one another, and of text that must not be cut.
BOXES = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)]
    .filter((node) => node.checkVisibility({ visibilityProperty: true }));
  const box = (node) => {
    const { left, top, right, bottom } = node.getBoundingClientRect();
    return [left, top, right, bottom];
  };
  const named = (selector) => all(selector).map((node) => [node.className, box(node)]);
  // These have an overflow on purpose: hidden text, a table that opens, pictures in waiting, a point's value.
  const excused = 'svg, .dv-status, .story-dialog, .dv-data, .story-picture:not(.story-now), .story-guess';
  const cut = all('.story *').filter((node) => !node.closest(excused) && node.clientWidth
    && node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline');
  const words = '.story-title, .story-sentence, .story-ask, .story-options, .story-verdict, .story-now, .story-nav';
  return {
    parts: named(words), buttons: named('.story button'), cut: cut.map((node) => node.className),
    labels: all('.story-now .dv-name, .story-now .dv-axis, .story-now .dv-title')
      .map((node) => [node.textContent, box(node)]),
    width: document.documentElement.scrollWidth, screen: innerWidth,
  };
}"""


def apart(one, other, slack=1.0):
    return (
        one[2] <= other[0] + slack
        or other[2] <= one[0] + slack
        or one[3] <= other[1] + slack
        or other[3] <= one[1] + slack
    )


def check_boxes(page, phone):
    boxes = page.evaluate(BOXES)
    for (name, one), (other_name, other) in itertools.combinations(boxes["parts"], 2):
        assert apart(one, other), f"{name} lies on {other_name}"
    for (name, one), (other_name, other) in itertools.combinations(boxes["labels"], 2):
        # The box of a text has room above its letters and below them.
        assert apart(one, other, slack=2.0), f"{name} lies on {other_name}"
    assert boxes["cut"] == []
    assert boxes["width"] <= boxes["screen"]
    for name, (left, _, right, _) in boxes["parts"] + boxes["labels"]:
        assert left >= -1, f"{name} begins outside the window"
        assert right <= boxes["screen"] + 1, f"{name} ends outside the window"
    if phone:
        small = [
            name
            for name, (left, top, right, bottom) in boxes["buttons"]
            if min(right - left, bottom - top) < 43
        ]
        assert small == []


@pytest.mark.parametrize("screen", SCREENS)
def test_the_file_tells_every_scene_with_the_network_off(new_page, offline, requested, screen):
    page = new_page(**SCREENS[screen], offline=True)
    page.goto(offline)
    for number, scene in enumerate(SCENES, start=1):
        page.emulate_media(color_scheme=("light", "dark")[number % 2])
        page.keyboard.press(str(number % 10))
        at_scene(page, number)
        check_boxes(page, screen == "phone")
        page.keyboard.press("r")
        expect(page.locator(".story-after")).to_have_text(scene.reveal)
        check_boxes(page, screen == "phone")
        before = page.locator(".story-now .dv-value").inner_text()
        page.locator(".story-now .dv-range").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator(".story-now .dv-value")).not_to_have_text(before)
        page.locator(".story-now .dv-range").blur()
    assert {address.split(":")[0] for address in requested} <= {"file", "data", "blob"}


def reveal(page):
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".story-after")).to_be_visible()


def test_every_scene_fits_a_projector_and_its_links_and_its_code_lead_to_pages(new_page, opened, app_url):
    page, found = new_page(**SCREENS["projector"]), set()
    begin(opened, page)
    for number in range(1, COUNT + 1):
        at_scene(page, number)
        check_boxes(page, phone=False)
        expect(page.get_by_role("link", name="Open this scene in the app")).to_be_visible()
        found |= links(page, app_url)
        page.get_by_role("button", name="QR", exact=True).click()
        coded = page.locator(".story-address").inner_text()
        assert coded == f"{app_url}/story?scene={number}"
        page.get_by_role("button", name="Close").click()
        reveal(page)
        check_boxes(page, phone=False)
        if number < COUNT:
            page.get_by_role("button", name="Next scene").click()
    expect_known(found | {coded})


def test_no_scene_overlaps_on_a_phone(new_page, opened):
    page = new_page(**SCREENS["phone"])
    begin(opened, page)
    for number in range(1, COUNT + 1):
        at_scene(page, number)
        check_boxes(page, phone=True)
        reveal(page)
        check_boxes(page, phone=True)
        if number < COUNT:
            page.get_by_role("button", name="Next scene").click()
    page.wait_for_url(f"**scene={COUNT}**")


def test_the_file_works_in_a_frame_of_a_slide(new_page, offline, tmp_path):
    slide = tmp_path / "slide.html"
    slide.write_text(f'<iframe src="{offline}" width="960" height="540"></iframe>', encoding="utf-8")
    page = new_page(viewport={"width": 1280, "height": 720}, offline=True)
    page.goto(slide.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(".story-now .dv[data-ready]").wait_for()
    frame.get_by_role("button", name="Next scene").click()
    expect(frame.locator(".story-title").first).to_have_text(SCENES[1].title)


def test_the_next_picture_is_there_when_it_is_called(page, opened):
    begin(opened, page, "/story?mode=talk")
    page.wait_for_function(f"document.querySelectorAll('.story .dv[data-ready]').length === {COUNT}")
    for _ in range(COUNT - 1):
        page.keyboard.press("ArrowRight")
        # Not waited for: the picture stands in the same moment.
        assert page.evaluate("document.querySelectorAll('.story-now .dv[data-ready] .dv-svg').length") > 0


def test_a_copied_address_shows_the_same_scene_and_the_file_downloads(page, opened):
    begin(opened, page, "/story?scene=6")
    at_scene(page, 6)
    page.get_by_text("The story as a file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="story as one HTML file").click()
    assert download.value.suggested_filename == "dropviz-story.html"


def test_the_code_leads_the_hall_to_the_same_scene_of_a_lecturers_own_story(page, new_page, visit, app_url):
    begin(visit, page)
    own = OWN_STORY.read_text(encoding="utf-8").replace('title = "Which p?"', 'title = "Welches p?"')
    file = {"name": "mine.toml", "mimeType": "application/toml", "buffer": own.encode()}
    page.set_input_files("input[type=file]", file)
    page.wait_for_url("**story=*")
    open_settings(page)
    field = page.get_by_role("textbox", name="scenes, in order")
    field.fill("7,5,3")
    field.press("Enter")
    expect(page.locator(".story-count").first).to_have_text("1 / 3")
    page.get_by_role("button", name="Next scene").click()
    expect(page.locator(".story-title").first).to_have_text("Welches p?")
    page.get_by_role("button", name="QR").click()
    expect(page.get_by_role("dialog")).to_contain_text("this computer only")  # as it must say of 127.0.0.1
    address = page.get_by_role("dialog").locator(".story-address").inner_text()
    phone = new_page(**SCREENS["phone"])
    visit(phone, address.removeprefix(app_url))
    expect(phone.locator(".story-title").first).to_have_text("Welches p?")
    expect(phone.locator(".story-count").first).to_have_text("2 / 3")
    phone.get_by_role("button", name="Next scene").click()
    expect(phone.locator(".story-title").first).to_have_text(SCENES[2].title)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Present").click()
    phone.goto(f"http://{page.locator('.story-joining').inner_text()}")
    expect(phone.locator(".story-title")).to_have_text("Welches p?")
    expect(phone.locator(".story-count")).to_have_text("2 / 3")


def test_presenting_any_page_presents_its_scene(page, visit):
    begin(visit, page, "/?mode=talk")
    at_scene(page, 1)
    page.wait_for_url("**/story?mode=talk")
    begin(visit, page, "/which-p?mode=talk")
    at_scene(page, 5)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)


def test_a_file_with_errors_is_told_line_by_line(page, visit):
    begin(visit, page)
    page.set_input_files(
        "input[type=file]",
        {
            "name": "mine.toml",
            "mimeType": "application/toml",
            "buffer": b'title = "x"\n[[scene]]\ntitle = "One"\n',
        },
    )
    open_settings(page)
    expect(page.get_by_text("This story was not taken.")).to_be_visible()
    expect(page.get_by_text("Line 2: sentence is missing")).to_be_visible()
    at_scene(page, 1)
    own = {"name": "own.toml", "mimeType": "application/toml", "buffer": OWN.encode()}
    page.set_input_files("input[type=file]", own)
    expect(page.locator(".story-title").first).to_have_text("One")
    page.get_by_role("button", name="Next scene").click()
    image = page.get_by_role("img", name="a dot")
    expect(image).to_be_visible()
    assert image.evaluate("node => node.naturalWidth") == 1
    page.get_by_role("button", name="yes").click()
    expect(page.locator(".story-line")).to_have_text("✓ Right. yes")

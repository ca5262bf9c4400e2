"""The story in a real browser: by clicker and keyboard alone, offline, and nothing on top of anything."""

import itertools

import pytest
from playwright.sync_api import expect

from dropviz.story.reading import OWN_STORY
from tests.browser.telling import COUNT, SCENES, at_scene, begin
from tests.story.test_reading import OWN

LONGEST = 90_000  # until a busy server has heard of every scene on the way
SCREENS = {
    "projector": {"viewport": {"width": 1280, "height": 720}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


def open_settings(page):
    page.get_by_text("Settings", exact=True).click()


# ---- by keyboard ----------------------------------------------------------------------------------------------------


def test_the_whole_talk_with_the_three_keys_of_a_clicker(page, visit):
    begin(visit, page, "/story?mode=talk")
    after, dark = page.locator(".story-after"), page.locator(".story-dark")
    for number, scene in enumerate(SCENES, start=1):
        at_scene(page, number)
        expect(after).to_have_count(0)
        page.keyboard.press("PageDown")
        expect(after).to_have_text(scene.reveal)
        expect(page.locator(".story-now:is(.story-veiled, .story-meanless)")).to_have_count(0)
        if number == 2:
            for key in ("b", "."):
                page.keyboard.press(key)
                expect(dark).to_be_visible()
                page.keyboard.press("PageDown")  # brings it back, and does no more
                expect(dark).to_be_hidden()
                at_scene(page, number)
        page.keyboard.press("PageDown")
    title = page.locator(".story-title").first
    expect(title).to_have_text("What there was to predict")
    expect(page.locator(".story-row")).to_have_count(COUNT)
    page.keyboard.press("PageDown")  # beyond the result there is nothing
    for number in range(COUNT, 0, -1):
        page.keyboard.press("PageUp")
        at_scene(page, number)
        expect(after).to_have_text(SCENES[number - 1].reveal)
        page.keyboard.press("PageUp")
        at_scene(page, number)
        expect(after).to_have_count(0)
    expect(page.locator(".story-now.story-meanless")).to_be_visible()
    page.keyboard.press("Space")
    expect(after).to_have_text(SCENES[0].reveal)
    for key, number in (("3", 3), ("0", 10), ("1", 1)):
        page.keyboard.press(key)
        at_scene(page, number)
    page.wait_for_url("**/story?mode=talk", timeout=LONGEST)  # scene 1 is the default
    page.keyboard.press("7")
    page.wait_for_url("**scene=7**", timeout=LONGEST)


def test_p_plays_and_shortcuts_leave_fields_alone(page, visit):
    begin(visit, page, "/story?mode=talk&scene=3")
    value = page.locator(".story-now .dv-value")
    before = value.inner_text()
    page.keyboard.press("p")  # veiled: nothing to play yet
    page.keyboard.press("r")
    page.keyboard.press("p")
    expect(value).not_to_have_text(before)
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    open_settings(page)
    field = page.get_by_role("textbox", name="scenes, in order")
    field.fill("")
    field.press_sequentially("3,1,2")
    expect(page.locator(".story-title")).to_have_text(SCENES[2].title)
    field.press("Enter")
    expect(page.locator(".story-count").first).to_have_text("3 / 3")
    expect(page.locator(".story-title")).to_have_text(SCENES[1].title)
    page.wait_for_url("**order=3%2C1%2C2**")


def test_keys_are_listed_and_the_code_is_shown(page, visit):
    begin(visit, page, "/story?mode=talk&scene=4")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next scene")
    page.keyboard.press("PageDown")  # of a clicker: closes the dialog, and does no more
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".story-after")).to_have_count(0)
    page.keyboard.press("q")
    expect(page.get_by_role("dialog")).to_contain_text("/story?scene=4")
    code = page.get_by_role("img", name="QR code of").bounding_box()
    assert min(code["width"], code["height"]) > 0.8 * 720
    page.keyboard.press("q")
    expect(page.get_by_role("dialog")).to_have_count(0)
    at_scene(page, 4)


def test_a_speaker_points_draws_and_is_left_alone_by_the_buttons(page, visit):
    begin(visit, page, "/story?mode=talk&scene=3")
    strokes, dot, step = (
        page.locator(".story-stroke"),
        page.locator(".story-dot"),
        page.locator(".story-nav .story-step").last,
    )
    for leaves in ("e", "4"):  # erases; another scene
        page.keyboard.press("d")
        page.mouse.move(300, 500)
        page.mouse.down()
        page.mouse.move(500, 560, steps=3)
        page.mouse.up()
        expect(strokes).to_have_count(1)
        box = strokes.bounding_box()
        assert (round(box["x"]), round(box["y"])) == pytest.approx((300, 500), abs=4)
        assert (round(box["width"]), round(box["height"])) == pytest.approx((200, 60), abs=8)
        page.keyboard.press(leaves)
        expect(strokes).to_have_count(0)
        page.keyboard.press("d")
    page.keyboard.press("l")
    page.mouse.move(640, 300)
    box = dot.bounding_box()
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((640, 300), abs=1)
    page.keyboard.press("Escape")  # puts the pointer away, and stays in the talk
    expect(dot).to_be_hidden()
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(step).to_have_css("opacity", "0")  # after three seconds at rest
    page.mouse.move(700, 300)
    expect(step).to_have_css("opacity", "1")


# ---- answers --------------------------------------------------------------------------------------------------------


def test_a_wrong_answer_is_told_with_the_formula(page, visit):
    begin(visit, page, "/story?scene=3")
    page.get_by_role("button", name="it grows fivefold").click()
    expect(page.locator(".story-line")).to_contain_text("Not so. training factor × k = 1 × 0.2 = 0.2")
    expect(page.get_by_role("button", name="it falls to a fifth")).to_be_visible()
    expect(page.get_by_role("button", name="it stays")).to_have_count(0)
    for _ in range(COUNT - 2):
        page.get_by_role("button", name="Next scene").click()
    expect(page.locator(".story-title").first).to_have_text(f"0 of {COUNT} predicted right")
    expect(page.locator(".story-sentence").first).to_contain_text(f"Look again at: {SCENES[2].title}.")
    expect(page.locator(".story-row").nth(4)).to_contain_text("not revealed yet")
    page.get_by_role("button", name=f"Scene 3, {SCENES[2].title}: wrong").click()
    at_scene(page, 3)


@pytest.mark.parametrize(("by", "said"), [(0, "Not so."), (0.8, "Not so.")])
def test_a_point_is_dragged_before_the_curve_is_shown(page, visit, by, said):
    begin(visit, page, "/story?scene=4")
    plot = page.locator(".story-now .dv-panel")
    expect(plot.locator(".dv-marks").filter(visible=True)).to_have_count(0)
    point = page.get_by_role("slider", name="Drag the point")
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + (by - 0.3) * 200, steps=4)
    page.mouse.up()
    guess = float(point.get_attribute("aria-valuenow"))
    page.get_by_role("button", name="Reveal").click()
    expect(plot.locator(".dv-marks").first).to_be_visible()
    expect(page.locator(".story-line")).to_contain_text(f"{said} You said {guess:g}")


def test_a_point_is_moved_by_keys_until_it_is_right(page, visit):
    begin(visit, page, "/story?scene=4&mode=talk")
    point = page.get_by_role("slider", name="Drag the point")
    point.focus()
    for _ in range(40):
        if abs(float(point.get_attribute("aria-valuenow")) - 2.467) < 0.2:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".story-line")).to_contain_text("Right. You said 2.")
    at_scene(page, 4)


def test_a_veiled_picture_tells_nothing_to_the_pointer(page, visit):
    begin(visit, page, "/story?scene=3")
    box = page.locator(".story-now .dv-panel").bounding_box()

    def hover():  # along the middle of the standard curve
        page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.3 * box["height"])
        page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.46 * box["height"], steps=30)

    hover()
    page.wait_for_timeout(300)
    assert page.locator(".story-now .dv-tip").filter(visible=True).count() == 0
    expect(page.locator(".story-now .dv-opener")).to_be_hidden()
    page.get_by_role("button", name="Reveal").click()
    hover()
    expect(page.locator(".story-now .dv-tip").first).to_be_visible()
    page.locator(".story-now .dv-opener").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG, white ground").click()
    assert download.value.suggested_filename.endswith(".svg")


def test_no_picture_before_the_answer_gives_it_away(page, visit):
    begin(visit, page, "/story?mode=talk")
    for number, scene in enumerate(SCENES, start=1):
        page.keyboard.press(str(number % 10))
        at_scene(page, number)
        shown = page.locator(".story-now .dv").inner_text() if scene.veil else ""
        assert "match" not in shown
        assert "mean" not in shown or scene.veil == "all"
        if scene.veil == "all":
            expect(page.locator(".story-now .dv-marks").filter(visible=True)).to_have_count(0)
            expect(page.get_by_role("img", name="Axes only")).to_have_count(1)


# ---- the talk and the file ------------------------------------------------------------------------------------------


def test_the_talk_shows_nothing_but_the_story(page, visit):
    begin(visit, page, "/story?mode=talk")
    for part in ("stHeader", "stSidebar"):
        expect(page.get_by_test_id(part).filter(visible=True)).to_have_count(0)
    box = page.locator(".story").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1280, 720)


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


def test_text_of_the_talk_can_be_read_from_the_last_row(page, visit):
    begin(visit, page, "/story?mode=talk")
    for number in range(1, COUNT + 1):
        page.keyboard.press(str(number % 10))
        at_scene(page, number)
        page.keyboard.press("r")
        expect(page.locator(".story-after")).to_be_visible()
        if number == 1:  # a table of the talk is text of the talk
            expect(page.get_by_text("The data as a table").filter(visible=True)).to_have_count(0)
            page.keyboard.press("t")
            page.locator(".story-dialog table").first.wait_for()
            assert [said for said in page.evaluate(SMALLEST)["words"] if said[0] < 24] == []
            page.keyboard.press("t")
        page.locator(".story-now .dv-grip").first.hover()
        expect(page.locator(".story-now .dv-tip")).to_be_visible()
        sizes = page.evaluate(SMALLEST)
        assert sizes["chart"]
        assert [said for said in sizes["words"] if said[0] < 24] == []
        assert [said for said in sizes["chart"] if said[0] < 18] == []


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


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_overlaps_in_the_app(new_page, visit, screen):
    page = new_page(**SCREENS[screen])
    begin(visit, page, "/story")
    for number in range(1, COUNT + 1):
        at_scene(page, number)
        check_boxes(page, screen == "phone")
        page.get_by_role("button", name="Reveal").click()
        expect(page.locator(".story-after")).to_be_visible()
        check_boxes(page, screen == "phone")
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


def test_the_next_picture_is_there_when_it_is_called(page, visit):
    begin(visit, page, "/story?mode=talk")
    page.wait_for_function(f"document.querySelectorAll('.story .dv[data-ready]').length === {COUNT}")
    for _ in range(COUNT - 1):
        page.keyboard.press("ArrowRight")
        # Not waited for: the picture stands in the same moment.
        assert page.evaluate("document.querySelectorAll('.story-now .dv[data-ready] .dv-svg').length") > 0


def test_a_copied_address_shows_the_same_scene_and_the_file_downloads(page, visit):
    begin(visit, page, "/story?scene=6")
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
    page.get_by_role("button", name="Present").click()
    page.keyboard.press("2")
    expect(page.locator(".story-title").first).to_have_text("Welches p?")
    page.keyboard.press("q")
    expect(page.get_by_role("dialog")).to_contain_text("this computer only")  # as it must say of 127.0.0.1
    address = page.get_by_role("dialog").locator(".story-address").inner_text()
    phone = new_page(**SCREENS["phone"])
    visit(phone, address.removeprefix(app_url))
    expect(phone.locator(".story-title").first).to_have_text("Welches p?")
    expect(phone.locator(".story-count").first).to_have_text("2 / 3")
    phone.get_by_role("button", name="Next scene").click()
    expect(phone.locator(".story-title").first).to_have_text(SCENES[2].title)


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

"""The menu of a panel: a picture to keep, the link, and Plotly for who asks for it."""

import base64
import re
import struct
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import FIGURE
from tests.browser.in_view import expect_focus

SVG = "{http://www.w3.org/2000/svg}"
GROUNDS = {"white": "#ffffff", "dark": "#15171a"}
TITLE, NAME = "The means match: training\u00a0=\u00a0test", "the-means-match-training-test-dropout-rate-0.30"
CURVES = 2  # the panel of that title
# Colours that a program without CSS may not know.
MODERN = re.compile(r"var\(|color\(|color-mix|light-dark|currentcolor|oklab", re.IGNORECASE)


def open_menu(page, panel=CURVES):
    page.locator(".dv-panel").nth(panel).hover()
    page.locator(".dv-opener").nth(panel).click()
    menu = page.locator(".dv-menu")
    expect(menu).to_be_visible()
    return menu


def save(page, entry, panel=CURVES):
    """The name and the content of the file that an entry of the menu gives."""
    with page.expect_download() as download:
        open_menu(page, panel).get_by_role("button", name=entry).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def look(node):
    """What an element says of its look."""
    return dict(part.split(": ") for part in node.get("style", "").rstrip(";").split("; ") if part)


def channels(color):
    return [int(part) for part in re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", color).groups()]


def check_svg(content, ground):
    root = ElementTree.fromstring(content)
    assert root.tag == f"{SVG}svg"
    text = content.decode()
    assert "class=" not in text
    assert MODERN.search(text) is None
    _, top, width, height = map(float, root.get("viewBox").split())
    assert (float(root.get("width")), float(root.get("height"))) == (width, height)
    title, back, *_ = root
    assert title.text == TITLE
    assert (back.tag, back.get("fill")) == (f"{SVG}rect", GROUNDS[ground])
    assert [float(back.get(name)) for name in ("x", "y", "width", "height")] == [0, top, width, height]
    words = root.findall(f".//{SVG}text")
    assert words[0].text == TITLE
    assert {"".join(word.itertext()) for word in words} >= {"mean", "dropout rate", "0.2", "0.4"}
    for word in words:
        light = sum(channels(look(word)["fill"])) > 380
        assert light == (ground == "dark"), "".join(word.itertext())
        assert float(look(word)["font-size"].removesuffix("px")) >= 10
    drawn = [node for node in root.iter(f"{SVG}path") if look(node)["stroke"] != "none"]
    assert len(drawn) >= 8
    assert all(node.get("d") for node in drawn)
    colors = {tuple(channels(look(node)["stroke"])) for node in drawn}
    inverted = (0, 114, 178) if ground == "white" else (59, 154, 214)
    assert inverted in colors
    return colors


# The size of a picture, how many of its pixels have the colour of its corner, and that colour.
PIXELS = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const colors = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const corner = [...context.getImageData(0, 0, 1, 1).data];
  return [canvas.width, canvas.height, colors.filter((one) => one === colors[0]).length / colors.length, corner];
}"""


def check_png(page, content, ground, size):
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    assert [width, height] == [round(2 * length) for length in size]
    address = "data:image/png;base64," + base64.b64encode(content).decode()
    *shown, empty, corner = page.evaluate(PIXELS, address)
    assert shown == [width, height]
    assert 0.5 < empty < 0.97
    color = GROUNDS[ground]
    assert corner == [*(int(color[at : at + 2], 16) for at in (1, 3, 5)), 255]


@pytest.mark.parametrize("visitor", ["page", "dark"])
def test_a_panel_is_saved_as_it_stands_on_either_ground(request, opened, visitor):
    page = request.getfixturevalue(visitor)
    opened(page, "/?view=full")
    colors = []
    for ground in GROUNDS:
        name, content = save(page, f"Save as SVG, {ground} ground")
        assert name == f"{NAME}.svg"
        colors.append(check_svg(content, ground))
        size = [float(length) for length in ElementTree.fromstring(content).get("viewBox").split()[2:]]
        name, content = save(page, f"Save as PNG, {ground} ground")
        assert name == f"{NAME}.png"
        check_png(page, content, ground, size)
    assert colors[0].isdisjoint(colors[1])
    assert page.locator(".dv-stage").count() == 0
    page.locator(".dv-range").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".dv-value")).to_have_text("0.40")
    name, _ = save(page, "Save as SVG, white ground", 0)
    assert name == "standard-training-m-a-test-k-a-dropout-rate-0.40.svg"


def test_the_link_is_copied_or_the_page_says_that_it_may_not(page, visit):
    visit(page, "/?rate=0.45")
    page.locator(FIGURE).wait_for()
    page.bring_to_front()  # others may not copy
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_menu(page).get_by_role("button", name="Copy the link").click()
    expect(page.locator(".dv-status")).to_have_text("Link copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    open_menu(page).get_by_role("button", name="Copy the link").click()
    expect(page.locator(".dv-status")).to_have_text("The browser does not let the page copy.")
    page.context.clear_permissions()


FOCUSED = "document.activeElement.textContent"


def test_by_keys_the_menu_opens_plotly_which_is_loaded_only_then_and_gives_the_focus_back(
    page, visit, requested
):
    visit(page, "/?rate=0.4")  # what another test has asked for is not asked for again
    page.locator(FIGURE).wait_for()
    opener = page.get_by_role("button", name=f"Save or open: {TITLE}")
    opener.focus()
    expect(opener).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(page.locator(".dv-menu")).to_be_visible()
    assert page.evaluate(FOCUSED) == "Save as SVG, white ground"
    page.keyboard.press("Escape")
    expect(page.locator(".dv-menu")).to_be_hidden()
    expect_focus(opener)
    page.keyboard.press("Space")
    entries = page.locator(".dv-menu").get_by_role("button").all_inner_texts()
    for entry in entries[1:]:
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == entry
    assert entry == "Open in Plotly"
    assert not any("plotly" in address for address in requested)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=TITLE)
    dialog.locator(".js-plotly-plot .scatterlayer .trace").first.wait_for()
    assert len([address for address in requested if "plotly" in address]) == 1
    traces = dialog.locator(".js-plotly-plot").evaluate(
        "({ data }) => data.map(({ name, x, y }) => [name, x.length, y[40]])"
    )
    lines = (
        page.locator(".dv-grip")
        .nth(CURVES)
        .evaluate(
            "({ held: { panel } }) => panel.marks.map(({ name, estimate }) => [name, estimate.exact.values[40]])"
        )
    )
    exact = [(name, y) for name, _, y in traces if name.endswith(", exact")]
    assert exact == [(f"{name}, exact", y) for name, y in lines]
    simulated = [name for name, *_ in traces if name.endswith(", simulated")]
    assert simulated == [f"{name}, simulated" for name, _ in lines]
    assert {length for _, length, _ in traces} == {96}
    assert dialog.locator(".trace").count() == len(traces) == 8
    page.keyboard.press("Escape")
    expect(page.locator("dialog.dv-dialog")).to_have_count(0)
    expect_focus(opener)


def test_what_is_not_a_curve_opens_in_plotly_too_and_a_lost_library_is_told(page, visit, errors):
    visit(page, "/?view=full")
    page.locator(FIGURE).wait_for()
    page.route(re.compile("plotly"), lambda route: route.abort())
    open_menu(page).get_by_role("button", name="Open in Plotly").click()
    expect(page.get_by_role("dialog")).to_contain_text("Plotly could not be loaded.")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("dialog.dv-dialog")).to_have_count(0)
    assert errors
    errors.clear()
    page.unroute_all()
    open_menu(page, 0).get_by_role("button", name="Open in Plotly").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".js-plotly-plot .trace").first.wait_for()
    names = dialog.locator(".js-plotly-plot").evaluate("({ data }) => data.map(({ name }) => name)")
    assert names == ["training", "test", "exactly 0 in training", "exactly 0 at test"]


def test_the_file_has_no_plotly_and_saves_all_the_same(new_page, offline, requested):
    page = new_page(offline=True)
    page.goto(offline)
    page.locator(".story-now .dv[data-ready]").wait_for()
    panel = page.locator(".story-now .dv-panel").first
    expect(panel.locator(".dv-opener")).to_be_hidden()  # it would tell the answer
    page.locator(".story-option").first.click()
    panel.hover()
    panel.locator(".dv-opener").click()
    menu = page.locator(".dv-menu").filter(visible=True)
    assert [entry.split(",")[0] for entry in menu.get_by_role("button").all_inner_texts()] == [
        *["Save as SVG"] * 2,
        *["Save as PNG"] * 2,
        "Copy the link to this picture",
    ]
    with page.expect_download() as download:
        menu.get_by_role("button", name="Save as SVG, dark ground").click()
    root = ElementTree.fromstring(download.value.path().read_text(encoding="utf-8"))
    assert root[0].text == panel.locator("figcaption").inner_text()
    panel.locator(".dv-opener").click()
    with page.expect_download() as download:
        menu.get_by_role("button", name="Save as PNG, white ground").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    assert all(address.startswith(("file:", "blob:", "data:")) for address in requested)

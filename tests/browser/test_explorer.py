"""The first screen as a person meets it: drag, play, keys, address, file, phone, and the page taken home."""

import io
import re

import numpy as np
import pytest
from playwright.sync_api import expect

import dropviz as dv
from tests.browser.in_view import unfold

READY = ".dv[data-ready]"


def text(page, name):
    return page.locator(f'[data-text="{name}"]').inner_text()


def shown_rate(page):
    return float(page.locator(".dv-value").inner_text())


def point_on_slider(page, share):
    box = page.locator(".dv-range").bounding_box()
    return box["x"] + 8 + share * (box["width"] - 16), box["y"] + box["height"] / 2


def test_the_drag_is_live_and_its_release_is_in_the_address(page, opened):
    opened(page, "/?view=full")
    assert shown_rate(page) == 0.3
    unfold(page)
    before = text(page, "inverted-train-variance")
    curves = page.locator(".dv-picture path").evaluate_all(
        "paths => paths.map(path => path.getAttribute('d'))"
    )
    page.mouse.move(*point_on_slider(page, 0.3 / 0.95))
    page.mouse.down()
    for share in (0.4, 0.5, 0.6):
        page.mouse.move(*point_on_slider(page, share))
    page.wait_for_function("document.querySelector('.dv-value').textContent > '0.50'")
    assert text(page, "inverted-train-variance") != before
    moved = page.locator(".dv-picture path").evaluate_all(
        "paths => paths.map(path => path.getAttribute('d'))"
    )
    assert sum(one != other for one, other in zip(curves, moved, strict=True)) >= 6
    assert "rate=" not in page.url  # nothing has left the browser
    page.mouse.up()
    page.wait_for_url(re.compile(rf"rate={shown_rate(page):g}\b"))


@pytest.mark.parametrize("address", ["/", "/?view=full"])
def test_a_drag_is_one_step_of_the_history_and_leaves_the_view_and_its_figure(page, opened, address):
    opened(page, address)
    page.locator(".dv").evaluate("figure => { figure.dataset.same = ''; }")
    page.locator(".dv-range").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(r"\brate=0\.31\b"))
    page.locator("[data-test-script-state='notRunning']").wait_for()
    page.go_back()
    expect(page.locator(".dv-value")).to_have_text("0.30")
    page.locator("[data-test-script-state='notRunning']").wait_for()
    assert page.url.endswith(address)
    assert page.locator(".dv[data-same]").count() == 1


@pytest.mark.parametrize("address", ["/?view=simple", "/schedule"])
def test_after_back_the_same_move_is_told_again(page, opened, address):
    opened(page, address)
    first = page.locator(".dv-value").inner_text()
    for _ in range(2):
        page.locator(".dv-range").press("Shift+ArrowRight")
        page.wait_for_url(re.compile(r"\b(rate=0\.4|step=500)\b"))
        page.locator("[data-test-script-state='notRunning']").wait_for()
        page.go_back()
        expect(page.locator(".dv-value")).to_have_text(first)
        page.locator("[data-test-script-state='notRunning']").wait_for()


SLOW_LINE = """() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (...parts) { setTimeout(() => send.apply(this, parts), 600); };
}"""


def test_back_right_after_a_move_leads_back_also_where_the_line_is_slow(page, visit):
    visit(page, "/next-layer?rate=0.4")
    page.locator(".dv-range").press("Shift+ArrowRight")
    page.wait_for_url(re.compile(r"\brate=0\.5$"))
    page.locator("[data-test-script-state='notRunning']").wait_for()
    page.evaluate(SLOW_LINE)
    page.evaluate("""() => {
        const range = document.querySelector(".dv-range");
        range.value = 80;
        for (const name of ["input", "change"]) range.dispatchEvent(new Event(name));
        history.back();
    }""")
    expect(page.locator(".dv-value")).to_have_text("0.40")
    page.wait_for_timeout(2000)  # for what may have been told besides
    assert page.url.endswith("rate=0.4")
    expect(page.locator(".dv-value")).to_have_text("0.40")


def test_every_step_of_a_drag_is_drawn(page, opened):
    opened(page, "/?view=full")
    drawn = page.evaluate("""async () => {
        const root = document.querySelector('.dv'), range = root.querySelector('.dv-range'), seen = [];
        root.addEventListener('dv-drawn', (event) => seen.push(event.detail.rate));
        for (let step = 40; step < 60; step += 1) {
            range.value = step;
            range.dispatchEvent(new Event('input'));
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
        }
        return seen;
    }""")
    assert drawn == [pytest.approx(step / 100) for step in range(40, 60)]


def test_an_address_shows_the_same_picture_to_the_bit(new_page, opened):
    query = (
        "/?rate=0.62&source=sigmoid&sigmoid_mean=0.5&units=2000&seed=11&strategies=inverted,both&gap=rms_gap"
    )
    pictures = []
    for _ in range(2):
        page = new_page(viewport={"width": 1280, "height": 720})
        opened(page, query)
        unfold(page)
        pictures.append(
            page.evaluate("""() => [
                ...[...document.querySelectorAll('[data-text]')].map((node) => node.textContent),
                ...[...document.querySelectorAll('.dv-picture path')]
                    .map((node) => node.getAttribute('d')),
            ]""")
        )
        assert shown_rate(page) == 0.62
        assert set(query[2:].split("&")) == set(page.url.split("?")[1].replace("%2C", ",").split("&"))
    assert pictures[0] == pictures[1]
    assert len(pictures[0]) > 100


def test_play_sweeps_the_rate_and_pause_commits_it(page, opened):
    opened(page, "/?view=full")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("Number(document.querySelector('.dv-value').textContent) > 0.4")
    page.get_by_role("button", name="Pause").click()
    page.wait_for_url(re.compile(r"rate=0\.[4-9]"))


def test_the_keyboard_moves_by_a_hundredth_and_with_shift_by_a_tenth(page, opened):
    opened(page, "/?view=full")
    page.locator(".dv-range").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".dv-value")).to_have_text("0.31")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".dv-value")).to_have_text("0.41")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator(".dv-value")).to_have_text("0.30")
    page.keyboard.press("End")
    expect(page.locator(".dv-value")).to_have_text("0.95")
    page.wait_for_url(re.compile(r"rate=0\.95"))
    assert page.locator(".dv-range").get_attribute("aria-valuetext") == "dropout rate 0.95"


def test_a_new_draw_keeps_the_rate_and_changes_the_numbers(page, opened):
    opened(page, "/?rate=0.45")
    unfold(page)
    numbers = page.locator(".dv-foot")
    before = numbers.inner_text()
    page.get_by_role("button", name="new draw").click()
    page.wait_for_url(re.compile(r"seed=\d+"))
    expect(numbers).not_to_have_text(before, use_inner_text=True)
    assert shown_rate(page) == 0.45


@pytest.mark.parametrize("address", ["/", "/?view=full"])
def test_after_every_change_picture_control_and_address_agree(page, opened, address):
    """The picture is drawn before the controls are shown again: it must not lag behind them by one change."""
    opened(page, address)
    if address == "/":
        page.get_by_text("all settings").click()
    field = page.get_by_role("spinbutton", name="standard deviation of the normal")
    expect(field).to_have_value("1")
    unfold(page)
    for std in ("2", "3", "0.5"):
        field.fill(std)
        field.press("Enter")
        page.wait_for_url(re.compile(rf"std={std}\b"))
        law = dv.Normal(std=float(std), relu=True)
        expect(page.locator(".dv-foot")).to_contain_text(f"{law.exact_mean:.3f}")
        expect(field).to_have_value(std)


def test_a_chosen_strategy_has_the_ink_of_the_others_as_its_ground(page, opened):
    page.emulate_media(color_scheme="dark")
    opened(page, "/?view=full")
    chosen, other = (
        page.locator("button[data-variant=pills]", has_text=name) for name in ("inverted", "twice")
    )
    colour = "(button, name) => getComputedStyle(button)[name]"
    assert chosen.evaluate(colour, "background-color") == other.evaluate(colour, "color")
    assert chosen.evaluate(colour, "color") != other.evaluate(colour, "color")


def test_what_belongs_together_is_seen_together_on_a_projector(page, opened):
    opened(page, "/?view=full")
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    for part in (
        "h1",
        ".dv-bar",
        ".dv-head",
        ".dv-panel >> nth=0",
        ".dv-panel >> nth=4",
        ".dv-foot summary",
    ):
        box = page.locator(part).first.bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 720, part
        assert box["x"] + box["width"] <= 1280, part


def test_a_phone_shows_one_column_without_sideways_scrolling(phone, opened):
    opened(phone, "/?view=full")
    columns = phone.locator(".dv-cell, .dv-foot section").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().x)"
    )
    assert len(set(columns)) == 1
    overflow = phone.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert overflow <= 0
    assert phone.locator(".dv-range").bounding_box()["height"] >= 44
    assert phone.locator(".dv-play").bounding_box()["height"] >= 44


def test_a_bad_file_is_named_and_leaves_the_picture_a_good_one_changes_it(page, visit):
    visit(page, "/?source=file")
    page.locator(READY).wait_for()
    unfold(page)
    before = text(page, "inverted-test-mean")
    chooser = page.get_by_test_id("stFileUploaderDropzoneInput")
    chooser.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"one,two\nx,y\n"})
    expect(page.get_by_test_id("stAlert")).to_contain_text("not taken")
    assert text(page, "inverted-test-mean") == before
    array = io.BytesIO()
    np.save(array, np.full(100, 3.0))
    chooser.set_input_files(
        {"name": "b.npy", "mimeType": "application/octet-stream", "buffer": array.getvalue()}
    )
    expect(page.locator('[data-text="inverted-test-mean-exact"]')).to_have_text("exact 3.000")
    assert "source=file" in page.url


def test_a_hostile_address_gets_a_sentence_and_the_default(page, visit):
    visit(page, "/?rate=7&units=1e400&seed=1&seed=2&source=<b>&nonsense=1")
    page.locator(READY).wait_for()
    for name in ("address", "rate", "units", "seed", "source", "nonsense"):
        expect(page.get_by_test_id("stAlert")).to_contain_text(name)
    assert shown_rate(page) == 0.3


def test_the_downloaded_page_works_from_disk_without_a_network(page, opened, new_page, tmp_path, requested):
    opened(page, "/?rate=0.5")
    with page.expect_download() as download:
        page.get_by_role("button", name="live figure as HTML").click()
    file = tmp_path / "dropviz.html"
    download.value.save_as(file)
    requested.clear()
    offline = new_page(viewport={"width": 1280, "height": 720}, offline=True)
    offline.goto(file.as_uri())
    offline.locator(READY).wait_for()
    assert shown_rate(offline) == 0.5
    for each in (page, offline):
        unfold(each)
    assert text(offline, "standard-train-mean") == text(page, "standard-train-mean")
    offline.locator(".dv-range").focus()
    offline.keyboard.press("Shift+ArrowLeft")
    expect(offline.locator(".dv-value")).to_have_text("0.40")
    assert offline.locator(".dv-panel .dv-line").count() >= 10
    assert [address for address in requested if not address.startswith(("file:", "blob:", "data:"))] == []


def test_the_downloaded_table_is_the_sweep(page, opened):
    opened(page, "/?view=full")
    with page.expect_download() as download:
        page.get_by_role("button", name="table as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0].startswith("strategy,rate,phase,mean,mean_se")
    assert len(lines) == 1 + 2 * 96 * 2


def test_back_walks_through_pages_and_settings_one_step_at_a_time(page, visit):
    visit(page, "/?rate=0.33")
    page.get_by_role("link", name="Mistakes").click()
    page.wait_for_url(re.compile(r"/mistakes\?rate=0\.33$"))
    page.get_by_text("wrong p at test", exact=True).first.click()
    page.wait_for_url(re.compile(r"mistakes_kind=wrong_test"))
    page.go_back()
    page.wait_for_url(re.compile(r"/mistakes\?rate=0\.33$"))
    expect(page.locator(".dv-value").first).to_have_text("0.33")
    page.go_back()
    page.wait_for_url(re.compile(r"/\?rate=0\.33$"))
    expect(page.locator(".dv-value").first).to_have_text("0.33")

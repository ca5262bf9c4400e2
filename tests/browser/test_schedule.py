"""The slider is the training step: its drag moves the numbers, its end the address, and never the rate."""

import re

from playwright.sync_api import expect

from tests.browser.in_view import expect_focus


def write_cell(page, row, column, text):
    """Type into a cell of the table; the grid is a canvas with rows 35 pixels tall.

    A grid that is drawn anew while one types forgets the keys, so the page must have come to rest.
    """
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    cell = page.get_by_test_id(f"glide-cell-{column + 1}-{row}")
    cell.wait_for(state="attached")
    grid = page.get_by_test_id("stDataFrame")
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + (0.3, 0.75)[column] * box["width"], box["y"] + 35 * (row + 1) + 17)
    expect(cell).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.locator(".gdg-input").fill(text)
    page.keyboard.press("Enter")
    expect(cell).to_have_text(text)


def test_the_numbers_follow_the_step_and_the_address_its_end(page, opened):
    opened(page, "/schedule")
    error = page.locator("[data-text=last-rate-error]")
    page.get_by_text("The numbers", exact=True).click()
    expect(page.locator(".dv-label")).to_have_text("training step")
    expect(page.locator(".dv-value")).to_have_text("400")
    expect(page.locator(".dv-keep")).to_have_text("rate 0.30, keep 0.70")
    expect(error).to_have_text("+43 %")
    box = page.locator(".dv-range").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    expect(error).not_to_have_text("+43 %")
    step = int(page.locator(".dv-value").inner_text())
    assert step > 600
    expect(error).to_have_text(f"+{100 / (0.5 + 0.0005 * step) - 100:.0f} %")
    assert "step=" not in page.url
    page.mouse.up()
    page.wait_for_url(f"**/schedule?step={step}")


def test_shift_and_an_arrow_move_a_tenth_of_the_training(page, opened):
    opened(page, "/schedule?step=500")
    page.locator(".dv-range").press("Shift+ArrowRight")
    expect(page.locator(".dv-value")).to_have_text("600")
    page.wait_for_url("**/schedule?step=600")


def test_the_step_leaves_the_rate_of_the_other_pages_alone(page, visit):
    visit(page, "/?rate=0.6")
    page.get_by_text("More", exact=True).click()
    page.get_by_text("A changing rate").click()
    expect(page.locator(".dv-value")).to_have_text("400")
    page.locator(".dv-range").press("Shift+ArrowRight")
    page.wait_for_url("**/schedule?step=500")
    page.get_by_text("Start", exact=True).click()
    expect(page.locator(".dv-label")).to_have_text("dropout rate")
    expect(page.locator(".dv-value")).to_have_text("0.60")


def test_text_in_the_table_gets_a_sentence_and_a_number_the_address(page, opened):
    opened(page, "/schedule?schedule=table")
    page.get_by_test_id("stExpander").get_by_text("Settings", exact=True).click()
    write_cell(page, 1, 1, "much")
    expect(
        page.get_by_text("row 2: rate must be a number, at least 0 and below 1; got 'much'.")
    ).to_be_visible()
    expect(page.locator(".dv-range")).to_be_visible()
    assert "schedule_table" not in page.url
    write_cell(page, 1, 1, "0.1")
    page.wait_for_url(re.compile(r"schedule_table=0%3A0.5%2C500%3A0.1%2C1000%3A0$"))
    expect(page.get_by_text("row 2:")).to_have_count(0)


def test_the_address_brings_the_table_back(page, opened):
    opened(page, "/schedule?schedule=table&schedule_table=0:0.2,1000:0.6&step=500")
    expect(page.locator(".dv-keep")).to_have_text("rate 0.40, keep 0.60")


def test_a_hand_draws_the_schedule_and_the_address_holds_it(page, opened):
    opened(page, "/schedule")
    handles = page.locator(".dv-handle")
    expect(handles).to_have_count(6)
    box = handles.nth(2).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=5)
    expect(page.locator(".dv")).to_have_class(re.compile("dv-stale"))
    assert "schedule" not in page.url.split("?")[-1] or page.url.endswith("/schedule")
    rate = handles.nth(2).get_attribute("aria-valuenow")
    assert 0.4 < float(rate) <= 0.95
    page.mouse.up()
    page.wait_for_url(
        re.compile(rf"schedule=table&schedule_table=0%3A0.5%2C200%3A0.4%2C400%3A{rate}%2C600%3A0.2%2C")
    )
    expect(page.locator(".dv-keep")).to_contain_text(f"rate {float(rate):.2f}")
    expect(page.locator(".dv")).not_to_have_class(re.compile("dv-stale"))
    handles.nth(0).press("Shift+ArrowDown")
    page.wait_for_url(re.compile(r"schedule_table=0%3A0.4%2C200%3A0.4%2C"))
    expect_focus(handles.nth(0))

"""The sentence and the lines of code follow the pointer; the address holds rate and frameworks."""

from playwright.sync_api import expect

from dropviz.frameworks.conventions import frameworks


def drag(page, share):
    """Press on the slider and move to a share of its width, without letting go."""
    box = page.locator(".dv-range").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, middle, steps=5)


def test_the_code_follows_the_drag_and_the_address_its_end(page, opened):
    opened(page, "/which-p?code_to=DL4J+Dropout")
    line, other = page.locator("[data-text=source-line]"), page.locator("[data-text=target-line]")
    expect(line).to_have_text("torch.nn.Dropout(p=0.3)")
    expect(other).to_have_text("new Dropout(0.7)")
    drag(page, 0.8)
    expect(line).not_to_have_text("torch.nn.Dropout(p=0.3)")
    rate = float(page.locator(".dv-value").inner_text())
    expect(line).to_have_text(f"torch.nn.Dropout(p={rate:g})")
    expect(other).to_have_text(f"new Dropout({1 - rate:g})")
    assert "rate=" not in page.url
    page.mouse.up()
    page.wait_for_url(f"**/which-p?*rate={rate:g}*")
    assert "code_to=DL4J+Dropout" in page.url


def test_the_address_brings_the_same_sentence_back(page, opened):
    opened(page, "/which-p?rate=0.6")
    said = "You have PyTorch p = 0.6: 60 % of the units are dropped, survivors ÷ 0.4."
    expect(page.locator(".dv-finding")).to_have_text(f"{said} In CS231n (inverted) write p = 0.4.")


def test_the_line_between_dropped_and_kept_is_dragged(page, opened):
    opened(page, "/which-p")
    grip = page.locator(".dv-grip.dv-over").first
    box = grip.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 5, steps=5)
    page.mouse.up()
    rate = float(page.locator(".dv-value").inner_text())
    assert abs(rate - 0.8) < 0.02
    expect(page.locator("[data-text=target-line]")).to_contain_text(f"p = {1 - rate:g};")


def test_everyones_table_unfolds_with_a_link_in_every_row(page, opened):
    opened(page, "/which-p")
    page.locator("summary", has_text="Everyone’s p").click()
    rows = page.locator(".dv-fold[open] tbody tr")
    assert rows.count() == len(frameworks())
    links = rows.locator("a").evaluate_all("each => each.map(({ href }) => href)")
    assert links == [row.link.replace("'", "%27") for row in frameworks().values()]


def test_the_picture_and_the_sentence_need_few_words(page, opened):
    opened(page, "/which-p")
    assert len(page.locator(".dv").inner_text().split()) <= 100

"""What the cells of a notebook gave, as an export shows it: the picture is drawn, fits, and can be dragged."""

import pytest

from tools.notebooks import as_html, cells, notebooks

PAGE = "<!doctype html><html lang='en'><meta charset='utf-8'><title>t</title><body>{}</body></html>"
FRAME = "document.querySelector('iframe').contentDocument"
MOVED = f"() => Number({FRAME}.querySelector('input[type=range]').value) > 60"
OVERFLOW = f"() => {FRAME}.documentElement.scrollHeight - {FRAME}.documentElement.clientHeight"


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_the_live_figure_of_a_notebook_is_drawn_and_dragged(page, tmp_path, path):
    shown = [text for cell in cells(path) if cell["cell_type"] == "code" for text in as_html(cell)]
    file = tmp_path / "exported.html"
    file.write_text(PAGE.format("\n".join(shown)), encoding="utf-8")
    page.goto(file.as_uri())
    figure = page.frame_locator("iframe").locator(".dv[data-ready]")
    figure.wait_for()
    assert page.locator("iframe").count() == 1
    slider = figure.locator("input[type=range]")
    line = figure.locator("svg circle.dv-now").first
    before = line.get_attribute("cy"), figure.locator("output").first.inner_text()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    page.wait_for_function(MOVED)
    after = line.get_attribute("cy"), figure.locator("output").first.inner_text()
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert page.evaluate(OVERFLOW) <= 0  # the frame is as tall as what it holds

"""The page opens, in our colours, for each kind of visitor; the fixtures see to it that nothing went wrong."""

from itertools import chain, zip_longest

from playwright.sync_api import expect

from dropviz.settings.next_layer import STEP
from dropviz.ui.frame import PAGES


def test_the_page_opens_in_the_visitors_colours_and_speaks_only_with_its_own_server(
    dark, visit, requested, app_url
):
    visit(dark)
    expect(dark.get_by_test_id("stApp")).to_have_css("background-color", "rgb(21, 23, 26)")
    assert any(address.startswith(app_url) for address in requested)
    assert {address.split("/")[2] for address in requested if "//" in address} == {app_url.split("/")[2]}


def test_in_a_frame_of_a_course_site_a_page_is_its_figure_its_slider_and_a_link(new_page, visit, walk):
    page = new_page(viewport={"width": 760, "height": 460})
    visit(page, "/?embed=true&view=simple&rate=0.4")
    link = page.get_by_role("link", name="Open in dropviz")
    assert link.get_attribute("href") == "./?rate=0.4&view=simple"
    for part in (page.locator(".dv-bars"), page.locator(".dv-range"), link):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 460
    steps = [f"next-layer?next_step={step}" for step in STEP.options]
    others = [one.address for one in PAGES[1:] if one.address != "next-layer"]
    for address in ["", *filter(None, chain(*zip_longest(others, steps)))]:  # no page twice in a row
        if address:
            walk(page, f"/{address}{'&' if '?' in address else '?'}embed=true")
        expect(page.locator(".dv-svg:visible, .dv-bars").first).to_be_in_viewport()
        expect(page.locator(".dv-range, [data-testid=stSlider]").first).to_be_in_viewport()
        links = page.get_by_role("link").filter(visible=True).all_inner_texts()
        assert set(links) <= {"Skip to main content", "Open in dropviz"}
        expect(page.get_by_role("heading", level=1)).to_be_hidden()
        lengths = page.get_by_test_id("stMain").evaluate("node => [node.scrollHeight, node.clientHeight]")
        assert lengths[0] <= lengths[1], (address, lengths)

"""The page opens, in our colours, for each kind of visitor; the fixtures see to it that nothing went wrong."""

import re

import pytest
from playwright.sync_api import expect

from dropviz.ui.frame import PAGES


@pytest.mark.parametrize(
    ("visitor", "background"), [("page", "#FFFFFF"), ("dark", "#15171A"), ("phone", "#FFFFFF")]
)
def test_the_page_opens_in_the_visitors_colours(request, visit, visitor, background):
    page = request.getfixturevalue(visitor)
    visit(page)
    red, green, blue = (int(background[start : start + 2], 16) for start in (1, 3, 5))
    expect(page.get_by_test_id("stApp")).to_have_css("background-color", f"rgb({red}, {green}, {blue})")


def test_the_page_speaks_only_with_its_own_server(page, visit, requested, app_url):
    visit(page)
    assert any(address.startswith(app_url) for address in requested)
    assert {address.split("/")[2] for address in requested if "//" in address} == {app_url.split("/")[2]}


def test_in_a_frame_of_a_course_site_the_picture_comes_first_on_every_page(page, opened, walk):
    opened(page, "/?embed=true")
    for one in PAGES:
        assert "embed=true" in page.url
        expect(page.get_by_role("heading", level=1)).to_have_text(one.heading)
        if one.address != "story":  # its picture has the words beside it
            picture = page.locator(":is(.dv, .dv-growing)[data-ready]").first
            assert picture.bounding_box()["width"] > 1200, one.address
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        walk(page, page.get_by_role("link", name=re.compile("^Next:")))

"""What reaches the browser at a first visit, and what a page may do there."""

import re

import pytest

from bench.visit import first_visit
from dropviz.live.library import PLOTLY_ADDRESS
from tests.browser.conftest import served

LONGEST = 60_000
DRAWN = ".scatterlayer .js-line"
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "strict-origin-when-cross-origin"}


@pytest.fixture
def fresh(browser):
    """A page of a browser that has never been here, and the errors in its console."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page, said
    context.close()


def test_a_first_visit_is_light_and_every_answer_has_the_headers(fresh, app_url):
    page, said = fresh
    answers = []
    page.on("response", lambda answer: answers.append(answer) if answer.url.startswith("http") else None)
    visit = first_visit(page, app_url)
    assert len(visit.files) > 50
    assert visit.bytes < 4_000_000
    for answer in answers:
        carried = answer.headers
        assert {name: carried.get(name) for name in HEADERS} == HEADERS, answer.url
        assert "object-src 'none'" in carried["content-security-policy"], answer.url
    plotly = next(answer for answer in answers if answer.url == f"{app_url}/{PLOTLY_ADDRESS}")
    assert plotly.headers["content-encoding"] == "gzip"
    assert "immutable" in plotly.headers["cache-control"]
    assert said == []


def test_where_only_streamlits_own_files_pass_plotly_comes_by_its_media(fresh, app_url):
    page, _ = fresh
    page.route("**/static/dropviz/**", lambda asked: asked.fulfill(status=404))
    media, plotly = [], re.compile(rf"{app_url}/media/\w+\.(m?js|es)")
    page.on("response", lambda answer: media.append(answer.status) if plotly.fullmatch(answer.url) else None)
    page.goto(app_url)
    page.locator(DRAWN).first.wait_for(state="attached", timeout=LONGEST)
    assert media == [200]


def test_below_a_base_path_the_picture_is_drawn(fresh, tmp_path):
    page, said = fresh
    with served(tmp_path, "/course/dropout") as below:
        visit = first_visit(page, f"{below.url}/")
        assert visit.files[f"{below.url}/{PLOTLY_ADDRESS}"] < 2_000_000
        assert visit.bytes < 4_000_000
    assert said == []

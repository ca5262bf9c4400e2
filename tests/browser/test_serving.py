"""What reaches the browser at a first visit, and what a page may do there."""

import pytest

from bench.visit import first_visit
from dropviz.live.scripts import scripts
from tests.browser.gate import gate
from tools.running import app as served

LONGEST = 60_000
EXPLORER = scripts()["explorer"].address
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
    assert visit.bytes < 1_000_000
    assert visit.socket < 150_000
    assert visit.files[f"{app_url}/{EXPLORER}"] < 40_000
    assert not [address for address in visit.files if "plotly" in address]
    fonts = [address.rpartition("/")[2] for address in visit.files if address.endswith(".woff2")]
    assert [name.partition("-")[0] for name in fonts] == ["SourceSansVF"]
    assert not [address for address in visit.files if "SyntaxHighlighter" in address]
    for answer in answers:
        carried = answer.headers
        assert {name: carried.get(name) for name in HEADERS} == HEADERS, answer.url
        assert "object-src 'none'" in carried["content-security-policy"], answer.url
    assert said == []


def test_below_a_base_path_every_page_is_drawn_also_where_only_streamlits_own_paths_pass(
    page, walk, errors, tmp_path
):
    base = "/course/dropout"
    with served(base=base, log=tmp_path / "log.txt") as app, gate(app.url) as (url, refused):
        for address in ("/story", "/"):  # the first visitor of a server may open any page
            page.goto(app.url + address)
            page.locator("[data-ready]").first.wait_for(timeout=LONGEST)
        assert errors == []
        for address in ("/", "/story"):
            page.goto(url + address)
            page.locator("[data-ready]").first.wait_for(timeout=LONGEST)
        walk(page, f"{base}/training")
    assert f"{base}/{EXPLORER}" in refused  # so it came by Streamlit's media
    errors[:] = [error for error in errors if not ("404" in error and "/static/dropviz/" in error)]

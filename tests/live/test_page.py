"""What is taken home: a page that asks nobody for anything."""

import gzip
import json
import re

import pytest

import dropviz as dv
from dropviz.figures.everything import explorer_live
from dropviz.live.page import standalone_html
from dropviz.simulation.first_screen import first_look

SWEEP = dv.sweep(
    dv.SweepConfig(units=1000, rates=dv.rate_grid(0.0, 0.9, 0.1), strategies=tuple(dv.strategies()))
)


def payload_of(page):
    return json.loads(
        re.search(r'<script type="application/json" id="payload">(.*?)</script>', page, re.S)[1]
    )


def test_the_page_holds_the_data_once_and_starts_where_it_is_told():
    live = explorer_live(first_look(SWEEP))
    page = standalone_html(live, "A <title> & more", "caption <script>", rate=0.62)
    assert payload_of(page)["start"] == 6
    assert payload_of(page)["texts"] == live.payload()["texts"]
    assert "A &lt;title&gt; &amp; more" in page
    assert "caption &lt;script&gt;" in page
    assert "plotly.js v" not in page


def test_the_page_asks_no_address():
    page = standalone_html(explorer_live(first_look(SWEEP)), "t", "c")
    assert not re.search(r"<\w[^>]*\s(?:src|href)\s*=|@import|url\((?!#)|fetch\(|XMLHttpRequest", page)
    assert set(re.findall(r"https?://[^\"' )]+", page)) == {"http://www.w3.org/2000/svg"}  # a name


def test_the_page_is_small_enough_to_send():
    page = standalone_html(explorer_live(first_look(SWEEP)), "t", "c")
    assert len(gzip.compress(page.encode(), 6)) < 150_000


def test_data_cannot_end_the_script():
    live = explorer_live(first_look(SWEEP))
    page = standalone_html(live, "t", "c")
    block = re.search(r'id="payload">(.*?)</script>', page, re.S)[1]
    assert "<" not in block


@pytest.mark.parametrize("rate", [0.0, 0.5, 0.99])
def test_the_nearest_rate_is_taken(rate):
    page = standalone_html(explorer_live(first_look(SWEEP)), "t", "c", rate)
    payload = payload_of(page)
    assert abs(payload["rates"][payload["start"]] - rate) <= 0.1

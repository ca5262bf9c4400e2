"""The folder: whole, small, the same every time, and with the numbers of the app."""

import gzip
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dropviz.frameworks.choices import NAMES, SOURCE, TARGET
from dropviz.frameworks.conventions import frameworks
from dropviz.numbers.rates import GRID
from dropviz.settings.first_screen import ANSWER
from dropviz.settings.mistakes import MISTAKE
from dropviz.settings.sources import FILE, SOURCES
from dropviz.settings.sources import SOURCE as ACTIVATIONS
from dropviz.site.html import PLAIN
from dropviz.site.links import relinked
from dropviz.site.pages import site_pages
from dropviz.story.reading import own_story
from dropviz.theory.activations import RELU
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.ui.frame import PAGES
from dropviz.ui.pages import answer, first_screen, story, which_p
from dropviz.ui.pages.mistakes import page as mistakes
from tests.site.unpacking import opened, unpacked

MOST = 250_000  # bytes of the first screen, compressed; 1 MB is allowed


class Page(HTMLParser):
    """The addresses in a page, its words, and what its script knows of it."""

    def __init__(self, text):
        super().__init__()
        self.addresses, self.words, self.record, self._inside = [], "", None, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self._inside = named.get("id", tag)
        self.addresses += [named[name] for name in ("href", "src") if name in named]

    def handle_data(self, data):
        if self._inside == "page":
            self.record = json.loads(data) if data.strip() else self.record
        else:
            self.words += data


@pytest.fixture(scope="module")
def read(site):
    """A function from the name of a page's file to its `Page`."""
    return lambda name: Page((site[0] / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def figure(site, read):
    """A function from a page's file and what is chosen there to the payload that it shows."""

    def shown(name, first="", second=""):
        mark, sent = opened((site[0] / read(name).record["data"][first]).read_bytes())
        assert read(name).record["data"][first] == f"data/{mark}.js"
        return sent if name == "story.html" else unpacked(sent, second)

    return shown


def of_the_app(ready):
    return json.loads(gzip.decompress(ready.payload))


AGAIN = """
import sys
from pathlib import Path
from dropviz.site.build import write_site
from dropviz.site.pages import site_pages
write_site(Path(sys.argv[1]), site_pages(sys.argv[2:]))
"""


def test_another_process_writes_the_same_bytes_and_what_is_old_goes(site, tmp_path):
    folder, pages = site
    (tmp_path / "data").mkdir()
    for name in (f"data/{'0' * 16}.js", f"dropviz.{'0' * 16}.css", "mine.html", "data/mine.js"):
        (tmp_path / name).write_text("old")
    frameworks_shown = list(pages[1].choices[0].options)
    subprocess.run(
        [sys.executable, "-c", AGAIN, str(tmp_path), *frameworks_shown],
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONHASHSEED": "1"}, check=True,
    )  # fmt: skip
    ours, again = (
        {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.*")}
        for root in (folder, tmp_path)
    )
    assert again == ours | {"mine.html": b"old", "data/mine.js": b"old"}


def test_every_address_in_a_page_is_a_file_beside_it(site, read):
    folder, pages = site
    for page in pages:
        found = read(page.file)
        for address in [*found.addresses, *found.record["data"].values()]:
            parts = urlsplit(address)
            assert parts.scheme + parts.netloc == "", address
            assert not parts.path.startswith("/"), address
            assert not parts.path or (folder / parts.path).is_file(), address
        assert PLAIN in " ".join(found.words.split())
        assert found.record["notes"].keys() == found.record["data"].keys()
    style = next(folder.glob("dropviz.*.css")).read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import", style)


def test_no_picture_leads_to_a_page_that_is_not_there(site, read):
    folder, pages = site
    files = {page.file for page in pages}
    links = set()
    for path in folder.glob("data/*.js"):
        text = json.dumps(opened(path.read_bytes())[1])
        links |= set(re.findall(r'"span": "PageLink", "address": "([^"?]*)', text))
        assert "→ Training" not in text
    assert links == {"index.html", "which-p.html"} <= files


def test_a_lost_link_goes_and_another_one_becomes_words():
    link = {"span": "PageLink", "address": "noise?rate=0.3", "words": "Noise", "takes_rate": True}
    kept = link | {"address": "./?rate=0.3"}
    blocks = [{"block": "Paragraph", "spans": each} for each in (link, kept, ["see ", link])]
    assert relinked(blocks, {"./": "index.html"}) == [
        {"block": "Paragraph", "spans": kept | {"address": "index.html?rate=0.3"}},
        {"block": "Paragraph", "spans": ["see ", "Noise"]},
    ]


def test_the_first_screen_is_small(site, read):
    folder, _ = site
    page = read("index.html")
    loaded = ["index.html", *(name for name in page.addresses if name.endswith((".css", ".js", ".svg")))]
    loaded.append(page.record["data"][page.record["settings"]["source"]["first"]])
    assert len(loaded) == 5
    sizes = [len(gzip.compress((folder / name).read_bytes())) for name in loaded]
    assert sum(sizes) < MOST, dict(zip(loaded, sizes, strict=True))


def test_all_is_offered_that_needs_no_upload():
    start, which, museum, *_ = site_pages()
    assert (
        list(start.choices[0].options) == list(SOURCES) == [key for key in ACTIVATIONS.options if key != FILE]
    )
    assert ANSWER in start.settings
    assert [list(choice.options) for choice in which.choices] == [list(frameworks())] * 2
    assert [choice.key for choice in which.choices] == [SOURCE.key, TARGET.key]
    assert list(museum.options) == list(MISTAKE.options)
    names = [page.name for page in site_pages()]
    of_app = {page.address: (page.title, page.heading, page.question) for page in PAGES}
    assert [of_app[name.address] for name in names] == [tuple(name)[1:] for name in names]


@pytest.mark.parametrize("source", ["relu", "digits"])
def test_the_start_has_the_numbers_of_the_app(figure, source):
    activations = SOURCES[source].make(*(one.default for one in SOURCES[source].settings))
    app = first_screen._live.__wrapped__(activations, 100_000, tuple(ANSWER.options), 7, "", whole=True)
    found = figure("index.html", source)
    assert found == of_the_app(app)
    assert found["rates"] == [round(rate, 6) for rate in GRID]
    means = dict(zip(found["rates"], found["unitRows"][0]["train_mean"], strict=True))
    assert means[0.3] == pytest.approx(0.7 * activations.exact_mean)


def test_the_other_pages_have_the_numbers_of_the_app(figure):
    pair = ("DL4J Dropout", "CS231n, inverted")
    assert figure("which-p.html", *pair) == of_the_app(which_p._live.__wrapped__(RELU, *pair))
    assert figure("mistakes.html", "both") == of_the_app(mistakes._beside_inverted.__wrapped__(RELU, "both"))
    assert figure("mistakes.html", LEFT_ON) == of_the_app(mistakes._left_on.__wrapped__(RELU, 64, 7))
    ours, app = figure("answer.html"), of_the_app(answer._live.__wrapped__(RELU))
    assert {**ours, "rows": None} == {**app, "rows": None}  # there are the links
    marks = [[panel["marks"] for row in each["rows"] for panel in row["panels"]] for each in (ours, app)]
    assert marks[0] == marks[1]
    told = story._payload.__wrapped__(own_story())
    assert figure("story.html") == json.loads(json.dumps(told))


def test_an_address_is_refused_in_the_words_of_the_app(read):
    settings = read("index.html").record["settings"]
    assert settings["rate"]["refused"] == "In the address, rate must be a number from 0 to 0.95; 0.3 is used."
    assert settings["source"]["refused"].startswith("In the address, source must be one of relu, normal, ")
    assert "file" not in settings["source"]["refused"]
    assert read("story.html").record["settings"]["scene"]["high"] == len(own_story().scenes)
    assert len(NAMES) == len(frameworks())

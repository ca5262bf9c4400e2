"""What every page has: help beside each control, settings that refuse nonsense in a sentence, and the words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dropviz.live.glossary import MEANINGS
from dropviz.live.modules import stylesheet
from dropviz.live.page import glossary_html
from dropviz.settings.addresses import FIRST_PAGE, WITHOUT_RATE, spelled, values_of
from dropviz.settings.schedule import TABLE
from dropviz.ui import frame
from dropviz.ui.frame import PAGES, style
from dropviz.ui.page import Page
from tests.ui.opening import open_page

SETTINGS = {setting.key: setting for page in PAGES for setting in page.settings}
NONSENSE = ("x", "nan", "-1e999", "inf", "9" * 5000, "../../etc", "<b>", "[]", "é", "٣", "1_0")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.address)
def test_every_control_has_help(page):
    controls = [one for one in page.settings if one.control != "page" and one is not TABLE]
    assert [control.key for control in controls if not control.help] == []


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_setting_takes_no_nonsense_says_so_once_and_names_no_default(setting):
    for value in NONSENSE if setting.key == "order" else ("", *NONSENSE):
        with pytest.raises((ValueError, OverflowError)):
            setting.parse(value)
    values, (sentence,) = values_of({setting.key: ["<script>"]}, [setting])
    assert values == {setting.key: setting.default}
    assert setting.key in sentence
    assert setting.allowed() in sentence
    assert "<" not in sentence
    assert spelled([setting], {}) == spelled([setting], {setting.key: setting.default}) == {}


def test_a_setting_of_two_pages_is_the_same_on_both():
    shown = [setting for page in PAGES for setting in page.settings]
    assert {setting.key for setting in shown if setting is not SETTINGS[setting.key]} == set()


def test_a_link_gives_a_rate_to_the_pages_that_have_one():
    without = {page.address for page in PAGES if "rate" not in {one.key for one in page.settings}}
    assert without == set(WITHOUT_RATE)


def test_the_words_of_the_question_are_explained():
    dozen = {
        "rate",
        "keep",
        "mask",
        "unit",
        "activation",
        "strategy",
        "phase",
        "standard",
        "inverted",
        "mean",
    }
    assert dozen | {"variance", "standard error", "exact"} <= set(MEANINGS)
    html = glossary_html()
    assert re.findall(r"<dt>(.*?)</dt>", html) == list(MEANINGS)
    assert all(text.endswith(".") for text in MEANINGS.values())


def test_the_first_page_waits_for_no_table_library():
    code = "import sys, dropviz.ui.frame; print(sorted({'pandas', 'pyarrow'} & sys.modules.keys()))"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("sheet", [style(), stylesheet()], ids=["app", "figure"])
def test_no_rule_asks_every_element_what_it_has_inside(sheet):
    # A browser would find the style of the whole page anew at every change of a setting.
    assert re.findall(r"[\s>~+,](?::not\()?:has\(", sheet) == []


def test_a_figure_is_sent_without_its_style_sheet_which_the_frame_has():
    (figure,) = [one.proto for one in open_page(FIRST_PAGE).main if one.type == "bidi_component"]
    assert figure.css_content == ""
    assert stylesheet() in style()


@pytest.mark.parametrize(
    ("rerun", "order"),
    [(False, ["controls", "view of what they say"]), (True, ["view of what is held", "controls"])],
    ids=["a page that opens", "a change of a setting"],
)
def test_a_picture_waits_for_its_controls_only_while_its_page_opens(monkeypatch, rerun, order):
    done = []
    page = Page(
        *("",) * 4,
        settings=(),
        controls=lambda _: done.append("controls") or ("they say",),
        chosen=lambda: ("is held",),
        view=lambda what: done.append(f"view of what {what}"),
    )
    monkeypatch.setattr(frame, "in_fragment", lambda: rerun)
    monkeypatch.setattr(frame, "write_address", lambda _: None)
    frame._fill(page, [])
    assert done == order

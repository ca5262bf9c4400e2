"""The pages of the hall as they are sent: words of others stay words, and nothing runs that the policy forbids."""

import gzip
import re

from dropviz.hall.page import compressed_page, entrance, page, sentence_page
from dropviz.live.scripts import scripts

SCRIPT = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


def test_a_title_stays_text_and_no_script_stands_in_a_page():
    told = page("KQXPT", "<script>alert(1)</script> & more")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in told
    assert SCRIPT.findall(told) == [""]  # the policy allows none that is written into a page
    assert "&lt;b&gt;" in sentence_page("<b>", "hall")
    assert all("<script" not in one for one in (entrance(), sentence_page("x", "hall")))


def test_a_page_finds_all_from_its_own_address_wherever_the_app_is():
    told = page("KQXPT", "t")
    found = set(re.findall(r'(?:href|src)="([^"]*)"', told))
    assert found == {"data:,", "KQXPT/story", f"../{scripts()['hall'].address}"}
    assert gzip.decompress(compressed_page("KQXPT", "t")).decode() == told


def test_a_phone_is_told_what_is_kept_of_it():
    assert "Nothing is kept when the room closes, after 24 hours at the latest." in page("KQXPT", "t")

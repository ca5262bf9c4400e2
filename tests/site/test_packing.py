"""What is packed comes back to the letter."""

import base64
import gzip
import json
import random
import re

from dropviz.site.packing import packed, script
from tests.site.unpacking import opened, unpacked

LETTERS = "ab .,·−÷0123456789\u2063\n"


def test_texts_come_back_to_the_letter():
    draw = random.Random(3)
    for _ in range(200):
        texts = {
            name: ["".join(draw.choices(LETTERS, k=draw.randrange(12))) for _ in range(draw.randrange(6))]
            for name in ("finding", "2 lines", "")
        }
        figures = {at: {"texts": texts, "rates": [0.0, 0.5]} for at in "ab"}
        sent = json.loads(json.dumps(packed(figures)))
        assert {name: unpacked(sent, name) for name in figures} == figures


def test_every_kind_of_field_comes_back_and_what_is_alike_stands_once():
    rows = [{"panels": [1.5, None], "title": "0.3"}, {"panels": []}]
    payload = {
        "rows": rows,
        "variants": {"none": {"alt": "x"}},
        "crowd": None,
        "start": 30,
        "head": [],
        "terms": {},
    }
    sent = packed({"a": payload, "b": payload | {"start": 31}})
    assert unpacked(sent, "a") == payload
    assert unpacked(sent, "b") == payload | {"start": 31}
    assert len(sent["parts"]) == 2 + 1 + 1 + 2 + 1


def test_texts_that_differ_in_their_numbers_share_words_and_columns():
    texts = {name: [f"{name} {rate / 10} of {rate}" for rate in range(10)] for name in ("keep", "drop")}
    sent = packed({"a": {"texts": texts}})
    assert [[cut[0] for cut in part] for part in sent["parts"]] == [
        [["keep ", " of ", ""]],
        [["drop ", " of ", ""]],
    ]
    assert len(sent["columns"]) == 3  # places, tenths, whole numbers


def test_a_script_is_ascii_that_calls_one_function():
    sent = script("0123456789abcdef", {"text": "</script> · ÷"})
    assert re.fullmatch(rb'dropviz\("0123456789abcdef", "[\w+/=]+"\);\n', sent)
    assert opened(sent) == ("0123456789abcdef", {"text": "</script> · ÷"})
    assert json.loads(gzip.decompress(base64.b64decode(sent.split(b'"')[3])))["text"].startswith("</script>")

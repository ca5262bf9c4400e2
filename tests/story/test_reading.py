"""The story that comes with dropviz, and what a lecturer's own is told about its errors."""

import contextlib
import random
import re
import tomllib

import pytest

from dropviz.story import lines
from dropviz.story.pictures import PICTURES
from dropviz.story.predictions import COMPUTATIONS, compute
from dropviz.story.reading import MOST_BYTES, OWN_STORY, SCENE_KEYS, holds, own_story, read_story

STORY = own_story()
ORDER = (
    "mask", "mask", "means", "variance_ratio", "which_p",
    "mistakes", "next_layer", "annealing", "learning_rates", "test_factors",
)  # fmt: skip
GOOD = """title = "Mine"

[[scene]]
title = "One"
sentence = "A sentence."
picture = "means"
settings = { rate = 0.8 }
reveal = "It is {value}, at 0.5 {half}."
notes = \"\"\"
rate = 7
line two
\"\"\"

[scene.numbers]
half = { compute = "mean_change", strategy = "standard", rate = 0.5 }

[scene.ask]
text = "How much?"
compute = "mean_change"
given = { strategy = "standard", rate = 0.8 }
options = [{ text = "same", is = "= 1" }, { text = "less", is = "< 1" }]

[[scene]]
title = "Two"
sentence = "Another."
picture = "variance_ratio"

[scene.ask]
text = "Drag."
compute = "variance_ratio"
given = { rate = 0.5 }
drag = { rate = 0.5, within = 0.2 }
"""


PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    "gg=="
)
OWN = f"""[[scene]]
title = "One"
sentence = "Only words."

# an image
[[scene]]
title = "Two"
sentence = "A dot."
image = "{PIXEL}"
alt = "a dot"

[scene.ask]
text = "Is it?"
options = [{{ text = "no" }}, {{ text = "yes", right = true }}]
"""


def test_the_story_has_ten_scenes_in_the_order_of_the_question():
    assert tuple(scene.picture for scene in STORY.scenes) == ORDER


@pytest.mark.parametrize("scene", STORY.scenes, ids=lambda scene: scene.title)
def test_every_scene_is_whole(scene):
    assert scene.sentence
    assert scene.notes
    assert scene.reveal
    assert scene.question is not None
    right = [option for option in scene.question.options if option.right]
    assert len(right) == 1 if scene.question.options else scene.question.drag is not None
    assert "{" not in scene.reveal + scene.sentence + scene.notes


def test_at_least_one_scene_is_dragged():
    dragged = [scene.question for scene in STORY.scenes if scene.question and scene.question.drag]
    assert dragged
    assert all(question.worked.value > question.drag.within for question in dragged)


def test_no_scene_starts_at_half_but_the_mistake_that_hides_there_and_a_prediction():
    at_half = {scene.picture for scene in STORY.scenes if dict(scene.settings).get("rate") == 0.5}
    assert at_half == {"mistakes", "variance_ratio"}


def test_a_story_is_read_with_its_numbers_filled_in():
    story = read_story(GOOD.encode())
    one, two = story.scenes
    assert (story.title, one.reveal) == ("Mine", "It is 0.2, at 0.5 0.5.")
    assert one.notes == "rate = 7\nline two"
    assert [option.right for option in one.question.options] == [False, True]
    assert two.question.drag.within == 0.2
    assert two.question.worked == compute("variance_ratio", {"rate": 0.5})


def test_a_scene_may_be_text_or_an_image_with_a_question_of_its_own():
    text, image = read_story(OWN.encode()).scenes
    assert (text.picture, text.image, text.veil, text.address, text.result()) == ("", None, "", "", None)
    assert text.question is None
    assert image.image.address == PIXEL
    assert image.image.alt == "a dot"
    assert (image.veil, image.question.worked, image.question.drag) == ("", None, None)
    assert [option.right for option in image.question.options] == [False, True]


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('sentence = "Only words."\n', "", 1, "sentence is missing"),
        ('alt = "a dot"\n', "", 6, "alt is missing"),
        ("data:image/png;base64,", "https://example.org/a.png#", 9, "image must be like data:image/png;base64"),
        ("image/png", "image/svg+xml", 9, "image must be like data:image/png;base64"),
        ("image/png", "image/jpeg", 9, "image must hold a JPEG, as its address says"),
        (", right = true", "", 14, "exactly one option must have right = true; 0 have"),
        ('{ text = "no" }', '{ text = "no", right = true }', 14, "exactly one option must have right = true; 2 have"),
        ("right = true", "right = 1", 14, "right must be true or false; got 1"),
        ("right = true", 'is = "= 1"', 14, "without compute, an option has text, and the right one right = true"),
        ('text = "no"', 'text = ""', 14, "text is missing"),
        ('{ text = "no" }, ', "", 14, "options must be a list of 2 to 4 tables"),
        ('text = "Is it?"', 'text = "Is it?"\ndrag = { rate = 0.5, within = 1 }', 14, "drag needs compute"),
        ('alt = "a dot"', 'alt = "a dot"\nreveal = "{value}"', 11, "{value} is not computed; known are activations"),
        ('alt = "a dot"', 'alt = "a dot"\nveiled = false', 11, "veiled needs a picture"),
    ],
)  # fmt: skip
def test_an_error_of_ones_own_scene_is_told_with_its_line_and_reason(before, after, line, said):
    assert OWN.count(before) == 1
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        read_story(OWN.replace(before, after).encode())
    assert str(error.value).startswith(f"Line {line}: ")


def test_the_head_of_our_file_names_all_that_can_stand_in_one():
    head = OWN_STORY.read_text(encoding="utf-8").split("\ntitle = ")[0]
    for name in (*PICTURES, *COMPUTATIONS, *SCENE_KEYS[3:]):
        assert re.search(rf"\b{name}\b", head), name


def test_our_own_story_is_parsed_once():
    assert own_story() is own_story()


def test_windows_line_ends_change_nothing():
    assert read_story(GOOD.replace("\n", "\r\n").encode()) == read_story(GOOD.encode())


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ('picture = "means"', 'picture = "mean"', 6, "picture must be one of"),
        ('picture = "means"', 'picture = ""', 6, "picture must be one of"),
        ('picture = "means"', 'picture = ["means"]', 6, "picture must be one of"),
        ('picture = "means"\n', "", 6, "settings needs a picture"),
        ('picture = "means"', 'picture = "means"\nveiled = 1', 7, 'veiled must be true, false or "means"; got 1'),
        ('picture = "means"', 'picture = "means"\nveiled = "all"', 7, "veiled must be true, false"),
        ('picture = "means"', 'picture = "means"\nveiled = "means"', 7, "is of the picture mask"),
        ('picture = "means"', 'picture = "means"\nalt = "x"', 7, "alt says what an image shows"),
        ('picture = "means"', 'picture = "means"\nimage = "x"', 7, "a picture or an image, not both"),
        ('compute = "mean_change"\ngiven', "given", 19, "given needs compute, one of factor_in_training"),
        ('compute = "mean_change"\ngiven = { strategy = "standard", rate = 0.8 }\n', "", 19, "right = true; got"),
        ("settings = { rate = 0.8 }", "settings = { rate = 2 }", 7, "rate must be a number from 0 to 0.95; got 2"),
        ("settings = { rate = 0.8 }", "settings = { step = 2 }", 7, "has no setting step"),
        ("settings = { rate = 0.8 }", "settings = 3", 7, "settings must be a table"),
        ("settings = { rate = 0.8 }", 'settings = { strategies = ["x"] }', 7, "strategies must be a list of"),
        ("settings = { rate = 0.8 }", "settings = { seed = 1.5 }", 7, "seed must be a whole number"),
        ("settings = { rate = 0.8 }", "settings = { rate = true }", 7, "rate must be a number"),
        ("settings = { rate = 0.8 }", "settings = { rate = nan }", 7, "rate must be a number"),
        ("{half}", "{third}", 8, "{third} is not computed; known are activations, half, value"),
        ("{half}", "{half.__class__}", 8, None),
        ("half = {", "half = 3 # {", 15, "must be a table with compute"),
        ('text = "How much?"', 'test = "How much?"', 18, "test is not known here"),
        ('text = "How much?"', 'text = ""', 18, "text is missing"),
        ('given = { strategy = "standard", rate = 0.8 }', "given = { rate = 0.8 }", 20, "needs strategy"),
        ('"< 1"', '"> 1"', 21, "exactly one option must be right; the computed value is 0.2 and 0 are"),
        ('"= 1"', '"= 1/5"', 21, "and 2 are"),
        ('"= 1"', '"about 1"', 21, "is must be a comparison"),
        ('"= 1"', '"= 1/0"', 21, "is must be a comparison"),
        ('sentence = "Another."', 'sentence = ["Another."]', 25, "sentence must be text"),
        ('sentence = "Another."\n', "", 23, "sentence is missing"),
        ('picture = "variance_ratio"', 'picture = "next_layer"', 32, "have a curve to predict"),
        ("within = 0.2", "within = -1", 32, "within must be a number from 0"),
        ("within = 0.2", "width = 1", 32, "drag must be a table with rate and within"),
        ("drag = {", "options = []\ndrag = {", 28, "either options or drag"),
        ('title = "Mine"', 'name = "Mine"', 1, "name is not a part of a story"),
        ('title = "Mine"', "title = 3", 1, "title must be text"),
    ],
)  # fmt: skip
def test_an_error_is_told_with_its_line_and_reason(before, after, line, said):
    assert GOOD.count(before) >= 1
    broken = GOOD.replace(before, after, 1).encode()
    if said is None:  # not a name in braces: it stays as it is, nothing is looked up in it
        assert "{half.__class__}" in read_story(broken).scenes[0].reveal
        return
    with pytest.raises(ValueError, match=re.escape(said)) as error:
        read_story(broken)
    assert str(error.value).startswith(f"Line {line}: ")


def test_every_broken_scene_is_told_at_once():
    broken = GOOD.replace('"means"', '"mean"').replace('"variance_ratio"', '"ratio"', 1)
    with pytest.raises(ValueError, match="scene 1") as error:
        read_story(broken.encode())
    assert [line.split(":")[0] for line in str(error.value).split("\n")] == ["Line 6", "Line 26"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Line 1: a story has 1 to 40 scenes"),
        (b'title = "x"\n[[scene]\n', "Line 2: "),
        (b"scene = 3", "Line 1: scenes must be written"),
        (b"\xff\xfe", "not UTF-8"),
        (b"#" * (MOST_BYTES + 1), "at most 1,000,000"),
        (b"[[scene]]\n" * 41, "got 41"),
        (b"a = ", "Line 1: "),
    ],
)
def test_a_file_that_is_no_story_gets_a_sentence(content, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        read_story(content)


HOSTILE = [
    ("''.join(f'k{i} = 1\\n' for i in range(1_999))", "1,989 more keys are not a part of a story."),
    ("''.join(f'k{i} = 1\\n' for i in range(2_001))", "The file has 2,001 keys, tables and lists; a story has"),
    ("'.'.join('a' * 8_000) + ' = 1'", "Line 1: a key has at most 8 parts"),
    ("'.'.join('a' * 30_000) + ' = 1'", "Line 1: a key has at most 8 parts"),
    ("'.'.join('a' * 99_000) + ' = 1'", "Line 1: a key has at most 8 parts"),
    ("'[' + '.'.join('a' * 99_000) + ']'", "Line 1: a key has at most 8 parts"),
    ("'[[' + ' . '.join(['\\'a\\'', '\"b\"'] * 16_000) + ']]'", "Line 1: a key has at most 8 parts"),
    ("'x = {' + '.'.join('a' * 8_000) + ' = 1}'", "Line 1: a key has at most 8 parts"),
    ("'x = [\\n' + '{' + '.'.join('a' * 8_000) + ' = 1}]'", "Line 2: a key has at most 8 parts"),
    ("'x = ' + '[' * 1_900", "Line 1: at most 12 brackets may stand in one another."),
    ("'x = ' + '{a = ' * 1_900", "Line 1: at most 12 brackets may stand in one another."),
    ("'x = 0x' + 'f' * 190_000", "Line 1: a key or a number has at most 100 characters."),
    ("'\\n' * 199_000", "The file has 199,001 lines; a story has at most 5,000."),
    ("'title = [' + '\"x\", ' * 39_000 + ']'", "Line 1: title must be text; got ['x',"),
    ("('[[scene]]\\n' + '#\\n' * 110) * 40", "Line 4330: title is missing"),
]  # fmt: skip


def test_a_hostile_story_takes_neither_time_nor_memory(refusals):
    said = refusals("dropviz.story.reading", "read_story", [f"({text}).encode()," for text, _ in HOSTILE])
    for sentence, (_, words) in zip(said, HOSTILE, strict=True):
        assert words in sentence
        assert max(map(len, sentence.split("\n"))) <= 500
        assert sentence.count("\n") <= 40


def test_what_is_checked_before_the_parser_runs_is_what_the_parser_meets(monkeypatch):
    monkeypatch.setattr(lines, "MOST_PARTS", 3)
    lengths, parse_key = [], tomllib._parser.parse_key

    def noting(*given):
        end, key = parse_key(*given)
        lengths.append(len(key))
        return end, key

    monkeypatch.setattr("tomllib._parser.parse_key", noting)
    rng = random.Random(1)
    pieces = ('"', "'", '"""', "'''", "\\", "\n", "#", "a", " ", "=", "[", "]", "{", "}", ",", "1.5", "\na.b.c.d = 1\n",
              "a.b", '"a"."b" . \'c\'.d', '= """', "= '''", '""""\n', "[[a]]\n")  # fmt: skip
    refused = 0
    for _ in range(20_000):
        text = f"x = {''.join(rng.choices(pieces, k=rng.randint(1, 20)))}"
        lengths.clear()
        with contextlib.suppress(tomllib.TOMLDecodeError):
            tomllib.loads(text)
        if max(lengths) > 3:
            refused += 1
            with pytest.raises(ValueError, match="a key has at most 3 parts"):
                lines.check_size(text)
    assert refused > 100


def test_points_brackets_and_quotes_in_texts_do_not_count():
    text = "... e.g. a.b.c.d.e.f.g.h.i.j " + "[{" * 40 + " 'it''s' # = " + "x" * 200
    assert read_story(GOOD.replace("A sentence.", text).encode()).scenes[0].sentence == " ".join(text.split())
    quoted = text.replace("'", "") + "\" ''' #"
    story = read_story(GOOD.replace("line two", quoted).encode())
    assert story.scenes[0].notes.endswith(quoted)


def test_a_story_may_have_forty_scenes_as_long_as_ours():
    scenes = re.split(r"(?=^\[\[scene\]\])", OWN_STORY.read_text(), flags=re.MULTILINE)[1:]
    assert len(read_story("".join(scenes * 4).encode()).scenes) == 40


@pytest.mark.parametrize(
    ("claim", "value", "true"),
    [
        ("= 1", 1 + 1e-12, True),
        ("= 4/3", 4 / 3, True),
        ("> 1", 1 + 1e-12, False),
        ("< -1", -2, True),
        ("=1", 2, False),
    ],
)
def test_claims_are_compared_with_the_value(claim, value, true):
    assert holds(claim, value) is true

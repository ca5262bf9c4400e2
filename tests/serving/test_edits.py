from pathlib import Path

from streamlit import file_util

from dropviz.serving.edits import NAMES, edited

FOLDER = Path(file_util.get_static_dir())


def test_streamlits_font_of_signs_waits_for_the_first_sign():
    (sheet,) = [file for file in FOLDER.glob("static/css/*.css") if b"Material Symbols" in file.read_bytes()]
    before = sheet.read_bytes()
    after = edited(sheet, before, "")
    assert after.count(NAMES) == 1
    assert after.replace(NAMES, b"") == before
    rule = next(rule for rule in after.split(b"@font-face") if b"Material Symbols" in rule)
    assert NAMES + b"}" in rule


def test_the_style_stands_last_in_the_head_of_a_page_and_nowhere_else():
    page = edited(Path("index.html"), b"<head><link></head><body></head></body>", ".dv { color: red }")
    assert page == b"<head><link><style>.dv { color: red }</style></head><body></head></body>"
    assert edited(Path("a.js"), b"</head>", ".dv { color: red }") == b"</head>"

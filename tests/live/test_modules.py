"""The scripts as the browser gets them: every import leads somewhere, and one scope holds all names."""

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from dropviz.live import modules
from dropviz.live.modules import EXPORT, HERE, IMPORT, inlined

ROOT = Path(__file__).parents[2]
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in sorted(HERE.glob("*.js"))}
ENTRIES = dict.fromkeys(("explorer.js", "story.js", "growing.js", "said.js", "code.js", "loader.js"), 1)
ENTRIES |= {"figure.js": 0, "scenes.js": 0, "site.js": 0, "hall.js": 0}
WITH_NAMES = re.compile(r'^import \{([^}]+)\} from "(?:\./|\.\./.*/)(\w+\.js)";$', re.MULTILINE)
DECLARED = re.compile(r"^(export )?(?:async )?(?:const|let|function) (\w+)", re.MULTILINE)


def exported(name):
    return {word for export, word in DECLARED.findall(SOURCES[name]) if export}


@pytest.mark.parametrize("name", SOURCES)
def test_every_import_names_what_its_file_exports_and_is_used(name):
    for names, file in WITH_NAMES.findall(SOURCES[name]):
        wanted = {word.strip() for word in names.split(",") if word.strip()}
        assert wanted <= exported(file)
        rest = IMPORT.sub("", SOURCES[name])
        assert {word for word in wanted if not re.search(rf"\b{word}\b", rest)} == set()


def test_every_export_is_imported_somewhere():
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "js").glob("*.mjs")]
    wanted = {
        word.strip()
        for text in (*SOURCES.values(), *tests)
        for names, _ in WITH_NAMES.findall(text)
        for word in names.split(",")
    }
    assert {word for name in SOURCES for word in exported(name) - wanted} == {
        "mountOffline",
        "openPage",
    }  # the pages'


@pytest.mark.parametrize("name", SOURCES)
def test_the_inliner_knows_every_form_that_is_written(name):
    text = SOURCES[name]
    assert len(re.findall(r"^\s*import\b(?!\()", text, re.MULTILINE)) == len(IMPORT.findall(text))
    plain = len([export for export, _ in DECLARED.findall(text) if export])
    assert len(EXPORT.findall(text)) == plain
    assert not re.search(r"^(?:const|let) [\[{]|^(?:var|class) |^(?:const|let) \w+,", text, re.MULTILINE)


def test_no_name_stands_at_the_top_of_two_files():
    names = Counter(word for text in SOURCES.values() for _, word in DECLARED.findall(text))
    assert len(names) > 100
    assert [word for word, count in names.items() if count > 1] == []


def test_no_file_imports_in_a_circle():
    needs = {name: IMPORT.findall(text) for name, text in SOURCES.items()}
    assert {file for files in needs.values() for file in files} <= SOURCES.keys()
    TopologicalSorter(needs).prepare()  # raises CycleError


@pytest.mark.parametrize(("entry", "defaults"), ENTRIES.items())
def test_an_entry_is_one_script(entry, defaults):
    script = inlined(entry)
    assert not re.search(r"^\s*import\b(?!\()|^export (?!default)", script, re.MULTILINE)
    assert script.count("export default") == defaults
    assert script.count("const SVG = ") == 1


def test_every_file_is_in_some_entry():
    scripts = [inlined(entry) for entry in ENTRIES]
    for text in SOURCES.values():
        comment = text.partition("\n")[0]
        assert any(comment in script for script in scripts)


def test_what_is_imported_stands_first_and_once(tmp_path, monkeypatch):
    (tmp_path / "low.js").write_text("export const low = 1;\n")
    (tmp_path / "one.js").write_text('import { low } from "./low.js";\nexport const one = low;\n')
    imports = 'import { low } from "./low.js";\nimport {\n  one,\n} from "./one.js";\n'
    (tmp_path / "top.js").write_text(f"{imports}export default function () {{ one(low); }}\n")
    monkeypatch.setattr(modules, "HERE", tmp_path)
    lines = [line for line in inlined("top.js").splitlines() if line]
    assert lines == ["const low = 1;", "const one = low;", "export default function () { one(low); }"]


def test_a_circle_is_refused(tmp_path, monkeypatch):
    (tmp_path / "one.js").write_text('import { two } from "./two.js";\nexport const one = 1;\n')
    (tmp_path / "two.js").write_text('import { one } from "./one.js";\nexport const two = 2;\n')
    monkeypatch.setattr(modules, "HERE", tmp_path)
    with pytest.raises(CycleError):
        inlined("one.js")

"""The documentation: what it computes is so, what it names is there, and every public name has its place in it."""

import ast
import doctest
import re
import tomllib
from pathlib import Path

import pytest

from tests.test_examples import PUBLIC

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
NAV = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").split("nav:")[1]
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def named(path):
    return path.relative_to(ROOT / "docs").as_posix()


by_page = pytest.mark.parametrize("path", PAGES, ids=named)


@by_page
def test_what_a_page_computes_is_so(path):
    text = path.read_text(encoding="utf-8")
    found = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert found.failed == 0
    assert found.attempted == text.count("\n>>> ")


@by_page
def test_the_code_of_a_page_can_be_read(path):
    for language, code in FENCED.findall(path.read_text(encoding="utf-8")):
        assert language in ("pycon", "python", "console", "sh", "yaml", "html")
        if language == "python":
            ast.parse(code)


def test_the_commands_of_the_pages_are_there(capsys):
    from dropviz.cli import main

    text = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
    commands = set(re.findall(r"(?:^|`|entry: |run: )dropviz ([a-z]+)", text, re.MULTILINE))
    assert {"app", "check"} <= commands
    for command in commands:
        with pytest.raises(SystemExit, match="0"):
            main([command, "--help"])
        assert f"usage: dropviz {command}" in capsys.readouterr().out
    options = set(re.findall(r"dropviz check [^\n`]*?(--[a-z]+)", text))
    with pytest.raises(SystemExit):
        main(["check", "--help"])
    assert options <= set(re.findall(r"--[a-z]+", capsys.readouterr().out))


def test_every_extra_is_explained_and_no_page_asks_pypi():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/install.md").read_text("utf-8"), re.MULTILINE) == list(
        extras
    )
    for path in {ROOT / "README.md", *PAGES} - {ROOT / "docs/install.md"}:
        assert not re.search(r"pip install \S*dropviz(?!\S* @ git)", path.read_text("utf-8")), path


def test_every_page_has_its_place():
    listed = re.findall(r"[\w/]+\.md", NAV)
    assert sorted(page for page in listed if not page.startswith("notebooks/")) == [
        named(path) for path in PAGES
    ]
    notebooks = {f"notebooks/{path.stem}.md" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {page for page in listed if page.startswith("notebooks/")} == notebooks


def test_links_lead_to_pages():
    listed = set(re.findall(r"[\w/]+\.md", NAV))
    for path in PAGES:
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
        assert {
            (path.parent / link).resolve().relative_to(ROOT / "docs").as_posix() for link in links
        } <= listed


def test_every_public_name_has_its_place_in_the_reference():
    said = [
        name
        for path in PAGES
        for name in re.findall(r"^::: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(set(said)) == len(said)
    again = {
        f"dropviz.{name}"
        for name in ("torch.Finding", "keras.Finding", "jax.Finding", "keras.Report", "jax.Report")
    }
    assert set(said) == set(PUBLIC) - again  # `dropviz.Finding` and `dropviz.torch.Report`


def test_nothing_is_asked_of_another_host():
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in settings
    assert "http" not in settings
    for path in [*PAGES, ROOT / "docs" / "style.css"]:
        text = FENCED.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r"<(?:script|link|img)|src=\"(?:https?:)?//|url\(|@import", text)

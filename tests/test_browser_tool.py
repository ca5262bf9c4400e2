"""Which browser the browser tests would take, with scripts in the place of browsers."""

import pytest

from tools.browser import MISSING, find, install, main

NOWHERE = "/nowhere/chrome"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A function that puts a program on an otherwise empty PATH; ``exit_code`` is what it ends with."""
    monkeypatch.delenv("DROPVIZ_BROWSER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(name, exit_code=0):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
        path.chmod(0o755)
        return str(path)

    return write


def test_the_named_browser_comes_first(place, monkeypatch):
    place("chromium")
    named = place("mine")
    monkeypatch.setenv("DROPVIZ_BROWSER", named)
    assert find(NOWHERE) == named


@pytest.mark.parametrize("named", [NOWHERE, "broken"])
def test_a_named_browser_is_not_replaced_silently(place, monkeypatch, named):
    place("broken", exit_code=1)
    place("chromium")
    monkeypatch.setenv("DROPVIZ_BROWSER", named)
    with pytest.raises(ValueError, match="DROPVIZ_BROWSER must name a Chromium that starts"):
        find(NOWHERE)


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
def test_a_browser_on_the_path_is_found(place, name):
    path = place(name)
    assert find(NOWHERE) == path


def test_a_browser_that_does_not_start_is_passed_over(place):
    place("chromium-browser", exit_code=1)
    downloaded = place("downloaded")
    assert find(downloaded) == downloaded


def test_nothing_found_is_none(place):
    assert find(NOWHERE) is None


def test_debian_is_asked_when_playwright_has_none(place, monkeypatch):
    asked: list[list[str]] = []
    place("apt-get")
    place("sudo")
    monkeypatch.setattr("tools.browser.find", lambda _: "found" if len(asked) == 3 else None)
    monkeypatch.setattr("tools.browser.subprocess.run", lambda command, **_: asked.append(command))
    assert install(NOWHERE) == "found"
    assert ["playwright" in asked[0], "update" in asked[1], "chromium" in asked[2]] == [True] * 3


def test_no_browser_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr("tools.browser.find", lambda _: None)
    monkeypatch.setattr("tools.browser.install", lambda _: None)
    assert main() == 1
    assert capsys.readouterr().err.strip() == MISSING

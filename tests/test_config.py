"""The settings that Streamlit reads, and the pins that a deployment installs."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from streamlit import config as streamlit_config

import dropviz as dv
from dropviz.extras import EXTRAS

ROOT = Path(__file__).parents[1]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
AA_TEXT = 4.5  # WCAG 2.2, success criterion 1.4.3
AA_GRAPHIC = 3.0  # 1.4.11
CAPTION_OPACITY = 0.6  # Streamlit's


def _options(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _options(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@pytest.mark.parametrize("name", [name for name, _ in _options(CONFIG)])
def test_streamlit_knows_the_option(name):
    assert name in streamlit_config.get_config_options()


def _luminance(colour):
    """Return WCAG's relative luminance of ``#RRGGBB``, from 0 to 1."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(colour, other):
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_and_white_is_21():
    assert _contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


def _over(colour, background, opacity):
    """Return ``colour`` as it looks when painted over ``background`` with ``opacity``."""
    pairs = [(int(colour[at : at + 2], 16), int(background[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(opacity * top + (1 - opacity) * below):02X}" for top, below in pairs)


@pytest.mark.parametrize("base", ["light", "dark"])
@pytest.mark.parametrize("part", ["page", "sidebar"])
def test_text_is_readable_on_every_background(base, part):
    theme = CONFIG["theme"][base]
    colours = theme | (theme["sidebar"] if part == "sidebar" else {})
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        for text in ("textColor", "linkColor", "primaryColor"):
            assert _contrast(colours[text], colours[background]) >= AA_TEXT, (text, background)
        caption = _over(colours["textColor"], colours[background], CAPTION_OPACITY)
        assert _contrast(caption, colours[background]) >= AA_TEXT, ("caption", background)
    assert _contrast("#FFFFFF", colours["primaryColor"]) >= AA_GRAPHIC, "the tick in a checkbox"
    assert _contrast(colours["codeTextColor"], colours["codeBackgroundColor"]) >= AA_TEXT


def test_nothing_is_fetched_from_elsewhere():
    assert not any("://" in str(value) for _, value in _options(CONFIG))


def _lines(name):
    lines = [
        line.split("#")[0].strip() for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    ]
    return [line for line in lines if line]


def test_the_ranges_are_those_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert project["dependencies"] == ["numpy>=1.26"]
    assert set(_lines("requirements")) == {*project["dependencies"], *extras["app"]}
    assert _lines("requirements-redis") == extras["redis"]
    assert _lines("requirements-docs") == extras["docs"]
    ranges = {}
    for line in sum(extras.values(), project["dependencies"]):
        assert ranges.setdefault(re.split(r"[<>=~]", line)[0], line) == line  # one range of a package


def test_what_is_said_of_the_package_agrees():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"version: {dv.__version__}\n" in citation
    assert f"repository-code: {pyproject['project']['urls']['Source']}\n" in citation
    carried = pyproject["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {name: (ROOT / name).is_file() for name in carried} == {
        "app.py": True,
        ".streamlit/config.toml": True,
    }
    assert (ROOT / "dropviz" / "py.typed").is_file()
    extras = set(pyproject["project"]["optional-dependencies"])
    assert set(EXTRAS.values()) <= extras
    wanted = "frames figures app torch keras jax dask redis docs"
    assert set(wanted.split()) <= extras


def _pins(file):
    """What a file of requirements pins exactly, by name."""
    found = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if pin := re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)", line):
            found[re.sub(r"[-_.]+", "-", pin[1]).lower()] = pin[2]
    return found


@pytest.mark.parametrize("name", sorted(file.stem for file in ROOT.glob("requirements*.txt")))
def test_a_lock_holds_every_package_with_hashes(name):
    locked = _pins(f"{name}.lock")
    for line in _lines(name):
        if not line.startswith("-r "):
            wanted = Requirement(line)
            assert locked[wanted.name] in wanted.specifier, "make lock"


@pytest.mark.parametrize("lock", sorted(ROOT.glob("*.lock")), ids=lambda file: file.name)
def test_every_pin_has_hashes_and_is_installed_by_them(lock):
    for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        pin = r"[\w.-]+==[\w.+]+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+"
        assert line.startswith("# ") or re.fullmatch(pin, line.strip()), line
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in makefile.splitlines() if "PIP_INSTALL) " in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_development_has_the_packages_that_the_app_has():
    for name in ("dev", "bench"):
        locked = _pins(f"requirements-{name}.lock").items()
        assert locked >= _pins("requirements.lock").items()
        assert locked >= _pins("requirements-redis.lock").items()
    assert _pins("requirements-oracle.lock")["numpy"] == _pins("requirements.lock")["numpy"]


def test_a_workflow_runs_targets_that_there_are_and_actions_of_one_commit():
    targets = set(
        re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for workflow in (ROOT / ".github" / "workflows").glob("*.yml"):
        text = workflow.read_text(encoding="utf-8")
        runs = re.findall(r"\brun: (.+)", text)
        assert {run.split()[1] for run in runs if run.startswith("make ")} <= targets
        assert all(run.startswith("make ") for run in runs)
        uses = re.findall(r"\buses: (.+)", text)
        assert uses
        assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", one) for one in uses)

"""Panels: numbers as they arrive, axes, and colours by role that can be seen and read."""

import base64
import json
import re
import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from dropviz.live.modules import HERE
from dropviz.live.panels import COLORS, Axis, Mark, role, wire
from dropviz.numbers.estimate import Estimate

ROOT = Path(__file__).parents[2]
MARKS = get_args(Mark)


# ---- numbers --------------------------------------------------------------------------------------------------------


def values(numbers):
    return np.frombuffer(base64.b64decode(numbers["data"]), "<f4").reshape(-1, numbers["points"])


@pytest.mark.parametrize("shape", [(1,), (7,), (3, 7), (96, 1)])
@pytest.mark.parametrize("dtype", ["f4", "f8", ">f8", "i8"])
def test_arrays_arrive_as_float32_rows(shape, dtype):
    array = np.random.default_rng(0).uniform(-1e6, 1e6, shape).astype(dtype)
    found = wire(array)
    assert found["points"] == shape[-1]
    np.testing.assert_array_equal(values(found), np.atleast_2d(array).astype("f4"))


def test_a_part_of_an_array_arrives_in_order():
    array = np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(values(wire(array.T)), array.T)
    np.testing.assert_array_equal(values(wire(array[:, ::-2])), array[:, ::-2])


def test_what_is_undefined_or_out_of_reach_arrives_and_is_json():
    numbers = np.array([np.nan, np.inf, -np.inf, 1e300, -1e39, 1e-300])
    found = json.loads(json.dumps(wire(Estimate(numbers)), allow_nan=False))
    expected = np.array([[np.nan, np.inf, -np.inf, np.inf, -np.inf, 0.0]])
    np.testing.assert_array_equal(values(found["exact"]), expected)
    assert found["simulated"] is None


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.__name__)
def test_a_mark_says_what_it_is(mark):
    given = {"name": "a", "color": "ink", "colors": ("ink", "title"), "estimate": Estimate(np.ones(2))}
    needed = [each.name for each in fields(mark) if each.default is MISSING]
    made = mark(**{name: given.get(name, np.ones(2)) for name in needed})
    found = json.loads(json.dumps(wire(made), allow_nan=False))
    assert found["mark"] == mark.__name__
    assert set(found) == {"mark", *(each.name for each in fields(mark))}


def test_records_that_are_no_marks_have_their_fields_alone():
    assert wire(Axis("t", 0.0, 1.0, ticks=(0.0, 0.5))) == {
        "title": "t", "low": 0.0, "high": 1.0, "log": False, "unit": "", "ticks": [0.0, 0.5]
    }  # fmt: skip
    assert wire([np.float64(0.5), np.int64(3), np.bool_(True), None, "a"]) == [0.5, 3, True, None, "a"]
    assert type(wire(np.float64(0.5))) is float


# ---- axes -----------------------------------------------------------------------------------------------------------


def test_an_axis_knows_where_values_stand():
    np.testing.assert_allclose(Axis("", -1.0, 3.0).share(np.array([-1.0, 0.0, 3.0, 5.0])), [0, 0.25, 1, 1.5])
    shares = Axis("", 0.1, 1000.0, log=True).share(np.array([0.1, 1.0, 1000.0, 0.0, -1.0, np.nan, np.inf]))
    np.testing.assert_allclose(shares, [0.0, 0.25, 1.0, np.nan, np.nan, np.nan, np.inf])
    for axis in (Axis("", -1.0, 3.0), Axis("", 0.1, 1000.0, log=True)):
        np.testing.assert_allclose(
            axis.share(axis.value(np.array([0.0, 0.3, 1.2]))), [0.0, 0.3, 1.2], atol=1e-12
        )


# ---- colours --------------------------------------------------------------------------------------------------------

STYLE = (HERE / "explorer.css").read_text(encoding="utf-8")
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
THEMES = ("light", "dark")
LINE, WORD = 3.0, 4.5  # least contrasts


def rgb(color: str) -> np.ndarray:
    assert re.fullmatch(r"#[0-9a-fA-F]{6}", color), color
    return np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255.0


def shown(value: str, theme: str) -> np.ndarray:
    """A colour of the style sheet as it looks on the page's background."""
    value = value.strip()
    if either := re.fullmatch(r"light-dark\(([^,]+),([^,]+)\)", value):
        return shown(either[1 + THEMES.index(theme)], theme)
    if re.fullmatch(r"var\(--st-text-color, #\w+\)", value):
        return rgb(THEME[theme]["textColor"])
    if variable := re.fullmatch(r"var\((--dv-\w+)\)", value):
        (meant,) = re.findall(rf"^  {variable[1]}: ([^;]+);", STYLE, re.MULTILINE)
        return shown(meant, theme)
    if mixed := re.fullmatch(r"color-mix\(in srgb, (.+) (\d+)%, (?:transparent|var\(--dv-back\))\)", value):
        share = float(mixed[2]) / 100.0
        return share * shown(mixed[1], theme) + (1.0 - share) * rgb(THEME[theme]["backgroundColor"])
    return rgb(value)


def luminance(color: np.ndarray) -> float:
    linear = np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_guidelines():
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21.0)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.005)


def in_style(color: str) -> dict[str, str]:
    (rule,) = re.findall(rf'^\[data-color="{color}"\] \{{([^}}]*)\}}', STYLE, re.MULTILINE)
    found: dict[str, str] = dict(re.findall(r"(--[\w-]+): ([^;]+);", rule))
    return {
        name: found.get(value.removeprefix("var(").removesuffix(")"), value) for name, value in found.items()
    }


def test_the_style_sheet_has_the_roles_and_no_others():
    assert set(re.findall(r'^\[data-color="(\w+)"\]', STYLE, re.MULTILINE)) == set(COLORS)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("color", COLORS)
def test_a_role_can_be_seen_as_a_line_and_read_as_a_word(color, theme):
    background = rgb(THEME[theme]["backgroundColor"])
    style = in_style(color)
    assert set(style) == {"--dv-color", "--dv-word"}
    assert contrast(shown(style["--dv-color"], theme), background) >= LINE
    assert contrast(shown(style["--dv-word"], theme), background) >= WORD


def test_what_has_no_colour_of_its_own_gets_another():
    assert role("inverted") == "inverted"
    assert (role("gaussian"), role("gaussian", "ink")) == ("other", "ink")

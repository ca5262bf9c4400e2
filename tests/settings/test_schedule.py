import math
import re

import numpy as np
import pytest

from dropviz.settings.schedule import KINDS, MOST_ROWS, TABLE, handles, read_rows


@pytest.mark.parametrize(
    "rows",
    [((0.0, 0.5),), ((0.0, 0.1), (1234567.0, 0.123456789012)), ((0.5, 0.0), (1e-7, 0.3))[:1]],
)
def test_the_address_gives_the_same_rows_back(rows: tuple[tuple[float, float], ...]) -> None:
    assert TABLE.parse(TABLE.spell(rows)) == rows


def test_the_address_is_compact() -> None:
    assert TABLE.spell(((0.0, 0.5), (500.0, 0.25), (1000.0, 0.0))) == "0:0.5,500:0.25,1000:0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "0:0.5,",
        "0:0.5:1",
        "0:nan",
        "inf:0.5",
        "-1:0.5",
        "0:1",
        "10:0.1,0:0.2",
        "0:0.1,0:0.2",
        "1_0:0.1",
        "٣:0.1",
        ":",
        "0:",
        ",".join(f"{step}:0.1" for step in range(MOST_ROWS + 1)),
        "0:0." + "1" * 100_000,
    ],
)
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(the table|row \d+:)"):
        TABLE.parse(text)


@pytest.mark.parametrize(
    ("steps", "rates", "sentence"),
    [
        (["0", "5"], ["0.5", "much"], "row 2: rate must be a number, at least 0 and below 1; got 'much'"),
        (["0", "ten"], ["0.5", "0.1"], "row 2: step must be a number, 0 or more; got 'ten'"),
        (["10", "5"], ["0.5", "0.1"], "row 2: step must be above the step before it, 10; got '5'"),
        (
            [2000, 2000.0000000000002],
            [0.1, 0.2],
            "row 2: step must be above the step before it, 2000; got 2000.0",
        ),
        (["0"], ["1.0"], "row 1: rate must be a number, at least 0 and below 1; got '1.0'"),
        (["0", "3"], ["0.5", None], "row 2: rate must be a number, at least 0 and below 1; got ''"),
        ([None], [math.nan], "the table must have at least one row; it is empty"),
        (
            [str(step) for step in range(MOST_ROWS + 1)],
            ["0.1"] * (MOST_ROWS + 1),
            f"the table must have at most {MOST_ROWS} rows; it has {MOST_ROWS + 1}",
        ),
    ],
)
def test_a_wrong_cell_is_named_in_one_sentence(
    steps: list[object], rates: list[object], sentence: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_rows(steps, rates)


def test_empty_rows_do_not_count_and_blanks_are_cut() -> None:
    assert read_rows([" 0 ", None, "7"], ["0.5", "", " 0.25"]) == ((0.0, 0.5), (7.0, 0.25))


def test_a_long_cell_and_many_empty_rows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^row 2: a cell must have at most 60 characters; one has more$"):
        read_rows(["0", "1" * 61], ["0.1", "0.1"])
    assert read_rows(["0"] + [""] * 79, ["0.1"] + [None] * 79) == ((0.0, 0.1),)
    with pytest.raises(ValueError, match="at most 40 rows; it has more"):
        read_rows(["0"] + [""] * 80, ["0.1"] + [None] * 80)


# ---- what a hand moves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(KINDS))
def test_what_a_hand_moves_is_a_table_of_the_page(name: str) -> None:
    held = handles(name, 1000, [setting.default for setting in KINDS[name].settings])
    rows = held.moved({"0": 0.95, "1": 0.123})
    assert rows[:2] == ((held.rows[0][0], 0.95), (held.rows[1][0], 0.12))
    assert rows[2:] == held.rows[2:]
    assert TABLE.parse(TABLE.spell(rows)) == rows


def test_stairs_stay_stairs() -> None:
    held = handles("steps", 900, (0.5, 0.1, 3))
    assert held.rows == ((0.0, 0.5), (300.0, 0.3), (600.0, 0.1))
    made, table = (
        KINDS[kind].call(900, *given)()
        for kind, given in (("steps", (0.5, 0.1, 3)), ("table", (held.rows, held.between)))
    )
    steps = np.arange(901)
    np.testing.assert_array_equal(made(steps), table(steps))


@pytest.mark.parametrize(
    "changes",
    [
        None,
        [0.1],
        "0",
        {"6": 0.1},
        {"-1": 0.1},
        {0: 0.1},
        {"٣": 0.1},
        {"0": 0.951},
        {"0": -0.01},
        {"0": math.nan},
        {"0": "0.1"},
        {"0": None},
    ],
)
def test_what_no_hand_can_do_is_refused(changes: object) -> None:
    with pytest.raises(ValueError, match="must be"):
        handles("annealed", 1000, (0.5, 100)).moved(changes)

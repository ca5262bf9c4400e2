from dataclasses import replace

import numpy as np
import pytest

from dropviz.training.config import TrainingConfig
from dropviz.training.loop import Epoch, Run, State
from dropviz.training.verdicts import forgotten, lowest_test_loss, many_passes, narrower_gap, wider_band

NONE = np.zeros(3)
EPOCH = Epoch(
    1, 1, (0.0,), 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, NONE, NONE, NONE, NONE, NONE, "finished", State(1, NONE, ())
)  # fmt: skip


def run(label: str, **numbers: tuple[float, ...]) -> Run:
    """A run whose last epochs have these numbers, one a seed."""
    rows = [dict(zip(numbers, row, strict=True)) for row in zip(*numbers.values(), strict=True)]
    return Run(label, TrainingConfig(), tuple((replace(EPOCH, **row),) for row in rows))


def test_the_cost_is_the_quotient_of_what_is_written() -> None:
    said = forgotten(run("standard", plain_test_loss=(6.0, 6.2, 5.8), test_loss=(0.5, 0.6, 0.4)))
    assert said == (
        "With the factor forgotten, the test loss is 12 times as large: 6.0 against 0.50. "
        "Difference 5.5 (95 % interval 5.3 to 5.7, 3 paired seeds)."
    )


def test_a_difference_that_seeds_do_not_agree_on_is_not_claimed() -> None:
    said = forgotten(run("standard", plain_test_loss=(0.6, 0.3, 0.5), test_loss=(0.5, 0.4, 0.4)))
    assert said.startswith("Forgetting the factor makes no difference that these runs can show")
    assert "times" not in said


def test_a_forgotten_factor_may_help() -> None:
    said = forgotten(run("standard", plain_test_loss=(0.50, 0.51, 0.52), test_loss=(1.00, 1.01, 1.02)))
    assert "the test loss is 0.50 times as large: 0.51 against 1.0." in said


def test_outputs_past_all_numbers_are_said_to_be() -> None:
    said = forgotten(run("standard", plain_test_loss=(np.inf, 1.0), test_loss=(1.0, 1.0)))
    assert "past all numbers" in said
    assert "inf" not in said


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        (
            [(0.1, 0.2, 0.3), (1.1, 1.2, 1.3)],
            "Lowest test loss: a (0.200), lower than every other in 3 paired seeds (95 %).",
        ),
        (
            [(0.1, 0.2, 0.3), (0.2, 0.1, 0.4)],
            "These 3 seeds tell no test loss apart from the lowest, a (0.200): no winner.",
        ),
        (
            [(0.1, 0.2, 0.3), (0.2, 0.1, 0.4), (1.1, 1.2, 1.3)],
            "Lowest test loss: a (0.200), but 3 paired seeds do not tell b apart from it.",
        ),
        (
            [(0.2,), (0.1,)],
            "Lowest test loss: b (0.100), with one seed; more seeds say whether that is more than luck.",
        ),
        ([(0.2, 0.4)], "A: test loss 0.300, mean of 2 seeds."),
        ([(0.2,)], "A: test loss 0.200, one seed."),
    ],
)
def test_a_winner_is_one_that_the_pairs_tell_apart(losses: list[tuple[float, ...]], said: str) -> None:
    assert (
        lowest_test_loss([run(name, test_loss=row) for name, row in zip("abcd", losses, strict=False)])
        == said
    )


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ([(0.8, 0.8), (0.9, 0.9)], "Noise narrows the gap"),
        ([(0.8, 0.8), (0.7, 0.7)], "Noise widens the gap"),
        (
            [(0.8, 0.8), (0.7, 0.9)],
            "Noise makes no difference to the gap between training and test that these runs",
        ),
        ([(0.8,), (0.9,)], "Noise makes no difference to the gap between training and test that these runs"),
    ],
)
def test_the_gap_changes_where_the_pairs_say_so(tests: list[tuple[float, ...]], said: str) -> None:
    runs = [
        run(name, train_accuracy=(1.0,) * len(row), test_accuracy=row)
        for name, row in zip("ab", tests, strict=True)
    ]
    assert narrower_gap(runs).startswith(said)


def test_noisy_passes_are_judged_in_pairs() -> None:
    single = np.array([1.0, 2.0, 3.0])
    assert "a lower test loss" in many_passes("rate 0.3", single, single - 0.1, 50)
    assert "a higher test loss" in many_passes("rate 0.3", single, single + 0.1, 50)
    assert "not told apart" in many_passes("rate 0.3", single, single + np.array([0.1, -0.1, 0.0]), 50)
    assert wider_band("rate 0.3", single, single + 0.1).startswith(
        "Rate 0.3: the noisy passes spread more beyond"
    )
    assert "spread less beyond" in wider_band("a", single, single - 0.1)
    assert "not told apart" in wider_band("a", single[:1], single[:1] + 1)

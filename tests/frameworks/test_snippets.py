from typing import Any

import numpy as np
import pytest

from dropviz.frameworks.snippets import TARGETS, Target, numpy_lines, snippet
from dropviz.theory.strategies import strategies

CORRECT = ("standard", "inverted")


def run(code: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    return namespace


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.95])
@pytest.mark.parametrize("name", strategies())
def test_the_numpy_script_does_what_the_strategy_says(name: str, rate: float) -> None:
    chosen = strategies()[name]
    result = run(snippet(name, rate, "numpy"))
    a, mask = result["a"], result["mask"]
    np.testing.assert_allclose(result["train"], a * mask * chosen.train_scale(rate), rtol=1e-12)
    np.testing.assert_allclose(result["test"], a * chosen.test_scale(rate), rtol=1e-12)


@pytest.mark.parametrize("name", strategies())
def test_the_two_lines_end_the_numpy_script(name: str) -> None:
    lines = numpy_lines(name, 0.3)
    assert tuple(snippet(name, 0.3, "numpy").splitlines()[-2:]) == lines


def test_the_mask_of_the_script_drops_with_the_rate() -> None:
    code = snippet("inverted", 0.3, "numpy").replace("standard_normal(8)", "standard_normal(100_000)")
    dropped = 1 - run(code)["mask"].mean()
    assert abs(dropped - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 100_000)


def test_the_lines_of_the_two_strategies() -> None:
    assert numpy_lines("standard", 0.3) == ("train = a * mask", "test = a * keep")
    assert numpy_lines("inverted", 0.3) == ("train = a * mask / keep", "test = a")


@pytest.mark.parametrize("name", strategies())
def test_mistakes_and_only_they_say_that_they_are_wrong(name: str) -> None:
    assert ("# WRONG" in snippet(name, 0.3, "numpy")) == strategies()[name].mistake


def test_the_warning_is_true_at_every_rate() -> None:
    assert "= 0.4286, should be 1" in snippet("wrong_train", 0.3, "numpy")
    assert "does not show" in snippet("wrong_train", 0.5, "numpy")
    assert "does not show" in snippet("none", 0.0, "numpy")
    assert snippet("none", 1.0, "numpy").count("# WRONG: no compensation\n") == 1


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", CORRECT)
def test_every_target_has_short_code_that_compiles(name: str, target: Target) -> None:
    code = snippet(name, 0.3, target)
    compile(code, target, "exec")
    assert "0.3" in code
    assert len(code.splitlines()) <= 12
    assert max(map(len, code.splitlines())) <= 80


def test_a_slider_value_is_written_as_a_person_would() -> None:
    assert "rate = 0.3  #" in snippet("standard", np.float64(0.1) + 0.2, "numpy")
    assert "Dropout(p=0.3)" in snippet("inverted", np.float64(0.1) + 0.2, "pytorch")


@pytest.mark.parametrize(
    ("name", "rate", "allowed"),
    [
        ("inverted", 1.0, r"\[0, 1\)"),
        ("both", 1.0, r"\[0, 1\)"),
        ("wrong_train", 0.0, r"\(0, 1\]"),
        ("standard", -0.1, r"\[0, 1\]"),
        ("standard", 1.5, r"\[0, 1\]"),
        ("standard", float("nan"), r"\[0, 1\]"),
    ],
)
def test_a_rate_the_strategy_cannot_take_is_refused(name: str, rate: float, allowed: str) -> None:
    for target in TARGETS[:2]:
        with pytest.raises(ValueError, match=f"rate must be in {allowed} for strategy '{name}'; got"):
            snippet(name, rate, target)


def test_unknown_names_are_refused_with_the_choice() -> None:
    with pytest.raises(ValueError, match="strategy must be one of standard, inverted"):
        numpy_lines("upside down", 0.3)
    with pytest.raises(ValueError, match="target must be one of numpy, pytorch, keras, jax; got 'torch'"):
        snippet("standard", 0.3, "torch")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="target must be numpy for the mistake 'both'; got 'jax'"):
        snippet("both", 0.3, "jax")

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dropviz.frameworks.scripts import training_script
from dropviz.numbers.formulas import unbroken
from dropviz.settings.training import CURVES, GROUPS, RATE
from dropviz.training.experiments import experiments
from dropviz.training.in_turn import can_change_rates
from dropviz.training.session import LiveTraining, Snapshot
from dropviz.ui.pages.training.page import TrainingSession
from dropviz.ui.settings.sources import disarmed
from tests.ui.opening import codes, open_page, paragraphs

VARIANTS = {group.name: group.variants for group in GROUPS if group.variants}
FOLDS = ("training_settings", "training_more", "training_numbers", "training_about", "training_code")
run = partial(open_page, "training", FOLDS)


def press(at: AppTest, name: str) -> AppTest:
    next(button for button in at.button if button.label == name).click()
    at.run()
    assert not at.exception
    return at


def commands(at: AppTest) -> list[str]:
    """Train or Stop."""
    return [button.label for button in at.button if button.key in ("training_start", "training_stop")]


def choose(at: AppTest, setting: str, value: str) -> None:
    at.segmented_control(key=setting).set_value(value).run()
    assert not at.exception


def sentences(at: AppTest) -> str:
    """All that is said; without the signs that keep Markdown's from being read."""
    said = (*at.markdown, *at.text, *at.caption, *at.warning, *at.error)
    return "\n".join([*paragraphs(at), *(each.value.replace("\\", "") for each in said)])


def kept(at: AppTest) -> TrainingSession:
    session: TrainingSession = at.session_state["training_session"]
    return session


def training(at: AppTest) -> LiveTraining:
    live = kept(at).live
    assert live is not None
    return live


def look_until(live: LiveTraining, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Look as the browser would, only more often."""
    for _ in range(3000):
        seen = live.look()
        assert not seen.problem
        if holds(seen):
            return seen
        time.sleep(0.01)
    raise AssertionError("the training does not go on")


def finish(at: AppTest) -> AppTest:
    look_until(training(at), lambda seen: seen.stage == "ended")
    at.run()
    assert not at.exception
    return at


# ---- the page --------------------------------------------------------------------------------------------------------

QUICK = {"training": "own", "training_data": "moons", "training_epochs": "3", "training_seeds": "2"}


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"training": "equal_rate", "training_optimizer": "equal_rate_adam"},
        {"training": "annealing", "training_changing": "annealing_at_test"},
        {"training": "regularize", "training_examples": "regularize_digits", "training_rate": "0.9"},
        {"training": "monte_carlo", "training_task": "uncertainty_band", "training_rate": "0.05"},
        {"training": "own", "training_runs": "4", "training_layers": "3", "training_width": "1"},
    ],
)
def test_every_experiment_opens_from_the_address(address: dict[str, str]) -> None:
    at = run(**address)
    assert not at.warning
    if address:
        assert commands(at) == ["Train"]
        assert kept(at).live is None


def test_training_runs_and_its_findings_are_computed() -> None:
    at = press(run(**QUICK), "Train")
    assert commands(at) == ["Stop"]
    assert "Test accuracy:" not in sentences(at)
    finish(at)
    assert commands(at) == ["Train"]
    accuracy = training(at).look().runs[1].final("test_accuracy")
    assert unbroken(f"inverted 0.3: {100 * accuracy:.1f} %") in sentences(at)
    assert "Means of 2 seeds" in sentences(at)


def test_stop_keeps_the_curves() -> None:
    at = press(run(**QUICK | {"training_epochs": "200"}), "Train")
    live = training(at)
    look_until(live, lambda seen: bool(seen.runs))  # every run has to begin first
    press(at, "Stop")
    assert commands(at) == ["Train"]
    done = look_until(live, lambda seen: seen.stage == "ended").done
    assert 0 <= done < 200
    at.run()
    assert f"ended after epoch {done} of 200" in sentences(at)
    assert commands(at) == ["Train"]
    assert "Test accuracy:" in sentences(at)


def test_stop_and_start_many_times() -> None:
    at = run(**QUICK)
    for _ in range(6):
        press(press(at, "Train"), "Stop")
    finish(press(at, "Train"))
    assert "Test accuracy:" in sentences(at)


def test_another_setting_ends_the_training_and_drops_its_curves() -> None:
    at = press(run(**QUICK), "Train")
    at.number_input(key="training_width").set_value(32).run()
    assert not at.exception
    assert commands(at) == ["Train"]
    assert kept(at).live is None


def test_the_rate_can_be_changed_by_hand_on_the_way() -> None:
    at = press(run(**QUICK | {"training_epochs": "100"}), "Train")
    live = training(at)
    look_until(live, lambda seen: bool(seen.runs))
    at.number_input(key="training_2_rate").set_value(0.1).run()
    assert not at.exception
    assert training(at) is live
    finish(at)
    plain, noisy = live.look().runs
    assert noisy.last[0].rates[1] == 0.1
    assert noisy.label == "inverted 0.3, then by hand"
    assert plain.label == "no dropout"
    assert "Rate changed by hand, inverted 0.3: 0.1 from epoch" in sentences(at)


def test_a_diverging_run_is_said_to_diverge() -> None:
    at = press(run(**QUICK | {"training_1_eta": "100.0", "training_epochs": "50"}), "Train")
    finish(at)
    assert "no dropout diverged in epoch" in sentences(at)
    assert len(training(at).look().runs[1].epochs[0]) == 51  # the other run goes on


def test_a_click_chooses_an_experiment_and_train_trains_it() -> None:
    at = run()
    choose(at, "training", "equal_rate")
    assert commands(at) == ["Train"]
    assert kept(at).live is None
    press(at, "Train")
    assert training(at).experiment.name == "equal_rate_sgd"
    choose(at, "training_optimizer", "equal_rate_adam")
    assert kept(at).live is None
    first = training(press(at, "Train"))
    assert first.experiment.name == "equal_rate_adam"
    press(at, "Stop")
    assert training(press(at, "Train")) is not first  # once more: from the beginning
    choose(at, "training", "own")
    assert commands(at) == ["Train"]
    assert kept(at).live is None


def test_the_page_opens_with_the_forgotten_factor_in_training() -> None:
    at = run()
    first = training(at)
    assert first.experiment.name == "forgotten"
    assert commands(at) == ["Stop"]
    at.slider(key="training_rate").set_value(0.5).run()  # another rate, another training
    second = training(at)
    assert second is not first
    site = second.experiment.runs[0][1].sites[1]
    assert site is not None
    assert site.rate == 0.5
    press(at, "Stop")
    look_until(second, lambda seen: seen.stage == "ended")
    at.run()
    assert training(at) is second  # what was stopped does not start again by itself
    assert commands(at) == ["Train"]


def test_the_verdict_stands_alone_and_first() -> None:
    at = finish(press(run(**QUICK), "Train"))
    verdict, *details = training(at).look().sentences
    shown = [each.value for each in at.markdown]
    assert paragraphs(at) == [verdict]
    assert "\n".join(f"- {disarmed(unbroken(each))}" for each in details) in shown


@pytest.mark.parametrize(("rate", "taken"), [(0.45, 0.45), (0.0, 0.05), (0.95, 0.9)])
def test_a_rate_that_was_changed_on_another_page_is_taken_over(rate: float, taken: float) -> None:
    at = run(training="equal_rate", training_rate="0.2")
    assert at.slider(key="training_rate").value == 0.2
    at.session_state["settings"]["rate"] = 0.3  # another page was opened, its rate not touched
    at.run()
    assert at.slider(key="training_rate").value == 0.2
    at.session_state["settings"]["rate"] = rate
    at.run()
    assert at.slider(key="training_rate").value == taken
    at.slider(key="training_rate").set_value(0.6).run()
    assert at.slider(key="training_rate").value == 0.6


@pytest.mark.parametrize("view", CURVES.options)
def test_every_view_of_the_curves_can_be_chosen_while_it_trains(view: str) -> None:
    at = press(run(**QUICK | {"training_epochs": "100"}), "Train")
    live = training(at)
    look_until(live, lambda seen: bool(seen.runs))
    at.selectbox(key="training_view").set_value(view).run()
    assert not at.exception
    assert training(at) is live
    assert commands(at) == ["Stop"]


def test_what_breaks_a_training_off_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr("dropviz.training.session.shown", broken)
    at = press(run(**QUICK), "Train")
    live = training(at)
    for _ in range(3000):
        if live.look().stage == "ended":
            break
        time.sleep(0.01)
    at.run()
    assert not at.exception
    assert "The training broke off with an error of the program: MemoryError, no room." in sentences(at)
    assert commands(at) == ["Train"]


@pytest.mark.parametrize("name", experiments())
def test_the_script_is_that_of_the_chosen_experiment(name: str) -> None:
    # a group's name may be that of its variant
    place = next((key for key, choice in VARIANTS.items() if name in choice.options), name)
    address = {"training": place, "training_rate": "0.4"}
    if place in VARIANTS:
        address[VARIANTS[place].key] = name
    assert codes(run(**address)) == [training_script("numpy", name, 0.4).rstrip()]


def test_own_runs_have_no_script() -> None:
    at = run(**QUICK)
    assert codes(at) == []


@pytest.mark.parametrize(
    "address",
    [
        {"training": "everything"},
        {"training_view": "all"},
        {"training_rate": "nan"},
        {"training_rate": "1"},
        {"training_seeds": "1000000"},
        {"training": "own", "training_width": "100000"},
        {"training": "own", "training_2_method": "<script>"},
        {"training": "own", "training_2_eta": "-1"},
        {"training": "own", "training_data": "../../secret"},
        {"training_file": "x"},
    ],
)
def test_a_hostile_address_gets_a_sentence(address: dict[str, str]) -> None:
    assert len(run(**address).warning) == 1


def test_what_cannot_be_trained_gets_a_sentence() -> None:
    at = run(training="own", training_2_method="wrong_train", training_2_rate="0.0")
    assert "rate must be above 0 and below 1" in sentences(at)
    at = run(
        training="own", training_width="256", training_layers="3", training_epochs="200", training_runs="4"
    )
    press(at, "Train")
    assert "times what the server does for one visitor" in sentences(at)
    assert commands(at) == ["Train"]


class Upload:
    def __init__(self, content: bytes) -> None:
        self.content, self.name, self.file_id = content, "table.csv", f"file {hash(content)}"

    def getvalue(self) -> bytes:
        return self.content


def with_csv(monkeypatch: pytest.MonkeyPatch, content: bytes, **address: str) -> AppTest:
    monkeypatch.setattr(st, "file_uploader", lambda *_, **__: Upload(content))
    return run(training="own", training_data="csv", training_epochs="2", **address)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "it is empty"),
        (b"a,b\n1,x\n<b>2</b>,y\n3,x\n4,y", "must be a number"),
        (b"a,b\n1,x\n2,x\n3,x", "must have 2 to 50 different values"),
        (b"\xff\xfe\x00\x01", "UTF-8"),
        (b"a,b,c\n1,2\n", "must have 3 cells"),
    ],
)
def test_a_bad_table_gets_its_sentence(
    monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    at = with_csv(monkeypatch, content)
    assert sentence in sentences(at)
    assert not commands(at)


def test_a_good_table_is_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'up' if b > 0 else 'down'}" for a, b in rng.standard_normal((60, 2))]
    at = with_csv(monkeypatch, ("height,width,label\n" + "\n".join(rows)).encode())
    finish(press(at, "Train"))
    assert "Data: your table, 45 examples to train on, 15 to test" in sentences(at)
    assert len(training(at).look().plane) == 2  # a picture of the plane a run
    at = with_csv(monkeypatch, b"label,width\nx,1\ny,2\nx,3\ny,4", training_label="1")
    assert "2 examples to train on" in sentences(at)
    at = with_csv(monkeypatch, b"label,width\nx,1\ny,2\nx,3\ny,4", training_label="7")
    assert "label_column must be" in sentences(at)


def test_no_file_asks_for_one() -> None:
    at = run(training="own", training_data="csv")
    assert "Give a CSV file" in at.info[0].value


def test_the_help_of_the_rate_names_the_experiments_that_take_it_on_the_way() -> None:
    for group in GROUPS:
        for name, label in group.variants.options.items() if group.variants else ():
            takes = can_change_rates(experiments()[name])
            assert takes == any(f"“{each}”" in (RATE.help or "") for each in (label, group.label)), name


def test_momentum_and_what_pictures_are_of_are_said() -> None:
    assert "SGD, learning rate 0.05, momentum 0.9" in sentences(run(training="equal_rate"))
    by_adam = sentences(run(training="regularize"))
    assert "momentum" not in by_adam
    assert "the mean of the networks’ probabilities" in by_adam

"""The examples for the diagnosis: of every mistake, and the numbers that the page shows at first."""

from dropviz.settings.mistakes import CLEAN, RATE_SEEN, TEST, TRAIN
from dropviz.simulation.example import EXAMPLE_RATES, FIRST_EXAMPLE, example
from dropviz.theory.diagnosis import LEFT_ON, Observation, diagnose
from dropviz.theory.strategies import strategies


def test_examples_are_of_every_mistake_and_the_diagnosis_finds_each():
    found = [diagnose(example(seed)).fitting for seed in range(40)]
    wrong = {name for name, row in strategies().items() if row.mistake}
    assert {names[0] for names in found if len(names) == 1} == wrong
    assert {names for names in found if len(names) != 1} == {("inverted", LEFT_ON)}
    assert {example(seed).rate for seed in range(60)} == set(EXAMPLE_RATES)
    assert example(5) == example(5)


def test_the_page_opens_with_the_first_example():
    means = [setting.default for setting in (*TRAIN, *TEST, *CLEAN)]
    assert Observation(RATE_SEEN.default, *means) == example(FIRST_EXAMPLE)

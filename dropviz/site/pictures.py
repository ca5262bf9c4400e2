"""What the pages show: for one option of a page's first choice the payloads of its figures, by option of the second.

The same results and figures as in the app, at the settings that the app has at first.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from dropviz.figures.answer import answer_live
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.figures.story import story_payload
from dropviz.figures.where_to_scale import where_live
from dropviz.figures.which_p import which_p_live
from dropviz.frameworks.conventions import frameworks
from dropviz.numbers.rates import GRID
from dropviz.settings import mistakes
from dropviz.settings.first_screen import ANSWER, SEED, UNITS
from dropviz.settings.sources import SOURCES
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.simulation.first_screen import first_look
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted
from dropviz.simulation.sweep import SweepConfig, sweep
from dropviz.simulation.which_p import STRATEGIES, WhichP, which_p
from dropviz.story.reading import own_story
from dropviz.theory.activations import RELU
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.training.config import learning_rate_factors

Payloads = Mapping[str, Mapping[str, Any]]


def of_source(name: str) -> Payloads:
    """Where to scale, on activations of that source."""
    source = SOURCES[name]
    activations = source.make(*(setting.default for setting in source.settings))
    config = SweepConfig(activations, int(UNITS.default), GRID, tuple(ANSWER.options), int(SEED.default))
    return {"": where_live(first_look(sweep(config))).payload()}


@cache
def _factors() -> WhichP:
    return which_p(SweepConfig(RELU, strategies=STRATEGIES))


def of_framework(name: str, targets: Sequence[str]) -> Payloads:
    """What to write for each of ``targets`` where code is for the framework of that name."""
    rows = frameworks()
    return {target: which_p_live(_factors(), rows[name], rows[target]).payload() for target in targets}


def of_mistake(name: str) -> Payloads:
    """The mistake of that name beside inverted dropout."""
    if name == LEFT_ON:
        layer = LayerConfig(RELU, fan_in=int(mistakes.INPUTS.default), seed=int(mistakes.SEED.default))
        return {"": left_on_live(answers_left_on(layer)).payload()}
    config = SweepConfig(RELU, strategies=("inverted", *mistakes.TABLED))
    return {"": mistake_live(beside_inverted(MistakeConfig(config, name))).payload()}


def of_answer(_: str) -> Payloads:
    """The evidence for the answer."""
    config = EvidenceConfig(RELU)
    return {"": answer_live(evidence(config), learning_rate_factors(config.rates)).payload()}


def of_story(_: str) -> Payloads:
    """The story that comes with the app: the payload is that of a story."""
    return {"": story_payload(own_story(), own_story().results())}

"""The figure of every page at many settings, built without a browser or a server."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from dropviz.figures.answer import answer_live
from dropviz.figures.everything import explorer_live
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.figures.my_network import network_live
from dropviz.figures.noise import noise_live
from dropviz.figures.schedule import schedule_live
from dropviz.figures.story import scene_live
from dropviz.figures.training.epochs import training_panel
from dropviz.figures.where_to_scale import where_live
from dropviz.figures.which_p import which_p_live
from dropviz.frameworks.conventions import frameworks
from dropviz.layers.network_view import network_view
from dropviz.layers.reports import report
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Row
from dropviz.live.words import Paragraph
from dropviz.settings import next_layer, where
from dropviz.settings.first_screen import MEASURES
from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.settings.mistakes import TABLED
from dropviz.settings.schedule import KINDS, TABLE, handles
from dropviz.settings.sources import SOURCES
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.simulation.changing_rate import changing_rate
from dropviz.simulation.first_screen import first_look
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted, example
from dropviz.simulation.next_layer import NextLayerConfig
from dropviz.simulation.noise_pair import NoisePairConfig, noise_pair
from dropviz.simulation.sweep import SweepConfig, sweep
from dropviz.simulation.which_p import STRATEGIES, which_p
from dropviz.story.pictures import PICTURES
from dropviz.story.scenes import Scene
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.diagnosis import diagnose
from dropviz.theory.measured import Empirical
from dropviz.theory.noise import noises
from dropviz.theory.strategies import strategies
from dropviz.training.config import learning_rate_factors
from dropviz.training.curves import panels
from dropviz.training.experiments import experiments, shown
from dropviz.training.in_turn import RunsInTurn
from dropviz.training.optimizers import SGD
from dropviz.ui.pages.my_network.page import RECORD
from dropviz.ui.pages.next_layer import STEPS
from dropviz.ui.pages.where import ANSWERS

UNITS = (1, 2, 3, 30, 4001, 100_000)
SEEDS = (7, 226)
OWN: Mapping[str, Sequence[float]] = {
    "integers": [1, 2, 6],
    "tiny": [1e-7, -3e-7, 2e-7, 9e-7],
    "zeros": [0.0] * 5,
    "equal": [3.3] * 7,
    "one value": [0.7],
    "centred": [-1.0, 1.0],
    "negative": [-1.0, -2.5, -0.01],
    "a single 1": [0.0] * 99_999 + [1.0],
    "cancelling": [1e15, -1e15, 1.0],
    "huge": [1e90, 2e90],
}
TABLES = (((0.0, 0.3),), ((0.0, 0.0), (10.0, 0.95)), ((5.0, 0.5), (700.0, 0.5), (701.0, 0.1)))


_RELU = np.maximum(np.random.default_rng(7).normal(size=(50, 4)), 0.0)
NETWORKS: Mapping[str, Any] = {
    "example": RECORD,
    "one value": {"a": [0.7]},
    "one unit": {"a": [0.0, 2.0, 5.0]},
    "zeros": {"a": np.zeros((5, 2)), "b": _RELU},
    "equal": {"a": np.full((5, 1), -3.3)},
    "tiny and huge": {"tiny": [[1e-60, 3e-60]] * 2 + [[2e-60, 1e-60]], "huge": [[1e69], [-1e69], [3e69]]},
    "far": {"a": 1e6 + _RELU, "b": -5.0 - _RELU, "centred": [-1.0, 1.0]},
    "many": {f"layer {at}": _RELU + at % 9 for at in range(30)},
}


class Shown(NamedTuple):
    """A page, its settings in words, the activations that it is drawn from, if any, and what draws it."""

    page: str
    settings: str
    law: Activations | None
    draw: Callable[[], LiveFigure]


def _ends(setting: Setting) -> list[Any]:
    """The values of a setting that are most likely to make a sentence false."""
    if isinstance(setting, Choice):
        return list(setting.options)
    if setting is TABLE:
        return list(TABLES)
    assert isinstance(setting, Number)
    middle = [0.0] if setting.low < 0.0 < setting.high else []
    return list(dict.fromkeys([setting.default, setting.low, setting.high, *middle]))


@cache
def laws() -> dict[str, Activations]:
    """Every source at the ends of its parameters, and a person's own arrays; by name."""
    found: dict[str, Activations] = {}
    for name, source in SOURCES.items():
        for values in itertools.product(*map(_ends, source.settings)):
            found[f"{name}{values}"] = source.make(*values)
    found["uniform around 0"] = SOURCES["uniform"].make(-0.5, 1.0)
    return found | {name: Empirical(np.array(values)) for name, values in OWN.items()}


def _drawn(
    page: str, draw: Callable[..., LiveFigure], settings: Mapping[str, Sequence[Any]]
) -> Iterator[Shown]:
    """A page at every combination of settings; those of activations are by name."""
    known = laws()
    for values in itertools.product(*settings.values()):
        given = dict(zip(settings, values, strict=True))
        said = ", ".join(f"{name} {value}" for name, value in given.items())
        law = known.get(given.get("law", ""))
        yield Shown(page, said, law, partial(draw, **given | ({"law": law} if law else {})))


def _swept(law: Activations, units: int, strategies: tuple[str, ...], seed: int = 7) -> Any:
    return first_look(sweep(SweepConfig(law, units, strategies=strategies, seed=seed)))


def _first(law: Activations, units: int, seed: int) -> LiveFigure:
    return where_live(_swept(law, units, ("none", "standard", "inverted"), seed))


def _everything(law: Activations, units: int, names: tuple[str, ...], measure: str) -> LiveFigure:
    return explorer_live(_swept(law, units, names), measure)


def _answer(law: Activations) -> LiveFigure:
    config = EvidenceConfig(law)
    return answer_live(evidence(config), learning_rate_factors(config.rates))


def _which(law: Activations, source: str, target: str) -> LiveFigure:
    found = which_p(SweepConfig(law, strategies=STRATEGIES))
    return which_p_live(found, frameworks()[source], frameworks()[target])


def _mistake(law: Activations, name: str) -> LiveFigure:
    return mistake_live(
        beside_inverted(MistakeConfig(SweepConfig(law, strategies=("inverted", *TABLED)), name))
    )


def _left_on(law: Activations, inputs: int, seed: int) -> LiveFigure:
    return left_on_live(answers_left_on(LayerConfig(law, fan_in=inputs, seed=seed)))


def _noise(law: Activations, other: str, units: int) -> LiveFigure:
    return noise_live(noise_pair(NoisePairConfig(other, law, units)))


def _schedule(name: str, total: int, values: tuple[Any, ...]) -> LiveFigure:
    return schedule_live(
        changing_rate(KINDS[name].call(total, *values)(), total), handles(name, total, values)
    )


def _scene(law: Activations, picture: str) -> LiveFigure:
    scene = Scene("t", "s", picture, activations=law)
    result = scene.result()
    assert result is not None
    return scene_live(scene, result)


def _step(step: str, **given: Any) -> LiveFigure:
    law = given.pop("law", RELU)
    return STEPS[step](NextLayerConfig(activations=law, **given))


def _training(name: str, rate: float, epochs: int, seeds: int, eta: float) -> LiveFigure:
    """Small networks after few epochs: their panels, and what is said of the runs."""
    full = experiments(rate)[name]
    runs = [
        (
            label,
            replace(
                config,
                hidden=(16,) * len(config.hidden),
                epochs=epochs,
                optimizer=SGD(eta) if eta else config.optimizer,
            ),
        )
        for label, config in full.runs
    ]
    experiment = replace(full, runs=tuple(runs))
    data = experiment.data()
    turns = RunsInTurn(experiment, data, range(seeds))
    while turns.running:
        turns.train_one()
    drawn = [training_panel(each) for each in panels(experiment, turns.runs)]
    said = [Paragraph(sentence) for sentence in shown(experiment, data, turns.runs)]
    rows = [Row([panel for panel, _ in drawn])]
    return LiveFigure(rows, rates=(rate,), alt=" ".join(alt for _, alt in drawn), foot=said)


def _diagnosis(seed: int, rate: float, times: float) -> LiveFigure:
    """An example of a mistake, as if it had been at another rate, or were off by a factor in training."""
    seen = example(seed)
    result = diagnose(replace(seen, rate=rate or seen.rate, train_mean=times * seen.train_mean))
    return LiveFigure((), rates=(seen.rate,), alt=result.sentence)


def _network(name: str, bound: float, first: int | None) -> LiveFigure:
    return network_live(network_view(report(NETWORKS[name], 0.3, bound=bound), first))


def _next_layer() -> Iterator[Shown]:
    for step, beside in next_layer.BESIDE.items():
        name = {setting.key: field for field, setting in next_layer.FIELDS.items()}
        ends = {name[setting.key]: _ends(setting) for setting in (*beside, next_layer.SCALE)}
        yield from _drawn(f"next layer, {step}", partial(_step, step), ends)
        own = {"law": list(laws())} | ({"input_mean": [None]} if step == "batch_norm" else {})
        yield from _drawn(f"next layer, {step}", partial(_step, step), own)


def _answered(question: str, **given: Any) -> LiveFigure:
    law = {"activations": given.pop("law")} if "law" in given else {}
    return ANSWERS[question](**given, **law)


def _where() -> Iterator[Shown]:
    for name, question in where.QUESTIONS.items():
        ends = {field: _ends(setting) for field, setting in question.settings.items()}
        yield from _drawn(f"where, {name}", partial(_answered, name), ends)
        if question.drawn:
            few = {field: values[:2] for field, values in ends.items() if field != "seed"}
            yield from _drawn(f"where, {name}", partial(_answered, name), {"law": list(laws()), **few})


def everything() -> Iterator[Shown]:
    """Every page at several hundred settings."""
    law, names, known = list(laws()), list(strategies()), laws()
    sets = [chosen for size in (1, 2, 3, 4) for chosen in itertools.combinations(names, size)]
    yield from _drawn("first", _first, {"law": law, "units": UNITS[:-1], "seed": SEEDS[:1]})
    yield from _drawn("first", _first, {"law": law[:1], "units": UNITS[1:], "seed": SEEDS})
    some = {"law": law[:1], "units": UNITS[-2:-1], "names": sets, "measure": list(MEASURES)}
    yield from _drawn("everything", _everything, some)
    for at, measure in itertools.product(range(len(law)), MEASURES):
        chosen = sets[(11 * at + 5 * list(MEASURES).index(measure)) % len(sets)]
        one = {
            "law": law[at : at + 1],
            "units": UNITS[at % 5 : at % 5 + 1],
            "names": [chosen],
            "measure": [measure],
        }
        yield from _drawn("everything", _everything, one)
    yield from _drawn("answer", _answer, {"law": law})
    moved = [name for name in law if known[name].exact_mean]
    said = list(frameworks())
    yield from _drawn("which p", _which, {"law": moved, "source": said[:1], "target": said[1:2]})
    yield from _drawn("which p", _which, {"law": law[:1], "source": said[::3], "target": said[::2]})
    yield from _drawn("mistake", _mistake, {"law": law, "name": TABLED})
    yield from _drawn("left on", _left_on, {"law": law, "inputs": (1, 3, 64), "seed": SEEDS})
    others = [name for name in noises() if name != "inverted"]
    yield from _drawn("noise", _noise, {"law": law, "other": others, "units": UNITS[1:2]})
    yield from _drawn("noise", _noise, {"law": law, "other": others, "units": UNITS[4:5]})
    for name, kind in KINDS.items():
        values = list(itertools.product(*map(_ends, kind.settings)))
        yield from _drawn("schedule", _schedule, {"name": [name], "total": (10, 1000), "values": values})
    for name, picture in PICTURES.items():
        suited = [each for each in law if picture.suits is None or picture.suits(known[each])]
        yield from _drawn("story", _scene, {"law": suited if picture.suits else law[:1], "picture": [name]})
    networks = {"name": list(NETWORKS), "bound": (2.0, 1.0, 1.5, 1000.0), "first": (None, 0)}
    yield from _drawn("my network", _network, networks)
    yield from _where()
    yield from _next_layer()
    runs: dict[str, Sequence[Any]] = {
        "rate": (0.3, 0.9, 0.05),
        "epochs": (2, 1),
        "seeds": (2, 1),
        "eta": (0.0, 1e6),
    }
    yield from _drawn("training", _training, {"name": list(experiments())} | runs)
    yield from _drawn(
        "diagnosis", _diagnosis, {"seed": range(12), "rate": (0.0, 0.5), "times": (1.0, 1.3, 0.0)}
    )

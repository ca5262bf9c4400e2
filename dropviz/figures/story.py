"""The story for the browser: what it needs of every scene, whose pictures are one panel each, cut from the pages."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from dropviz.figures.everything import curve_panels, distributions
from dropviz.figures.mistakes.beside_inverted import ratio_panel as mistake_panel
from dropviz.figures.next_layer.nonlinearity import gap_panels
from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.neurons import factor_texts, neurons
from dropviz.figures.schedule import ratio_panel
from dropviz.figures.which_p import factor_panel
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Mark, Panel, Path, Points, Row
from dropviz.live.terms import Reader
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.formulas import unbroken
from dropviz.numbers.written import short
from dropviz.simulation.changing_rate import ChangingRate
from dropviz.simulation.first_screen import FirstScreen
from dropviz.simulation.mistakes import Mistake
from dropviz.simulation.nonlinearity import UnitOutput
from dropviz.simulation.sweep import Sweep
from dropviz.story.pictures import RATES, OneMask, Result
from dropviz.story.scenes import Question, Scene, Story
from dropviz.theory.moments import PHASES, exact_moments
from dropviz.theory.strategies import Strategy, strategy

MAKE_UP = "More dropout, more to make up: 1/keep"
HEIGHT, LOW = 252, 95  # of a panel alone, and of one below rows of neurons or beside a second one, pixels
BARS_ALONE, BARS_BESIDE = 225, 84  # of bars under a line of words, and of those of two strategies, pixels
# The end of their axis, in activations: where the survivors grow, and where they do not.
BARS_END, BARS_LOW = 2.1, 1.1


def story_payload(story: Story, results: Sequence[Result | None]) -> dict[str, Any]:
    """Everything the browser needs to tell the story, as JSON-ready values; ``results``: one a scene, in order."""
    scenes = [_scene(scene, result) for scene, result in zip(story.scenes, results, strict=True)]
    return {"title": story.title, "scenes": scenes}


def phone_payload(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a phone of a hall needs of a story: no notes, and each image at an address below the room's own."""
    scenes = [
        scene | {"notes": "", "image": scene["image"] and scene["image"] | {"address": f"images/{number}"}}
        for number, scene in enumerate(payload["scenes"], start=1)
    ]
    return {**payload, "scenes": scenes}


def _scene(scene: Scene, result: Result | None) -> dict[str, Any]:
    image, reader = scene.image, Reader()
    return {
        "title": unbroken(scene.title),
        "sentence": reader.tell(scene.sentence),
        "question": _question(scene.question, reader) if scene.question else None,
        "reveal": reader.tell(scene.reveal),
        "notes": unbroken(scene.notes),
        "veil": scene.veil,
        "picture": scene_live(scene, result).payload(scene.place, reader.known)
        if result is not None
        else None,
        "image": {"address": image.address, "alt": image.alt} if image else None,
        "terms": reader.terms,
    }


def _question(question: Question, reader: Reader) -> dict[str, Any]:
    drag, worked = question.drag, question.worked
    shown = short(worked.value) if worked else ""
    return {
        "text": reader.tell(question.text),
        "line": unbroken(f"{worked.line} = {shown}") if worked and worked.line else "",
        "value": worked.value if worked else None,
        "shown": shown,
        "options": [{"text": unbroken(option.text), "right": option.right} for option in question.options],
        "drag": {"rate": drag.rate, "within": drag.within} if drag else None,
    }


def scene_live(scene: Scene, result: Result) -> LiveFigure:
    """Return the live figure of a scene; ``result`` is what its `result` computed.

    One column of panels, but for a mask: training beside test. In the first panel, a point can be dragged.
    """
    return _DRAWN[scene.picture](result)


# ---- one panel ------------------------------------------------------------------------------------------------------


def _curves(panel: Curves, places: Floats, height: int = HEIGHT) -> LiveFigure:
    return LiveFigure(
        rows=[Row(over(places, [panel], height))],
        rates=places.tolist(),
        alt=f"Over the {panel.x_title}: {panel.title}.",
        texts={"summary": [_summary(panel, place, at) for at, place in enumerate(places.tolist())]},
    )


def _summary(panel: Curves, place: float, index: int) -> str:
    """The curves' exact values at one place, in words."""
    values = [(line.name, line.estimate.exact[index]) for line in panel.lines]
    said = ", ".join(f"{name} {value:.3g}" for name, value in values if math.isfinite(value))
    return f"{panel.x_title} {place:g}. {panel.y_title}: {said}."


# ---- panels ---------------------------------------------------------------------------------------------------------


def _rows(sweep: Sweep) -> list[Strategy]:
    return [strategy(name) for name in sweep.config.strategies]


def _rates(sweep: Sweep) -> Floats:
    return np.asarray(sweep.config.rates)


def _means(sweep: Sweep) -> LiveFigure:
    panel, _, _ = curve_panels(sweep)
    if sweep.config.activations.exact_mean and any(row.mistake for row in _rows(sweep)):
        panel = replace(panel, title="A mistake: the means part")
    return _curves(panel, _rates(sweep))


def _variances(sweep: Sweep) -> LiveFigure:
    _, panel, _ = curve_panels(sweep)
    wrong = any(row.mistake for row in _rows(sweep))
    title = "The variances do not match" if wrong else "Variance: training is never below test"
    return _curves(replace(panel, title=title), _rates(sweep))


def _variance_ratio(sweep: Sweep) -> LiveFigure:
    _, _, panel = curve_panels(sweep)
    both = set(sweep.config.strategies) == {"standard", "inverted"}
    title = "One curve for both strategies" if both else "Training variance ÷ test variance"
    return _curves(replace(panel, title=title, y_title="training ÷ test variance"), _rates(sweep))


def _test_factors(sweep: Sweep) -> LiveFigure:
    """The factors at test, and each strategy's line of test code below them."""
    rates, rows = _rates(sweep), _rows(sweep)
    lines = [Line(row.short, row.name, Estimate(row.test_scale(rates)), dashed=True) for row in rows]
    free = [row.short for row in rows if row.test_scale.symbol == "1"]
    title = f"{' and '.join(free).capitalize()}: 1 at every rate" if free else "All need a factor at test"
    live = _curves(Curves(title, "test factor", lines, limits=(0.0, 1.1)), rates, HEIGHT - 45)
    code = "\n".join(f"{numpy_lines(row.name, 0.3)[1]}  # {row.short}" for row in rows[:3])
    return replace(live, foot=[words.Code(code)])


def _mistake(result: Mistake) -> LiveFigure:
    wrong = strategy(result.name)
    panel = mistake_panel(result, wrong)
    names = ("correct", wrong.short)
    lines = [replace(line, name=name, width=2) for line, name in zip(panel.lines, names, strict=True)]
    panel = replace(panel, y_title="test ÷ training mean", lines=lines)
    return _curves(panel, np.asarray(result.sweep.config.rates))


def _learning_rates(factors: Mapping[str, Floats]) -> LiveFigure:
    sgd, adam = (Estimate(factors[name]) for name in ("SGD", "Adam"))
    lines = [Line("SGD: 1/k²", "other", sgd), Line("Adam: 1/k", "none", adam)]
    title = "Same path: standard over inverted"
    panel = Curves(title, "ratio of learning rates", lines, log=True, limits=(0.9, 500.0))
    return _curves(panel, np.array(RATES))


def _annealing(result: ChangingRate) -> LiveFigure:
    panel = ratio_panel(result)
    last, inverted = panel.lines[0], panel.lines[-1]
    panel = replace(
        panel,
        title="Standard: one factor cannot fit every step"
        if result.varies
        else "A constant rate: one factor fits",
        y_title="test ÷ training mean",
        lines=[replace(last, name="standard"), inverted],
        log=bool(last.estimate.exact.max() > 10.0),
    )
    steps, rates = result.steps.tolist(), result.rates.tolist()
    return replace(
        _curves(panel, result.steps),
        slider_label="training step",
        readouts=[(f"{step:,.0f}", f"rate {rate:.2f}") for step, rate in zip(steps, rates, strict=True)],
        leap=max(1.0, steps[-1] / 10),
    )


def _next_layer(unit: UnitOutput) -> LiveFigure:
    panel, _ = gap_panels(unit)
    average, test = panel.lines
    return _curves(replace(panel, lines=[replace(average, name="average"), test]), unit.rates)


# ---- units ----------------------------------------------------------------------------------------------------------


def _mask(result: OneMask) -> LiveFigure:
    """The same units under one mask, training beside test: a bar an output, and the mean of all units as a line."""
    rows = [strategy(name) for name in result.strategies[:2]]
    height = BARS_ALONE if len(rows) == 1 else BARS_BESIDE
    top = result.activation * (BARS_END if any(row.train_scale(0.5) > 1.0 for row in rows) else BARS_LOW)
    texts = {
        f"{row.name}-means": [_means_text(row, index, result, top) for index in range(len(RATES))]
        for row in rows
    }
    return LiveFigure(
        rows=[
            Row(
                [_bars(result, row, phase, height, top, len(rows) > 1) for phase in PHASES],
                [words.live_paragraph(name, "")],
            )
            for row, name in zip(rows, texts, strict=True)
        ],
        rates=RATES,
        alt=f"The outputs of {len(result.units.activation)} units under one mask, in training and at test, and the "
        f"mean of all units: {', '.join(row.label for row in rows)}.",
        texts=texts | {"summary": [" ".join(said) for said in zip(*texts.values(), strict=True)]},
    )


def _bars(result: OneMask, row: Strategy, phase: str, height: int, top: float, named: bool) -> Panel:
    """Outputs at every rate, shape (rate, unit), of this strategy and phase; a ring stands for a dropped unit.

    The title is ``named`` after the strategy where there are two.
    """
    rates, (activation, dropped_at) = np.array(RATES), result.units
    factor = (row.train_scale if phase == "train" else row.test_scale)(rates)[:, None]
    dropped = (np.arange(len(rates))[:, None] >= dropped_at) & (phase == "train")
    outputs = np.where(dropped, 0.0, activation * factor)
    count = len(activation)
    units = np.arange(1.0, count + 1.0)
    edges = np.append((units[:, None] + (-0.38, 0.38)).ravel(), count + 1.0)
    steps = np.concatenate(
        [np.stack([outputs, 0.0 * outputs], axis=2).reshape(len(rates), -1), 0.0 * factor], axis=1
    )
    mean = exact_moments(row, phase, rates, result.activation, 0.0).mean
    marks: list[Mark] = [
        Path("output", row.name, edges, steps, width=1, stepped=True, filled=True),
        Path("mean of all units", "title", units, np.repeat(mean[:, None], count, axis=1), width=3),
        Points("dropped", "ink", units, np.where(dropped, 0.0, np.nan), 8, open=True),
    ]
    title = {"train": "In training", "test": "At test"}[phase]
    if named:
        title = f"{row.short.capitalize()}, {title.lower()}"
    return Panel(
        title, Axis("unit", 0.4, count + 0.6, ticks=()), Axis("output", -0.08 * top, top), marks, height
    )


def _means_text(row: Strategy, index: int, result: OneMask, top: float) -> str:
    """What the means are at one rate, how much larger one is, and which bars do not fit."""
    rate, activation = RATES[index], result.activation
    train, test = (float(exact_moments(row, phase, rate, activation, 0.0).mean) for phase in PHASES)
    if not math.isfinite(train):
        return f"{row.short}: the training factor divides by 0 at this rate."
    said = f"{row.short}: mean {short(train)} in training = {short(test)} at test"
    if not math.isclose(test, train, rel_tol=1e-9):
        said = f"{row.short}: mean {short(train)} in training, {short(test)} at test: × {short(test / train)}"
    bar, kept = float(row.train_scale(rate)) * activation, bool((result.units.dropped_at > index).any())
    return f"{said}, bars cut" if kept and bar > top else said


def _distributions(screen: FirstScreen) -> LiveFigure:
    """Neurons and distributions, at most of two strategies."""
    rows = _rows(screen.sweep)[:2]
    titles = (
        f"Training {row.train_scale.of('m·a')} filled, test {row.test_scale.of('a')} dashed" for row in rows
    )
    panels = distributions(screen, rows, titles, 175 if len(rows) == 1 else 72)
    live = LiveFigure(
        rows=[Row([panel]) for panel in panels],
        rates=screen.sweep.config.rates,
        alt=f"Distributions of the training and the test output: {', '.join(row.label for row in rows)}.",
    )
    return _with_units(live, screen)


def _with_units(live: LiveFigure, screen: FirstScreen) -> LiveFigure:
    """Put a row of neurons a strategy above the figure: training above test."""
    rates, rows = _rates(screen.sweep), _rows(screen.sweep)[:2]
    texts = dict(live.texts)
    for row in rows:
        for name, said in factor_texts(row, screen.sweep.config.rates).items():
            texts[name] = ["× 1" if factor == "unchanged" else factor for factor in said]
    return replace(
        live, texts=texts, head=[_units(row) for row in rows], **neurons(screen.units, rows, rates)
    )


def _units(row: Strategy) -> words.Group:
    title = words.Paragraph([words.Swatch(), words.Styled(row.short, "strong")])
    train = words.Paragraph(["training ", words.LiveText(f"{row.name}-train-factor", "strong")])
    test = words.Paragraph(["test ", words.LiveText(f"{row.name}-test-factor", "strong")])
    return words.Group("neurons", [title, train, test, words.Neurons(row.name)], row.name)


# ---- every picture --------------------------------------------------------------------------------------------------

_DRAWN: Mapping[str, Callable[[Any], LiveFigure]] = MappingProxyType(
    {
        "distributions": _distributions,
        "mask": _mask,
        "means": _means,
        "variances": _variances,
        "variance_ratio": _variance_ratio,
        "test_factors": _test_factors,
        "which_p": lambda rates: _curves(replace(factor_panel(rates), title=MAKE_UP), rates),
        "mistakes": _mistake,
        "next_layer": _next_layer,
        "annealing": _annealing,
        "learning_rates": _learning_rates,
    }
)

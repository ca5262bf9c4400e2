"""A changing rate: the schedule, the training mean along it, and what each test factor would do to the mean."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.phases import shaded
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Knots, Line, Row, role
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.settings.schedule import HIGHEST, Handles
from dropviz.simulation.changing_rate import ChangingRate

HEIGHT, LOW_HEIGHT = 225, 150  # of the picture, and of what is folded, pixels
IN_A_FRAME = 160  # pixels of the picture in another site, where labels must not touch either
WIDEST = 12.0  # ratio of the largest to the smallest value that a linear axis still shows well
WHOLE = (-0.04, 1.1)  # of an axis of rates or keeps, which stands still while a hand moves them
FOLDED = "How far off is each factor?"
HINT = "Drag the points (or ↑, ↓): the schedule becomes your own."


def schedule_live(found: ChangingRate, handles: Handles | None = None) -> LiveFigure:
    """Return the figure of a schedule, which follows the training step; a hand moves it by its ``handles``."""
    narrow = over(found.steps, [_rate_panel(found), _mean_panel(found)], IN_A_FRAME)
    shown = [replace(panel, height=HEIGHT) for panel in narrow]
    shown[0] = replace(shown[0], above=_above_rate(handles), knots=_knots(handles))
    means = shaded(shown[1], found.steps, "standard") if found.varies else shown[1]
    shown[1] = replace(means, above=_above_means(found.varies))
    ratios = over(found.steps, [ratio_panel(found)], LOW_HEIGHT)
    steps, rates = found.steps.tolist(), found.rates.tolist()
    return LiveFigure(
        rows=[Row(shown), Row(ratios, fold=FOLDED)],
        rates=steps,
        texts=_texts(found),
        head=[words.live_paragraph("finding", "finding")],
        foot=[words.Fold("The numbers", [_table(found)])],
        alt=f"Curves over the training step: {'; '.join(panel.title for panel in (*shown, *ratios))}.",
        slider_label="training step",
        readouts=[
            (f"{step:,.0f}", f"rate {rate:.2f}, keep {1 - rate:.2f}")
            for step, rate in zip(steps, rates, strict=True)
        ],
        leap=max(1.0, steps[-1] / 10),
    )


# ---- the picture ----------------------------------------------------------------------------------------------------


def _knots(handles: Handles | None) -> Knots | None:
    if handles is None:
        return None
    steps, rates = np.array(handles.rows, dtype=np.float64).T
    return Knots(steps, rates, HIGHEST, stepped=handles.between == "step")


def _above_rate(handles: Handles | None) -> list[words.Block]:
    return [] if handles is None else [words.Paragraph(HINT, "muted")]


def _above_means(varies: bool) -> list[words.Block]:
    training, test = (
        words.Key("standard in training", "standard"),
        words.Key("at test", "standard", dashed=True),
    )
    inverted = words.Key("inverted", "inverted")
    spans: list[words.Span] = [training, ", ", test, ", one factor; ", inverted]
    if varies:
        spans = [training, ", ", test, " × the last keep; shaded: its error; ", inverted]
    return [words.Paragraph(spans)]


def _panel(
    title: str,
    y_title: str,
    lines: Sequence[Line],
    log: bool = False,
    ends: tuple[float, float] | None = None,
) -> Curves:
    return Curves(title, y_title, lines, log, x_title="training step", ends=ends, letters=20)


def _rate_panel(found: ChangingRate) -> Curves:
    title = f"The rate stays at {found.first:.3g}"
    if found.varies:
        title = f"The rate: {found.first:.3g} first, {found.last:.3g} last"
    lines = [Line("rate", "other", Estimate(found.rates), follows="rate")]
    return _panel(title, "dropout rate", lines, ends=WHOLE)


def _mean_panel(found: ChangingRate) -> Curves:
    """The mean in training, which moves with the rate, and at test, where the last rate's factor is one number."""
    flat = np.ones_like(found.rates)
    lines = [
        Line("standard in training", "standard", Estimate(1.0 - found.rates), follows="keep"),
        Line("standard at test", "standard", Estimate(found.factors[0] * flat), dashed=True, follows="last"),
        Line("inverted", "inverted", Estimate(flat)),
    ]
    if found.varies:
        title = "Standard dropout’s mean moves in training, not at test"
    elif found.first == 0.0:
        title = "No dropout: every mean is E[a]"
    else:
        title = f"Standard: training and test stay at {1.0 - found.first:.3g}·E[a]"
    return _panel(title, "mean output ÷ mean activation", lines, ends=WHOLE)


def ratio_panel(found: ChangingRate) -> Curves:
    """What each test factor makes of the mean, along the schedule; the first line is that of the last rate."""
    lines = [
        Line(name, role(name, "standard"), Estimate(ratio), dashed=name == "mean rate")
        for name, ratio in zip(found.names, found.ratios, strict=True)
    ]
    title = "No one factor fits every step" if found.varies else "One rate: one factor fits every step"
    log = bool(found.ratios.max() > WIDEST * found.ratios.min())
    return _panel(title, "test mean / training mean", lines, log, None if found.varies else (0.0, 2.0))


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _signed_percent(ratio: float) -> str:
    """How far a ratio of means is from 1: "+43 %", "−29 %", "none".

    >>> _signed_percent(1.43), _signed_percent(0.5), _signed_percent(1.0), _signed_percent(1.0004)
    ('+43 %', '−50 %', 'none', '+0.040 %')
    """
    error = 100.0 * (ratio - 1.0)
    if abs(error) < 1e-9:
        return "none"
    sign = "" if abs(error) < 0.01 else "+" if error > 0 else "−"
    return sign + _percent(abs(error))


def _percent(error: float) -> str:
    if error < 0.01:
        return "under 0.01 %"
    return f"{plain(error, 2) if error < 10 else f'{error:,.0f}'} %"


def _texts(found: ChangingRate) -> dict[str, list[str]]:
    texts = {
        "step": [f"{step:,.0f}" for step in found.steps.tolist()],
        "rate": [f"{rate:.3g}" for rate in found.rates.tolist()],
    }
    for name, ratios in zip(found.names, found.ratios.tolist(), strict=True):
        texts[f"{_text_name(name)}-ratio"] = [plain(ratio, 3) for ratio in ratios]
        texts[f"{_text_name(name)}-error"] = [_signed_percent(ratio) for ratio in ratios]
    texts["finding"] = texts["summary"] = _findings(found, texts["step"])
    return texts


def _findings(found: ChangingRate, steps: Sequence[str]) -> list[str]:
    """What was found at each step, in a sentence."""
    factor = f"× {found.factors[0]:.3g}"
    if not found.varies:
        said = f"The rate never moves: for standard one factor, {factor}, is right at every step; inverted needs none."
        nothing = "No step drops a unit: neither strategy needs a factor at test."
        return [said if found.first else nothing] * len(found.steps)
    return [
        f"With the last factor, {factor}, standard dropout’s test mean is {_off(ratio)} that of training at step "
        f"{step}; inverted’s is always right."
        for step, ratio in zip(steps, found.ratios[0].tolist(), strict=True)
    ]


def _off(ratio: float) -> str:
    """How far a ratio of means is from 1, in words.

    >>> _off(1.43), _off(0.5), _off(1.0)
    ('43 % above', '50 % below', 'equal to')
    """
    if ratio == 1.0:
        return "equal to"
    return f"{_percent(100.0 * abs(ratio - 1.0))} {'above' if ratio > 1.0 else 'below'}"


def _text_name(name: str) -> str:
    return name.replace(" ", "-")


def _table(found: ChangingRate) -> words.Table:
    """What each factor costs: live at this step, and over the whole schedule."""
    titles: tuple[words.Spans, ...] = (
        "factor at test from",
        "factor",
        words.sentence("error at step {step:plain}"),
        "test / training mean",
        "largest error",
        "at step",
        "mean error",
    )
    rows = []
    numbers = (found.factors, found.worst_ratio, found.worst_step, found.mean_error)
    for name, *values in zip(found.names, *(part.tolist() for part in numbers), strict=True):
        factor, worst, step, error = values
        perfect, inverted = abs(worst - 1.0) < 1e-11, name == "inverted"
        cells = (
            "inverted: no factor needed" if inverted else f"standard, the {name}",
            "none" if inverted else f"× {plain(factor, 3)}",
            words.LiveText(f"{_text_name(name)}-error", "strong"),
            words.LiveText(f"{_text_name(name)}-ratio"),
            _signed_percent(worst),
            "–" if perfect else f"{step:,.0f}",
            "none" if perfect else _percent(100.0 * error),
        )
        rows.append(cells)
    return words.Table(titles, rows)

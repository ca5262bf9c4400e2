"""A changing rate: the schedule, the training mean along it, and what each test factor would do to the mean."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row, role
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.simulation.changing_rate import ChangingRate

HEIGHT = 205  # of the panels, pixels
WIDEST = 12.0  # ratio of the largest to the smallest value that a linear axis still shows well


def schedule_live(found: ChangingRate) -> LiveFigure:
    """Return the figure of a schedule, which follows the training step."""
    panels = [_rate_panel(found), _mean_panel(found), ratio_panel(found)]
    steps, rates = found.steps.tolist(), found.rates.tolist()
    return LiveFigure(
        rows=[Row(over(found.steps, panels, HEIGHT))],
        rates=steps,
        texts=_texts(found),
        head=[_head()],
        foot=[_table(found)],
        alt=f"Three curves over the training step: {'; '.join(panel.title for panel in panels)}.",
        slider_label="training step",
        readouts=[
            (f"{step:,.0f}", f"rate {rate:.2f}, keep {1 - rate:.2f}")
            for step, rate in zip(steps, rates, strict=True)
        ],
        leap=max(1.0, steps[-1] / 10),
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def _panel(title: str, y_title: str, lines: Sequence[Line], log: bool = False) -> Curves:
    return Curves(title, y_title, lines, log, x_title="training step")


def _rate_panel(found: ChangingRate) -> Curves:
    title = f"The rate stays at {found.first:.3g}"
    if found.varies:
        title = f"The rate: {found.first:.3g} first, {found.last:.3g} last"
    return _panel(title, "dropout rate", [Line("rate", "other", Estimate(found.rates))])


def _mean_panel(found: ChangingRate) -> Curves:
    lines = [
        Line("standard", "standard", Estimate(1.0 - found.rates)),
        Line("inverted", "inverted", Estimate(np.ones_like(found.rates))),
    ]
    if found.varies:
        title = "Standard: the training mean moves"
    elif found.first == 0.0:
        title = "No dropout: both means are E[a]"
    else:
        title = f"Standard stays at {1.0 - found.first:.3g}·E[a]"
    return _panel(title, "training mean / E[a]", lines)


def ratio_panel(found: ChangingRate) -> Curves:
    """What each test factor makes of the mean, along the schedule; the first line is that of the last rate."""
    lines = [
        Line(name, role(name, "standard"), Estimate(ratio), dashed=name == "mean rate")
        for name, ratio in zip(found.names, found.ratios, strict=True)
    ]
    title = "No one factor fits every step" if found.varies else "One rate: one factor fits every step"
    log = bool(found.ratios.max() > WIDEST * found.ratios.min())
    return _panel(title, "test mean / training mean", lines, log)


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
        "divided": [f"÷ {keep:.3g}" for keep in (1.0 - found.rates).tolist()],
    }
    for name, ratios in zip(found.names, found.ratios.tolist(), strict=True):
        texts[f"{_text_name(name)}-ratio"] = [plain(ratio, 3) for ratio in ratios]
        texts[f"{_text_name(name)}-error"] = [_signed_percent(ratio) for ratio in ratios]
    texts["summary"] = [
        f"Step {step}, rate {rate}. Error of the mean with the last rate's factor: {error}; with inverted: none."
        for step, rate, error in zip(texts["step"], texts["rate"], texts["last-rate-error"], strict=True)
    ]
    return texts


def _text_name(name: str) -> str:
    return name.replace(" ", "-")


def _head() -> words.Columns:
    said = "at step {step:plain}, rate {rate:plain}: training {train}, test {test}"
    unchanged, which = words.Styled("unchanged", "strong"), words.Styled("× 1 − rate: which rate?", "strong")
    standard = words.sentence(said, train=unchanged, test=which)
    inverted = words.sentence(said, train=words.LiveText("divided", "strong"), test=unchanged)
    return words.columns(
        [words.Heading("standard (scale at test)", "standard"), words.Paragraph(standard, "factor")],
        [words.Heading("inverted (scale in training)", "inverted"), words.Paragraph(inverted, "factor")],
    )


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

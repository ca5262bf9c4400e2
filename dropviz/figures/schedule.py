"""A changing rate: the schedule, the training mean along it, and what each test factor would do to the mean."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels.curves import Line, Panel
from dropviz.figures.panels.grid import Row, draw_panels
from dropviz.figures.panels.style import COLORS
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain
from dropviz.schedules import FactorComparison

PLACES = 200  # most places of the slider, and points of a curve, less one
HEIGHT = 205  # of the panels, pixels
WIDEST = 12.0  # ratio of the largest to the smallest value that a linear axis still shows well


def schedule_live(comparison: FactorComparison) -> LiveFigure:
    """Return the figure of a schedule, which follows the training step.

    Parameters
    ----------
    comparison
        The test factors compared at every step of the training, the last one for inverted.
    """
    count = len(comparison.steps)
    places = np.unique(np.linspace(0, count - 1, min(count, PLACES + 1)).round().astype(int))
    steps, rates = comparison.steps[places], comparison.rates[places]
    ratios = comparison.mean_ratio[:, places]
    varies = bool(np.ptp(comparison.rates) > 1e-9)
    panels = [
        _rate_panel(comparison, rates, varies),
        _mean_panel(comparison, rates, varies),
        _ratio_panel(comparison, ratios, varies),
    ]
    drawn = draw_panels(panels, [Row(3, HEIGHT)], steps)
    return LiveFigure(
        figure=drawn.figure,
        rates=steps.tolist(),
        tracks=drawn.tracks,
        texts=_texts(comparison, steps, rates, ratios),
        head=_head(),
        foot=_table(comparison),
        narrow=drawn.narrow,
        alt=f"Three curves over the training step: {'; '.join(panel.title for panel in panels)}.",
        slider_label="training step",
        readouts=[
            (f"{step:,.0f}", f"rate {rate:.2f}, keep {1 - rate:.2f}")
            for step, rate in zip(steps.tolist(), rates.tolist(), strict=True)
        ],
        leap=max(1.0, float(steps[-1]) / 10),
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def _panel(title: str, y_title: str, lines: Sequence[Line], log: bool = False) -> Panel:
    return Panel(title, y_title, lines, log=log, x_title="training step", x_hover="step %{x:,.0f}")


def _rate_panel(comparison: FactorComparison, rates: Floats, varies: bool) -> Panel:
    first, last = comparison.rates[0], comparison.rates[-1]
    title = f"The rate: {first:.3g} first, {last:.3g} last" if varies else f"The rate stays at {first:.3g}"
    return _panel(title, "dropout rate", [Line("rate", COLORS["other"], rates)])


def _mean_panel(comparison: FactorComparison, rates: Floats, varies: bool) -> Panel:
    lines = [
        Line("standard", COLORS["standard"], 1.0 - rates),
        Line("inverted", COLORS["inverted"], np.ones_like(rates)),
    ]
    if varies:
        title = "Standard: the training mean moves"
    elif comparison.rates[0] == 0.0:
        title = "No dropout: both means are E[a]"
    else:
        title = f"Standard stays at {1.0 - comparison.rates[0]:.3g}·E[a]"
    return _panel(title, "training mean / E[a]", lines)


def _ratio_panel(comparison: FactorComparison, ratios: Floats, varies: bool) -> Panel:
    lines = [
        Line(
            name,
            COLORS["inverted" if name == "inverted" else "standard"],
            ratios[index],
            dashed=name == "mean rate",
        )
        for index, name in enumerate(comparison.names)
    ]
    title = "No one factor fits every step" if varies else "One rate: one factor fits every step"
    return _panel(title, "test mean / training mean", lines, log=bool(ratios.max() > WIDEST * ratios.min()))


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _signed_percent(ratio: float) -> str:
    """How far a ratio of means is from 1: "+43 %", "−29 %", "none".

    >>> _signed_percent(1.43), _signed_percent(0.5), _signed_percent(1.0), _signed_percent(1.0004)
    ('+43 %', '−50 %', 'none', '+0.040 %')
    """
    error = 100.0 * (ratio - 1.0)
    if abs(error) < 1e-9:
        return "none"
    if abs(error) < 0.01:
        return _percent(abs(error))
    return f"{'+' if error > 0 else '−'}{_percent(abs(error))}"


def _percent(error: float) -> str:
    if error < 0.01:
        return "under 0.01 %"
    return f"{plain(error, 2) if error < 10 else f'{error:,.0f}'} %"


def _texts(
    comparison: FactorComparison, steps: Floats, rates: Floats, ratios: Floats
) -> dict[str, list[str]]:
    keep = (1.0 - rates).tolist()
    texts = {
        "step": [f"{step:,.0f}" for step in steps.tolist()],
        "rate": [f"{rate:.3g}" for rate in rates.tolist()],
        "keep": [f"{value:.3g}" for value in keep],
    }
    for index, name in enumerate(comparison.names):
        key = _key(name)
        texts[f"{key}-ratio"] = [plain(ratio, 3) for ratio in ratios[index].tolist()]
        texts[f"{key}-error"] = [_signed_percent(ratio) for ratio in ratios[index].tolist()]
    last = [_signed_percent(ratio) for ratio in ratios[0].tolist()]
    texts["summary"] = [
        f"Step {step}, rate {rate}. Error of the mean with the last rate's factor: {error}; with inverted: none."
        for step, rate, error in zip(texts["step"], texts["rate"], last, strict=True)
    ]
    return texts


def _key(name: str) -> str:
    return name.replace(" ", "-")


def _head() -> str:
    columns = []
    for name, label, training, test in (
        ("standard", "standard (scale at test)", "unchanged", "× 1 − rate: which rate?"),
        ("inverted", "inverted (scale in training)", '÷ <span data-text="keep"></span>', "unchanged"),
    ):
        color = f'style="--dv-color:{COLORS[name]}"'
        columns.append(
            f'<section><h3 {color}><span class="dv-swatch"></span>{label}</h3>'
            f'<p class="dv-factor">at step <span data-text="step"></span>, rate <span data-text="rate"></span>: '
            f"training <b>{training}</b>, test <b>{test}</b></p></section>"
        )
    return f'<div class="dv-columns" style="--dv-columns:2">{"".join(columns)}</div>'


def _table(comparison: FactorComparison) -> str:
    """What each factor costs: live at this step, and over the whole schedule."""
    titles = (
        "factor at test from",
        "factor",
        'error at step <span data-text="step"></span>',
        "test / training mean",
        "largest error",
        "at step",
        "mean error",
    )
    rows = []
    for index, name in enumerate(comparison.names):
        errors = np.abs(comparison.mean_ratio[index] - 1.0)
        worst = int(errors.argmax())
        perfect = bool(errors[worst] < 1e-11)
        inverted = name == "inverted"
        label = "inverted: no factor needed" if inverted else f"standard, the {name}"
        cells = (
            "none" if inverted else f"× {plain(float(comparison.factors[index]), 3)}",
            f'<b data-text="{_key(name)}-error"></b>',
            f'<span data-text="{_key(name)}-ratio"></span>',
            _signed_percent(float(comparison.mean_ratio[index, worst])),
            "–" if perfect else f"{comparison.steps[worst]:,.0f}",
            "none" if perfect else _percent(100.0 * float(errors.mean())),
        )
        body = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row">{label}</th>{body}</tr>')
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    return (
        f'<div class="dv-scroll"><table class="dv-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )

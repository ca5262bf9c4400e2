"""Dropout left on at test: many answers to one input, how far they scatter, and how often they flip."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.mistakes.figure import columns, number_cell
from dropviz.figures.panels.curves import Box, Drawing, Line, Panel, draw_panel
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.figures.panels.style import COLORS, INK, TEST_DASH, axis, faint, panel_title
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain, with_error
from dropviz.simulation.layer import LeftOn

ON, OFF = COLORS["none"], COLORS["inverted"]
HEIGHT, BINS, ANSWERS = 150, 56, 6
FRAMED_RATE, TALLEST_RATE = 0.6, 0.2  # the picture has room for the spread at the one, the bars at the other


def left_on_live(result: LeftOn) -> LiveFigure:
    """Return the answers over masks beside the one answer with dropout off, at every rate.

    Parameters
    ----------
    result
        One unit's z over masks, with inverted dropout left on, and off.
    """
    edges = _edges(result)
    shares = _shares(result, edges)
    top = min(105.0, 1.3 * float(shares[np.abs(result.rates - TALLEST_RATE).argmin()].max()) or 105.0)
    panels = [_spread_panel(result), _flip_panel(result)]
    drawn = _draw(result, shares, edges, top, panels)
    return LiveFigure(
        figure=drawn.figure,
        rates=tuple(result.rates.tolist()),
        tracks=drawn.tracks,
        texts=_texts(result, shares, top),
        head=columns([_head_on(), _head_off()]),
        foot=columns([_foot_on(), _foot_off()]),
        narrow=drawn.narrow,
        alt="Distribution of one unit's answers over masks with dropout left on at test, beside its one answer with "
        f"dropout off. {panels[0].title}. {panels[1].title}.",
    )


# ---- the panels -----------------------------------------------------------------------------------------------------


def _edges(result: LeftOn) -> Floats:
    """Bin edges around the answers of a middling rate, 0 and the answer with dropout off."""
    middle = int(np.abs(result.rates - FRAMED_RATE).argmin())
    low, high = np.quantile(result.prediction[:, middle], [0.002, 0.998])
    low, high = min(float(low), result.off, 0.0), max(float(high), result.off, 0.0)
    margin = 0.08 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, BINS + 1)


def _shares(result: LeftOn, edges: Floats) -> Floats:
    """Share of the masks, in per cent, whose answer falls into each bin. Axes: rate, bin."""
    counts = [np.histogram(answers, edges)[0] for answers in result.prediction.T]
    return 100.0 * np.array(counts) / len(result.prediction)


def _spread_panel(result: LeftOn) -> Panel:
    scatters = bool(result.exact_std.max() > 0.0)
    title = "The higher the rate, the more they scatter" if scatters else "Nothing scatters: every input is 0"
    line = Line("standard deviation", ON, result.exact_std, result.std)
    return Panel(title, "standard deviation", [line], limits=(0.0, np.inf))


def _flip_panel(result: LeftOn) -> Panel:
    flipped = 100.0 * result.flipped
    if result.off == 0.0:
        title = "The answer is 0: it has no sign to flip"
    elif flipped.max() == 0.0:
        title = "No mask flips the sign of the answer"
    else:
        title = f"Up to {flipped.max():.0f} % of the masks flip its sign"
    error = 100.0 * np.sqrt(result.flipped * (1.0 - result.flipped) / len(result.prediction))
    line = Line("sign flipped", ON, flipped, flipped, error)
    return Panel(title, "masks, %", [line], limits=(0.0, 100.0))


def _draw(result: LeftOn, shares: Floats, edges: Floats, top: float, panels: Sequence[Panel]) -> Drawn:
    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        _draw_answers(drawing, result, shares, edges, top, places[0])
        for number, (panel, box) in enumerate(zip(panels, places[1:], strict=True), start=2):
            draw_panel(drawing, panel, box, number, result.rates)
        if not result.flipped.any():
            drawing.axes["yaxis3"]["tickvals"] = [0]  # no shares below 0
        for trace in drawing.traces:
            if trace["name"] == "sign flipped, exact":
                trace["name"] = (
                    "sign flipped, simulated"  # too many masks to enumerate: the line is simulated too
                )

    return draw_grid([Row(1 + len(panels), HEIGHT)], draw)


def _draw_answers(
    drawing: Drawing, result: LeftOn, shares: Floats, edges: Floats, top: float, box: Box
) -> None:
    """Draw the answers over masks as bars, 0 and the answer with dropout off as vertical lines."""
    steps = {"type": "scatter", "mode": "lines", "hoverinfo": "skip", "xaxis": "x", "yaxis": "y"}
    bars = {
        "x": edges[:-1],
        "line": {"color": ON, "width": 1.5, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": faint(ON, 0.3),
        "name": "dropout left on",
    }
    drawing.add(steps | bars, y=shares)
    upright = steps | {"y": [0.0, top]}
    drawing.add(upright | {"x": [0.0, 0.0], "line": {"color": INK, "width": 1}, "name": "0"})
    off = {"color": OFF, "width": 2, "dash": TEST_DASH}
    drawing.add(upright | {"x": [result.off, result.off], "line": off, "name": "dropout off"})
    drawing.annotations.append(panel_title("One input, an answer a mask", box.x[0], box.y[1]))
    right_of_it = result.off < 0.5 * (edges[0] + edges[-1])
    drawing.annotations.append(
        {
            "text": " dropout off" if right_of_it else "dropout off ",
            "x": result.off,
            "y": top,
            "xref": "x",
            "yref": "y",
            "xanchor": "left" if right_of_it else "right",
            "yanchor": "top",
            "showarrow": False,
            "font": {"color": OFF, "size": 12},
        }
    )
    small = {"font": {"size": 12}, "standoff": 2}
    drawing.axes["xaxis"] = axis(
        domain=box.x,
        anchor="y",
        range=(edges[0], edges[-1]),
        showgrid=False,
        title=small | {"text": "answer z of the unit"},
    )
    drawing.axes["yaxis"] = axis(
        domain=box.y, anchor="x", range=(0, top), ticksuffix=" %", nticks=4, title=small | {"text": "masks"}
    )


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(result: LeftOn, shares: Floats, top: float) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name."""
    masks = len(result.prediction)
    mean = result.prediction.mean(axis=0)
    off = plain(result.off, 3)
    texts = {
        "answers": [
            ",  ".join(plain(value, 3) for value in column) for column in result.prediction[:ANSWERS].T.tolist()
        ],
        "off-answers": [",  ".join([off] * ANSWERS)] * len(result.rates),
        "off-mean": [plain(result.off)] * len(result.rates),
        "on-mean": [
            with_error(*pair) for pair in zip(mean.tolist(), (result.std / np.sqrt(masks)).tolist(), strict=True)
        ],
        "on-mean-exact": [f"exact {plain(result.off)}"] * len(result.rates),
        "on-std": [plain(value, 3) for value in result.std.tolist()],
        "on-std-exact": [f"exact {plain(value, 3)}" for value in result.exact_std.tolist()],
        "on-flipped": [_percent(value) for value in result.flipped.tolist()],
        "on-flipped-exact": [f"of {masks:,} masks"] * len(result.rates),
        "on-note": [_note(column, top) for column in shares],
        "on-code": [f"test = a * mask / keep  # ÷ {1.0 - rate:g}, a new mask every time" for rate in
                    np.round(result.rates, 6).tolist()],
    }  # fmt: skip
    texts["summary"] = [
        f"Rate {rate:.2f}. With dropout left on, answers have standard deviation {std}; {share} flip their sign."
        for rate, std, share in zip(
            result.rates.tolist(), texts["on-std"], texts["on-flipped"], strict=True
        )
    ]  # fmt: skip
    return texts


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"


def _note(column: Floats, top: float) -> str:
    """Say what the frame of the picture cuts off."""
    parts = []
    if column.max() > top:
        parts.append(f"Tallest bar: {column.max():.0f} %.")
    outside = 100.0 - column.sum()
    if outside > 0.05:
        parts.append(f"Beyond the frame: {outside:.1f} % of the masks.")
    return " ".join(parts) or "\N{NO-BREAK SPACE}"  # an empty line would shift the figure during the drag


def _head_on() -> str:
    return (
        f'<h3 style="--dv-color:{ON}"><span class="dv-swatch"></span>'
        '<span class="dv-mistake">dropout left on at test</span></h3>'
        f"<p>The same input, asked {ANSWERS} times:</p>"
        '<p><b data-text="answers"></b></p><p class="dv-muted" data-text="on-note"></p>'
    )


def _head_off() -> str:
    return (
        f'<h3 style="--dv-color:{OFF}"><span class="dv-swatch"></span><span>dropout off at test</span></h3>'
        f"<p>The same input, asked {ANSWERS} times:</p>"
        '<p><b data-text="off-answers"></b></p>'
    )


def _foot_on() -> str:
    cells = (
        number_cell("mean over masks", "on-mean"),
        number_cell("standard deviation", "on-std"),
        number_cell("sign flipped", "on-flipped"),
    )
    label = '<p class="dv-only-narrow"><b>dropout left on at test</b></p>'
    code = '<pre><code data-text="on-code"></code></pre>'
    return f'{label}<dl class="dv-numbers">{"".join(cells)}</dl>{code}'


def _foot_off() -> str:
    cells = (
        '<div><dt>mean over masks</dt><dd><span data-text="off-mean"></span></dd></div>'
        "<div><dt>standard deviation</dt><dd>0</dd></div><div><dt>sign flipped</dt><dd>never</dd></div>"
    )
    label = '<p class="dv-only-narrow"><b>dropout off at test</b></p>'
    return f'{label}<dl class="dv-numbers">{cells}</dl><pre><code>test = a</code></pre>'

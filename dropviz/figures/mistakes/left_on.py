"""Dropout left on at test: many answers to one input, how far they scatter, and how often they flip."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels import html
from dropviz.figures.panels.curves import Line, Panel, draw_panel
from dropviz.figures.panels.drawing import Box, Drawing, curve_on, frame
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.figures.panels.style import COLORS, INK, TEST_DASH, faint
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain
from dropviz.simulation.mistakes import ANSWERS, Answers

ON, OFF = COLORS["none"], COLORS["inverted"]
ON_LABEL, OFF_LABEL = "dropout left on at test", "dropout off at test"
HEIGHT = 150  # of a panel, pixels


def left_on_live(found: Answers) -> LiveFigure:
    """Return the answers over masks beside the one answer with dropout off, at every rate."""
    panels = [_spread_panel(found), _flip_panel(found)]
    drawn = _draw(found, panels)
    return LiveFigure(
        figure=drawn.figure,
        rates=tuple(found.rates.tolist()),
        tracks=drawn.tracks,
        texts=_texts(found),
        head=html.columns(
            [
                _head(ON_LABEL, ON, True, "answers") + html.live("on-note", "p", "dv-muted"),
                _head(OFF_LABEL, OFF, False, "off-answers"),
            ]
        ),
        foot=html.columns([_foot_on(), _foot_off()]),
        narrow=drawn.narrow,
        alt="Distribution of one unit's answers over masks with dropout left on at test, beside its one answer with "
        f"dropout off. {panels[0].title}. {panels[1].title}.",
    )


# ---- the panels -----------------------------------------------------------------------------------------------------


def _spread_panel(found: Answers) -> Panel:
    scatters = bool(found.exact_std.max() > 0.0)
    title = "The higher the rate, the more they scatter" if scatters else "Nothing scatters: every input is 0"
    lines = [Line("standard deviation", ON, Estimate(found.exact_std, found.std))]
    return Panel(title, "standard deviation", lines, limits=(0.0, np.inf))


def _flip_panel(found: Answers) -> Panel:
    most = found.flipped.exact.max()
    if found.off == 0.0:
        title = "The answer is 0: it has no sign to flip"
    elif most == 0.0:
        title = "No mask flips the sign of the answer"
    else:
        title = f"Up to {most:.0f} % of the masks flip its sign"
    return Panel(title, "masks, %", [Line("sign flipped", ON, found.flipped)], limits=(0.0, 100.0))


def _draw(found: Answers, panels: Sequence[Panel]) -> Drawn:
    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        _draw_answers(drawing, found, places[0])
        for number, (panel, box) in enumerate(zip(panels, places[1:], strict=True), start=2):
            draw_panel(drawing, panel, box, number, found.rates)
        if not found.flipped.exact.any():
            drawing.axes["yaxis3"]["tickvals"] = [0]  # no shares below 0
        for trace in drawing.traces:
            if trace["name"] == "sign flipped, exact":
                trace["name"] = "sign flipped, simulated"  # too many masks to list: so is the line

    return draw_grid([Row(1 + len(panels), HEIGHT)], draw)


def _draw_answers(drawing: Drawing, found: Answers, box: Box) -> None:
    """Draw the answers over masks as bars, 0 and the answer with dropout off as vertical lines."""
    steps = curve_on(1)
    bars = {
        "x": found.edges[:-1],
        "line": {"color": ON, "width": 1.5, "shape": "hv"},
        "fill": "tozeroy",
        "fillcolor": faint(ON, 0.3),
        "name": "dropout left on",
    }
    drawing.add(steps | bars, y=found.shares)
    upright = steps | {"y": [0.0, found.top]}
    drawing.add(upright | {"x": [0.0, 0.0], "line": {"color": INK, "width": 1}, "name": "0"})
    off = {"color": OFF, "width": 2, "dash": TEST_DASH}
    drawing.add(upright | {"x": [found.off, found.off], "line": off, "name": "dropout off"})
    low, high = found.edges[0], found.edges[-1]
    across = {"title": "answer z of the unit", "range": (low, high)}
    up = {"title": "masks", "range": (0, found.top), "ticksuffix": " %", "nticks": 4}
    frame(drawing, box, 1, "One input, an answer a mask", across, up)
    right_of_it = found.off < 0.5 * (low + high)
    drawing.annotations.append(
        {
            "text": " dropout off" if right_of_it else "dropout off ",
            "x": found.off,
            "y": found.top,
            "xref": "x",
            "yref": "y",
            "xanchor": "left" if right_of_it else "right",
            "yanchor": "top",
            "showarrow": False,
            "font": {"color": OFF, "size": 12},
        }
    )


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(found: Answers) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name."""
    rates, off = found.rates.tolist(), plain(found.off, 3)
    keeps = (1.0 - np.round(found.rates, 6)).tolist()

    def always(text: str) -> list[str]:
        return [text] * len(rates)

    texts = {
        "answers": [_list([plain(value, 3) for value in column]) for column in found.first.T.tolist()],
        "off-answers": always(_list([off] * ANSWERS)),
        "off-mean": always(plain(found.off)),
        "on-mean": estimated(found.mean),
        "on-mean-exact": always(f"exact {plain(found.off)}"),
        "on-std": [plain(value, 3) for value in found.std.tolist()],
        "on-std-exact": [f"exact {plain(value, 3)}" for value in found.exact_std.tolist()],
        "on-flipped": [f"{share:.1f} %" for share in found.flipped.exact.tolist()],
        "on-flipped-exact": always(f"of {found.masks:,} masks"),
        "on-note": [_cut_off(shares, found.top) for shares in found.shares],
        "on-code": [f"test = a * mask / keep  # ÷ {keep:g}, a new mask every time" for keep in keeps],
    }
    texts["summary"] = [
        f"Rate {rate:.2f}. With dropout left on, answers have standard deviation {std}; {share} flip their sign."
        for rate, std, share in zip(rates, texts["on-std"], texts["on-flipped"], strict=True)
    ]
    return texts


def _list(answers: Sequence[str]) -> str:
    return ",  ".join(answers)


def _cut_off(shares: Floats, top: float) -> str:
    """Say what the frame of the picture cuts off."""
    parts = []
    if shares.max() > top:
        parts.append(f"Tallest bar: {shares.max():.0f} %.")
    outside = 100.0 - shares.sum()
    if outside > 0.05:
        parts.append(f"Beyond the frame: {outside:.1f} % of the masks.")
    return " ".join(parts) or "\N{NO-BREAK SPACE}"  # an empty line would shift the figure during the drag


def _head(label: str, color: str, mistake: bool, answers: str) -> str:
    asked = f"<p>The same input, asked {ANSWERS} times:</p>"
    return f"{html.heading(label, color, mistake)}{asked}<p>{html.live(answers, 'b')}</p>"


def _foot_on() -> str:
    cells = (
        html.number_cell("mean over masks", "on-mean"),
        html.number_cell("standard deviation", "on-std"),
        html.number_cell("sign flipped", "on-flipped"),
    )
    return html.heading_on_phones(ON_LABEL) + html.numbers(cells) + html.live_code("on-code")


def _foot_off() -> str:
    cells = (
        html.cell("mean over masks", html.live("off-mean")),
        html.cell("standard deviation", "0"),
        html.cell("sign flipped", "never"),
    )
    return html.heading_on_phones(OFF_LABEL) + html.numbers(cells) + html.code("test = a")

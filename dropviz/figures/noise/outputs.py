"""Distribution of the training and the test output of a noise, with its point masses as stems."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.style import TEST_DASH, axis, faint, panel_title
from dropviz.numbers.checks import Floats
from dropviz.simulation.noise_sweep import NoiseDensities
from dropviz.theory.activations import Activations
from dropviz.theory.noise import MaskNoise, SpreadNoise, noise

QUANTILES = 4000  # of the activations, for the distribution of the test output


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """Shares of all units, in per cent, of one noise. Axes of ``train`` and ``test``: rate, bin; of the rest: rate.

    A mask noise puts dropped units at ``dropped_at`` and kept ones that were 0 at ``zero_at``; where the two are the
    same place, ``dropped`` holds both shares and ``zero`` nothing. ``top`` is where the axis of the shares ends.
    """

    row: MaskNoise | SpreadNoise
    name: str
    color: str
    rates: Floats
    edges: Floats
    top: float
    train: Floats
    test: Floats
    dropped: Floats
    dropped_at: Floats
    zero: Floats
    zero_at: Floats
    test_zero: float
    outside: Floats


def outputs(densities: NoiseDensities, colors: Sequence[str], names: Sequence[str]) -> list[Output]:
    """Compute what is drawn of every noise, on the same axes."""
    edges, rates = densities.edges, np.asarray(densities.config.rates)
    width = edges[1] - edges[0]
    activations = densities.config.activations
    clean, test_zero = _test_shares(activations, edges, np.ones(1))
    top = min(105.0, 2.1 * float(clean.max())) or 100.0
    pictures = []
    for index, name in enumerate(densities.config.noises):
        row = noise(name)
        test = (
            clean if not row.needs_test_scale else _test_shares(activations, edges, row.test_scale(rates))[0]
        )
        dropped, zero = 100 * densities.dropped_mass[index], 100 * densities.zero_mass[index]
        together = bool((densities.dropped_value[index] == densities.zero_value[index]).all())
        pictures.append(
            Output(
                row=row,
                name=names[index],
                color=colors[index],
                rates=rates,
                edges=edges,
                top=top,
                train=100 * width * densities.density[index],
                test=np.broadcast_to(test, (len(rates), len(edges) - 1)),
                dropped=dropped + zero if together else dropped,
                dropped_at=densities.dropped_value[index],
                zero=np.zeros_like(zero) if together else zero,
                zero_at=densities.zero_value[index],
                test_zero=test_zero,
                outside=100 * densities.outside_mass[index],
            )
        )
    return pictures


def _test_shares(activations: Activations, edges: Floats, scales: Floats) -> tuple[Floats, float]:
    """Per cent of units a bin of ``scale``·a that are not 0, shape (scale, bin), and per cent that are 0."""
    values = activations.quantile((np.arange(QUANTILES) + 0.5) / QUANTILES)
    moved = values[values != 0.0]
    shares = [100 * np.histogram(scale * moved, edges)[0] / QUANTILES for scale in scales.tolist()]
    return np.array(shares), 100.0 * (1.0 - len(moved) / QUANTILES)


def draw_output(drawing: Drawing, picture: Output, box: Box, number: int) -> None:
    """Draw shares per bin, training filled and test dashed; point masses have an axis of their own, 0 to 100 %."""
    edges, color = picture.edges, picture.color
    suffix = "" if number == 1 else str(number)
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    steps = {"type": "scatter", "mode": "lines", "x": edges[:-1], "hoverinfo": "skip", **axes}
    line = {"color": color, "width": 1.5, "shape": "hv"}
    area = {"fill": "tozeroy", "fillcolor": faint(color, 0.3), "name": "training"}
    drawing.add(steps | area | {"line": line}, y=picture.train)
    dashed = steps | {"line": line | {"width": 2, "dash": TEST_DASH}, "name": "test"}
    if picture.row.needs_test_scale:
        drawing.add(dashed, y=picture.test)
    else:
        drawing.add(dashed | {"y": picture.test[0]})
    _draw_stems(drawing, picture, axes | {"yaxis": f"y{number + 40}"})
    test = picture.row.test_scale.of("a")
    drawing.annotations.append(
        panel_title(f"{picture.name}: training {picture.row.formula}, test {test}", box.x[0], box.y[1])
    )
    drawing.axes[f"xaxis{suffix}"] = axis(
        domain=box.x,
        anchor=axes["yaxis"],
        range=(edges[0], edges[-1]),
        showgrid=False,
        title={"text": "output of a unit", "font": {"size": 12}, "standoff": 2},
    )
    drawing.axes[f"yaxis{suffix}"] = axis(
        domain=box.y,
        anchor=axes["xaxis"],
        range=(0, picture.top),
        ticksuffix=" %",
        nticks=4,
        title={"text": "units per bin", "font": {"size": 12}, "standoff": 2},
    )
    drawing.axes[f"yaxis{number + 40}"] = axis(
        overlaying=axes["yaxis"], anchor=axes["xaxis"], range=(0, 100), visible=False
    )


def _draw_stems(drawing: Drawing, picture: Output, axes: dict[str, str]) -> None:
    """Draw point masses as stems; those of training a hair's breadth to the left, that of the test to the right."""
    hair = 0.004 * (picture.edges[-1] - picture.edges[0])
    everywhere = np.ones_like(picture.rates)
    for share, place, test, name in (
        (picture.dropped, picture.dropped_at - hair, False, "one value in training: dropped"),
        (picture.zero, picture.zero_at - hair, False, "one value in training: 0 before"),
        (picture.test_zero * everywhere, hair * everywhere, True, "exactly 0 at test"),
    ):
        if not share.any():
            continue
        heights = np.column_stack((np.where(share > 0.0, 0.0, np.nan), np.where(share > 0.0, share, np.nan)))
        x = np.column_stack((place, place))
        line = {"width": 2, "dash": TEST_DASH} if test else {"width": 4}
        drawing.add(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "hoverinfo": "skip",
                "cliponaxis": False,
                "line": {"color": picture.color, **line},
                "marker": {
                    "color": picture.color,
                    "size": [0, 10],
                    "symbol": "circle-open" if test else "circle",
                },
                "name": name,
                **axes,
            },
            y=heights,
            x=x,
        )


def notes(picture: Output) -> list[str]:
    """Say what the picture cannot show, a sentence or two a rate: the point masses, and what its frame cuts off."""
    texts = []
    for index in range(len(picture.rates)):
        dropped, zero, place = picture.dropped[index], picture.zero[index], picture.dropped_at[index]
        parts = []
        if isinstance(picture.row, MaskNoise):
            at = "Exactly 0" if place == 0.0 else f"Dropped, at {place:.2f}".replace("-", "−")
            parts.append(f"{at}: {dropped:.0f} % in training.")
        if zero > 0.0 and picture.zero_at[index] == 0.0:
            parts.append(f"Exactly 0: {zero:.0f} % in training.")
        elif zero > 0.0:
            parts.append(f"Zeros, moved to {picture.zero_at[index]:.2f}: {zero:.0f} %.")
        if picture.outside[index] > 0.5:
            parts.append(f"Beyond the axis: {picture.outside[index]:.0f} %.")
        tallest = picture.train[index].max()
        if tallest > picture.top:
            parts.append(f"Tallest bar: {tallest:.0f} %.")
        texts.append(" ".join(parts) or "\u00a0")  # an empty line keeps its height
    return texts

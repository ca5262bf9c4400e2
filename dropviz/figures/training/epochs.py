"""Curves over the epochs of a training: mean over seeds with its spread, each named at its tip.

The axes of a panel are fixed before the first epoch, so that nothing but the curves moves while they grow.
"""

# axes: seed, epoch

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dropviz.figures.panels.style import COLORS, INK, TITLE_INK, axis, faint, layout, panel_title
from dropviz.numbers.written import plain
from dropviz.training.config import TrainingConfig
from dropviz.training.experiments import Experiment, Run
from dropviz.training.loop import Epoch

HEIGHT = 300  # of a panel, pixels
LOW_HEIGHT = 225  # of one that shares the screen with pictures of the plane
LEFT, RIGHT, TOP, BOTTOM = 46, 88, 30, 38  # its margins; the names of the curves stand in the right one
LINE = 15  # pixels of a line of a name
WRAP = 14  # letters in it
SMALLEST = 1e-17  # where a logarithmic axis draws 0
GREY = INK
OTHERS = (COLORS["inverted"], COLORS["other"], COLORS["both"], COLORS["none"], COLORS["standard"], GREY)
_NOTHING = {"type": "scatter", "x": [None], "y": [None], "hoverinfo": "skip"}
Floats = NDArray[np.float64]
Value = Callable[[Epoch, Epoch], float]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a panel shows of an epoch; ``value`` gets the epoch and, for comparison, the first run's.

    ``scaled`` is a second value, drawn dashed, of the runs that use standard dropout. ``limits`` are those of the axis
    before anything is known; values that do not fit widen it in leaps, down to ``lowest`` if that is given.
    """

    title: Callable[["Quantity", Sequence["Series"]], str]
    y_title: str
    limits: tuple[float, float]
    value: Value
    log: bool = False
    scaled: Value | None = None
    without_first: bool = False
    lowest: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One curve: mean and standard deviation over seeds, shape (epoch,)."""

    name: str
    color: str
    mean: Floats
    spread: Floats
    dashed: bool = False


# ---- what the panels show -------------------------------------------------------------------------------------------


def _best(words: str, best: Callable[[Sequence[float]], float], unit: str = "") -> Any:
    """Title that names the best of the newest values, unless the seeds' spread, or what is written, blurs it."""

    def title(quantity: Quantity, series: Sequence[Series]) -> str:
        ends = [
            (each.name, float(each.mean[-1]), float(each.spread[-1])) for each in series if len(each.mean)
        ]
        if not ends or not all(math.isfinite(value) for _, value, _ in ends):
            return quantity.y_title.capitalize()
        top = best([value for _, value, _ in ends])
        blur = next(spread for _, value, spread in ends if value == top)
        written = _written(top, unit)
        winners = [
            name
            for name, value, spread in ends
            if _written(value, unit) == written or abs(value - top) <= max(spread, blur)
        ]
        if len(winners) == 1:
            return f"{words}: {winners[0]}, {written}"
        return (
            f"{words}: {len(winners)} alike, to the spread of seeds"
            if blur
            else f"{words}: {len(winners)} alike"
        )

    return title


def _before_and_after(words: str, unit: str = "", times: bool = False) -> Any:
    """Title that gives the standard run's two values."""

    def title(quantity: Quantity, series: Sequence[Series]) -> str:
        ends = [
            float(each.mean[-1]) for each in series if each.color == COLORS["standard"] and len(each.mean)
        ]
        if len(ends) != 2 or not all(map(math.isfinite, ends)):
            return quantity.y_title.capitalize()
        before, after = (_written(end, unit) + (" ×" if times else "") for end in ends)
        return f"{words}: {before} as it is, {after} scaled"

    return title


def _between(words: str) -> Any:
    """Title that gives the lowest and the highest of the newest values."""

    def title(quantity: Quantity, series: Sequence[Series]) -> str:
        ends = [float(each.mean[-1]) for each in series if len(each.mean) and math.isfinite(each.mean[-1])]
        if not ends:
            return quantity.y_title.capitalize()
        low, high = plain(min(ends), 2), plain(max(ends), 2)
        return f"{words}: {low}" if low == high else f"{words}: {low} to {high}"

    return title


def _parting(quantity: Quantity, series: Sequence[Series]) -> str:
    """Title that says how far the last run ever was from the first."""
    largest = float(np.nanmax(series[-1].mean)) if np.isfinite(series[-1].mean).any() else math.nan
    if not math.isfinite(largest):
        return quantity.y_title.capitalize()
    return f"{series[-1].name}: {'no difference' if largest <= SMALLEST else f'at most {largest:.0e}'} from inverted"


def _written(value: float, unit: str) -> str:
    """A number, or a fraction in hundredths if these have a unit."""
    return f"{100 * value:.1f}{unit}".replace("-", "−") if unit else plain(value, 3)


def _rate(epoch: Epoch, _first: Epoch) -> float:
    return max(epoch.rates)


def _ratio(numerator: Callable[[Epoch], Floats]) -> Value:
    """Mean that the output layer receives, over that in training."""

    def value(epoch: Epoch, _first: Epoch) -> float:
        trained = float(epoch.train_mean[-2])
        return float(numerator(epoch)[-2]) / trained if trained > 0 else math.nan

    return value


def _distance(epoch: Epoch, first: Epoch) -> float:
    return (
        max(SMALLEST, abs(epoch.train_loss - first.train_loss) / first.train_loss)
        if first.train_loss
        else math.nan
    )


def _of(name: str) -> Value:
    return lambda epoch, _first: float(getattr(epoch, name))


_LOSS = Quantity(_best("Lowest test loss", min), "test loss", (0.05, 4.0), _of("test_loss"), log=True)
_ACCURACY = Quantity(
    _best("Most right at test", max, unit=" %"),
    "right at test",
    (0.8, 1.0),
    _of("test_accuracy"),
    lowest=0.0,
)
_TRAIN_LOSS = Quantity(
    _best("Lowest training loss", min), "training loss, no noise", (0.01, 4.0), _of("train_loss"), log=True
)
_RATE = Quantity(_between("Dropout rate now"), "dropout rate", (0.0, 1.0), _rate)
_GAP = Quantity(
    _best("Widest gap", max, unit=" points"),
    "right in training − at test",
    (-0.1, 0.3),
    lambda epoch, _first: epoch.train_accuracy - epoch.test_accuracy,
)
_PARTING = Quantity(
    _parting,
    "training loss: |difference| / loss of inverted",
    (SMALLEST, 10.0),
    _distance,
    log=True,
    without_first=True,
)
_SAME_CODE = (
    Quantity(
        _before_and_after("Standard's loss"),
        "loss in the same test code",
        (0.05, 4.0),
        _of("plain_test_loss"),
        log=True,
        scaled=_of("test_loss"),
    ),
    Quantity(
        _before_and_after("Standard right", unit=" %"),
        "right in the same test code",
        (0.8, 1.0),
        _of("plain_test_accuracy"),
        scaled=_of("test_accuracy"),
        lowest=0.0,
    ),
    Quantity(
        _before_and_after("Standard's mean", times=True),
        "mean into the output layer, test / training",
        (0.0, 4.0),
        _ratio(lambda epoch: epoch.plain_mean),
        scaled=_ratio(lambda epoch: epoch.test_mean),
    ),
)
# of a layer: the number of `Epoch`, what the axis says, its first limits, whether it is logarithmic
_LAYER_NUMBERS: Mapping[str, tuple[str, str, tuple[float, float], bool]] = MappingProxyType(
    {
        "mean": ("mean", "mean in training", (0.0, 0.5), False),
        "variance": ("variance", "variance in training", (0.05, 10.0), True),
        "mean_gap": ("test − training mean", "mean at test − in training", (-0.2, 0.2), False),
        "variance_ratio": ("training / test variance", "variance in training / at test", (0.0, 3.0), False),
    }
)
_TRAIN_ACCURACY = Quantity(
    _best("Most right in training", max, unit=" %"),
    "right in training, no noise",
    (0.8, 1.0),
    _of("train_accuracy"),
    lowest=0.0,
)
_NOISY_ACCURACY = Quantity(
    _best("Most right with noise", max, unit=" %"),
    "right in training, with noise",
    (0.8, 1.0),
    _of("noisy_accuracy"),
    lowest=0.0,
)
_NOISY_LOSS = Quantity(
    _best("Lowest loss with noise", min),
    "training loss, with noise",
    (0.01, 4.0),
    _of("noisy_loss"),
    log=True,
)
_LOSSES = (_TRAIN_LOSS, _NOISY_LOSS, _LOSS)
_ACCURACIES = (_TRAIN_ACCURACY, _NOISY_ACCURACY, _ACCURACY)
VIEWS: Mapping[str, str] = MappingProxyType(
    {
        "question": "those of the question",
        "scores": "loss and accuracy",
        "mean": "layer means",
        "variance": "layer variances",
        "mean_gap": "layer means, test − training",
        "variance_ratio": "layer variances, train / test",
    }
)
PANELS: Mapping[str, tuple[Quantity, ...]] = MappingProxyType(
    {
        "same_test_code": _SAME_CODE,
        "equal_rate_sgd": (_TRAIN_LOSS, _PARTING),
        "equal_rate_adam": (_TRAIN_LOSS, _PARTING),
        "annealing": (_RATE, _LOSS, _ACCURACY),
        "annealing_at_test": (_RATE, _LOSS, _ACCURACY),
        "regularize": (_GAP, _LOSS, _ACCURACY),
        "regularize_digits": (_GAP, _LOSS, _ACCURACY),
        "monte_carlo": (_LOSS, _ACCURACY),
        "uncertainty_band": (_TRAIN_LOSS, _RATE),
        "own": (_LOSS, _ACCURACY, _GAP),
    }
)


def panels(experiment: Experiment, view: str = "question") -> tuple[Quantity, ...]:
    """What is drawn of ``experiment``: one of `VIEWS`."""
    if view == "question":
        return PANELS[experiment.name]
    if view == "scores":
        return _LOSSES if experiment.name == "uncertainty_band" else (*_LOSSES, *_ACCURACIES)
    hidden = len(experiment.runs[0][1].hidden)
    return tuple(_of_layer(view, layer, hidden) for layer in range(1, hidden + 2))


def _of_layer(view: str, layer: int, hidden: int) -> Quantity:
    """One number of one layer's activations."""
    words, y_title, limits, log = _LAYER_NUMBERS[view]
    attribute = view if "_" in view else f"train_{view}"
    place = f"Hidden {layer}" if layer <= hidden else "Output"
    return Quantity(
        _between(f"{place}, {words}"),
        f"{place.lower()}: {y_title}",
        limits,
        lambda epoch, _first: float(getattr(epoch, attribute)[layer]),
        log,
    )


def run_colors(configs: Sequence[TrainingConfig]) -> list[str]:
    """A colour a run: that of its strategy, or one that no run has yet; grey for no dropout."""
    colors: list[str] = []
    for config in configs:
        methods = {site.method for site in config.sites if site is not None}
        wanted = COLORS.get(min(methods), COLORS["other"]) if methods else GREY
        free = [color for color in (wanted, *OTHERS) if color not in colors and color in OTHERS]
        colors.append(free[0])
    return colors


def series_of(quantity: Quantity, runs: Sequence[Run]) -> list[Series]:
    """The curves of a panel, each as long as the shortest of its seeds."""
    colors = run_colors([run.config for run in runs])
    curves = []
    for run, color in list(zip(runs, colors, strict=True))[int(quantity.without_first) :]:
        standard = any(site is not None and site.method == "standard" for site in run.config.sites)
        both = quantity.scaled is not None and standard
        curves.append(_series(run.label, color, quantity.value, run, runs[0]))
        if both and quantity.scaled is not None:
            curves.append(_series(f"{run.label}, scaled", color, quantity.scaled, run, runs[0], dashed=True))
    return curves


def _series(name: str, color: str, value: Value, run: Run, first: Run, dashed: bool = False) -> Series:
    length = min(len(epochs) for run_or_first in (run, first) for epochs in run_or_first.epochs)
    values = np.array(
        [
            [
                math.nan if epoch.status == "diverged" else value(epoch, reference)
                for epoch, reference in zip(mine[:length], theirs[:length], strict=True)
            ]
            for mine, theirs in zip(run.epochs, first.epochs, strict=True)
        ],
        dtype=np.float64,
    )
    values[~np.isfinite(values)] = np.nan
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(length)
    return Series(name, color, values.mean(axis=0), spread, dashed)


# ---- the panel ------------------------------------------------------------------------------------------------------


def training_panel(
    quantity: Quantity, experiment: Experiment, runs: Sequence[Run], height: int = HEIGHT
) -> tuple[dict[str, Any], str]:
    """Return one panel as a Plotly figure, and its description; without ``runs``, what is going to be compared."""
    epochs = max(config.epochs for _, config in experiment.runs)
    curves = series_of(quantity, runs) if runs else []
    limits = _limits(quantity, curves)
    title = quantity.title(quantity, curves) if runs else quantity.y_title.capitalize()
    inner = height - TOP - BOTTOM
    notes = _tips(curves, limits, quantity.log, inner) if runs else _announced(experiment, inner)
    figure = {
        # Streamlit refuses a figure without traces
        "data": [trace for curve in curves for trace in _traces(curve, quantity)] or [_NOTHING],
        "layout": layout(
            height,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
            annotations=[headline(title), *notes],
            xaxis=axis(range=(0, epochs), showgrid=False, title=axis_title("epoch")),
            yaxis=axis(range=limits, **_y_axis(quantity, limits), title=axis_title(quantity.y_title)),
        ),
    }
    return figure, _description(quantity, title, curves, epochs)


def _limits(quantity: Quantity, curves: Sequence[Series]) -> tuple[float, float]:
    """Range of the y axis, in decades if logarithmic; it widens in leaps for values that do not fit."""
    low, high = quantity.limits
    values = np.concatenate([np.empty(0), *(curve.mean[1:] for curve in curves)])
    values = values[np.isfinite(values)]
    if quantity.log:
        low, high = math.log10(low), math.log10(high)
        values = np.log10(np.maximum(values, SMALLEST))
        low = min(low, math.floor(float(values.min(initial=low)) * 2) / 2)
        # A loss of 10⁶ is on its way to infinity: the axis need not follow.
        return low, min(max(high, math.ceil(float(values.max(initial=high)))), 6.0)
    if quantity.lowest is not None:  # an untrained network may start below the axis
        ends = [float(curve.mean[-1]) for curve in curves if len(curve.mean) > 4]
        return (quantity.lowest if min(ends, default=high) < low + 0.01 else low), high
    return (
        min(low, math.floor(10 * float(values.min(initial=low))) / 10),
        max(high, math.ceil(10 * float(values.max(initial=high)) - 1e-9) / 10),
    )


def _traces(curve: Series, quantity: Quantity) -> list[dict[str, Any]]:
    x = np.arange(len(curve.mean))
    mean = np.maximum(curve.mean, SMALLEST) if quantity.log else curve.mean
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) < 30 else "lines",
        "x": x,
        "y": mean,
        "line": {"color": curve.color, "width": 2, "dash": "4px,3px" if curve.dashed else "solid"},
        "marker": {"size": 4, "color": curve.color},
        "name": curve.name,
        "hovertemplate": "epoch %{x}: %{y:.4g}<extra>%{fullData.name}</extra>",
    }
    if not curve.spread.any():
        return [line]
    line |= {
        "customdata": curve.spread,
        "hovertemplate": "epoch %{x}: %{y:.4g} ± %{customdata:.2g}<extra>%{fullData.name}</extra>",
    }
    smallest = 0.3 * mean if quantity.log else np.full_like(mean, -math.inf)
    low, high = np.maximum(mean - curve.spread, smallest), mean + curve.spread
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate((x, x[::-1])),
        "y": np.concatenate((high, low[::-1])),
        "fill": "toself",
        "fillcolor": faint(curve.color, 0.16),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": f"{curve.name}, ± standard deviation",
    }
    return [band, line]


def _tips(
    curves: Sequence[Series], limits: tuple[float, float], log: bool, inner: int
) -> list[dict[str, Any]]:
    """Names at the newest points of the curves, moved apart where they would cover one another."""
    tips = []
    for curve in curves:
        finite = np.flatnonzero(np.isfinite(curve.mean))
        if len(finite) == 0:
            continue
        value = float(curve.mean[finite[-1]])
        value = math.log10(max(value, SMALLEST)) if log else value
        share = (min(max(value, limits[0]), limits[1]) - limits[0]) / (limits[1] - limits[0])
        tips.append((share * inner, curve.name, curve.color, {"x": int(finite[-1]), "xref": "x"}))
    return _names(sorted(tips, key=lambda tip: tip[0]), inner)


def _announced(experiment: Experiment, inner: int) -> list[dict[str, Any]]:
    """The names of the runs beside an empty panel, where those of the curves are going to be."""
    colors = run_colors([config for _, config in experiment.runs])
    return _names(
        [
            (0.5 * inner, f"— {label}", color, {"x": 1.0, "xref": "paper"})
            for (label, _), color in reversed(list(zip(experiment.runs, colors, strict=True)))
        ],
        inner,
    )


def _names(tips: Sequence[tuple[float, str, str, dict[str, Any]]], inner: int) -> list[dict[str, Any]]:
    """Names (middle in pixels, text, colour, place along x) as annotations that do not cover one another."""
    texts = [_wrapped(text) for _, text, _, _ in tips]
    places = _apart([tip[0] for tip in tips], [LINE * (1 + text.count("<br>")) for text in texts], inner)
    return [
        note(text, color, y=middle / inner, yref="paper", xshift=5, **where)
        for text, middle, (_, _, color, where) in zip(texts, places, tips, strict=True)
    ]


def note(text: str, color: str, **where: Any) -> dict[str, Any]:
    """Return words in the colour of what they name, as an annotation at ``where``."""
    # grey is for lines; its words have the page's ink
    font = {"size": 12, "color": TITLE_INK if color == GREY else color}
    return {
        "text": text, "font": font, "showarrow": False, "align": "left", "xanchor": "left", "yanchor": "middle",
    } | where  # fmt: skip


def _wrapped(name: str) -> str:
    """The name in short lines; what an arrow joins stays together."""
    lines = [""]
    for word in name.replace(" → ", "\u00a0→\u00a0").split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _apart(middles: Sequence[float], heights: Sequence[float], inner: float) -> list[float]:
    """Rising places as near to ``middles`` as boxes of these heights allow, kept inside the panel where they fit."""
    places: list[float] = []
    for index, middle in enumerate(middles):
        lowest = heights[index] / 2
        if index:
            lowest = places[-1] + (heights[index - 1] + heights[index]) / 2
        places.append(max(middle, lowest))
    ceiling = inner
    for index in reversed(range(len(places))):
        places[index] = min(places[index], ceiling - heights[index] / 2)
        ceiling = places[index] - heights[index] / 2
    return places


def headline(text: str) -> dict[str, Any]:
    """Return the finding of a panel, above it and left-aligned with the figure."""
    return panel_title(text, 0.0, 1.0) | {"xshift": 4 - LEFT, "yshift": 5}


def axis_title(text: str) -> dict[str, Any]:
    """Return the title of an axis."""
    return {"text": text, "font": {"size": 12}, "standoff": 2}


def _y_axis(quantity: Quantity, limits: tuple[float, float]) -> dict[str, Any]:
    if not quantity.log:
        percent = quantity.limits[1] <= 1.0 and quantity is not _RATE
        return {"tickformat": ".0%" if percent else "~g", "nticks": 6}
    decades = limits[1] - limits[0]
    if decades > 6:
        return {"type": "log", "dtick": 4, "exponentformat": "power"}
    return {"type": "log", "dtick": 1 if decades > 3.5 else "D2", "tickformat": "~g"}


def _description(quantity: Quantity, title: str, curves: Sequence[Series], epochs: int) -> str:
    if not curves:
        return f"An empty panel for {quantity.y_title} over {epochs} epochs."
    ends = ", ".join(f"{curve.name} {plain(float(curve.mean[-1]), 3)}" for curve in curves)
    return f"{title}. {quantity.y_title.capitalize()} after epoch {max(len(c.mean) for c in curves) - 1}: {ends}."

"""What a panel says of each quantity of a training: its title from the newest values, and its axis."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.figures.panels.style import COLORS
from dropviz.numbers.written import plain
from dropviz.training.curves import SMALLEST, Curve, Panel

# gets the axis title, and each curve with its colour
Title = Callable[[str, Sequence[tuple[str, Curve]]], str]


@dataclass(frozen=True, slots=True)
class Axis:
    """How a quantity is drawn.

    ``limits`` are those of the axis before anything is known; values that do not fit widen it in leaps, down to
    ``lowest`` if that is given. ``percent`` writes fractions in hundredths.
    """

    title: Title
    y_title: str
    limits: tuple[float, float]
    log: bool = False
    percent: bool = False
    lowest: float | None = None


def axis_of(panel: Panel) -> Axis:
    """How the panel's quantity is drawn."""
    if not panel.layer:
        return AXES[panel.quantity]
    words, y_title, limits, log = _LAYER_AXES[panel.quantity]
    place = f"Hidden {panel.layer}" if panel.layer <= panel.hidden else "Output"
    title, y_title = _between(f"{place}, {words}"), f"{place.lower()}: {y_title}"
    return Axis(title, y_title, limits, log, percent=limits[1] <= 1.0)


# ---- titles ---------------------------------------------------------------------------------------------------------


def _best(words: str, best: Callable[[Sequence[float]], float], unit: str = "") -> Title:
    """Title that names the best of the newest values, unless the seeds' spread, or what is written, blurs it."""

    def title(y_title: str, curves: Sequence[tuple[str, Curve]]) -> str:
        ends = [
            (each.name, float(each.mean[-1]), float(each.spread[-1])) for _, each in curves if len(each.mean)
        ]
        if not ends or not all(math.isfinite(value) for _, value, _ in ends):
            return y_title.capitalize()
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


def _before_and_after(words: str, unit: str = "", times: bool = False) -> Title:
    """Title that gives the standard run's two values."""

    def title(y_title: str, curves: Sequence[tuple[str, Curve]]) -> str:
        ends = [
            float(each.mean[-1]) for color, each in curves if color == COLORS["standard"] and len(each.mean)
        ]
        if len(ends) != 2 or not all(map(math.isfinite, ends)):
            return y_title.capitalize()
        before, after = (_written(end, unit) + (" ×" if times else "") for end in ends)
        return f"{words}: {before} as it is, {after} scaled"

    return title


def _between(words: str) -> Title:
    """Title that gives the lowest and the highest of the newest values."""

    def title(y_title: str, curves: Sequence[tuple[str, Curve]]) -> str:
        ends = [float(each.mean[-1]) for _, each in curves if len(each.mean) and math.isfinite(each.mean[-1])]
        if not ends:
            return y_title.capitalize()
        low, high = plain(min(ends), 2), plain(max(ends), 2)
        return f"{words}: {low}" if low == high else f"{words}: {low} to {high}"

    return title


def _parting(y_title: str, curves: Sequence[tuple[str, Curve]]) -> str:
    """Title that says how far the last run ever was from the first."""
    _, last = curves[-1]
    largest = float(np.nanmax(last.mean)) if np.isfinite(last.mean).any() else math.nan
    if not math.isfinite(largest):
        return y_title.capitalize()
    return (
        f"{last.name}: {'no difference' if largest <= SMALLEST else f'at most {largest:.0e}'} from inverted"
    )


def _written(value: float, unit: str) -> str:
    """A number, or a fraction in hundredths if these have a unit."""
    return f"{100 * value:.1f}{unit}".replace("-", "−") if unit else plain(value, 3)


# ---- quantities -----------------------------------------------------------------------------------------------------


def _loss(words: str, y_title: str, lowest: float = 0.01) -> Axis:
    return Axis(_best(words, min), y_title, (lowest, 4.0), log=True)


def _accuracy(title: Title, y_title: str) -> Axis:
    return Axis(title, y_title, (0.8, 1.0), percent=True, lowest=0.0)


AXES: Mapping[str, Axis] = MappingProxyType(
    {
        "train_loss": _loss("Lowest training loss", "training loss, no noise"),
        "noisy_loss": _loss("Lowest loss with noise", "training loss, with noise"),
        "test_loss": _loss("Lowest test loss", "test loss", 0.05),
        "train_accuracy": _accuracy(
            _best("Most right in training", max, unit=" %"), "right in training, no noise"
        ),
        "noisy_accuracy": _accuracy(
            _best("Most right with noise", max, unit=" %"), "right in training, with noise"
        ),
        "test_accuracy": _accuracy(_best("Most right at test", max, unit=" %"), "right at test"),
        "rate": Axis(_between("Dropout rate now"), "dropout rate", (0.0, 1.0)),
        "gap": Axis(
            _best("Widest gap", max, unit=" points"), "right in training − at test", (-0.1, 0.3), percent=True
        ),
        "parting": Axis(
            _parting, "training loss: |difference| / loss of inverted", (SMALLEST, 10.0), log=True
        ),
        "plain_loss": Axis(
            _before_and_after("Standard's loss"), "loss in the same test code", (0.05, 4.0), log=True
        ),
        "plain_accuracy": _accuracy(
            _before_and_after("Standard right", unit=" %"), "right in the same test code"
        ),
        "plain_mean": Axis(
            _before_and_after("Standard's mean", times=True),
            "mean into the output layer, test / training",
            (0.0, 4.0),
        ),
    }
)
# of a layer: what the title says, what the axis says, its first limits, whether it is logarithmic
_LAYER_AXES: Mapping[str, tuple[str, str, tuple[float, float], bool]] = MappingProxyType(
    {
        "mean": ("mean", "mean in training", (0.0, 0.5), False),
        "variance": ("variance", "variance in training", (0.05, 10.0), True),
        "mean_gap": ("test − training mean", "mean at test − in training", (-0.2, 0.2), False),
        "variance_ratio": ("training / test variance", "variance in training / at test", (0.0, 3.0), False),
    }
)

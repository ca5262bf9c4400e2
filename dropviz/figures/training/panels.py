"""What a panel says of each quantity of a training: its title from the newest values, and its axis."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.numbers.written import plain
from dropviz.training.curves import SMALLEST, Compared, Curve

# gets each curve with its colour; empty where there is nothing to say yet
Title = Callable[[Sequence[tuple[str, Curve]]], str]


@dataclass(frozen=True, slots=True)
class Scale:
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


def scale_of(compared: Compared) -> Scale:
    """How the panel's quantity is drawn."""
    if not compared.layer:
        return AXES[compared.quantity]
    words, y_title, limits, log = _LAYER_AXES[compared.quantity]
    place = f"Hidden {compared.layer}" if compared.layer <= compared.hidden else "Output"
    title, y_title = _between(f"{place}, {words}"), f"{place.lower()}: {y_title}"
    return Scale(title, y_title, limits, log, percent=limits[1] <= 1.0)


# ---- titles ---------------------------------------------------------------------------------------------------------


def _best(words: str, best: Callable[[Sequence[float]], float], unit: str = "") -> Title:
    """Title that names the best of the newest values, unless the seeds' spread, or what is written, blurs it."""

    def title(curves: Sequence[tuple[str, Curve]]) -> str:
        ends = [(float(each.mean[-1]), float(each.spread[-1]), each.name) for each in _begun(curves)]
        if not ends or not all(math.isfinite(value) for value, _, _ in ends):
            return ""
        top = best([value for value, _, _ in ends])
        blur = next(spread for value, spread, _ in ends if value == top)
        written = _written(top, unit)
        winners = [
            name
            for value, spread, name in ends
            if _written(value, unit) == written or abs(value - top) <= max(spread, blur)
        ]
        if len(winners) == 1:
            return f"{words}: {winners[0]}, {written}"
        return f"{words}: {len(winners)} alike" + (", to the spread of seeds" if blur else "")

    return title


def _before_and_after(words: str, unit: str = "", times: bool = False) -> Title:
    """Title that gives the standard run's two values."""

    def title(curves: Sequence[tuple[str, Curve]]) -> str:
        mine = [(color, each) for color, each in curves if color == "standard"]
        ends = [float(each.mean[-1]) for each in _begun(mine)]
        if len(ends) != 2 or not all(map(math.isfinite, ends)):
            return ""
        before, after = (_written(end, unit) + (" ×" if times else "") for end in ends)
        return f"{words}: {before} as it is, {after} scaled"

    return title


def _between(words: str) -> Title:
    """Title that gives the lowest and the highest of the newest values."""

    def title(curves: Sequence[tuple[str, Curve]]) -> str:
        ends = [float(each.mean[-1]) for each in _begun(curves) if math.isfinite(each.mean[-1])]
        if not ends:
            return ""
        low, high = plain(min(ends), 2), plain(max(ends), 2)
        return f"{words}: {low}" if low == high else f"{words}: {low} to {high}"

    return title


def _parting(curves: Sequence[tuple[str, Curve]]) -> str:
    """Title that says how far the last run ever was from the first."""
    _, last = curves[-1]
    if not np.isfinite(last.mean).any():
        return ""
    largest = float(np.nanmax(last.mean))
    words = "no difference" if largest <= SMALLEST else f"at most {largest:.0e}"
    return f"{last.name}: {words} from inverted"


def _begun(curves: Sequence[tuple[str, Curve]]) -> list[Curve]:
    return [each for _, each in curves if len(each.mean)]


def _written(value: float, unit: str) -> str:
    """A number, or a fraction in hundredths if these have a unit."""
    return f"{100 * value:.1f}{unit}".replace("-", "−") if unit else plain(value, 3)


# ---- quantities -----------------------------------------------------------------------------------------------------


def _loss(title: Title, y_title: str, lowest: float = 0.01) -> Scale:
    return Scale(title, y_title, (lowest, 4.0), log=True)


def _accuracy(title: Title, y_title: str) -> Scale:
    return Scale(title, y_title, (0.8, 1.0), percent=True, lowest=0.0)


def _most_right(when: str, y_title: str) -> Scale:
    return _accuracy(_best(f"Most right {when}", max, unit=" %"), y_title)


AXES: Mapping[str, Scale] = MappingProxyType(
    {
        "train_loss": _loss(_best("Lowest training loss", min), "training loss, no noise"),
        "noisy_loss": _loss(_best("Lowest loss with noise", min), "training loss, with noise"),
        "test_loss": _loss(_best("Lowest test loss", min), "test loss", 0.05),
        "train_accuracy": _most_right("in training", "right in training, no noise"),
        "noisy_accuracy": _most_right("with noise", "right in training, with noise"),
        "test_accuracy": _most_right("at test", "right at test"),
        "rate": Scale(_between("Dropout rate now"), "dropout rate", (0.0, 1.0)),
        "gap": Scale(
            _best("Widest gap", max, unit=" points"), "right in training − at test", (-0.1, 0.3), percent=True
        ),
        "parting": Scale(
            _parting, "training loss: |difference| / loss of inverted", (SMALLEST, 10.0), log=True
        ),
        "plain_loss": _loss(_before_and_after("Standard's loss"), "loss in the same test code", 0.05),
        "plain_accuracy": _accuracy(
            _before_and_after("Standard right", unit=" %"), "right in the same test code"
        ),
        "plain_mean": Scale(
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

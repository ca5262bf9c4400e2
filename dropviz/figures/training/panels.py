"""What a panel says of each quantity of a training: its title from the newest values, and its axis."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.numbers.written import plain
from dropviz.training.curves import SMALLEST, Compared, Curve

# empty where there is nothing to say yet
Title = Callable[[Compared], str]


@dataclass(frozen=True, slots=True)
class Scale:
    """How a quantity is drawn.

    ``limits`` are those of the axis before anything is known; values that do not fit widen it in leaps. Where there are
    ``lows``, rising, the axis begins at the highest of them that lies below the newer half of the values. ``percent``
    writes fractions in hundredths.
    """

    title: Title
    y_title: str
    limits: tuple[float, float]
    log: bool = False
    percent: bool = False
    lows: tuple[float, ...] = ()


def scale_of(compared: Compared) -> Scale:
    """How the panel's quantity is drawn."""
    if not compared.layer:
        return AXES[compared.quantity]
    words, y_title, limits, log = _LAYER_AXES[compared.quantity]
    place = f"Hidden {compared.layer}" if compared.layer <= compared.hidden else "Output"
    title, y_title = _between(f"{place}, {words}"), f"{place.lower()}: {y_title}"
    return Scale(title, y_title, limits, log, percent=limits[1] <= 1.0)


# ---- titles ---------------------------------------------------------------------------------------------------------


def _best(words: str, unit: str = "") -> Title:
    """Title that names the best of the newest values, if paired seeds tell it apart from every other one."""

    def title(compared: Compared) -> str:
        if compared.winner is None:
            return ""
        curve = next(each for each in compared.curves if each.place == compared.winner)
        return f"{words}: {curve.name}, {_written(float(curve.mean[-1]), unit)}"

    return title


def _forgotten(words: str, unit: str = "", times: bool = False) -> Title:
    """Title that gives the standard run's value without the factor at test and with it."""

    def title(compared: Compared) -> str:
        without = next((each for each in compared.curves if each.forgotten), None)
        if without is None:
            return ""
        scaled = next(each for each in compared.curves if each.place == without.place and not each.forgotten)
        ends = float(without.mean[-1]), float(scaled.mean[-1])
        if not all(map(math.isfinite, ends)):
            return ""
        forgotten, right = (_written(end, unit) + (" ×" if times else "") for end in ends)
        return f"{words} without the factor: {forgotten}, with it: {right}"

    return title


def _between(words: str) -> Title:
    """Title that gives the lowest and the highest of the newest values."""

    def title(compared: Compared) -> str:
        ends = [float(each.mean[-1]) for each in _begun(compared) if math.isfinite(each.mean[-1])]
        if not ends:
            return ""
        low, high = plain(min(ends), 2), plain(max(ends), 2)
        return f"{words}: {low}" if low == high else f"{words}: {low} to {high}"

    return title


def _parting(compared: Compared) -> str:
    """Title that says how far the last run ever was from the first."""
    last = compared.curves[-1]
    if not np.isfinite(last.mean).any():
        return ""
    largest = float(np.nanmax(last.mean))
    words = "no difference" if largest <= SMALLEST else f"at most {largest:.0e}"
    return f"{last.name}: {words} from inverted"


def _begun(compared: Compared) -> list[Curve]:
    return [each for each in compared.curves if len(each.mean)]


def _written(value: float, unit: str) -> str:
    """A number, or a fraction in hundredths if these have a unit."""
    return f"{100 * value:.1f}{unit}".replace("-", "−") if unit else plain(value, 3)


# ---- quantities -----------------------------------------------------------------------------------------------------


def _loss(title: Title, y_title: str, lowest: float = 0.01) -> Scale:
    return Scale(title, y_title, (lowest, 4.0), log=True)


def _accuracy(title: Title, y_title: str) -> Scale:
    return Scale(title, y_title, (0.8, 1.0), percent=True, lows=(0.0, 0.5, 0.8, 0.9))


def _most_right(when: str, y_title: str) -> Scale:
    return _accuracy(_best(f"Most right {when}", unit=" %"), y_title)


AXES: Mapping[str, Scale] = MappingProxyType(
    {
        "train_loss": _loss(_best("Lowest training loss"), "training loss, no noise"),
        "noisy_loss": _loss(_best("Lowest loss with noise"), "training loss, with noise"),
        "test_loss": _loss(_best("Lowest test loss"), "test loss", 0.05),
        "train_accuracy": _most_right("in training", "right in training, no noise"),
        "noisy_accuracy": _most_right("with noise", "right in training, with noise"),
        "test_accuracy": _most_right("at test", "right at test"),
        "rate": Scale(_between("Dropout rate now"), "dropout rate", (0.0, 1.0)),
        "gap": Scale(
            _best("Widest gap", unit=" points"), "right in training − at test", (-0.1, 0.3), percent=True
        ),
        "parting": Scale(
            _parting, "training loss: |difference| / loss of inverted", (SMALLEST, 10.0), log=True
        ),
        "redrawn_loss": Scale(_forgotten("Test loss"), "test loss", (0.32, 30.0), log=True),
        "plain_loss": _loss(_forgotten("Standard’s loss"), "loss in the same test code", 0.05),
        "plain_accuracy": _accuracy(_forgotten("Standard right", unit=" %"), "right in the same test code"),
        "plain_mean": Scale(
            _forgotten("Standard’s mean", times=True),
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

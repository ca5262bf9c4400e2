"""The settings of the page of zero-mean noise."""

from collections.abc import Mapping

from dropviz.settings.kinds import RATE, Choice, Number, seed
from dropviz.settings.sources import SOURCE_SETTINGS

# What a noise is called where there is little room.
SHORT: Mapping[str, str] = {
    "standard": "standard",
    "inverted": "inverted",
    "gaussian": "Gaussian ×",
    "additive": "Gaussian +",
    "uniform": "uniform ×",
    "alpha": "alpha",
}
# And where there is more.
LONG: Mapping[str, str] = {
    "standard": "standard dropout",
    "inverted": "inverted dropout",
    "gaussian": "activation × Gaussian noise",
    "additive": "activation + Gaussian noise",
    "uniform": "activation × uniform noise",
    "alpha": "alpha dropout",
}
NOISE = Choice(
    "noise",
    "beside inverted dropout",
    {name: label for name, label in SHORT.items() if name != "inverted"},
    "gaussian",
    help="Which noise is drawn beside that of inverted dropout.",
    control="page",
)
_UNITS_HELP = "How many activations are drawn for the moments."
UNITS = Number("noise_units", "units", 100_000, 2, 1_000_000, 1000, help=_UNITS_HELP)
SEED = seed("noise_seed", 7)
SETTINGS = (RATE, NOISE, *SOURCE_SETTINGS, UNITS, SEED)

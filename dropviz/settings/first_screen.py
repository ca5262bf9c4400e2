"""The settings of the first screen."""

from collections.abc import Mapping

from dropviz.settings.kinds import RATE, Choice, Choices, Number, seed
from dropviz.settings.sources import SOURCE_SETTINGS
from dropviz.theory.strategies import strategies

MEASURES: Mapping[str, str] = {
    "variance_ratio": "train/test variance",
    "relative_gap": "relative mean gap",
    "mean_gap": "mean gap, test − train",
    "rms_gap": "RMS gap per unit",
    "wasserstein": "Wasserstein distance",
}
_UNITS_HELP = "How many activations are drawn; from a file or the digits, with replacement."
UNITS = Number("units", "units", 100_000, 1, 1_000_000, 1000, help=_UNITS_HELP)
SEED = seed("seed", 7)
STRATEGIES = Choices(
    "strategies",
    "strategies",
    {name: row.short for name, row in strategies().items()},
    ("standard", "inverted"),
    most=4,
    help="Two are right. The others are mistakes: add one and watch the means part.",
)
MEASURE = Choice(
    "gap", "discrepancy shown", MEASURES, "variance_ratio", help="What the third curve measures."
)
VIEW = Choice(
    "view",
    "view",
    {"simple": "one idea", "full": "everything at once"},
    "simple",
    help="One idea, or all strategies with their distributions, numbers and settings.",
    control="page",
    otherwise="full",  # what was shared before there was a simple view
    remembered=True,
)
ANSWER = Choice(
    "answer",
    "where do you scale?",
    {"none": "nowhere", "standard": "at test", "inverted": "in training"},
    "none",
    control="page",
)
SETTINGS = (VIEW, ANSWER, RATE, *SOURCE_SETTINGS, UNITS, SEED, STRATEGIES, MEASURE)

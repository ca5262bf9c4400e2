"""The settings of the page of mistakes: the museum, and the diagnosis of a person's own numbers."""

from dropviz.settings.kinds import RATE, Choice, Number, seed
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.theory.strategies import strategies

# ---- the museum -----------------------------------------------------------------------------------------------------

TABLED = tuple(name for name, row in strategies().items() if row.mistake)
MISTAKE = Choice(
    "mistakes_kind",
    "Mistake",
    {name: strategies()[name].label for name in TABLED} | {LEFT_ON: "left on at test"},
    "none",
    help="What the code does wrong; it is shown beside inverted dropout.",
    control="segments",
)
_INPUTS_HELP = "One unit of the next layer adds up this many."
INPUTS = Number("mistakes_inputs", "inputs of the unit", 64, 1, 1024, help=_INPUTS_HELP)
SEED = seed("mistakes_seed", 7, "Other activations, weights and masks.")

# ---- the diagnosis --------------------------------------------------------------------------------------------------

_REACH = 1e6


def _measured(part: str, label: str, mean: float, error: float) -> tuple[Number, Number]:
    mean_help = "The mean of the layer’s output over all units and examples that you measured."
    error_help = (
        "How far such a mean lies from the true one, as a root mean square: standard deviation / √number of "
        "independent values."
    )
    return (
        Number(f"mistakes_{part}_mean", label, mean, -_REACH, _REACH, 0.01, help=mean_help),
        Number(f"mistakes_{part}_se", "its standard error", error, 0.0, _REACH, 0.001, help=error_help),
    )


FROM = Choice(
    "mistakes_from",
    "What you have",
    {"means": "means", "files": "files"},
    "means",
    help="Means that you type in, or files with what the layer puts out in training and at test.",
    control="segments",
)
# The numbers at first are those of `dropviz.simulation.mistakes.example(12)`.
_RATE_LABEL = "dropout rate of the layer, P(drop)"
_RATE_HELP = "The probability that a unit is dropped, as the layer should have it."
RATE_SEEN = Number("mistakes_rate", _RATE_LABEL, 0.2, 0.0, 0.99, 0.05, help=_RATE_HELP)
TRAIN = _measured("train", "mean in training", 0.9185, 0.011)
TEST = _measured("test", "mean at test", 0.2304, 0.0024)
CLEAN = _measured("clean", "mean without dropout", 1.152, 0.012)
CLEAN_KNOWN = Choice(
    "mistakes_clean",
    "Mean without dropout",
    {"yes": "known", "no": "not known"},
    "yes",
    help="The mean of the same activations without mask and factor. It tells standard from inverted.",
    control="segments",
)
DIAGNOSIS_SETTINGS = (FROM, RATE_SEEN, *TRAIN, *TEST, CLEAN_KNOWN, *CLEAN)
SETTINGS = (RATE, MISTAKE, INPUTS, SEED, *DIAGNOSIS_SETTINGS)

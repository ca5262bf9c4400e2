"""The one table of sources of activations, for the pages and for the terminal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.theory.activations import (
    Activations,
    Constant,
    Exponential,
    LogNormal,
    Normal,
    SigmoidNormal,
    Sparse,
    Uniform,
)
from dropviz.theory.measured import digits


@dataclass(frozen=True, slots=True)
class Source:
    """A row of the table."""

    label: str  # what the page calls it
    kind: Callable[..., Activations]  # what makes the activations,
    parameters: tuple[str, ...] = ()  # and the names of what it takes
    settings: tuple[Number, ...] = ()  # of a page, that give these parameters, in their order
    # the parameters that follow from the settings, where these are not the parameters themselves
    converted: Callable[..., tuple[float, ...]] = lambda *values: values

    def make(self, *values: float) -> Activations:
        """Return the activations that the values of the settings give."""
        return self.kind(*self.converted(*values))


def _of_a_normal(
    key: str, label: str, kind: Callable[..., Activations], std: float = 1.0, most_std: float = 5.0
) -> Source:
    mean_help = "Mean of the normal variable that the activation is made of."
    std_help = "Standard deviation of that normal variable."
    settings = (
        Number(f"{key}_mean", "mean of the normal", 0.0, -3.0, 3.0, 0.1, help=mean_help),
        Number(f"{key}_std", "standard deviation of the normal", std, 0.1, most_std, 0.1, help=std_help),
    )
    return Source(label, kind, ("mean", "std"), settings)


_UNIFORM = (
    Number("uniform_low", "lowest value", 0.0, -5.0, 4.9, 0.1, help="No activation is smaller."),
    Number("uniform_width", "width", 1.0, 0.1, 10.0, 0.1, help="Highest value − lowest value."),
)
_SCALE_HELP = "Mean of the activations, and their standard deviation."
_EXPONENTIAL = (Number("exponential_scale", "mean", 1.0, 0.1, 10.0, 0.1, help=_SCALE_HELP),)
_ZEROS_HELP = "The share of activations that are 0 before any dropout, on average."
_OTHERS_HELP = "Mean of the activations that are not 0; they are exponential."
_SPARSE = (
    Number("sparse_zeros", "probability of 0", 0.8, 0.0, 0.99, 0.05, help=_ZEROS_HELP),
    Number("sparse_scale", "mean of the others", 1.0, 0.1, 10.0, 0.1, help=_OTHERS_HELP),
)
_CONSTANT = (Number("constant_value", "value", 1.0, -5.0, 5.0, 0.1, help="Every activation has this value."),)

SOURCES: Mapping[str, Source] = {
    "relu": _of_a_normal("relu", "ReLU of a normal", partial(Normal, relu=True)),
    "normal": _of_a_normal("normal", "normal", Normal),
    "uniform": Source("uniform", Uniform, ("low", "high"), _UNIFORM, lambda low, width: (low, low + width)),
    "exponential": Source("exponential", Exponential, ("scale",), _EXPONENTIAL),
    "sigmoid": _of_a_normal("sigmoid", "sigmoid of a normal", SigmoidNormal),
    "lognormal": _of_a_normal("lognormal", "lognormal", LogNormal, 0.5, 1.5),
    "sparse": Source("sparse: mostly zeros", Sparse, ("zero_probability", "scale"), _SPARSE),
    "constant": Source("all equal", Constant, ("value",), _CONSTANT),
    "digits": Source("hidden layer, real digits", digits),
}
USUAL = "the ReLU of a normal"  # drawn from where nothing else is said
FILE = "file"  # a person's own activations, beside the table
SOURCE = Choice(
    "source",
    "activations",
    {name: source.label for name, source in SOURCES.items()} | {FILE: "a file of mine"},
    "relu",
    help="Where the activations come from. Every unit is an independent draw; of an array, with replacement.",
)
# Every setting of every source, for the address.
SOURCE_SETTINGS: tuple[Setting, ...] = (
    SOURCE,
    *(setting for source in SOURCES.values() for setting in source.settings),
)

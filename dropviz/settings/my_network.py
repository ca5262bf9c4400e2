"""The settings of the page of a person's own network."""

from dropviz.settings.kinds import RATE, Choice, Number
from dropviz.theory.moments import BOUND as USUAL

EXAMPLE, FILES, CHECK = "example", "files", "check"
SHOWN = Choice(
    "network",
    "Shown",
    {EXAMPLE: "an example", FILES: "my layers", CHECK: "my check"},
    EXAMPLE,
    help="My layers: a record or activations as files. My check: the JSON of `dropviz check`, with the code to change.",
    control="segments",
)
AXIS = Choice(
    "network_axis",
    "Units stand on",
    {
        "1": "the second axis: (example, unit, …)",
        "-1": "the last axis: (example, …, unit)",
        "0": "the first axis: (unit, …)",
        "2": "the third axis",
        "3": "the fourth axis",
    },
    "1",
    help="Of arrays of two or more axes: every value along the others is a value of a unit. PyTorch has channels on "
    "the second axis, Keras and JAX on the last. A record has its own.",
)
BOUND = Number(
    "network_bound",
    "the variance in training may be … times that at test",
    USUAL,
    1.0,
    1000.0,
    0.1,
    help="The bound of every verdict: how much larger the variance in training may be.",
)
SETTINGS = (RATE, SHOWN, AXIS, BOUND)

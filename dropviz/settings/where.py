"""The settings of the page of dropout in real networks."""

from collections.abc import Mapping

from dropviz.settings.kinds import RATE, Choice, Number, Setting, seed

QUESTION = Choice(
    "where",
    "One question at a time",
    {
        "normalisation": "Normalisation",
        "residual": "Attention",
        "precision": "Few bits",
        "groups": "Groups",
        "step": "Steps",
        "penalty": "Penalty",
        "exact": "Exact",
        "survivors": "Survivors",
    },
    "normalisation",
    "Each question looks at one place of a real network, or at one kind of dropout there.",
    "segments",
)
# what each question asks, in full
ASKED: Mapping[str, str] = {
    "normalisation": "Before a normalisation: does a forgotten factor matter?",
    "residual": "In attention and beside a shortcut: what does dropout scale?",
    "precision": "Does dropout keep the mean where numbers have few bits?",
    "groups": "What does one mask for many inputs change?",
    "step": "Do the two strategies train alike?",
    "penalty": "What does dropout punish?",
    "exact": "When is the test pass a mean of all thinned networks?",
    "survivors": "Why not divide by the units that really survive?",
}

SEED = seed("where_seed", 3, "The same seed gives the same weights, inputs and masks.")
INPUTS = Number("where_inputs", "inputs (fan-in)", 64, 1, 256, 1, help="How many inputs each unit has.")
KEYS = Number(
    "where_keys", "keys", 32, 1, 256, 1, help="How many weights a row of attention has; they sum to 1."
)
SCORES = Number(
    "where_scores",
    "spread of the scores",
    1.0,
    0.0,
    10.0,
    0.5,
    help="Standard deviation of the scores before the softmax: 0 looks at all keys alike, a large one at one key.",
)
LAYERS = Number("where_layers", "layers", 12, 1, 100, 1, help="With dropout, one behind the other.")
CHANNELS = Number(
    "where_channels",
    "channels",
    8,
    1,
    16,
    1,
    help="Of the layer that is dropped; each has a weight of its own.",
)
PLACES = Number(
    "where_places",
    "places of a channel",
    8,
    1,
    16,
    1,
    help="Pixels, or time steps: all places of a channel are multiplied by its weight.",
)
SCALE = Number(
    "where_scale",
    "weight scale",
    1.5,
    0.0,
    5.0,
    0.5,
    help="The weights are random, with a standard deviation of scale/√n for n inputs.",
)
UNITS = Number("where_units", "units of the layer", 8, 1, 12, 1, help="All 2ⁿ masks are listed.")
# of each question, under the name that it has in the question's configuration
FIELDS: Mapping[str, Mapping[str, Number | Choice]] = {
    "normalisation": {"inputs": INPUTS, "seed": SEED},
    "residual": {"keys": KEYS, "spread": SCORES, "seed": SEED},
    "precision": {"layers": LAYERS, "seed": SEED},
    "groups": {"channels": CHANNELS, "places": PLACES, "seed": SEED},
    "step": {"seed": SEED},
    "penalty": {"seed": SEED},
    "exact": {"scale": SCALE, "seed": SEED},
    "survivors": {"units": UNITS, "seed": SEED},
}
SETTINGS: tuple[Setting, ...] = (
    RATE,
    QUESTION,
    *{field.key: field for fields in FIELDS.values() for field in fields.values()}.values(),
)

"""The questions of the page of dropout in real networks, a record each, and the page's settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from dropviz.settings.kinds import RATE, Choice, Number, Setting, seed


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its name in a word, what it asks in full, and its settings by their names in its configuration.

    ``awaited`` says what is computed, while one waits; ``drawn`` what is drawn from the law ``usual``, or from a
    person's own activations, nothing where it is empty.
    """

    label: str
    asked: str
    settings: Mapping[str, Number | Choice]
    awaited: str
    drawn: str = ""
    usual: str = "ReLU of a normal"


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

QUESTIONS: Mapping[str, Question] = {
    "normalisation": Question(
        "Normalisation",
        "Before a normalisation: does a forgotten factor matter?",
        {"inputs": INPUTS, "seed": SEED},
        "Normalising what comes out under many masks …",
        drawn="The inputs",
    ),
    "residual": Question(
        "Attention",
        "In attention and beside a shortcut: what does dropout scale?",
        {"keys": KEYS, "spread": SCORES, "seed": SEED},
        "Drawing masks over rows of attention …",
    ),
    "precision": Question(
        "Few bits",
        "Does dropout keep the mean where numbers have few bits?",
        {"layers": LAYERS, "seed": SEED},
        "Rounding to few bits, layer by layer …",
    ),
    "groups": Question(
        "Groups",
        "What does one mask for many inputs change?",
        {"channels": CHANNELS, "places": PLACES, "seed": SEED},
        "Drawing masks of elements, channels and paths …",
        drawn="The inputs",
    ),
    "step": Question(
        "Steps",
        "Do the two strategies train alike?",
        {"seed": SEED},
        "Training both strategies, step by step …",
    ),
    "penalty": Question(
        "Penalty", "What does dropout punish?", {"seed": SEED}, "Training with dropout and with its penalty …"
    ),
    "exact": Question(
        "Exact",
        "When is the test pass a mean of all thinned networks?",
        {"scale": SCALE, "seed": SEED},
        "Averaging over all thinned networks …",
        drawn="The inputs",
        usual="the size of a normal",
    ),
    "survivors": Question(
        "Survivors",
        "Why not divide by the units that really survive?",
        {"units": UNITS, "seed": SEED},
        "Counting survivors under all masks …",
        drawn="The activations",
    ),
}
QUESTION = Choice(
    "where",
    "One question at a time",
    {name: question.label for name, question in QUESTIONS.items()},
    "normalisation",
    "Each question looks at one place of a real network, or at one kind of dropout there.",
    "segments",
)
SETTINGS: tuple[Setting, ...] = (
    RATE,
    QUESTION,
    *{one.key: one for question in QUESTIONS.values() for one in question.settings.values()}.values(),
)

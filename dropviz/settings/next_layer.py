"""The settings of the page of the next layer."""

from collections.abc import Mapping

from dropviz.settings.kinds import RATE, Choice, Number, Setting, seed

STEP = Choice(
    "next_step",
    "Four steps into the next layer",
    {
        "mean": "1 · The mean of z",
        "nonlinearity": "2 · After a nonlinearity",
        "depth": "3 · After many layers",
        "batch_norm": "4 · Dropout before batch norm",
    },
    "mean",
    "Each step follows the same activations further: to z, past a nonlinearity, through layers, to batch norm, which "
    "brings each unit to mean 0 and variance 1.",
    "segments",
)
LABELS: Mapping[str, str] = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh", "gelu": "GELU"}
MOST_LISTED = 12  # inputs of which all masks are listed: 2¹² = 4096

FAN_IN = Number("layer_fan_in", "inputs (fan-in)", 64, 1, 512, 1, help="How many inputs the unit has.")
_SCALE_HELP = (
    "The weights are random and untrained: of standard deviation scale/√n for n inputs, and mean 4/n, but 1/n in "
    "step 2 and 0 in step 3."
)
SCALE = Number("layer_scale", "weight scale", 1.5, 0.0, 5.0, 0.1, help=_SCALE_HELP)
BIAS = Number("layer_bias", "bias b", 0.0, -5.0, 5.0, 0.5, help="Added to the weighted sum: z = W·a + b.")
NONLINEARITY = Choice(
    "layer_f", "nonlinearity f", LABELS, "relu", help="What the next layer does with z: its output is f(z)."
)
UNIT_INPUTS = Number(
    "layer_inputs", "inputs of the unit", MOST_LISTED, 1, MOST_LISTED, help="All 2ⁿ masks are listed."
)
_MEAN_HELP = "Mean of every input a of the layer before batch norm; each has variance 1."
INPUT_MEAN = Number("layer_input_mean", "mean of the inputs", 0.5, -5.0, 5.0, 0.5, help=_MEAN_HELP)
_TIE_HELP = "Correlation of any two inputs a; 0 means uncorrelated."
CORRELATION = Number("layer_correlation", "their correlation", 0.05, 0.0, 1.0, 0.05, help=_TIE_HELP)
SEED = seed("layer_seed", 2, "The same seed gives the same weights, inputs, masks.")
# each under its name in `NextLayerConfig`, in the order of the page
FIELDS: Mapping[str, Number | Choice] = {
    "fan_in": FAN_IN,
    "weight_scale": SCALE,
    "bias": BIAS,
    "nonlinearity": NONLINEARITY,
    "unit_inputs": UNIT_INPUTS,
    "input_mean": INPUT_MEAN,
    "correlation": CORRELATION,
    "seed": SEED,
}
# what stands beside the picture of each step; the scale of the weights and the seed decide all four
BESIDE: Mapping[str, tuple[Number | Choice, ...]] = {
    "mean": (FAN_IN, BIAS),
    "nonlinearity": (NONLINEARITY, UNIT_INPUTS, BIAS),
    "depth": (NONLINEARITY,),
    "batch_norm": (INPUT_MEAN, CORRELATION, FAN_IN),
}
SETTINGS: tuple[Setting, ...] = (RATE, STEP, *FIELDS.values())

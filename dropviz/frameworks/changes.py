"""What to change in code of Keras and JAX for a finding of `check`: see `cures`, which has that of PyTorch."""

from collections.abc import Mapping
from typing import NamedTuple


class Cure(NamedTuple):
    """Lines of code before and after; ``note`` says what they leave open, empty if nothing."""

    before: str
    after: str
    note: str = ""


SCALED = {"": Cure("x = x * mask", "x = x * mask / keep", "In training; nothing is multiplied at test then.")}
UNUSED = {
    "nothing uses": Cure("self.dropout(x)", "x = self.dropout(x)"),
    "never called": Cure("x = self.layer(x)", "x = self.dropout(self.layer(x))"),
}
MEANT = "Is it meant, as in Monte Carlo dropout? Pass random_at_test to check."
# kind → words of where it is and of what was measured → the change; the first pattern that is found counts
KERAS: Mapping[str, Mapping[str, Cure]] = {
    "left_on": {
        r"\(\w*Dropout\w*\)": Cure(
            "x = self.dropout(x, training=True)",
            "x = self.dropout(x, training=training)",
            "Its call takes training=False, and a layer of Keras follows it.",
        ),
        "": Cure(
            "x = x * mask / keep",
            "if training:  # call(self, x, training=False)\n    x = x * mask / keep",
            MEANT,
        ),
    },
    "wrong_scale": SCALED,
    "wrong_rate": {
        "": Cure(
            "layers.Dropout(keep)", "layers.Dropout(1 - keep)", "In Keras rate is the probability to drop."
        )
    },
    "lost_after_eval": {
        "": Cure(
            "layer.rate = 0.0  # before an evaluation",
            "model(x, training=False)",
            "The rate stays as it is.",
        )
    },
    "stuck_mask": {
        "": Cure(
            "x = keras.random.dropout(x, rate, seed=3)",
            "self.seeds = keras.random.SeedGenerator(3)  # in __init__\n"
            "x = keras.random.dropout(x, rate, seed=self.seeds)",
            "An integer gives the same mask in every call.",
        )
    },
    "no_effect": {
        **UNUSED,
        "": Cure("x = self.dropout(x, training=False)", "x = self.dropout(x, training=training)"),
    },
}
JAX: Mapping[str, Mapping[str, Cure]] = {
    "left_on": {
        r"\(\w*Dropout\w*\)": Cure(
            "x = nn.Dropout(rate, deterministic=False)(x)",
            "x = nn.Dropout(rate, deterministic=not train)(x)",
            "In Flax; Equinox calls it inference, and in Haiku an if stands around it.",
        ),
        "": Cure("x = x * mask / keep", "if train:\n    x = x * mask / keep", MEANT),
    },
    "wrong_scale": SCALED,
    "wrong_rate": {
        "": Cure(
            "nn.Dropout(keep)",
            "nn.Dropout(1 - keep)",
            "In Flax and Equinox the number is the probability to drop.",
        )
    },
    "lost_after_eval": {
        "": Cure("model.eval()", "model.eval()  # and model.train() after the evaluation", "In Flax nnx.")
    },
    "stuck_mask": {
        "": Cure(
            "mask = jax.random.bernoulli(key, keep, x.shape)",
            "key, now = jax.random.split(key)\nmask = jax.random.bernoulli(now, keep, x.shape)",
            "The key must be another one in every step.",
        )
    },
    "reused_key": {
        "": Cure(
            "a, b = drop(a, key), drop(b, key)",
            "one, two = jax.random.split(key)\na, b = drop(a, one), drop(b, two)",
        )
    },
    "no_effect": {
        **UNUSED,
        "": Cure(
            "x = nn.Dropout(rate, deterministic=True)(x)",
            "x = nn.Dropout(rate, deterministic=not train)(x)",
            "In Flax; Equinox calls it inference.",
        ),
    },
}

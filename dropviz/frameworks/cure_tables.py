"""What to change in code of PyTorch, Keras and JAX, for each kind of finding; `cures` chooses."""

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
# kind → words of where it is, of what was measured, or of the sentence → the change; the first found counts
ATTENTION = "F.scaled_dot_product_attention(q, k, v, dropout_p="
PYTORCH: Mapping[str, Mapping[str, Cure]] = {
    "left_on": {
        "scaled_dot_product_attention": Cure(
            f"{ATTENTION}self.p)",
            f"{ATTENTION}self.p if self.training else 0.0)",
            "The call takes no mode.",
        ),
        "a layer’s": Cure(
            "self.layers = [nn.Dropout(p)]",
            "self.layers = nn.ModuleList([nn.Dropout(p)])",
            "model.eval() reaches what __init__ gives the module, unless train() or eval() is written anew.",
        ),
        "values are 0": Cure(
            "self.weight.data = F.dropout(self.weight.data, p)",
            "weight = F.dropout(self.weight, p, training=self.training)",
            "The weights themselves stay whole.",
        ),
        r"dropout\w* acts": Cure(
            "x = F.dropout(x, p)",
            "x = F.dropout(x, p, training=self.training)",
            "F.dropout is on unless it is told otherwise.",
        ),
        "drawn in evaluation": Cure(
            "x = x * mask / keep",
            "if self.training:\n    x = x * mask / keep",
            "Is it meant, as in Monte Carlo dropout? Pass random_at_test to check.",
        ),
        "": Cure("noise(x)", "noise(x) if self.training else x"),
    },
    "wrong_scale": {
        "other factor": Cure(
            "x = self.dropout(x) / keep", "x = self.dropout(x)", "nn.Dropout divides by keep itself."
        ),
        "": Cure("x = x * mask", "x = x * mask / keep", "In training; nothing is multiplied at test then."),
    },
    "wrong_rate": {
        "": Cure("nn.Dropout(keep)", "nn.Dropout(1 - keep)", "In PyTorch p is the probability to drop.")
    },
    "lost_after_eval": {
        "": Cure(
            "layer.p = 0.0  # before an evaluation",
            "model.eval()  # and model.train() after it",
            "The rate stays as it is.",
        )
    },
    "stuck_mask": {
        "": Cure(
            "self.mask = torch.rand(n) < keep  # in __init__",
            "mask = torch.rand_like(x) < keep  # in forward",
            "Seed no generator in forward.",
        )
    },
    "no_effect": {
        "one layer": Cure(
            "self.rnn = nn.LSTM(n, m, num_layers=1, dropout=p)",
            "self.rnn = nn.LSTM(n, m)\nself.drop = nn.Dropout(p)  # in forward behind the recurrent layer",
        ),
        "nothing uses": Cure("self.dropout(x)", "x = self.dropout(x)"),
        "never called": Cure("x = self.layer(x)", "x = self.dropout(self.layer(x))"),
        "off in training": Cure(
            "x = F.dropout(x, p, training=False)", "x = F.dropout(x, p, training=self.training)"
        ),
    },
}
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
TABLES = {"PyTorch": PYTORCH, "Keras": KERAS, "JAX": JAX}

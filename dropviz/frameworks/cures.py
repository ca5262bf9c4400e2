"""What to change in the code for a finding of `check`: the line that is wrong, and what to write instead."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from dropviz.frameworks.changes import JAX, KERAS, Cure
from dropviz.frameworks.findings import Finding

ATTENTION = "F.scaled_dot_product_attention(q, k, v, dropout_p="
# kind → words of what was measured, or of the sentence → the change; the first pattern that is found counts
CURES: Mapping[str, Mapping[str, Cure]] = MappingProxyType(
    {
        "left_on": {
            "scaled_dot_product_attention": Cure(
                f"{ATTENTION}self.p)",
                f"{ATTENTION}self.p if self.training else 0.0)",
                "The call takes no mode.",
            ),
            "a layer's": Cure(
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
            "": Cure(
                "x = x * mask", "x = x * mask / keep", "In training; nothing is multiplied at test then."
            ),
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
)


TABLES = {"PyTorch": CURES, "Keras": KERAS, "JAX": JAX}


def cure(finding: Finding, framework: str = "PyTorch") -> Cure | None:
    """Return the change for a finding; None where its kind is not known, what was measured is nothing known, or a scale
    may be meant.

    >>> cure(Finding("no_effect", "error", "drop (Dropout)", "nothing uses what dropout returns", "…")).after
    'x = self.dropout(x)'
    """
    if (finding.kind, finding.severity) == ("wrong_scale", "warning"):
        return None
    for pattern, change in TABLES.get(framework, {}).get(finding.kind, {}).items():
        if re.search(pattern, f"{finding.where}: {finding.measured}. {finding.sentence}"):
            return change
    return None

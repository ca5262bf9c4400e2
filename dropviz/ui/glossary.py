"""The dozen words that every page uses, explained in a line each."""

from collections.abc import Mapping
from html import escape

WORDS: Mapping[str, str] = {
    "unit": "one neuron of a layer.",
    "activation": "a, the number that a unit puts out, before dropout.",
    "rate": "r, the probability that a unit is dropped.",
    "keep": "k = 1 − r, the probability that it stays.",
    "mask": "m, drawn anew for each training example: 0 drops a unit, 1 keeps it.",
    "phase": "training or test. Dropout draws masks in training only.",
    "strategy": "what the output is multiplied by in each phase, so that training and test agree.",
    "standard": "the strategy m·a in training, k·a at test: scaling at test time.",
    "inverted": "the strategy m·a/k in training, a at test: scaling in training.",
    "mean": "μ, the average output; E[…] over everything that could be drawn.",
    "variance": "v, the average squared distance from the mean; its root is the standard deviation.",
    "exact": "from a formula, with nothing drawn.",
    "simulated": "computed from drawn numbers. The same seed draws the same numbers.",
    "standard error": "how far a simulated number typically lies from the exact one; more draws make it smaller.",
}


def glossary_html() -> str:
    """Return the words as an HTML list of descriptions."""
    rows = "".join(
        f"<div><dt>{escape(word)}</dt><dd>{escape(text)}</dd></div>" for word, text in WORDS.items()
    )
    return f'<dl class="dv-glossary">{rows}</dl>'

"""What the figures of all questions have in common: one sentence on top, two heights, and where inputs come from."""

from collections.abc import Sequence

from dropviz.live import words
from dropviz.theory.activations import RELU, Activations

HEIGHT, LOW = 235, 165  # of the picture, and of what unfolds, pixels
HEAD = (words.live_paragraph("finding", "finding"),)


def texts_of(rates: Sequence[float], findings: list[str], **others: list[str]) -> dict[str, list[str]]:
    """The sentence at every rate, and as it is read out; between them the ``others``, by name."""
    summary = [f"Rate {rate:.2f}. {said}" for rate, said in zip(rates, findings, strict=True)]
    return {"finding": findings, **others, "summary": summary}


def source_of(activations: Activations) -> str:
    """What activations are called in a sentence."""
    return "ReLU of a normal" if activations == RELU else "drawn from the given activations"

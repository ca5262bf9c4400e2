"""What goes wrong in each mistake, and where it was seen in public."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from dropviz.live import words
from dropviz.theory.diagnosis import LEFT_ON

TITLE = "What goes wrong, and where it was seen in public"
RELATIVES_TITLE = "Relatives: wrong in other ways"
_MARKED = re.compile(r"\[(?P<words>[^]]+)\]\((?P<address>[^)]+)\)|`(?P<quoted>[^`]+)`|\*(?P<work>[^*]+)\*")


class Exhibit(NamedTuple):
    """What is wrong, in a sentence or three, and where it was seen."""

    what: str
    seen: str


EXHIBITS: Mapping[str, Exhibit] = {
    "none": Exhibit(
        "Units are dropped in training and nothing makes up for it. At test every unit is there, and the next "
        "layer gets 1/keep times the input that it was trained on.",
        "[KerasDropconnect, issue 1](https://github.com/teelinsan/KerasDropconnect/issues/1) (2019), on weights "
        "instead of activations. The dropout of Keras divides by keep; the fix agreed on there multiplies by keep "
        "again in training, which leaves the bare mask, and does nothing at test.",
    ),
    "both": Exhibit(
        "The framework already divides by keep in training, and the code multiplies by keep at test as well: both "
        "correct strategies at once.",
        "[DyNet, issue 186](https://github.com/clab/dynet/issues/186) (2016). Its dropout divides by keep, which "
        "its documentation did not say; the reporter expects that nearly everyone scales again at test, and had "
        "done so too.",
    ),
    "wrong_train": Exhibit(
        "The division is there, but by the drop rate. "
        "[Srivastava et al. (JMLR 2014)](https://jmlr.org/papers/v15/srivastava14a.html) call the keep probability "
        "p, most frameworks the drop rate: the same letter, the other number.",
        "[Kaldi, issue 2814](https://github.com/kaldi-asr/kaldi/issues/2814) and "
        "[pull request 2815](https://github.com/kaldi-asr/kaldi/pull/2815) (2018, merged): a component divided by "
        "the drop proportion. [Theanets, pull request 123](https://github.com/lmjohns3/theanets/pull/123) (2016, "
        "merged): the same. In words only, at rate 0.5, where it is the same number: "
        "[LLMs from scratch, issue 431](https://github.com/rasbt/LLMs-from-scratch/issues/431) (2024).",
    ),
    "wrong_test": Exhibit(
        "Scaling at test is there, but by the drop rate instead of keep.",
        "[ConvNetJS, pull request 61](https://github.com/karpathy/convnetjs/pull/61) (open since 2016): the layer "
        "multiplies by `drop_prob` at test. Its default is 0.5, the one rate at which this is right. "
        "[Pull request 106](https://github.com/karpathy/convnetjs/pull/106) (2019) found it again.",
    ),
    LEFT_ON: Exhibit(
        "The factor is right, but nobody switched the mask off. The mean is right too, so a comparison of means "
        "finds nothing, but each single prediction is random, wherever anything is dropped that is not 0.",
        "[nanoGPT, pull request 240](https://github.com/karpathy/nanoGPT/pull/240) (2023, merged): attention got "
        "its dropout rate in a function call that does not know of evaluation mode; "
        "[PyTorch, issue 124464](https://github.com/pytorch/pytorch/issues/124464) (2024) is about that function. "
        "The same since in [timm, pull request 1978](https://github.com/huggingface/pytorch-image-models/pull/1978) "
        "(2023, merged), [torch-harmonics, pull request 221](https://github.com/NVIDIA/torch-harmonics/pull/221) "
        "(2026, merged) and [V-JEPA 2, pull request 160](https://github.com/facebookresearch/vjepa2/pull/160) (open "
        "since 2026), each harmless while its rate is 0. "
        "[DME, issue 3](https://github.com/facebookresearch/DME/issues/3) (2018): `F.dropout` without its switch. "
        "Done on purpose, many times over, it is Monte Carlo dropout "
        "([Gal and Ghahramani, ICML 2016](https://arxiv.org/abs/1506.02142)).",
    ),
}

RELATIVES = (
    "[Edinburgh’s mlpractical, pull request 32](https://github.com/CSTR-Edinburgh/mlpractical/pull/32) (2015): inputs "
    "divided twice in training, by the keep probabilities of two layers.",
    "[curriculum-dropout, issue 1](https://github.com/pmorerio/curriculum-dropout/issues/1) (2017): a convolutional "
    "layer used the keep probability of the dense ones.",
    "[RETAIN, pull request 1](https://github.com/mp2893/retain/pull/1) (2017): the factor at test was fixed at 0.5, "
    "whatever the rate.",
    "[Megatron-LM, pull request 411](https://github.com/NVIDIA/Megatron-LM/pull/411) (2023, merged): the first "
    "evaluation set the rate of its FlashAttention to 0, and nothing set it back; "
    "[Megatron-DeepSpeed, pull request 295](https://github.com/deepspeedai/Megatron-DeepSpeed/pull/295) (2023, "
    "merged): the same.",
    "[dlordinal, issue 126](https://github.com/ayrna/dlordinal/issues/126) and "
    "[pull request 138](https://github.com/ayrna/dlordinal/pull/138) (2025, merged): training multiplied by the share "
    "of zeros, where it has to divide by the share that is kept.",
    "[Apex, pull request 816](https://github.com/NVIDIA/apex/pull/816) (2020, merged): the backward pass of its "
    "attention scaled by p instead of 1/(1 − p).",
    "[Keras, pull request 5665](https://github.com/keras-team/keras/pull/5665) (2017): the noise of Gaussian dropout "
    "was not multiplicative.",
)

LEFT_ON_SOURCE = (
    "One unit of the next layer: z is the weighted sum of its inputs, held fixed. Only the mask is drawn anew, 2,000 "
    "times; the decision is the sign of z. The line of the standard deviation is exact, √(r/k · Σ w²a²) with rate r "
    "and keep k (Wang and Manning, *Fast dropout training*, ICML 2013); the rest is simulated."
)


def exhibit(name: str) -> words.Fold:
    """Return what goes wrong in the mistake of that name, its public examples, and its relatives."""
    told = [words.Paragraph(_spans(text)) for text in EXHIBITS[name]]
    if name == LEFT_ON:
        told.append(words.Paragraph(_spans(LEFT_ON_SOURCE), "muted"))
    relatives = [words.Paragraph(_spans(text)) for text in RELATIVES]
    parts: list[words.Block] = [*told, words.Heading(RELATIVES_TITLE), *relatives]
    return words.Fold(TITLE, [words.Columns([[part] for part in parts], 1)])


def _spans(text: str) -> list[words.Span]:
    """A text with its links, code and emphasis, which are written as in Markdown."""
    spans: list[words.Span] = []
    end = 0
    for found in _MARKED.finditer(text):
        spans.append(text[end : found.start()])
        end = found.end()
        if found["address"]:
            spans.append(words.Link(found["address"], found["words"]))
        else:
            spans.append(
                words.Styled(found["quoted"] or found["work"], "code" if found["quoted"] else "emphasis")
            )
    return [span for span in (*spans, text[end:]) if span]

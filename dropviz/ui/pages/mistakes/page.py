"""A museum of mistakes, each beside the right thing, and a diagnosis of a person's own."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.numbers.formulas import unbroken
from dropviz.settings import pages
from dropviz.settings.mistakes import INPUTS, MISTAKE, SEED, SETTINGS, TABLED
from dropviz.settings.sources import USUAL
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.pages.mistakes.diagnosis import show_diagnosis
from dropviz.ui.settings.sources import drawn_from
from dropviz.ui.settings.widgets import fold, folded_settings, show


class Exhibit(NamedTuple):
    """What is wrong, in a sentence or three, and where it was seen, in Markdown."""

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
    "[Edinburgh's mlpractical, pull request 32](https://github.com/CSTR-Edinburgh/mlpractical/pull/32) (2015): inputs "
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
OWN: dict[str | type[Any], Callable[[Any], Any]] = {dv.Empirical: lambda source: source.digest}


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=OWN)
def _beside_inverted(activations: Activations, name: str) -> Ready:
    config = dv.SweepConfig(activations, strategies=("inverted", *TABLED))
    return ready(mistake_live(beside_inverted(MistakeConfig(config, name))))


@st.cache_data(max_entries=32, show_spinner="Drawing the masks…", hash_funcs=OWN)
def _left_on(activations: Activations, inputs: int, seed: int) -> Ready:
    return ready(left_on_live(answers_left_on(LayerConfig(activations, fan_in=inputs, seed=seed))))


def _controls(place: DeltaGenerator) -> tuple[str, Activations, int, int]:
    name = show(MISTAKE)
    activations = drawn_from(place, RELU, USUAL)
    if name != LEFT_ON:
        return name, activations, int(INPUTS.default), int(SEED.default)
    with folded_settings("mistakes_settings", place) as ask:
        return name, activations, int(ask(INPUTS)), int(ask(SEED))


def _picture(name: str, activations: Activations, inputs: int, seed: int) -> None:
    left_on = name == LEFT_ON
    live_figure(
        _left_on(activations, inputs, seed) if left_on else _beside_inverted(activations, name), "mistakes"
    )


def _below(name: str, *_: object) -> None:
    seen = fold("What goes wrong, and where it was seen in public", "mistakes_seen")
    if seen.open:
        seen.markdown(unbroken(f"{EXHIBITS[name].what}\n\n{EXHIBITS[name].seen}"))
        if name == LEFT_ON:
            seen.caption(unbroken(LEFT_ON_SOURCE))
        seen.markdown(
            "**Relatives: wrong in other ways**\n" + "".join(f"\n- {relative}" for relative in RELATIVES)
        )
    show_diagnosis()


PAGE = Page(
    *pages.MISTAKES,
    settings=SETTINGS,
    controls=_controls,
    view=_picture,
    below=_below,
)

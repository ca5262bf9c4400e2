"""Dropout in few bits, drawn: how far the mean is off where 1/k, or the threshold of the mask, is rounded."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.written import grouped, plain
from dropviz.simulation.where.precision import LowPrecision
from dropviz.theory.precision import FORMATS

COLORS = {"bfloat16": "both", "float16": "other", "mask": "wrong_train"}
HIGHEST = 5.0  # where the axis of masks ends, in their lowest errors: at high rates they leave it
OFF = "mean off by, %"
TORCH = words.Link(
    "https://github.com/pytorch/pytorch/blob/cf30153c4c131c8164ee7798e5022d810682e2cb/"
    "aten/src/ATen/native/Dropout.cpp",
    "PyTorch, Dropout.cpp",
)
FLASH = words.Link(
    "https://github.com/Dao-AILab/flash-attention/blob/0251105a2fb19d2957484b7f023cd8c115286ced/"
    "csrc/flash_attn/flash_api.cpp",
    "FlashAttention",
)


def precision_live(found: LowPrecision) -> LiveFigure:
    """Return the figure: the error of the mean by rounded factors; that by masks, and after one layer, unfold."""
    rates = np.asarray(found.config.rates)
    (factor, mask), after_one = (_panels(found, name) for name in ("all", "one"))
    titles = [curves.title for curves in (factor, mask, *after_one)]
    return LiveFigure(
        rows=[
            Row(over(rates, [factor], HEIGHT)),
            Row(over(rates, [mask], LOW), [words.live_paragraph("mask")], fold="A mask of 8 bits"),
            Row(over(rates, after_one, LOW), fold="After one layer"),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_source(found)],
        alt=f"Over the rate: {'; '.join(titles)}.",
    )


def _panels(found: LowPrecision, name: str) -> list[Curves]:
    """The error by rounded factors, and by rounded masks, after ``one`` layer or ``all``."""
    after = _layers(found.config.layers if name == "all" else 1)
    factors, masks = (found.estimates(f"{name}_{what}") for what in ("factor", "mask"))
    lowest = float(masks.exact.min())
    lines = [Line(format, COLORS[format], factors[at]) for at, format in enumerate(FORMATS)]
    return [
        Curves(f"1/keep rounded to 16 bits, after {after}", OFF, lines),
        Curves(
            f"A mask of 8 bits, after {after}",
            OFF,
            [Line("8 bits", COLORS["mask"], masks)],
            limits=(-np.inf, HIGHEST * abs(lowest)),
        ),
    ]


def _layers(count: int) -> str:
    return "1 layer" if count == 1 else f"{count} layers"


# ---- words ----------------------------------------------------------------------------------------------------------


def _source(found: LowPrecision) -> words.Fold:
    factor = words.sentence(
        "The factor is stored in 16 bits before anything is multiplied, so a layer’s mean is k·round(1/k) times "
        "what it should be. PyTorch’s dropout does so on a CPU ({torch}; run in 2.13.0: bfloat16 gives ones × 1.109375 "
        "at rate 0.1); its fused kernel on a GPU multiplies in float32. At this rate 1/k is {exact}; in bfloat16 "
        "{bfloat16}, in float16 {float16}.",
        torch=TORCH,
    )
    mask = words.sentence(
        "Masks: {flash} keeps an attention weight where a random byte is at most ⌊255·k⌋, that is with probability "
        "(⌊255·k⌋ + 1)/256, and divides by k. At this rate it drops {byte}.",
        flash=FLASH,
    )
    hidden = (
        "At rate 0.5 both are exact: a network that is tried there shows nothing. Values are those at each hundredth "
        "of the rate; between two of them the lines jump up and down. Lines are exact; points are the survivors of "
        f"{found.config.units:,} units a layer, bars: one standard error."
    )
    return words.Fold(
        "Where this happens, and how it is computed", [*map(words.Paragraph, (factor, mask, hidden))]
    )


def _texts(found: LowPrecision) -> dict[str, list[str]]:
    rates = found.config.rates
    findings, masks = ([say(found, at) for at in range(len(rates))] for say in (_finding, _of_mask))
    by_format = zip(FORMATS, found.factors.tolist(), strict=True)
    return texts_of(rates, findings, mask=masks) | {
        "exact": [plain(1.0 / (1.0 - rate), 6) for rate in rates],
        "byte": [f"{plain(100.0 * rate, 4)} %" for rate in found.byte_rate.tolist()],
        **{format: [f"{factor:.10g}" for factor in factors] for format, factors in by_format},
    }


def _finding(found: LowPrecision, at: int) -> str:
    rate, factor = found.config.rates[at], found.factors[0, at]
    if rate == 0.0:
        return "At rate 0 nothing is dropped, and no factor is rounded."
    one, many = found.exact_one_factor[0, at], found.exact_all_factor[0, at]
    asked, stored = f"1/{1.0 - rate:.2g}", f"{factor:.10g}"
    if one == 0.0:
        return f"bfloat16 has {asked} = {stored} exactly: the mean is kept."
    return f"In bfloat16 {asked} is rounded to {stored}: the mean is off by {_after(found, one, many)}."


def _of_mask(found: LowPrecision, at: int) -> str:
    one, many = found.exact_one_mask[at], found.exact_all_mask[at]
    dropped = plain(100.0 * found.byte_rate[at], 3)
    if one == 0.0:
        return f"A mask of 8 bits is exact at this rate: it drops {dropped} %."
    return f"A mask of 8 bits drops {dropped} %: the mean is off by {_after(found, one, many)}."


def _after(found: LowPrecision, one: float, many: float) -> str:
    """The error after one layer and, where there are more, after all."""
    layers = found.config.layers
    return _signed(one) + (f" a layer, {_signed(many)} after {layers}" if layers > 1 else "")


def _signed(error: float) -> str:
    """An error in per cent with two digits and its sign."""
    return f"{'+' if error > 0.0 else ''}{grouped(error, 2)} %"

"""The words and numbers of the next layer's page: what stands still, and what follows the rate."""

import numpy as np

from dropviz.figures.next_layer.panels import (
    INVERTED,
    MISTAKE,
    ROUNDING,
    STANDARD,
    draws_a_gap,
    shares,
    short,
    top_share,
)
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain, with_errors
from dropviz.settings.next_layer import LABELS
from dropviz.simulation.layer import LayerDensities, LayerSweep
from dropviz.simulation.nonlinearity import DepthGap, LogisticUnit, NonlinearGap
from dropviz.simulation.variance_shift import VarianceShift

NG = "https://www.coursera.org/lecture/deep-neural-network/dropout-regularization-eM33A"
WANG = "https://proceedings.mlr.press/v28/wang13a.html"
BALDI = "https://papers.nips.cc/paper/4878-understanding-dropout"
LI = "https://arxiv.org/abs/1801.05134"

Texts = dict[str, list[str]]


# ---- what stands still ----------------------------------------------------------------------------------------------


def head(layer: LayerSweep) -> str:
    """HTML of the first section: the claim, and a column for each way of training."""
    config = layer.config
    lead = (
        f'<div class="dv-columns" style="--dv-columns:1"><p>'
        f"{_link(NG, 'Andrew Ng’s course')} (Coursera, 2017): after <code>a3 /= keep_prob</code>, "
        "<code>z4 = W4·a3 + b4</code> keeps its expected size. "
        f"Here: one unit of layer 4, {_count(config.fan_in, 'fixed input')}, {config.masks:,} masks. "
        f"Exact moments: {_link(WANG, 'Wang &amp; Manning, ICML 2013')}.</p></div>"
    )
    divided = (
        _cell("mean of z", "inverted-mean")
        + _cell("variance of z", "inverted-variance")
        + _cell("z at test", "inverted-test")
    )
    undivided = (
        _cell("mean of z", "standard-mean")
        + _cell("variance of z", "standard-variance")
        + _cell("z at test, scaled", "standard-test")
    )
    return (
        f'{lead}<div class="dv-columns" style="--dv-columns:2">'
        f"<section>{_title(INVERTED, 'Divided by keep: inverted')}{_key(INVERTED, 'training', False)}&ensp;"
        f'{_key(INVERTED, "test: W·a + b", True)}<p class="dv-muted" data-text="inverted-note"></p>'
        f"{_numbers(divided)}</section>"
        f"<section>{_title(STANDARD, 'Not divided: standard, if a is scaled at test')}"
        f"{_key(STANDARD, 'training', False)}&ensp;"
        f"{_key(STANDARD, 'test, scaled', True)}&ensp;{_key(MISTAKE, 'test, unscaled: the mistake', True)} "
        f'<p class="dv-muted" data-text="standard-note"></p>'
        f"{_numbers(undivided)}</section></div>"
    )


def notes(
    unit: LayerSweep, nonlinearity: str, logistic: LogisticUnit, depth: DepthGap, shift: VarianceShift
) -> list[str]:
    """HTML of the other four sections."""
    largest = float(np.abs(logistic.geometric_mean - logistic.weight_scaled).max())
    f, masks, inputs = LABELS[nonlinearity], 2**unit.config.fan_in, _count(unit.config.fan_in, "input")
    stack, batch = depth.config, shift.config
    return [
        f"<h3>Matching the mean of z is not enough</h3><p>One unit with {inputs}, f = {f}, "
        f"all {masks:,} masks listed. At this rate f(z) is {_live('unit-average')} on average and {_live('unit-test')} "
        f"in the test pass, without dropout (inverted). {_live('unit-factor', 'span')}</p>",
        f"<h3>Does it grow with depth?</h3><p>{stack.depth} layers of {stack.width} units, f = {f}, inverted dropout, "
        f"{stack.passes} passes. Gap: root mean square over units of average − test pass, relative to the test pass; "
        f"{_key(INVERTED, 'as it is', False)}, {_key(MISTAKE, 'after the best single factor', True)}, "
        f"dotted: lost in noise. {_live('depth', 'span')}</p>",
        f"<h3>One logistic unit: a geometric mean</h3><p>σ(E[z]) is the <i>normalized geometric "
        f"mean</i> of all {masks:,} thinned networks ({_link(BALDI, 'Baldi &amp; Sadowski, NIPS 2013')}), which need "
        f"not be their average. At this rate (inverted): average {_live('logistic-average')}, geometric mean "
        f"{_live('logistic-geometric')}, test pass {_live('logistic-test')}. "
        f"Over all rates the last two differ by at most {plain(largest, 1)}: rounding.</p>",
        f"<h3>Before batch norm: the variance shifts</h3><p>Batch norm divides by the variance that it saw in "
        f"training; at test the variance is Δ times that ({_link(LI, 'Li et al., CVPR 2019')}), with either strategy. "
        f"{_count(batch.fan_in, 'normal input')} of mean {batch.mean:g}, variance {batch.variance:g}, "
        f"correlation {batch.correlation:g}: at this rate Δ = {_live('shift-exact')}, "
        f"simulated {_live('shift')}.</p>",
    ]


def foot() -> str:
    """HTML below the figure."""
    return (
        '<div class="dv-columns" style="--dv-columns:1"><p class="dv-muted">'
        "Lines are exact and points simulated, with bars of one standard error; "
        "the distributions of z and the gap over depth are simulated alone.</p></div>"
    )


def _title(color: str, text: str) -> str:
    return f'<h3 style="--dv-color:{color}"><span class="dv-swatch"></span>{text}</h3>'


def _key(color: str, text: str, dashed: bool) -> str:
    return f'<span class="dv-key{" dv-test" if dashed else ""}" style="--dv-color:{color}">{text}</span>'


def _live(name: str, tag: str = "b") -> str:
    return f'<{tag} data-text="{name}"></{tag}>'


def _numbers(cells: str) -> str:
    # of fixed widths, so that nothing moves sideways while the digits change
    columns = "grid-template-columns:minmax(0,1fr) minmax(0,1.25fr) minmax(0,1fr)"
    return f'<dl class="dv-numbers" style="{columns}">{cells}</dl>'


def _cell(title: str, name: str) -> str:
    return (
        f'<div><dt>{title}</dt><dd><span data-text="{name}"></span>'
        f'<small data-text="{name}-exact"></small></dd></div>'
    )


def _link(address: str, text: str) -> str:
    return f'<a href="{address}" target="_blank" rel="noopener">{text}</a>'


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# ---- what follows the rate ------------------------------------------------------------------------------------------


def texts(
    layer: LayerSweep,
    densities: LayerDensities,
    gap: NonlinearGap,
    logistic: LogisticUnit,
    depth: DepthGap,
    shift: VarianceShift,
) -> Texts:
    """Every text that changes with the rate, by name; the words above say where each stands."""
    return (
        _layer_texts(layer, densities)
        | _unit_texts(gap, layer.config.strategies)
        | {"depth": [_depth_sentence(depth, at) for at in range(len(depth.config.rates))]}
        | _logistic_texts(logistic)
        | {
            "shift-exact": _plain(shift.exact_shift),
            "shift": with_errors(shift.shift, shift.shift_se),
            "summary": _summary(layer, shift),
        }
    )


def _plain(values: Floats, digits: int = 4) -> list[str]:
    return [plain(value, digits) for value in values.tolist()]


def _exactly(values: Floats) -> list[str]:
    return [f"exact {text}" for text in _plain(values)]


def _layer_texts(layer: LayerSweep, densities: LayerDensities) -> Texts:
    rates = np.asarray(layer.config.rates)
    found: Texts = {}
    full = float(layer.test_z[layer.config.strategies.index("inverted"), 0])
    unscaled = {"inverted": "not random", "standard": f"unscaled {plain(full)}"}
    for at, name in enumerate(layer.config.strategies):
        bars, top = shares(densities)[at], top_share(densities, rates)
        found |= {
            f"{name}-mean": with_errors(layer.mean[at], layer.mean_se[at]),
            f"{name}-mean-exact": _exactly(layer.exact_mean[at]),
            f"{name}-variance": with_errors(layer.variance[at], layer.variance_se[at]),
            f"{name}-variance-exact": _exactly(layer.exact_variance[at]),
            f"{name}-test": _plain(layer.test_z[at]),
            f"{name}-test-exact": [unscaled[name]] * len(rates),
            f"{name}-note": [
                _mask_note(
                    spread, float(outside), float(tallest), top, missed if name == "standard" else None
                )
                for spread, outside, tallest, missed in zip(
                    np.sqrt(layer.exact_variance[at]).tolist(),
                    densities.outside_mass[at],
                    bars.max(axis=1),
                    (full - layer.test_z[at]).tolist(),
                    strict=True,
                )
            ],
        }
    return found


def _mask_note(spread: float, outside: float, tallest: float, top: float, missed: float | None) -> str:
    """Say what the picture of a distribution cannot show, and by how much a test without scaling would miss."""
    if spread == 0.0:
        return "Every mask gives the same z."
    said = [
        f"Standard deviation over masks {plain(spread, 3)}."
        if missed is None
        else f"Without scaling at test, z is off by {plain(missed, 3)}."
    ]
    if tallest > top:
        said.append(f"Tallest bar {tallest:.0f} %.")
    if outside > 0.005:
        said.append(f"Beyond the axis {100 * outside:.0f} %.")
    return " ".join(said)


def _unit_texts(gap: NonlinearGap, strategies: tuple[str, ...]) -> Texts:
    at = strategies.index("inverted")
    average, test = gap.exact_output[at], gap.at_test[at]
    return {
        "unit-average": _plain(average),
        "unit-test": _plain(test),
        "unit-factor": [
            _factor_sentence(one, other, bool(draws_a_gap(one - other, gap.exact_output)))
            for one, other in zip(average.tolist(), test.tolist(), strict=True)
        ],
    }


def _factor_sentence(average: float, test: float, differs: bool) -> str:
    if not differs:
        return "Here there is no gap."
    if abs(test) < ROUNDING:
        return f"The gap is {plain(average - test, 3)}, and no factor mends it: the test pass gives 0."
    return (
        f"The gap is {plain(average - test, 3)}. A factor of {plain(average / test, 3)} would mend it here; "
        "the next section tries one factor for a whole layer."
    )


def _depth_sentence(depth: DepthGap, at: int) -> str:
    gap, residual, floor = depth.relative_gap[at], depth.residual_gap[at], depth.noise_floor[at]
    if depth.config.rates[at] == 0.0:
        return "At rate 0 there is no noise, and no gap."
    if not np.isfinite(gap[[0, -1]]).all():
        return "The test pass gives 0 in some layer: there is no relative gap."
    said = f"At this rate: {_seen(gap[0], floor[0])} after one layer"
    if depth.config.depth > 1:
        said += f", {_seen(gap[-1], floor[-1])} after {depth.config.depth}"
    return f"{said}; the best factor leaves {_seen(residual[-1], floor[-1])}."


def _seen(gap: float, floor: float) -> str:
    """A simulated gap, or that it is smaller than the noise of a finite number of passes."""
    size = max(gap, floor)
    if size <= ROUNDING:
        return "0"
    return short(gap) if gap > floor else f"under {short(size)} (noise)"


def _logistic_texts(unit: LogisticUnit) -> Texts:
    return {
        "logistic-average": _plain(unit.arithmetic_mean),
        "logistic-geometric": _plain(unit.geometric_mean),
        "logistic-test": _plain(unit.weight_scaled),
    }


def _summary(layer: LayerSweep, shift: VarianceShift) -> list[str]:
    """What a screen reader says when the drag ends."""
    inverted, standard = (layer.config.strategies.index(name) for name in ("inverted", "standard"))
    return [
        f"Rate {rate:.2f}. Mean of z: {plain(layer.exact_mean[inverted, at], 3)} divided by keep, "
        f"{plain(layer.exact_mean[standard, at], 3)} not divided, {plain(layer.test_z[inverted, at], 3)} at test. "
        f"Variance shift {plain(shift.exact_shift[at], 3)}."
        for at, rate in enumerate(layer.config.rates)
    ]

"""What runs showed, computed from them, a sentence each; the first is the verdict that the experiment is run for.

No finding is typed in. Each compares numbers of the runs at hand, in words that the numbers choose, so that it stays
true with another seed, another number of epochs, or a result against expectation.
"""

# axes: run, seed, epoch

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.numbers.checks import quotient
from dropviz.numbers.written import grouped
from dropviz.training import mc, network, verdicts
from dropviz.training.loop import Run, score
from dropviz.training.verdicts import ROUNDING, apart_from

MC_PASSES = 50
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def diverged(runs: Sequence[Run]) -> list[str]:
    """Say which runs diverged, and when."""
    sentences = [
        f"{run.label} diverged in epoch {epoch.epoch}: its loss or a weight is no longer finite. "
        "A smaller learning rate may help."
        for run in runs
        for epoch in run.last
        if epoch.status == "diverged"
    ]
    return list(dict.fromkeys(sentences))


def learnt_nothing(data: Split, runs: Sequence[Run]) -> list[str]:
    """Say which networks only guess: too large a learning rate kills the ReLUs without any number overflowing."""
    if not data.classes:
        return []
    guess = float(np.bincount(data.train_targets).max() / len(data.train_targets))
    return [
        f"{run.label} has learnt next to nothing: it is right on {_percent(run.final('train_accuracy'))} of the "
        f"training examples, and naming the most frequent class always would be right on {_percent(guess)}. "
        "A smaller learning rate may help."
        for run in runs
        if min(epoch.epoch for epoch in run.last) > 0
        and all(epoch.status != "diverged" for epoch in run.last)
        and run.final("train_accuracy") < guess + 0.01
    ]


# ---- how the runs are read ------------------------------------------------------------------------------------------


def _run_by_run(read: Callable[[Split, Run], list[str]]) -> Callable[[Split, Sequence[Run]], list[str]]:
    return lambda data, runs: [sentence for run in runs for sentence in read(data, run)]


def read_forgotten(data: Split, runs: Sequence[Run]) -> list[str]:
    """What the missing factor costs a network that redraws pictures, and what inverted dropout needs."""
    inverted, standard = runs
    without, scaled = standard.final("plain_test_loss"), standard.final("test_loss")
    average = average_loss(data)
    beside = _compared(without - average, "more", "less", "as much")
    received, trained = (
        np.mean([getattr(epoch, name)[-2] for epoch in standard.last])
        for name in ("plain_mean", "train_mean")
    )
    times = float(quotient(received, trained))
    layers = sum(site is not None for site in standard.config.sites)
    keep = 1.0 - max(standard.last[0].rates)
    distance = apart_from(inverted, standard)
    return [
        verdicts.forgotten(standard),
        f"Always answering the average picture, whatever is shown, has a test loss of {grouped(average, 3)}; the "
        f"network that forgets the factor has {beside}: {grouped(without, 3)}.",
        "Scaled in training (inverted), the network needs no factor at test: its test loss is "
        f"{grouped(inverted.final('test_loss'), 3)}, that of the one scaled at test (standard) {grouped(scaled, 3)}. "
        "Both started as the same function; their training losses are never further apart than "
        f"{grouped(distance, 1)} of their value.",
        f"With the factor forgotten the output layer receives {grouped(times, 3)} times the mean of "
        f"training. Were there no biases, {layers} layers in a row would make it "
        f"1/{keep:g}{str(layers).translate(RAISED)} = {grouped(keep**-layers, 3)} times.",
    ]


def average_loss(data: Split) -> float:
    """The test loss of a regression that always answers the mean of the training targets."""
    always = np.broadcast_to(data.train_targets.mean(axis=0), data.test_targets.shape)
    return score(always, data.test_targets)[0]


def read_same_test_code(data: Split, runs: Sequence[Run]) -> list[str]:
    """Who fits the plain test code, and what the missing factor costs."""
    standard = [run for run in runs if run.config.is_standard]
    return [*map(verdicts.forgotten, standard), *_plain_test_code(data, runs)]


@_run_by_run
def _plain_test_code(data: Split, run: Run) -> list[str]:
    del data
    received, trained, scaled = (
        np.mean([getattr(epoch, name)[-2] for epoch in run.last])
        for name in ("plain_mean", "train_mean", "test_mean")
    )
    plain = (
        f"{run.label}: the plain test code gets {_percent(run.final('plain_test_accuracy'))} of the test "
        f"examples right, with loss {run.final('plain_test_loss'):.3f}. On the training examples its output layer "
        f"receives a mean of {received:.3f} from that code, and {trained:.3f} in training."
    )
    if not run.config.is_standard:
        return [plain]
    layers = sum(site is not None for site in run.config.sites)
    lost = round(run.final("test_accuracy"), 3) - round(run.final("plain_test_accuracy"), 3)
    words = _compared(lost, f"{_points(lost)} lower", f"{_points(-lost)} higher", "the same")
    ratio = run.final("plain_test_loss") / run.final("test_loss")
    return [
        plain,
        f"{run.label}, after its weights are multiplied by the keep probability: "
        f"{_percent(run.final('test_accuracy'))} right, with loss {run.final('test_loss'):.3f}; "
        f"its output layer then receives a mean of {scaled:.3f}.",
        f"{run.label}: without the factor, missing once in each of {layers} layers, the loss is {ratio:.2f} times as "
        f"large and the accuracy {words}. Scaled outputs may keep their order, so accuracy can hide the mistake.",
    ]


def read_equal_rate(data: Split, runs: Sequence[Run]) -> list[str]:
    """Which run follows the path of the first."""
    del data
    inverted, *others = runs
    count = min(len(epochs) for run in runs for epochs in run.epochs) - 1
    length = "1 epoch" if count == 1 else f"{count} epochs"
    sentences = [verdicts.equal_rate(runs)]
    for run in others:
        distance = apart_from(inverted, run)
        if distance < ROUNDING:
            words = f"differ by at most {distance:.0e} of their value" if distance else "do not differ at all"
            sentences.append(
                f"{run.label}: the same path as inverted, to rounding; their training losses {words} over "
                f"{length}."
            )
        else:
            sentences.append(
                f"{run.label}: a different path; its training loss departs from that of inverted by up to "
                f"{_percent(distance)} and is {run.final('train_loss'):.4f} against "
                f"{inverted.final('train_loss'):.4f} after {length}."
            )
    return sentences


def read_annealing(data: Split, runs: Sequence[Run]) -> list[str]:
    """Which run is best at test."""
    del data
    accuracy = {run.label: run.final("test_accuracy") for run in runs}
    loss = {run.label: run.final("test_loss") for run in runs}
    return [
        verdicts.lowest_test_loss(runs),
        f"Test accuracy: {_listed(accuracy, _percent)}.",
        f"Highest: {_winners(accuracy, max, _percent)}. Lowest test loss: {_winners(loss, min, '{:.3f}'.format)}.",
        _spread_sentence(runs),
    ]


def read_own(data: Split, runs: Sequence[Run]) -> list[str]:
    """As `read_annealing`, with the accuracy on the training examples."""
    trained = {run.label: run.final("train_accuracy") for run in runs}
    verdict, *others = read_annealing(data, runs)
    beside = others if len(runs) > 1 else [others[0], others[-1]]
    return [verdict, f"Accuracy on the training examples: {_listed(trained, _percent)}.", *beside]


def read_annealing_at_test(data: Split, runs: Sequence[Run]) -> list[str]:
    """What each factor that standard dropout could use at test gives."""
    return [verdicts.one_factor(runs), *_factors_at_test(data, runs)]


@_run_by_run
def _factors_at_test(data: Split, run: Run) -> list[str]:
    if not run.config.is_standard:
        return [
            f"{run.label} needs no factor at test: {_percent(run.final('test_accuracy'))} right, "
            f"loss {run.final('test_loss'):.3f}."
        ]
    rates = run.config.rates(np.arange(max(1, run.last[0].step)))
    costs = []
    for name, chosen in {"last": rates[-1], "mean": rates.mean(axis=0), "first": rates[0]}.items():
        scores = []
        for epoch in run.last:
            trained = network.as_parameters(run.config.sizes(data), epoch.state.parameters)
            outputs = network.predict(network.scale_sites(trained, 1.0 - chosen), data.test_features)
            scores.append(score(outputs, data.test_targets))
        loss, accuracy = np.mean(scores, axis=0)
        costs.append(
            f"{1.0 - chosen.max():.2f} (1 − {name} rate) gives {_percent(accuracy)}, loss {loss:.3f}"
        )
    return [f"{run.label} must choose one factor at test: {'; '.join(costs)}."]


def read_regularize(data: Split, runs: Sequence[Run]) -> list[str]:
    """How far training and test accuracy are apart."""
    # of the accuracies as they are written, or the reader's own subtraction gives another gap
    gaps = {
        run.label: round(run.final("train_accuracy"), 3) - round(run.final("test_accuracy"), 3)
        for run in runs
    }
    sentences = [
        f"{run.label}: {_percent(run.final('train_accuracy'))} right on the {len(data.train_targets)} training "
        f"examples, {_percent(run.final('test_accuracy'))} on the test examples: a gap of {_points(gaps[run.label])}."
        for run in runs
    ]
    plain = runs[0]
    for run in runs[1:]:
        change = gaps[plain.label] - gaps[run.label]
        words = _compared(
            change, f"{_points(change)} narrower than", f"{_points(-change)} wider than", "as wide as"
        )
        sentences.append(
            f"With {run.label} the gap is {words} without; the test loss is {run.final('test_loss'):.3f} "
            f"instead of {plain.final('test_loss'):.3f}."
        )
    return [verdicts.narrower_gap(runs), *sentences, _spread_sentence(runs)]


def read_monte_carlo(data: Split, runs: Sequence[Run]) -> list[str]:
    """What many noisy passes give instead of one without noise."""
    compared = {run.label: _by_seed(mc.compare, data, run) for run in runs}
    label, first = next(iter(compared.items()))
    single, many = (np.array([each.loss for each in passes]) for passes in _single_and_many(first))
    details = [sentence for name, seeds in compared.items() for sentence in _passes_in_words(name, seeds)]
    return [verdicts.many_passes(label, single, many, MC_PASSES), *details]


def _single_and_many(compared: Sequence[mc.Comparison]) -> tuple[list[mc.Quality], list[mc.Quality]]:
    return [each.single for each in compared], [each.noisy[-1] for each in compared]


def _passes_in_words(label: str, compared: Sequence[mc.Comparison]) -> list[str]:
    # accuracy, loss, calibration error
    single, many, one = np.mean([(each.single, each.noisy[-1], each.noisy[0]) for each in compared], axis=0)
    words = _compared(single[2] - many[2], "smaller", "larger", "the same")
    return [
        f"{label}: one pass without noise is right on {_percent(single[0])}, one noisy pass on "
        f"{_percent(one[0])}, the mean of {MC_PASSES} noisy passes on {_percent(many[0])}.",
        f"{label}: the calibration error of the {MC_PASSES} passes is {words}: {_percent(many[2])} against "
        f"{_percent(single[2])}; the test loss is {many[1]:.3f} against {single[1]:.3f}.",
    ]


def read_band(data: Split, runs: Sequence[Run]) -> list[str]:
    """How far the noisy passes spread near the examples, between and beyond them."""
    bands = {run.label: _by_seed(mc.regression_band, data, run) for run in runs}
    label, last = list(bands.items())[-1]
    near, beyond = (np.array([band.spread(place) for band in last]) for place in ("near", "beyond"))
    details = [_spreads_in_words(name, seeds) for name, seeds in bands.items()]
    return [verdicts.wider_band(label, near, beyond), *details]


def _spreads_in_words(label: str, bands: Sequence[mc.Band]) -> str:
    near, between, beyond = (
        np.mean([band.spread(place) for band in bands]) for place in ("near", "between", "beyond")
    )
    return (
        f"{label}: the passes spread by {near:.3f} where there are training examples, {between:.3f} in the gap "
        f"between them and {beyond:.3f} beyond them."
    )


def _by_seed(noisy: Callable[..., Any], data: Split, run: Run) -> list[Any]:
    """What the noisy passes of each seed's newest network show."""
    rngs = map(np.random.default_rng, range(len(run.last)))
    return [noisy(run.config, data, epoch, MC_PASSES, rng) for epoch, rng in zip(run.last, rngs, strict=True)]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.1f} %"


def _points(fraction: float) -> str:
    return f"{100 * fraction:.1f} points"


def _listed(values: Mapping[str, float], written: Callable[[float], str]) -> str:
    return "; ".join(f"{label}: {written(value)}" for label, value in values.items())


def _winners(
    values: Mapping[str, float], best: Callable[[Iterable[float]], float], written: Callable[[float], str]
) -> str:
    """All labels whose written value is the best one: what the screen cannot tell apart is a tie."""
    top = written(best(values.values()))
    return " and ".join(label for label, value in values.items() if written(value) == top) + f" ({top})"


def _compared(difference: float, more: str, less: str, same: str) -> str:
    """Word for the sign of ``difference``; below the resolution of what is shown it is the same."""
    if abs(difference) < 5e-4:
        return same
    return more if difference > 0 else less


def _spread_sentence(runs: Sequence[Run]) -> str:
    """How far to trust a difference: the largest standard deviation over seeds."""
    seeds = len(runs[0].epochs)
    if seeds == 1:
        return "This is one seed: train more to see how far such differences can be trusted."
    spread = max(float(np.std([epoch.test_accuracy for epoch in run.last], ddof=1)) for run in runs)
    return (
        f"Means of {seeds} seeds; from seed to seed the test accuracy has a standard deviation of up to "
        f"{_points(spread)}."
    )

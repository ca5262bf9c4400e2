"""`check` watches passes of a Keras network in training and in evaluation, and says where its dropout is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from dropviz.frameworks.findings import CHANGES, Finding, Place, Report
from dropviz.frameworks.passes import Pass, Passes, perhaps_skipped
from dropviz.frameworks.scales import agree, scaled_once_more
from dropviz.frameworks.verdicts import draws_alike, findings_of, is_missing, places_of
from dropviz.keras.state import as_it_was
from dropviz.keras.watching import Watch
from dropviz.numbers.checks import check_count

FEWEST, MOST = 3, 200
AGAIN, MORE = (
    2,
    14,
)  # passes in evaluation, and of training after it; more of these where a place is not met again
HINTS = {"": "give call the argument training, and ask it"}
# What a layer's rate is called: of those of Keras, and of others where no doubt is left.
RATES, OF_OTHERS = (
    ("rate", "dropout", "recurrent_dropout", "_dropout"),
    ("dropout_rate", "drop_rate", "drop_prob"),
)


def check(
    model: keras.Model,
    *inputs: Any,
    passes: int = 4,
    random_at_test: bool | Sequence[str] = False,
    **named: Any,
) -> Report:
    """Find every place where random numbers enter ``model``, and what is wrong with dropout there.

    The network is run on ``inputs`` in training, in evaluation, without a mode, and in training again. Seen are the
    calls of its layers and of the functions that draw, of ``keras.random`` and of its backend. A layer of one's own
    that draws is run again on the same input, with its noise and without: there the mean must be the same. That can
    be told where its noise is a mask that meets what it hands on or returns, or skips a path, or where the layer is
    affine; of noise inside other formulas only when it acts is seen, as of what `tf.function` or `jax.jit` hide. What
    other generators draw is seen by what it does, where that is a mask. Where neighbours are lost together, as by
    DropBlock, a missing factor is a warning: a masked input has the same numbers. A layer of one's own runs some 64
    times more, of large inputs some 12 times; one that is not seen to draw, 24 times.
    Afterwards the network is as it was: variables, seeds, attributes, and all generators; one that is not built is
    built.

    Parameters
    ----------
    model
        The network, called as ``model(*inputs, training=…, **named)``, run eagerly.
    inputs, named
        Arrays, and what else it is called with.
    passes
        In training, from 3 to 200.
    random_at_test
        Where randomness in evaluation is meant, as in Monte Carlo dropout: True, or paths of layers, such as
        ``block.dropout``. A layer with an attribute ``mc_dropout`` that is true is such a one.

    Returns
    -------
    Report
        Its ``findings`` have the kinds `left_on`, `wrong_scale`, `lost_after_eval`, `stuck_mask`, `no_effect`.

    Raises
    ------
    ValueError
        ``model`` is no layer of Keras 3, or ``passes`` is out of range. What the network itself raises passes through.

    Examples
    --------
    >>> net = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.3)])
    >>> check(net, keras.ops.ones((4, 8))).findings
    ()
    """
    if not isinstance(model, keras.layers.Layer):
        raise ValueError(f"model must be a keras.Model or keras.Layer; got {type(model).__name__}")
    check_count("passes", passes, FEWEST, MOST)
    if not model.built:
        model(*inputs, training=True, **named)
    layers = dict(_walk(model, "", set()))
    watch = Watch(model, layers)
    with as_it_was(model, list(layers.values())), watch.hooked():
        seen = _passed(watch, passes, inputs, named)
    _judge_skipped(watch, seen)
    kinds = {path: type(layer).__name__ for path, layer in layers.items()}
    declared = None if random_at_test is True else [*_declared(layers), *(random_at_test or ())]
    findings = (
        *findings_of(kinds, seen, declared, HINTS),
        *_of_layers(layers, seen),
        *_of_factors(kinds, watch.factors, seen),
    )
    return Report(type(model).__name__, tuple(places_of(seen)), findings, len(seen.first), "Keras")


def assert_dropout_is_right(model: keras.Model, *inputs: Any, **options: Any) -> None:
    """Raise AssertionError, with every finding, unless `check` finds no error in ``model``; for test suites.

    Examples
    --------
    >>> net = keras.Sequential([keras.layers.Dense(8), keras.layers.Dropout(0.3)])
    >>> assert_dropout_is_right(net, keras.ops.ones((4, 8)))
    """
    check(model, *inputs, **options).assert_right()


def _walk(layer: keras.Layer, path: str, seen: set[int]) -> Iterator[tuple[str, keras.Layer]]:
    """Every layer below ``layer``, itself included, by path; one that stands in two places by the first."""
    seen.add(id(layer))
    yield path, layer
    for part in layer._flatten_layers(include_self=False, recursive=False):
        if id(part) not in seen:
            yield from _walk(part, f"{path}.{part.name}" if path else part.name, seen)


def _passed(watch: Watch, passes: int, inputs: Sequence[Any], named: Mapping[str, Any]) -> Passes:
    number = 0
    given: list[Mapping[str, list[str]]] = []

    def run(count: int, training: bool | None) -> list[Pass]:
        nonlocal number
        done = []
        for _ in range(count):
            number += 1
            done.append(watch.run(number, training, inputs, named))
            given.append(watch.given)
        return done

    first = run(passes, training=True)
    _mark_thrown(first, given)
    evaluated = run(AGAIN, training=False)
    if draws_alike(evaluated):  # a path may be skipped by chance alone
        evaluated += run(MORE, training=False)
    evaluated += run(AGAIN, training=None)
    again = run(AGAIN, training=True)
    if is_missing(first, again):  # or left out by chance
        again += run(MORE, training=True)
    return Passes(first, evaluated, again)


def _mark_thrown(first: Sequence[Pass], given: Sequence[Mapping[str, list[str]]]) -> None:
    """Mark what a layer drops where the layer around it returns the same for the same, whatever was dropped."""

    def differs(of: Sequence[Mapping[str, Any]], path: str) -> bool:
        return len({str(each.get(path)) for each in of}) > 1

    outputs = [each.outputs for each in first]
    for each in first:
        for place, event in each.events.items():
            around = place.path.rpartition(".")[0]
            if (
                place.path
                and differs(outputs, place.path)
                and not (differs(outputs, around) or differs(given, around))
            ):
                event.unused = event.calls


def _judge_skipped(watch: Watch, seen: Passes) -> None:
    """Leave parts that are skipped to the layer around them, where that was measured.

    But not where the output of each is handed on as it is: there the numbers do not tell a path that must be scaled
    from a layer that is left out whole.
    """
    beside: dict[str, set[str]] = {}
    for path in perhaps_skipped(seen.training):
        beside.setdefault(path.rpartition(".")[0], set()).add(path)
    called = {path for each in seen.training for path in each.called if path}
    for (around, training), found in watch.measured.items():
        if training and found is not None and found.skips:  # by chance in none of the passes
            beside.setdefault(around, {path for path in called if path.rpartition(".")[0] == around})
    for around, parts in beside.items():
        if watch.measured.get((around, True)) is None:
            continue
        for each in seen.training:
            if not parts <= watch.whole:
                each.chosen |= parts
                continue
            for place, event in each.events.items():
                if place.path == around:
                    event.meetings.clear()


def _declared(layers: Mapping[str, keras.Layer]) -> list[str]:
    return [path for path, layer in layers.items() if getattr(layer, "mc_dropout", False) is True]


def _of_layers(layers: Mapping[str, keras.Layer], seen: Passes) -> Iterator[Finding]:
    """Layers with a rate, below which nothing is drawn in training."""
    drawn = {place.path for each in seen.training for place, event in each.events.items() if event.acting}
    called = {path for each in seen.training for path in each.called}
    for path, layer in layers.items():
        own = type(layer).__module__.startswith("keras.")
        rate = _rate(layer, RATES if own else OF_OTHERS)
        around = layers.get(path.rpartition(".")[0])  # a recurrent layer draws for its cell
        if not rate or isinstance(around, keras.layers.RNN):
            continue
        if any(one == path or one.startswith(f"{path}.") for one in drawn):
            continue
        name = f"{path or 'the model'} ({type(layer).__name__})"
        if path not in called:
            yield Finding("no_effect", "warning", name, "never called in training", CHANGES["never_called"])
        else:
            yield Finding(
                "no_effect", "error" if own else "warning", name, f"nothing is drawn in training at rate {rate:g}",
                "Dropout is asked for, and off in training as well: pass training=training, or nothing.",
            )  # fmt: skip


def _of_factors(kinds: Mapping[str, str], factors: Mapping[str, float], seen: Passes) -> Iterator[Finding]:
    """Layers that multiply in one mode alone, around Keras's own dropout."""
    for path, value in factors.items():
        events = [event for each in seen.first for place, event in each.events.items() if place.among([path])]
        rates = {one for event in events if event.rate for one in (event.rate, 1.0 - event.rate)}
        if rates and not agree(value, 1.0):
            yield scaled_once_more(Place(path, kinds[path], "", ""), value, None, rates)


def _rate(layer: keras.Layer, names: Sequence[str]) -> float:
    """The rate of a layer: the largest where it has two, as recurrent ones have; 0 without."""
    found = [getattr(layer, name, 0.0) for name in names]
    return max((float(one) for one in found if isinstance(one, int | float)), default=0.0)

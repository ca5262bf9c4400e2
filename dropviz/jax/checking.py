"""`check` follows the programs of a JAX network in training and at test, and says where its dropout is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from dropviz.frameworks.findings import CHANGES, Finding, Place, Report
from dropviz.frameworks.passes import Pass, Passes
from dropviz.frameworks.verdicts import few_draws, findings_of, places_of
from dropviz.jax.networks import Network, network_of
from dropviz.jax.watching import Watch
from dropviz.numbers.checks import check_count

FEWEST, MOST = 3, 200
ADDED, ENOUGH = 8, 64  # passes at a time, and in all, where few values have noise of their own
AGAIN = 2  # passes at test, and of training after it
SEED = 20_261_127
HINTS = {"": "let it follow the mode, as deterministic=True or inference=True does at test"}


def check(
    model: Any,
    *inputs: Any,
    test: Any = None,
    variables: Any = None,
    modes: tuple[Mapping[str, Any], Mapping[str, Any]] | None = None,
    passes: int = 4,
    random_at_test: bool | Sequence[str] = False,
    **named: Any,
) -> Report:
    """Find every place where random numbers enter ``model``, and what is wrong with dropout there.

    The network is traced on ``inputs`` in training, at test, and in training again, each time with another key, and its
    program is run step by step. So all is seen that a program has, in any library and inside of `jit`, `vmap`, `cond`
    and short loops: noise is followed to where it meets an activation, and there its mean must be the same in both
    modes. Not seen are noise inside of ``while`` loops, and whether what draws knows that it is dropout: its rate is
    measured. A pure function keeps nothing; nnx modules are run as copies. ``model`` is one of these:

    - a function ``train(key, *inputs)`` with ``test(*inputs)`` or ``test(key, *inputs)``, or one function with an
      argument that tells its mode: ``deterministic``, ``train``, ``training``, ``is_training``, ``inference``, …
    - a module of `flax.linen`, with its ``variables`` or without; of `flax.nnx`; of `equinox`, called for one example
      with ``key=``; or what `haiku.transform` returns.

    Parameters
    ----------
    model, inputs, named
        The network, and what it is called with.
    test
        What a function does at test.
    variables
        Of flax or haiku; made by ``init`` if not given. With haiku's state: ``(params, state)``.
    modes
        The arguments that tell the mode, ``({…in training}, {…at test})``, where none of the usual names does.
    passes
        In training, from 3 to 200; more are made, up to 64 in all, where few values have noise of their own.
    random_at_test
        Where randomness at test is meant, as in Monte Carlo dropout: True, or paths of modules.

    Returns
    -------
    Report
        Its ``findings`` are `left_on`, `wrong_scale`, `stuck_mask`, `no_effect` and, a warning, `reused_key`.

    Raises
    ------
    ValueError
        ``model`` is none of these, or ``passes`` is out of range. What the network itself raises passes through.

    Examples
    --------
    >>> def train(key, x):
    ...     return jax.random.bernoulli(key, 0.7, x.shape) * x / 0.7
    >>> check(train, np.ones((4, 8)), test=lambda x: x).findings
    ()
    """
    check_count("passes", passes, FEWEST, MOST)
    network = network_of(model, inputs, {"test": test, "variables": variables, "modes": modes}, named)
    watch = Watch()
    with network.hooked():
        seen, reused = _passed(network, watch, passes, inputs)
    declared = None if random_at_test is True else tuple(random_at_test or ())
    findings = (
        *findings_of(network.kinds, seen, declared, HINTS),
        *_of_layers(network, seen),
        *_of_keys(reused),
    )
    return Report(network.name, tuple(places_of(seen)), findings, len(seen.first), "JAX")


def assert_dropout_is_right(model: Any, *inputs: Any, **options: Any) -> None:
    """Raise AssertionError, with every finding, unless `check` finds no error in ``model``; for test suites.

    Examples
    --------
    >>> def train(key, x):
    ...     return jax.random.bernoulli(key, 0.7, x.shape) * x / 0.7
    >>> assert_dropout_is_right(train, np.ones((4, 8)), test=lambda x: x)
    """
    check(model, *inputs, **options).assert_right()


def _passed(
    network: Network, watch: Watch, passes: int, inputs: Sequence[Any]
) -> tuple[Passes, list[tuple[Place, ...]]]:
    """The passes, and the places that drew with one key in all of those in training."""
    leaves, tree = jax.tree.flatten(inputs)
    arrays = [at for at, leaf in enumerate(leaves) if isinstance(leaf, np.ndarray | jax.Array)]
    number, kept = 0, network.kept
    shared: list[set[tuple[Place, ...]]] = []

    def run(count: int, at_test: bool) -> list[Pass]:
        nonlocal number, kept
        done = []
        for _ in range(count):
            number += 1

            def function(kept: Any, key: Any, *given: Any) -> tuple[Any, Any]:
                filled = list(leaves)
                for at, one in zip(arrays, given, strict=True):
                    filled[at] = one
                return (network.test if at_test else network.train)(
                    kept, key, *jax.tree.unflatten(tree, filled)
                )

            key = jax.random.PRNGKey(SEED + number)
            kept = watch.run(number, function, (kept, key, *(leaves[at] for at in arrays)))
            done.append(watch.now)
            if not at_test:
                shared.append(
                    {tuple(sorted(places, key=str)) for places in watch.keys.values() if len(places) > 1}
                )
        return done

    first = run(passes, False)
    while len(first) < ENOUGH and few_draws(first):
        first += run(ADDED, False)
    seen = Passes(first, run(AGAIN, True), run(AGAIN, False))
    return seen, sorted(set.intersection(*shared), key=str)


def _of_layers(network: Network, seen: Passes) -> Iterator[Finding]:
    """Layers with a rate, below which nothing is drawn in training."""
    drawn = {place.path for each in seen.training for place in each.events}
    for path, rate in network.rates.items():
        if not rate or any(one == path or one.startswith(f"{path}.") for one in drawn):
            continue
        where = f"{path or 'the model'} ({network.kinds[path]})"
        if path not in network.called and network.kinds[path] in network.copies:
            continue  # which of them runs is not known
        if path not in network.called:
            yield Finding("no_effect", "warning", where, "never called", CHANGES["never_called"])
        else:
            yield Finding(
                "no_effect", "error", where, f"nothing is drawn in training at rate {rate:g}",
                "Dropout is asked for, and off in training as well: let it follow the mode.",
            )  # fmt: skip


def _of_keys(reused: Sequence[tuple[Place, ...]]) -> Iterator[Finding]:
    """Places that draw the same, for they have one key."""
    for places in reused:
        others = ", ".join(map(str, places[1:]))
        yield Finding(
            "reused_key", "warning", str(places[0]), f"the same key as at {others}",
            "Two places draw the same numbers, for they have one key: split it.",
        )  # fmt: skip

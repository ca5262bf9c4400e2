"""A network of JAX as two functions of a key, training and test, whose programs say which module each step is of."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial, wraps
from typing import Any

import jax

# What networks call their mode, and what it is in training and at test.
MODES = {
    "deterministic": (False, True), "train": (True, False), "training": (True, False), "is_training": (True, False),
    "is_train": (True, False), "inference": (False, True), "enable_dropout": (True, False),
    "use_running_average": (False, True),
}  # fmt: skip
KEYS = (
    "dropout",
    "default",
    "noise",
    "drop_path",
    "droppath",
    "stochastic_depth",
    "sample",
    "gaussian",
    "mask",
)
RATES = ("rate", "p", "dropout_rate", "dropout_prob", "attention_dropout_rate", "drop_rate", "drop_prob")

Run = Callable[
    ..., tuple[Any, Any]
]  # what is kept from pass to pass, a key, the inputs → result, what is kept


@dataclass(slots=True)
class Network:
    """``train`` and ``test``, what they keep, and the modules that were met: class by path, and rate by path.

    ``copies``: the classes of modules that run and are none of the network's, as `nnx.jit` and `nnx.remat` make them.
    """

    name: str
    train: Run
    test: Run
    kept: Any = None
    kinds: dict[str, str] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    called: set[str] = field(default_factory=set)
    copies: set[str] = field(default_factory=set)
    hooks: Callable[["Network"], Any] | None = None

    def meet(self, path: str, module: Any) -> Any:
        """Note a module that runs; inside of what is returned its steps carry its name."""
        self.know(path, module)
        self.called.add(path)
        return jax.named_scope(f"dv:{path}|{type(module).__name__}")

    def know(self, path: str, module: Any) -> None:
        """Note a module that is there."""
        self.kinds.setdefault(path, type(module).__name__)
        if type(module).__module__.partition(".")[0] in ("flax", "equinox", "haiku"):
            found = [value for name in RATES if isinstance(value := getattr(module, name, None), int | float)]
            self.rates[path] = max(map(float, found), default=0.0)

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Let the modules be met."""
        with ExitStack() as stack:
            if self.hooks is not None:
                stack.enter_context(self.hooks(self))
            yield


def network_of(
    model: Any, inputs: Sequence[Any], given: Mapping[str, Any], named: Mapping[str, Any]
) -> Network:
    """``model`` as a network; ``given``: the arguments ``test``, ``variables`` and ``modes`` of `check`."""
    families = {base.__module__.partition(".")[0] for base in type(model).__mro__}
    if {"haiku"} & families or (
        hasattr(model, "init") and hasattr(model, "apply") and isinstance(model, tuple)
    ):
        return _of_haiku(model, inputs, given, named)
    if "flax" in families:
        from flax import nnx

        return (_of_nnx if isinstance(model, nnx.Module) else _of_linen)(model, inputs, given, named)
    if "equinox" in families:
        return _of_equinox(model, given, named)
    if callable(model):
        return _of_function(model, inputs, given, named)
    raise ValueError(
        f"model must be a module of flax, equinox or haiku, or a function of a key; got {type(model).__name__}"
    )


def modes_of(function: Callable[..., Any], given: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments that tell a function its mode, in training and at test."""
    if given is not None:
        return dict(given[0]), dict(given[1])
    try:
        names = [name for name in inspect.signature(function).parameters if name in MODES]
    except (TypeError, ValueError):  # of what is not written in Python
        names = []
    return {name: MODES[name][0] for name in names}, {name: MODES[name][1] for name in names}


# ---- functions ------------------------------------------------------------------------------------------------------


def _of_function(
    model: Callable[..., Any], inputs: Sequence[Any], given: Mapping[str, Any], named: Mapping[str, Any]
) -> Network:
    test, modes = given["test"], modes_of(model, given["modes"])
    if test is None and not modes[0]:
        raise ValueError(
            f"test must be given, for the function has no argument of {', '.join(MODES)}; got {test!r}"
        )

    def run(function: Callable[..., Any], mode: Mapping[str, Any], takes_key: bool) -> Run:
        return lambda kept, key, *arrays: (
            function(*([key] if takes_key else []), *arrays, **mode, **named),
            kept,
        )

    at_test = run(model, modes[1], True) if test is None else run(test, {}, _takes(test, len(inputs) + 1))
    return Network(getattr(model, "__name__", type(model).__name__), run(model, modes[0], True), at_test)


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether a function can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


# ---- flax -----------------------------------------------------------------------------------------------------------


def _of_linen(
    model: Any, inputs: Sequence[Any], given: Mapping[str, Any], named: Mapping[str, Any]
) -> Network:
    from flax import linen

    modes = modes_of(type(model).__call__, given["modes"])
    fields = {name: MODES[name] for name in MODES if name in getattr(model, "__dataclass_fields__", {})}
    own = [model.clone(**{name: pair[at] for name, pair in fields.items()}) for at in (0, 1)]
    first = jax.random.PRNGKey(0)
    variables = given["variables"]
    if variables is None:
        variables = own[1].init({"params": first, **_keys(first)}, *inputs, **modes[1], **named)
    learnt = [name for name in variables if name != "params"]

    def run(module: Any, mode: Mapping[str, Any]) -> Run:
        def call(kept: Any, key: Any, *arrays: Any) -> tuple[Any, Any]:
            options = {"rngs": _keys(key), **({"mutable": learnt} if learnt else {})}
            found = module.apply(kept, *arrays, **options, **mode, **named)
            return (found[0], {**kept, **found[1]}) if learnt else (found, kept)

        return call

    def hooks(network: Network) -> Any:
        def met(function: Callable[..., Any], args: Any, kwargs: Any, context: Any) -> Any:
            if context.method_name != "__call__":
                return function(*args, **kwargs)
            with network.meet(".".join(context.module.path), context.module):
                return function(*args, **kwargs)

        return linen.intercept_methods(met)

    return Network(type(model).__name__, run(own[0], modes[0]), run(own[1], modes[1]), variables, hooks=hooks)


def _keys(key: Any) -> dict[str, Any]:
    return {name: jax.random.fold_in(key, at) for at, name in enumerate(KEYS)}


def _of_nnx(model: Any, inputs: Sequence[Any], given: Mapping[str, Any], named: Mapping[str, Any]) -> Network:  # noqa: ARG001
    from flax import nnx

    modes = modes_of(type(model).__call__, given["modes"])
    graph, state = nnx.split(model)

    def run(mode: Mapping[str, Any], at_test: bool) -> Run:
        def call(kept: Any, _: Any, *arrays: Any) -> tuple[Any, Any]:
            module = nnx.merge(graph, kept)
            (module.eval if at_test else module.train)()
            paths = {id(part): ".".join(map(str, path)) for path, part in nnx.iter_modules(module)}
            with _called({type(part) for _, part in nnx.iter_modules(module)}, network, paths):
                found = module(*arrays, **mode, **named)
            return found, nnx.state(module)

        return call

    network = Network(type(model).__name__, run(modes[0], False), run(modes[1], True), state)
    for path, part in nnx.iter_modules(model):
        network.know(".".join(map(str, path)), part)
    return network


# ---- equinox and haiku ----------------------------------------------------------------------------------------------


def _of_equinox(model: Any, given: Mapping[str, Any], named: Mapping[str, Any]) -> Network:
    import equinox

    modes = modes_of(type(model).__call__, given["modes"])
    takes_key = "key" in inspect.signature(type(model).__call__).parameters
    parts = {id(part): (path, part) for path, part in _parts(model, "")}

    def run(mode: Mapping[str, Any], at_test: bool) -> Run:
        module = equinox.nn.inference_mode(model, at_test)
        paths = {id(part): path for path, part in _parts(module, "")}

        def call(kept: Any, key: Any, *arrays: Any) -> tuple[Any, Any]:
            with _called({type(part) for _, part in parts.values()}, network, paths):
                return module(*arrays, **({"key": key} if takes_key else {}), **mode, **named), kept

        return call

    network = Network(type(model).__name__, run(modes[0], False), run(modes[1], True))
    for path, part in parts.values():
        network.know(path, part)
    return network


def _parts(module: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every module of equinox below one, itself included, by path."""
    if type(module).__module__.startswith("equinox") or any(
        base.__module__.startswith("equinox") for base in type(module).__mro__
    ):
        yield path, module
        inner: Mapping[Any, Any] = {name: getattr(module, name, None) for name in module.__dataclass_fields__}
    elif isinstance(module, list | tuple):
        inner = dict(enumerate(module))
    elif isinstance(module, dict):
        inner = module
    else:
        return
    for name, part in inner.items():
        yield from _parts(part, f"{path}.{name}" if path else str(name))


@contextmanager
def _called(kinds: set[type], network: Network, paths: Mapping[int, str]) -> Iterator[None]:
    """Let the modules of these classes be met where they are called."""
    kept = [(kind, kind.__dict__["__call__"]) for kind in kinds if "__call__" in kind.__dict__]

    def met(call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def inner(module: Any, *args: Any, **kwargs: Any) -> Any:
            if id(module) not in paths:
                network.copies.add(type(module).__name__)
            with network.meet(paths.get(id(module), ""), module):
                return call(module, *args, **kwargs)

        return inner

    try:
        for kind, call in kept:
            type.__setattr__(kind, "__call__", met(call))
        yield
    finally:
        for kind, call in kept:
            type.__setattr__(kind, "__call__", call)


def _of_haiku(
    model: Any, inputs: Sequence[Any], given: Mapping[str, Any], named: Mapping[str, Any]
) -> Network:
    import haiku

    modes, variables = _haiku_modes(model, inputs, given, named)
    has_state = "State" in type(model).__name__

    def run(mode: Mapping[str, Any]) -> Run:
        def call(kept: Any, key: Any, *arrays: Any) -> tuple[Any, Any]:
            if not has_state:
                return model.apply(kept, key, *arrays, **mode, **named), kept
            found, state = model.apply(*kept, key, *arrays, **mode, **named)
            return found, (kept[0], state)

        return call

    def hooks(network: Network) -> Any:
        def met(function: Callable[..., Any], args: Any, kwargs: Any, context: Any) -> Any:
            if context.method_name != "__call__":
                return function(*args, **kwargs)
            with network.meet(
                context.module.module_name.replace("/~/", ".").replace("/", "."), context.module
            ):
                return function(*args, **kwargs)

        return haiku.intercept_methods(met)

    return Network("haiku", run(modes[0]), run(modes[1]), variables, hooks=hooks)


def _haiku_modes(
    model: Any, inputs: Sequence[Any], given: Mapping[str, Any], named: Mapping[str, Any]
) -> Any:
    """The mode's arguments, which are found by trying, and the variables."""
    tried = [given["modes"]] if given["modes"] is not None else [
        ({name: pair[0]}, {name: pair[1]}) for name, pair in MODES.items()
    ]  # fmt: skip
    for modes in tried:
        # in training, where averages that are kept begin
        make = partial(model.init, jax.random.PRNGKey(0), *inputs, **modes[0], **named)
        try:
            return modes, make() if given["variables"] is None else given["variables"]
        except TypeError as wrong:
            if given["modes"] is not None or "unexpected keyword" not in str(wrong):
                raise
    raise ValueError(f"modes must say how the network is told its mode; it takes none of {', '.join(MODES)}")

"""What one pass of a Keras network does with random numbers, layer by layer."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from types import ModuleType
from typing import Any

import keras
from keras.src import backend  # the functions behind keras.random, which the layers call themselves

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import Event, Meeting, Pass, digest
from dropviz.frameworks.rerun import Layer, differs, factor, hidden_mask, measured, vanishes
from dropviz.frameworks.watched import Draws, Running, numbers
from dropviz.keras.state import attributes_kept
from dropviz.numbers.checks import AnyFloats

RATES = {"dropout": ("rate", 1)}
KERAS = (
    "normal",
    "uniform",
    "categorical",
    "randint",
    "truncated_normal",
    "dropout",
    "shuffle",
    "gamma",
    "binomial",
)
BESIDE = {  # what a layer of one's own may call instead, where it is there
    "tensorflow.random": ("normal", "uniform", "truncated_normal", "categorical", "shuffle", "gamma",
                          "stateless_uniform", "stateless_normal"),
    "tensorflow.nn": ("dropout",),
    "jax.random": ("bernoulli", "uniform", "normal", "categorical", "randint", "choice", "permutation", "gumbel"),
    "torch": ("rand", "rand_like", "randn", "randn_like", "bernoulli", "randint", "randperm", "normal"),
    "torch.nn.functional": ("dropout",),
    "random": ("random", "uniform"),
    "numpy.random": ("rand", "randn", "random", "uniform", "normal", "binomial", "choice", "randint"),
}  # fmt: skip
REGULARIZES = "keras.src.layers.regularization"
Call = Callable[..., Any]


class Watch(Draws):
    """Notes what the layers of a network draw, and what it does to their activations."""

    def __init__(self, model: keras.Model, layers: Mapping[str, keras.Layer]) -> None:
        roots = (sys.modules[name] for name in ("keras", "tensorflow", "jax", "torch") if name in sys.modules)
        super().__init__([str(each.__path__[0]) for each in roots], RATES)
        self.model, self.layers = model, layers
        self.paths = {id(layer): path for path, layer in layers.items()}
        self.training = False
        self.measured: dict[tuple[str, bool], Meeting | None] = {}
        self.given: dict[str, list[str]] = {}
        self.once: dict[Place, Event] = {}  # what was drawn when a place was first seen in training
        self.fixed: dict[
            str, Meeting | None
        ] = {}  # of layers that draw nothing: their mask, if they keep one
        self.parts: dict[str, set[str]] = {}  # of layers that draw nothing: what the first pass calls of them
        self.unseen: set[str] = set()  # layers with a mask that comes from a generator of their own
        self.factors: dict[
            str, float
        ] = {}  # of layers around dropout: what they multiply by in training alone
        self.crossing: list[AnyFloats] | None = None  # what a layer that is run again hands to its parts
        self.inside = 0
        self.whole: set[str] = set()  # parts whose output is handed on as it is

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Watch the calls of layers, and of functions that draw."""
        call = keras.layers.Layer.__call__
        functions: list[tuple[ModuleType, str]] = [(backend.random, name) for name in KERAS]
        for home, names in BESIDE.items():
            if home in sys.modules:
                functions += [(sys.modules[home], name) for name in names]

        def called(layer: keras.Layer, *args: Any, **kwargs: Any) -> Any:
            return self._call(call, layer, args, kwargs)

        keras.layers.Layer.__call__ = called
        try:
            with self.watching(functions):
                yield
        finally:
            keras.layers.Layer.__call__ = call

    def run(
        self, number: int, training: bool | None, inputs: Sequence[Any], named: Mapping[str, Any]
    ) -> Pass:
        """One pass; without a mode if ``training`` is None, as networks are often called to predict."""
        self.now, self.given, self.training = Pass(number), {}, bool(training)
        mode = {} if training is None else {"training": training}
        result = self.model(*inputs, **mode, **named)
        self.now.result = [found for each in _arrays(result) if (found := numbers(each)) is not None]
        for path, outputs in self.now.outputs.items() if self.training else ():
            taken = [given for other, given in self.given.items() if other != path]
            returned = self.now.outputs.get(path.rpartition(".")[0], []) if path else []
            if not set(outputs).isdisjoint(chain(returned, *taken)):
                self.whole.add(path)
        for place, event in self.now.events.items():
            seen = self.measured.get((place.path, self.training))
            if seen is not None and event.acting:
                event.meetings.append(replace(seen, digest="|".join(event.states), drawn=number))
        return self.now

    # ---- a layer --------------------------------------------------------------------------------------------------

    def _call(self, call: Call, layer: keras.Layer, args: Any, kwargs: Any) -> Any:
        arrays = _arrays((args, kwargs))
        if any(isinstance(each, keras.KerasTensor) for each in arrays):
            return call(layer, *args, **kwargs)
        if self.crossing is not None:
            return self._part(call, layer, args, kwargs)
        path = self.paths.get(id(layer), layer.name)
        running = Running(path, type(layer).__name__)
        self.stack.append(running)
        self.now.handed.add(path)  # a factor behind it is not seen
        self.now.called[path] = self.now.called.get(path, 0) + 1
        try:
            output = call(layer, *args, **kwargs)
        finally:
            self.stack.pop()
        self.now.outputs.setdefault(path, []).append(_digest(output))
        self.given.setdefault(path, []).append(_digest((args, kwargs)))
        with _context_kept(layer), attributes_kept(self.layers.values()), self.silent():
            self._look(running, self._again(call, layer, args, kwargs), type(layer).__module__)
        return output

    def _look(self, running: Running, layer: tuple[Layer, AnyFloats] | None, home: str) -> None:
        """Measure what the noise of a layer does, once for each mode; ``home``: the module of its class."""
        key, of_keras = (running.path, self.training), home.startswith("keras.")
        regularizes = home.startswith(REGULARIZES)  # its noise is for training alone
        if layer is None:
            return
        if (
            running.drew and of_keras and not self.training
        ):  # a recurrent one draws in evaluation, and does not use it
            if not differs(*layer, (True, True)):
                for place in running.drew:
                    self.now.events[place].acting = False
            elif regularizes:
                self.measured[key] = Meeting(1.0, 0.0, 1.0, 0.0, 1, "", 0, ())
        elif running.drew and not of_keras and key not in self.measured:
            self.measured[key] = (
                measured(*layer)
                if self.training
                else Meeting(1.0, 0.0, 1.0, 0.0, 1, "", 0, (), multiplied=vanishes(*layer))
            )
        if self.training and not running.drew and not of_keras:
            self._look_for_hidden(running, layer)
        drawn = False
        for place, event in self.once.items():
            if (
                place.path == running.path
                and place not in running.drew
                and self.training
                and differs(*layer, (True, False))
            ):
                self.now.events[place], drawn = event, True  # drawn once, and used ever since
        kept = self.fixed.get(running.path)
        if self.training and not running.drew and not drawn and kept is not None:
            place = Place(running.path, running.kind, "", "a mask that is kept")
            self.now.events[place] = Event(1, None, True, meetings=[kept])
        for place in running.drew if self.training else ():
            self.once.setdefault(place, self.now.events[place])

    def _look_for_hidden(self, running: Running, layer: tuple[Layer, AnyFloats]) -> None:
        """Measure once what a layer does that is not seen to draw; again where another pass calls other parts of it."""
        path = running.path
        parts = {other for other in self.now.called if other.startswith(f"{path}." if path else "")} - {path}
        unseen = None
        if path in self.parts and self.parts[path] != parts and path not in self.unseen:
            unseen = measured(*layer)  # chance had hidden it
            del self.parts[path]
        if path not in self.fixed:
            self.fixed[path], unseen = hidden_mask(*layer)
            self.parts[path] = parts
            inside = (place.among([path]) for place in self.now.events)
            self.factors[path] = factor(*layer) if any(inside) else 1.0
        if unseen is not None and unseen.zeros:
            self.measured[path, True] = unseen
            self.unseen.add(path)
        if path in self.unseen:
            place = Place(path, running.kind, "", "a mask that was not seen drawn")
            self.now.events[place] = Event(1, None, True, states=[str(self.now.number)])

    def _part(self, call: Call, layer: keras.Layer, args: Any, kwargs: Any) -> Any:
        """Run a part of a layer that is run again: as in evaluation, so that the layer's own noise is all there is."""
        assert self.crossing is not None
        if not self.inside:
            self.crossing += _floats((args, kwargs))
        self.inside += 1
        try:
            return call(layer, *args, **{**kwargs, "training": False})
        finally:
            self.inside -= 1

    def _again(
        self, call: Call, layer: keras.Layer, args: Any, kwargs: Any
    ) -> tuple[Layer, AnyFloats] | None:
        """The layer as a function of its first input of real numbers, and that input."""
        leaves = keras.tree.flatten((args, kwargs))
        at = next((at for at, leaf in enumerate(leaves) if _is_float(leaf)), None)
        given = None if at is None else numbers(leaves[at])
        if at is None or given is None:
            return None
        first = leaves[at]

        def again(noise: bool, values: AnyFloats) -> list[AnyFloats]:
            leaves[at] = keras.ops.cast(keras.ops.convert_to_tensor(values), first.dtype)
            some, named = keras.tree.pack_sequence_as((args, kwargs), leaves)
            self.crossing = []
            try:
                output = call(layer, *some, **(named if noise else {**named, "training": False}))
                return [*self.crossing, *_floats(output)]
            finally:
                self.crossing = None

        return again, given


@contextmanager
def _context_kept(layer: keras.Layer) -> Iterator[None]:
    """Keep the mode that Keras hands down to the layers that follow."""
    context = layer._get_call_context()
    kept = getattr(context, "training", None)
    try:
        yield
    finally:
        context.training = kept
        layer._maybe_reset_call_context()


def _arrays(tree: Any) -> list[Any]:
    return [leaf for leaf in keras.tree.flatten(tree) if hasattr(leaf, "shape") and hasattr(leaf, "dtype")]


def _is_float(leaf: Any) -> bool:
    return hasattr(leaf, "dtype") and "float" in str(leaf.dtype)


def _floats(tree: Any) -> list[AnyFloats]:
    found = [numbers(leaf) for leaf in _arrays(tree) if _is_float(leaf)]
    return [each for each in found if each is not None]


def _digest(tree: Any) -> str:
    return digest(*(numbers(each) for each in _arrays(tree)))

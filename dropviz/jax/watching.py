"""What one pass of a JAX function does with random numbers: its program is run step by step.

`jax.make_jaxpr` gives the program, in which all that flax, equinox, haiku or the code itself calls is a list of
primitives. Each value carries a tag: that it is noise, or that noise was multiplied into it. Where noise meets an
activation, its mean, share of zeros, and the factors before and after it are noted. For ``x * bernoulli(key, 0.7)``::

    c = random_bits a     noise
    d = lt … 0.7          noise, of noise and numbers alone
    e = mul x d           noise meets an activation: mean 0.7, zeros 0.3
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax._src import source_info_util  # there is no public way from a primitive to the line that called it
from jax.extend import core
from jax.interpreters import partial_eval

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import KEPT, OUTSIDE, Event, Given, Meeting, Pass, digest
from dropviz.frameworks.tags import Tag, mixed
from dropviz.frameworks.watched import numbers
from dropviz.jax.steps import (
    DRAWS,
    compiled,
    count_draws,
    drawn_among,
    given_alone,
    is_key,
    is_mask,
    kept_by,
    one_number,
    where_live,
)

SAME_VALUES = frozenset({
    "reshape", "broadcast_in_dim", "convert_element_type", "transpose", "squeeze", "expand_dims", "copy", "copy_p",
    "rev", "slice", "reduce_precision", "stop_gradient", "optimization_barrier",
})  # fmt: skip
COMPARES = frozenset({"ge", "gt", "le", "lt", "eq", "ne"})
INSIDE = ("jaxpr", "call_jaxpr", "fun_jaxpr")  # parameters of a primitive that hold the program it stands for
SCOPE = re.compile(r"dv:([^|/()]*)\|([^/()]*)")  # how the modules that run are written into the program
LIBRARIES = ("jax", "flax", "equinox", "haiku", "jaxtyping", "chex")
SKIPPED = (
    *(str(Path(jax.__file__).parents[1] / name) for name in LIBRARIES), str(Path(__file__).parents[1]), "<frozen",
)  # fmt: skip
MOST_STEPS = 256  # of a loop that is run step by step


class Watch:
    """Notes what the passes of a function draw."""

    def __init__(self) -> None:
        self.now = Pass(0)
        self.keys: dict[str, set[Place]] = {}
        self.outer: list[Any] = []
        self.within: list[Place | None] = [None]

    def run(self, number: int, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """One pass; what ``function`` returns is ``(result, what else is kept)``."""
        self.now, self.keys, self.outer, self.within = Pass(number), {}, [], [None]
        program, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
        flat = [
            np.asarray(leaf) if not hasattr(leaf, "dtype") else leaf for leaf in jax.tree.leaves(arguments)
        ]
        inputs = len(jax.tree.leaves(arguments[2:]))  # behind what is kept, and the key
        given = [(leaf, Tag(fixed=is_key(leaf), weight=True)) for leaf in flat[: len(flat) - inputs]]
        for leaf in flat[len(flat) - inputs :]:
            given.append((leaf, Tag(fixed=is_key(leaf), given=Given() if inputs > 1 else None)))
        consts = [(leaf, self._of_const(leaf)) for leaf in program.consts]
        found = self._evaluate(program.jaxpr, consts, given)
        self._mark_unused(program.jaxpr)
        result, rest = jax.tree.unflatten(jax.tree.structure(shape), [value for value, _ in found])
        self.now.result = [one for leaf in jax.tree.leaves(result) if (one := numbers(leaf)) is not None]
        return rest

    # ---- a program ------------------------------------------------------------------------------------------------

    def _evaluate(self, program: Any, consts: Sequence[Any], given: Sequence[Any]) -> list[Any]:
        """Every step of a program, on pairs of a value and its tag."""
        known = dict(zip([*program.constvars, *program.invars], [*consts, *given], strict=True))

        def read(one: Any) -> tuple[Any, Tag]:
            return (one.val, Tag(fixed=True)) if isinstance(one, core.Literal) else known[one]

        for step in program.eqns:
            outputs = self._step(step, [read(one) for one in step.invars])
            known.update(zip(step.outvars, outputs, strict=True))
        return [read(one) for one in program.outvars]

    def _step(self, step: Any, given: list[tuple[Any, Tag]]) -> list[tuple[Any, Tag]]:
        name, params = step.primitive.name, step.params
        inner = next((params[key] for key in INSIDE if key in params), None)
        self.outer.append(step)
        try:
            if name == "cond":
                return self._choose(params["branches"], given[0], given[1:])
            if name == "scan" and params["length"] <= MOST_STEPS:
                return self._scan(params, given)
            if name not in {"scan", "while"} and inner is not None:
                return self._inside(inner, given)
            bind: Callable[..., Any] = partial(step.primitive.bind, **params)
            if name in DRAWS:  # random_gamma would be compiled anew in every pass
                bind = compiled(step.primitive, tuple(params.items()))
            found = bind(*(value for value, _ in given))
            outputs = list(found) if step.primitive.multiple_results else [found]
            tagged = [(value, self._tag(name, given, value)) for value in outputs]
            if len(tagged) == 1 and tagged[0][1].noise and name not in DRAWS:
                tagged[0][1].live = where_live(bind, given)
            return tagged
        finally:
            self.outer.pop()

    def _inside(self, inner: Any, given: Sequence[Any]) -> list[Any]:
        """The program that a step stands for."""
        closed = inner if isinstance(inner, core.ClosedJaxpr) else None
        consts = [] if closed is None else [(leaf, self._of_const(leaf)) for leaf in closed.consts]
        return self._evaluate(inner if closed is None else closed.jaxpr, consts, given)

    def _choose(self, branches: Sequence[Any], index: tuple[Any, Tag], given: Sequence[Any]) -> list[Any]:
        """One of several programs; where noise says which of two, that is noise which meets what they return."""
        at = int(index[0])
        self.within.append(index[1].place if index[1].noise else self.within[-1])
        found = self._inside(branches[at], given)
        self.within.pop()
        if len(branches) != 2 or not index[1].noise:
            return found
        kept, self.now, keys, self.keys = self.now, Pass(self.now.number), self.keys, {}
        other = self._inside(branches[1 - at], given)  # which is not run, so that nothing of it counts
        self.now, self.keys = kept, keys
        both = (other, found) if at else (found, other)
        return [
            (one[0], self._tag("select_n", [index, if_not, if_so], one[0]))
            for one, if_not, if_so in zip(found, *both, strict=True)
        ]

    def _scan(self, params: Mapping[str, Any], given: list[Any]) -> list[Any]:
        """A loop, step by step."""
        kept, carried = params["num_consts"], params["num_carry"]
        consts, carry, rows = given[:kept], given[kept : kept + carried], given[kept + carried :]
        body, length = params["jaxpr"], params["length"]
        own = [(leaf, self._of_const(leaf)) for leaf in body.consts]
        order = range(length - 1, -1, -1) if params["reverse"] else range(length)
        stacked: list[list[Any]] = []
        for at in order:
            row = [(value[at], tag) for value, tag in rows]
            found = self._evaluate(body.jaxpr, own, [*consts, *carry, *row])
            carry = found[:carried]
            stacked.append(found[carried:])
        if params["reverse"]:
            stacked.reverse()
        columns = zip(*stacked, strict=True)
        return [*carry, *((jax.numpy.stack([value for value, _ in one]), one[-1][1]) for one in columns)]

    # ---- a step ---------------------------------------------------------------------------------------------------

    def _tag(self, name: str, given: list[tuple[Any, Tag]], value: Any) -> Tag:
        """What is known of the result of one step."""
        noisy = [(one, tag) for one, tag in given if tag.noise]
        data = [(one, tag) for one, tag in given if not (tag.noise or tag.fixed)]
        if name in DRAWS:
            return self._draw(given, value)
        if name not in SAME_VALUES:
            for tag in {id(tag.given): tag for _, tag in data}.values():
                tag.go_on()
        if name == "div" and not given[0][1].noise and given[1][1].counts:
            assert given[1][1].place is not None
            self.now.events.setdefault(given[1][1].place, Event()).counted = True
            return given[0][1]
        if noisy and not [one for one, _ in data if np.size(one) > 1 or np.shape(one) == np.shape(value)]:
            tags = drawn_among(noisy) or [of for _, of in noisy]
            made = Tag(tags[0].place, noise=True, drawn=tags[0].drawn)
            made.count = min(np.size(value), max(of.count for of in tags))
            varied = any(tag.fixed and one_number(one) is None for one, tag in given)
            made.spans = (name in COMPARES and varied and np.size(value) > made.count) or any(
                of.spans for of in tags
            )
            made.counts = name == "reduce_sum" or any(of.counts for of in tags)
            return made
        if noisy:
            return self._meet(name, given, noisy[0], value)
        if data and name in {"mul", "div"}:
            return self._scale(name, given)
        made = Tag(fixed=not data, weight=all(tag.weight for _, tag in data), given=given_alone(data))
        if name in {"add", "add_any"} and not any(tag.weight or tag.fixed for _, tag in given):
            made.added = (self._module()[0], *(one for one, _ in given))
        two = [np.shape(one) for one, _ in data] == [np.shape(value)] * 2
        made.apart = name == "sub" and two
        if name in {"add", "add_any", "sub"} and two:
            mixed(tag for _, tag in data)
        return data[0][1] if data and name in SAME_VALUES else made

    def _draw(self, given: list[tuple[Any, Tag]], value: Any) -> Tag:
        place = self._place(self._called())
        event = self.now.events.setdefault(place, Event())
        event.calls, event.acting = event.calls + 1, True
        event.states.append(digest(numbers(value)))
        for one, _ in given[:1]:
            key = jax.random.key_data(one) if is_key(one) and one.dtype != np.uint32 else one
            self.keys.setdefault(f"{digest(numbers(key))} {np.shape(value)}", set()).add(place)
        return Tag(place, noise=True, drawn=self.now.number, count=np.size(value))

    def _meet(self, name: str, given: list[tuple[Any, Tag]], noise: tuple[Any, Tag], value: Any) -> Tag:
        """Noise and an activation: what is left of the activation."""
        place = noise[1].place
        assert place is not None
        changed = next((tag for _, tag in given if not tag.noise and tag.meeting is not None), None)
        counted = changed is not None and changed.meeting is not None and changed.meeting.multiplied
        if np.size(noise[0]) == 1 and name in {"mul", "div"} and changed is not None and counted:
            number = float(np.ravel(np.asarray(noise[0]))[0])
            return self._scaled(changed, number if name == "mul" else 1.0 / number)
        rows = np.ndim(value) > 0 and noise[1].count <= len(value)
        each = noise[1].count >= np.size(value)
        kept = kept_by(name, given, noise, self._module()[0] if rows or each else None)
        if noise[1].spans or not jax.numpy.issubdtype(value.dtype, jax.numpy.inexact):
            kept = None  # positions, or numbers of words
        values = numbers(noise[0] if kept is None else kept)
        event = self.now.events.setdefault(place, Event())
        event.acting = True
        if values is None:
            return Tag()
        count = noise[1].count
        if noise[1].live is not None:
            there = np.broadcast_to(noise[1].live, values.shape)
            values, count = values[there], max(1, round(count * there.mean()))
        meeting = Meeting.of(values, (noise[1].drawn, count), self._functions(), kept is not None)
        if name == "dot_general" and noise[1].live is not None:  # the edges of a graph, or what is not padded
            meeting.multiplied = meeting.drops
        meeting.each, meeting.within = each, self.within[-1]
        meeting.added = name == "select_n" and not any(tag.fixed for _, tag in given)
        if np.ndim(value) > 1 and noise[1].count <= len(value):
            meeting.given = given_alone([(one, tag) for one, tag in given if not (tag.noise or tag.fixed)])
        event.meetings.append(meeting)
        for _, tag in given:
            if not tag.noise:
                meeting.scales.update(self._taken_from(tag, meeting.functions))
        return Tag(place, meeting=meeting, apart=any(tag.apart for _, tag in given))

    def _taken_from(self, tag: Tag, functions: tuple[str, ...]) -> Mapping[str, float]:
        """The factors of an activation that belong to the noise that meets it in ``functions``, not to earlier."""
        if tag.meeting is None or tag.meeting.functions == functions:
            return {} if tag.meeting else tag.scales
        here = self.now.scales.get(functions[0], {}) if functions else {}
        module = self._module()[0]  # a branch of `cond` is a function of its own
        own = "" if tag.place is None or tag.place.path == module else f"{module}|"
        taken = {
            line: value
            for line, value in tag.scales.items()
            if line in here or (own and line.startswith(own))
        }
        for line in taken:
            tag.meeting.scales.pop(line, None)
        return taken

    def _scale(self, name: str, given: list[tuple[Any, Tag]]) -> Tag:
        """An activation times a number."""
        (one, tag), (other, of_other) = given
        if tag.fixed and name == "mul":
            (one, tag), (other, of_other) = (other, of_other), (one, tag)
        value = one_number(other) if of_other.fixed else None
        if tag.fixed or value is None:
            return Tag()
        return self._scaled(tag, value if name == "mul" else 1.0 / value if value else np.inf)

    def _scaled(self, tag: Tag, value: float) -> Tag:
        line = self._factor_line()
        if tag.meeting is not None and line in tag.meeting.scales and line not in tag.scales:
            tag = Tag(given=tag.given)  # the code of that mask runs once more, for another
        value *= tag.scales.get(line, 1.0)  # a line may multiply more than once
        self.now.scales.setdefault(next(iter(self._functions()), ""), {})[line] = value
        if tag.meeting is not None:
            tag.meeting.scales[line] = value
        scales = {**tag.scales, line: value}
        return Tag(tag.place, meeting=tag.meeting, scales=scales, given=tag.given, apart=tag.apart)

    def _of_const(self, value: Any) -> Tag:
        """What is known of an array that the function holds: a mask may be one that was drawn elsewhere."""
        array = numbers(value) if not is_key(value) else None
        if array is None:
            return Tag(fixed=True)
        if not is_mask(array):
            return Tag(weight=True)
        place = self._place(KEPT if isinstance(value, jax.Array) else OUTSIDE)
        event = self.now.events.setdefault(place, Event())
        event.calls += 1
        event.states.append(digest(array))
        return Tag(place, noise=True, count=array.size)

    # ---- where ----------------------------------------------------------------------------------------------------

    def _frames(self, skipped: tuple[str, ...]) -> list[Any]:
        """The frames of the innermost step that has any, without those of files that begin so; the innermost first."""
        for step in reversed(self.outer):
            if step.source_info.traceback is not None:
                frames = source_info_util.user_frames(step.source_info.traceback)
                if found := [frame for frame in frames if not frame.file_name.startswith(skipped)]:
                    return found
        return []

    def _line(self) -> str:
        """The line of the network's own code."""
        for frame in self._frames(SKIPPED):
            file = Path(frame.file_name)
            file = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else Path(file.name)
            return f"{file}:{frame.start_line}"
        return ""

    def _factor_line(self) -> str:
        """Where a factor stands, in a library too: a line may call several layers, each with factors of its own."""
        frame = next(iter(self._frames(SKIPPED[:1])), None)
        if frame is None:
            return self._module()[0]
        columns = f"{frame.start_column}:{frame.end_column}"  # a product that goes on begins where it began
        return f"{self._module()[0]}|{frame.file_name}:{frame.start_line}:{columns}"

    def _functions(self) -> tuple[str, ...]:
        path, kind = self._module()
        if kind == "function":
            return ("|",)  # one for training and one for evaluation, whatever they are called
        return tuple(f"{path}|{one.file_name}:{one.function_name}" for one in self._frames(SKIPPED))

    def _module(self) -> tuple[str, str]:
        for step in reversed(self.outer):
            found = SCOPE.findall(str(step.source_info.name_stack))
            if found:
                path, kind = found[-1]
                return path, kind
        return "", "function"

    def _place(self, call: str) -> Place:
        return Place(*self._module(), self._line(), call)

    def _called(self) -> str:
        """The function of `jax.random` that draws, by the name of the program it stands in."""
        names = [str(step.params.get("name", "")) for step in self.outer]
        return next(
            (name[1:] for name in names if name[:1] == "_" and hasattr(jax.random, name[1:])), "random"
        )

    def _mark_unused(self, program: Any) -> None:
        """Mark places where all that is drawn is thrown away: what no output needs is left out of a program."""
        needed, _ = partial_eval.dce_jaxpr(program, [True] * len(program.outvars))
        if count_draws(needed) == 0 < count_draws(program):
            for event in self.now.events.values():
                event.unused = event.calls

"""What one pass of a network does with random numbers: seen call by call, as torch's functions are called.

A tensor carries what is known of it as a tag: that it is noise, or that noise was multiplied into it. Where noise meets
an activation, its mean, its share of zeros and the factors before and after it are noted.
"""

import math
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import KEPT, OUTSIDE, Event, Meeting, Pass, digest
from dropviz.frameworks.tags import Tag
from dropviz.torch.calls import (
    ATTENTION,
    COMPARES,
    COUNTS,
    DIVIDE,
    DRAWS,
    DROPOUTS,
    MULTIPLY,
    NEW,
    ORDER,
    READ,
    RECURRENT,
    SAME_VALUES,
    SELECTS,
    TAG,
    arguments,
    constant,
    generator_state,
    is_activation,
    is_mask,
    is_number,
    is_real,
    kept_by,
    tag_of,
    tensors_in,
    values,
)
from dropviz.torch.frames import functions, is_layers, line_of

LOOKS_AT_WEIGHTS = (1, 3)  # passes


class Watch(TorchFunctionMode):  # type: ignore[misc]  # torch is not there where types are checked
    """Notes every call of torch in the passes of a network."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.names = {id(module): (path, type(module).__name__) for path, module in model.named_modules()}
        self.model = model
        self.stack: list[nn.Module] = []
        self.now = Pass(0)
        self.dropped: list[tuple[Place, Tag]] = []
        self.tagged: list[weakref.ref[torch.Tensor]] = []
        self.known: set[int] = set()
        self.masks: set[int] = set()

    # ---- a pass ---------------------------------------------------------------------------------------------------

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Know which module runs."""
        handles = []
        for module in self.model.modules():
            handles.append(module.register_forward_pre_hook(self._enter, with_kwargs=True))
            handles.append(module.register_forward_hook(self._leave, always_call=True))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
            for each in self.tagged:
                tensor = each()
                if tensor is not None:
                    tensor.__dict__.pop(TAG, None)

    def run(self, number: int, inputs: tuple[Any, ...], named: Mapping[str, Any]) -> Pass:
        """One pass."""
        self.now, self.dropped, self.stack = Pass(number), [], []
        kept = [*self.model.buffers(), *_plain(self.model)]
        self.known = {id(tensor) for tensor in (*self.model.parameters(), *kept)}
        with torch.no_grad():
            self.masks = {id(each) for each in kept if is_mask(each)}
        for tensor in tensors_in((inputs, named)):
            self._set(tensor, Tag())
        with torch.no_grad(), self:
            result = self.model(*inputs, **named)
        self.now.result = [values(tensor) for tensor in tensors_in(result)]
        self.now.zeros = _zeros(self.model) if number in LOOKS_AT_WEIGHTS else {}
        self._hand(tensors_in(result))
        for place, tag in self.dropped:
            self.now.events[place].unused += not tag.used
        return self.now

    def _enter(self, module: nn.Module, inputs: Any, named: Any) -> None:
        self.stack.append(module)
        path = self.names.get(id(module), ("", ""))[0]
        self.now.called[path] = self.now.called.get(path, 0) + 1
        shapes = [tuple(each.shape) for each in tensors_in((inputs, named))]
        self.now.shapes.setdefault(path, set()).update(map(str, shapes))
        self._hand(tensors_in((inputs, named)))

    def _leave(self, module: nn.Module, _: Any, output: Any) -> None:
        if self.stack and self.stack[-1] is module:
            self.stack.pop()
        path = self.names.get(id(module), ("", ""))[0]
        found = tensors_in(output)
        with torch.no_grad(), torch._C.DisableTorchFunction():
            sums = [float(each.detach().double().sum()) for each in found if is_real(each)]
        self.now.outputs.setdefault(path, []).append(
            math.fsum(sums) if all(map(math.isfinite, sums)) else math.nan
        )
        for tensor in found:
            tag = tag_of(tensor)
            if tag is None:
                self._set(tensor, Tag(modules=(path,)))
            elif not tag.noise:
                tag.modules = (*tag.modules, path)

    # ---- a call ---------------------------------------------------------------------------------------------------

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Call ``func``, and note what it does."""
        kwargs = kwargs or {}
        name = func.__name__
        if name in {"__get__", "dim", "size", "numel", "stride"}:
            return self._read(func(*args, **kwargs), args)
        kwargs = {key: kwargs[key] for key in (*(one for one in ORDER if one in kwargs), *kwargs)}
        if name in DROPOUTS | ATTENTION | RECURRENT:
            return self._dropout(name, func, args, kwargs)
        given = tensors_in((args, kwargs))
        tags = {id(tensor): self._known(tensor) for tensor in given}
        state = generator_state(kwargs.get("generator")) if name in DRAWS else ""
        before = given[0].detach().clone() if name == "__setitem__" and given else None
        output = func(*args, **kwargs)
        self._use(given)
        if not isinstance(output, torch.Tensor):
            if name == "__setitem__" and before is not None:
                self._note(name, (args[0], args[1], args[2]), args[0], tags)
            for part in tensors_in(output):  # such as those of a split
                self._note(name, args, part, tags, kwargs)
            return output
        if name in DRAWS:
            place = self._place(name)
            event = self._event(place)
            event.calls, event.acting = event.calls + 1, True
            event.states.append(state)
            self._set(output, Tag(place, noise=True, drawn=self.now.number, count=output.numel()))
        else:
            self._note(name, args, output, tags, kwargs)
        return output

    def _read(self, found: Any, args: tuple[Any, ...]) -> Any:
        """What a property of a tensor gives; a tensor, such as its transpose, holds the same values."""
        source = tag_of(args[0]) if args and isinstance(args[0], torch.Tensor) else None
        if source is None and args and id(args[0]) in self.known - self.masks:
            source = Tag()  # the values of a parameter
        if isinstance(found, torch.Tensor) and source is not None and found is not args[0]:
            self._set(found, source)
        return found

    def _dropout(self, name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
        """Dropout that torch does itself: its rate, and whether it acts."""
        rate, training = arguments(name, args, kwargs)
        place = self._place(name)
        event = self._event(place)
        event.calls += 1
        event.own_layer, event.functions = is_layers(), self._functions()
        event.rate = rate if event.rate is None else max(rate, event.rate)
        given = tensors_in((args, kwargs))
        source = tag_of(given[0]) if given else None
        state = generator_state(None)
        output = func(*args, **kwargs)
        self._use(given)
        if rate > 0.0 and training:
            event.acting = True
            event.states.append(state)
        tag = Tag(place)
        if source is not None and not source.noise and name in DROPOUTS:
            tag.scales, tag.modules = dict(source.scales), source.modules
        for at, tensor in enumerate(tensors_in(output)):
            self._set(tensor, Tag() if at else tag)
        if name in DROPOUTS and event.acting and tensors_in(output):
            self.dropped.append((place, tag))
        return output

    def _note(
        self,
        name: str,
        args: tuple[Any, ...],
        output: torch.Tensor,
        tags: Mapping[int, Tag | None],
        kwargs: Any = None,
    ) -> None:
        """Follow noise, and what it has changed, through one call."""
        args = (*args, *(kwargs or {}).values())
        operands = [one for one in args if isinstance(one, int | float | torch.Tensor)]
        tensors = tensors_in(args)
        noisy = [each for each in tensors if (tag := tags.get(id(each))) is not None and tag.noise]
        data = [
            each for each in tensors if (tag := tags.get(id(each))) is None or not (tag.noise or tag.fixed)
        ]
        fixed = not (noisy or data)
        data = [each for each in data if each.numel() > 1 or each.shape == output.shape != ()]
        if name in READ and not (args and isinstance(args[0], torch.Tensor)) and output.numel() > 1:
            return  # not known, like what torch.from_numpy gives
        if name in NEW or name.endswith("_like") or fixed:
            self._set(output, Tag(fixed=True))
        elif noisy and self._is_counted(name, args, tags):
            self._set(output, tags.get(id(args[0])) or Tag())
        elif noisy and (
            not [each for each in data if not constant(each)] or (name in SAME_VALUES and args[0] is noisy[0])
        ):
            known = [tag for each in noisy if (tag := tags[id(each)]) is not None]
            spans = name in COMPARES and len(tensors) > 1 and output.numel() > max(map(torch.numel, noisy))
            made = Tag(known[0].place, noise=True, drawn=known[0].drawn)
            made.count = min(output.numel(), max(1, *(tag.count for tag in known)))
            made.spans = spans or any(tag.spans for tag in known)
            made.counts = name in COUNTS or any(tag.counts for tag in known)
            self._set(output, made)
        elif noisy:
            self._meet(name, args, output, noisy[0], tags)
        elif name in MULTIPLY | DIVIDE and len(operands) > 1:
            self._scale(name, operands, output, tags)
        elif name in SAME_VALUES and tensors and tags.get(id(tensors[0])) is not None:
            self._set(output, tags[id(tensors[0])] or Tag())
        else:
            self._set(output, Tag())

    def _meet(
        self,
        name: str,
        args: tuple[Any, ...],
        output: torch.Tensor,
        noise: torch.Tensor,
        tags: Mapping[int, Tag | None],
    ) -> None:
        """Noise and an activation: what is left of the activation."""
        of_noise = tags[id(noise)]
        assert of_noise is not None
        assert of_noise.place is not None
        kept = None if of_noise.spans or not is_activation(output) else kept_by(name, args, noise)
        if (
            noise.numel() == 1
            and name in MULTIPLY | DIVIDE
            and (changed := self._changed(args, tags)) is not None
        ):
            assert changed.meeting is not None
            line, value = line_of(), float(noise) if name in MULTIPLY else 1.0 / float(noise)
            scales = {**changed.scales, line: changed.scales.get(line, 1.0) * value}
            changed.meeting.scales[line] = scales[line]  # survivors are counted
            self._set(output, Tag(changed.place, meeting=changed.meeting, scales=scales))
            return
        event = self._event(of_noise.place)
        event.acting = True
        kept_values = values(noise if kept is None else kept)
        meeting = Meeting.of(
            kept_values, (of_noise.drawn, of_noise.count), self._functions(), kept is not None
        )
        meeting.selects = kept is None and name in SELECTS and noise.dtype == torch.bool
        meeting.assigned = name == "__setitem__"
        event.meetings.append(meeting)
        for each in tensors_in(args):
            tag = tags.get(id(each))
            if tag is not None and not tag.noise:
                meeting.scales.update(self._taken_from(tag, meeting.functions))
        self._set(output, Tag(of_noise.place, meeting=meeting))

    def _is_counted(self, name: str, args: tuple[Any, ...], tags: Mapping[int, Tag | None]) -> bool:
        """Whether something is divided by how many values survive, as a loss is by the number of its terms."""
        by = tags.get(id(args[1])) if name in DIVIDE and len(args) > 1 else None
        if by is None or not by.counts or (args[1].numel() == 1 and self._changed(args, tags) is not None):
            return False
        over = tags.get(id(args[0]))
        if over is not None and over.noise:
            return False
        assert by.place is not None
        self._event(by.place).counted = True
        return True

    def _taken_from(self, tag: Tag, functions: tuple[str, ...]) -> Mapping[str, float]:
        """The factors of an activation that belong to the noise that meets it in ``functions``, not to earlier."""
        if tag.place is None:
            return tag.scales
        here = self.now.scales.get(functions[0], {}) if functions else {}
        if tag.meeting is not None and tag.meeting.functions == functions:
            return {}  # a mask's own, behind it
        owner = self.now.after.get(tag.place, {}) if tag.meeting is None else tag.meeting.scales
        taken = {line: value for line, value in tag.scales.items() if line in here}
        for line in taken:
            owner.pop(line, None)
        return taken

    def _changed(self, args: tuple[Any, ...], tags: Mapping[int, Tag | None]) -> Tag | None:
        found = (tags.get(id(each)) for each in tensors_in(args))
        return next(
            (tag for tag in found if tag is not None and not tag.noise and tag.meeting is not None), None
        )

    def _scale(
        self, name: str, operands: list[Any], output: torch.Tensor, tags: Mapping[int, Tag | None]
    ) -> None:
        """A tensor times a number."""
        one, other = operands[0], operands[1]
        if is_number(one) and name in MULTIPLY:
            one, other = other, one
        if not isinstance(one, torch.Tensor) or not is_number(other):
            self._set(output, Tag())
            return
        value = float(other)
        if name in DIVIDE:
            value = 1.0 / value if value else math.inf
        line, function = line_of(), next(iter(self._functions()), "")
        tag = tags.get(id(one)) or Tag()
        value *= tag.scales.get(line, 1.0)  # a line may multiply more than once
        self.now.scales.setdefault(function, {})[line] = value
        scales = {**tag.scales, line: value}
        if tag.meeting is not None:
            tag.meeting.scales[line] = value
        elif tag.place is not None:
            self.now.after.setdefault(tag.place, {})[line] = value
        for path in tag.modules:
            self.now.branch.setdefault(path, {})[line] = value
        self._set(output, Tag(tag.place, meeting=tag.meeting, scales=scales, modules=tag.modules))

    # ---- where ----------------------------------------------------------------------------------------------------

    def _place(self, call: str) -> Place:
        module = self.stack[-1] if self.stack else self.model
        path, kind = self.names.get(id(module), ("", type(module).__name__))
        return Place(path, kind, line_of(short=True), call)

    def _event(self, place: Place) -> Event:
        return self.now.events.setdefault(place, Event())

    def _functions(self) -> tuple[str, ...]:
        return functions([self.names.get(id(module), ("", ""))[0] for module in self.stack])

    # ---- tags -----------------------------------------------------------------------------------------------------

    def _set(self, tensor: torch.Tensor, tag: Tag) -> None:
        if id(tensor) not in self.known:
            setattr(tensor, TAG, tag)
            self.tagged.append(weakref.ref(tensor))

    def _known(self, tensor: torch.Tensor) -> Tag | None:
        """The tag of a tensor; one that came from outside of torch, as from NumPy, is taken for noise."""
        tag = tag_of(tensor)
        own = id(tensor) in self.known
        if tag is None and tensor.numel() > 1 and (not own or id(tensor) in self.masks):
            tag = Tag(
                self._place(KEPT if own else OUTSIDE), noise=True, drawn=self.now.number, count=tensor.numel()
            )
            assert tag.place is not None
            event = self._event(tag.place)
            event.calls += 1
            event.states.append(digest(values(tensor)))
            self._set(tensor, tag)
        return tag

    def _hand(self, tensors: list[torch.Tensor]) -> None:
        """Note what is given to a module, or returned."""
        self._use(tensors)
        self.now.handed.update(path for each in tensors if (tag := tag_of(each)) for path in tag.modules)

    def _use(self, tensors: list[torch.Tensor]) -> None:
        for tensor in tensors:
            tag = tag_of(tensor)
            if tag is not None:
                tag.used = True


def _plain(model: nn.Module) -> list[torch.Tensor]:
    """Tensors that modules hold as plain attributes."""
    return [
        each
        for module in model.modules()
        for each in module.__dict__.values()
        if isinstance(each, torch.Tensor)
    ]


def _zeros(model: nn.Module) -> dict[str, int]:
    """How many values of each parameter are 0."""
    return {name: int((each == 0).sum()) for name, each in model.named_parameters()}

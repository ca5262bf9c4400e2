"""What one pass of a network does with random numbers: seen call by call, as torch's functions are called.

A tensor carries what is known of it as a tag: that it is noise, or that noise was multiplied into it. Where noise meets
an activation, its mean, its share of zeros and the factors before and after it are noted.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import Given, Pass
from dropviz.frameworks.tags import Tag
from dropviz.torch.calls import (
    ATTENTION,
    DRAWS,
    DROPOUTS,
    ORDER,
    RECURRENT,
    TAG,
    arguments,
    generator_state,
    is_mask,
    is_real,
    reading,
    tag_of,
    tensors_in,
    values,
    whole,
)
from dropviz.torch.following import Followed
from dropviz.torch.frames import is_layers

LOOKS_AT_WEIGHTS = (1, 3)  # passes


class Watch(Followed, TorchFunctionMode):  # type: ignore[misc]  # torch is not there where types are checked
    """Notes every call of torch in the passes of a network."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(model)
        self.dropped: list[tuple[Place, Tag]] = []

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
        given = tensors_in((inputs, named))
        for tensor in given:
            self._set(tensor, Tag(given=Given() if len(given) > 1 else None))
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
        if not module.training and (weights := list(module.parameters())):
            self.now.off[path] = any(each.requires_grad for each in weights)
        if any(tag.chosen for each in tensors_in((inputs, named)) if (tag := tag_of(each))):
            self.now.chosen.add(path)
        shapes = [tuple(each.shape) for each in tensors_in((inputs, named))]
        self.now.shapes.setdefault(path, set()).update(map(str, shapes))
        self._hand(tensors_in((inputs, named)))

    def _leave(self, module: nn.Module, _: Any, output: Any) -> None:
        if self.stack and self.stack[-1] is module:
            self.stack.pop()
        path = self.names.get(id(module), ("", ""))[0]
        found = tensors_in(output)
        with torch.no_grad(), torch._C.DisableTorchFunction(), reading():
            sums = [float(whole(each).detach().double().sum()) for each in found if is_real(each)]
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
            return self._read(func, args, kwargs)
        kwargs = {key: kwargs[key] for key in (*(one for one in ORDER if one in kwargs), *kwargs)}
        if name in DROPOUTS | ATTENTION | RECURRENT:
            return self._dropout(name, func, args, kwargs)
        given = tensors_in((args, kwargs))
        tags = {id(tensor): self._known(tensor) for tensor in given}
        state = generator_state(kwargs.get("generator")) if name in DRAWS else ""
        before = given[0].detach().clone() if name == "__setitem__" and given else None
        output = func(*args, **kwargs)
        self._use(given)
        self._go_on(name, given, output)
        if not isinstance(output, torch.Tensor):
            if name == "__setitem__" and before is not None:
                self._note(func, (args[0], args[1], args[2]), args[0], tags)
            for part in tensors_in(output):  # such as those of a split
                self._note(func, args, part, tags, kwargs)
            return output
        if name in DRAWS:
            place = self._place(name)
            event = self._event(place)
            event.calls, event.acting = event.calls + 1, True
            event.states.append(state)
            count = whole(output).numel()
            self._set(output, Tag(place, noise=True, drawn=self.now.number, count=count))
        else:
            self._note(func, args, output, tags, kwargs)
        return output

    def _read(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """What a property of a tensor gives; a tensor, such as its transpose, holds the same values."""
        found = func(*args, **kwargs)
        first = args[0] if args and isinstance(args[0], torch.Tensor) else None
        source = None if first is None else tag_of(first)
        if source is None and first is not None and id(whole(first)) in self.known - self.masks:
            source = Tag()  # the values of a parameter
        if isinstance(found, torch.Tensor) and source is not None and found is not args[0]:
            live = None if source.live is None or args[0].is_complex() else func(source.live)
            self._set(found, source if source.live is None else replace(source, live=live))
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
            tag.scales, tag.modules, tag.given = dict(source.scales), source.modules, source.given
        for at, tensor in enumerate(tensors_in(output)):
            self._set(tensor, Tag() if at else tag)
        if name in DROPOUTS and event.acting and tensors_in(output):
            self.dropped.append((place, tag))
        return output


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

"""How noise, and what it has changed, are followed through the calls of torch, from tensor to tensor."""

import math
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import KEPT, OUTSIDE, Event, Meeting, Pass, digest
from dropviz.frameworks.tags import Tag, mixed
from dropviz.torch.calls import (
    ADD,
    CHOOSES,
    COMPARES,
    COUNTS,
    DIVIDE,
    DRAWS,
    MULTIPLY,
    NEW,
    READ,
    SAME_VALUES,
    SELECTS,
    SUBTRACT,
    SUMS,
    TAG,
    constant,
    is_activation,
    is_mask,
    is_number,
    kept_by,
    number,
    tag_of,
    tensors_in,
    values,
    where_live,
    whole,
)
from dropviz.torch.frames import functions, line_of, spot_of


class Followed:
    """What is known of the tensors of one pass."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.names = {id(module): (path, type(module).__name__) for path, module in model.named_modules()}
        self.model = model
        self.stack: list[nn.Module] = []
        self.now = Pass(0)
        self.tagged: list[weakref.ref[torch.Tensor]] = []
        self.known: set[int] = set()
        self.masks: set[int] = set()

    # ---- a call ---------------------------------------------------------------------------------------------------

    def _note(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        output: torch.Tensor,
        tags: Mapping[int, Tag | None],
        kwargs: Any = None,
    ) -> None:
        """Follow noise, and what it has changed, through one call."""
        name, given = func.__name__, (args, kwargs or {})
        args = (*args, *(kwargs or {}).values())
        operands = [one for one in args if isinstance(one, int | float | torch.Tensor)]
        tensors = tensors_in(args)
        noisy = [each for each in tensors if (tag := tags.get(id(each))) is not None and tag.noise]
        data = [
            each for each in tensors if (tag := tags.get(id(each))) is None or not (tag.noise or tag.fixed)
        ]
        fixed = not (noisy or data)
        data = [each for each in data if whole(each).numel() > 1 or each.shape == output.shape != ()]
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
            drawn = [tag for tag in known if not tag.is_kept] or known
            spans = name in COMPARES and len(tensors) > 1 and output.numel() > max(map(torch.numel, noisy))
            made = Tag(drawn[0].place, noise=True, drawn=drawn[0].drawn)
            made.count = min(whole(output).numel(), max(1, *(tag.count for tag in drawn)))
            made.spans = spans or any(tag.spans for tag in known)
            made.counts = name in COUNTS or any(tag.counts for tag in known)
            if not drawn[0].is_kept:
                made.live = None if made.spans else self._live(func, given, output, tags)
            elif name in MULTIPLY | DIVIDE and (by := next(filter(is_number, operands), None)) is not None:
                self._factor(name, by, {})  # the mask is the same in both modes; the number may not be
            self._set(output, made)
        elif noisy:
            self._meet(func, args, output, noisy[0], tags)
        elif name in MULTIPLY | DIVIDE and len(operands) > 1:
            self._scale(name, operands, output, tags)
        elif name in SAME_VALUES and tensors and tags.get(id(tensors[0])) is not None:
            self._set(output, tags[id(tensors[0])] or Tag())
        else:
            of = self._alone(tensors, tags)
            made = Tag(given=of.given, behind=(*of.modules, *of.behind))
            two = [each.shape for each in data] == [output.shape] * 2
            made.apart = name in SUBTRACT and two
            made.chosen = name in CHOOSES and len(data) > 1  # rows that others say
            if name in ADD | SUBTRACT and two:
                mixed(tags.get(id(each)) for each in data)
            self._set(output, made)

    def _live(
        self, func: Callable[..., Any], given: Any, output: torch.Tensor, tags: Mapping[int, Tag | None]
    ) -> torch.Tensor | None:
        """Where noise that has met a fixed mask, as of what is padded, still says what comes out; None: everywhere."""
        known = [(each, tag) for each in tensors_in(given) if (tag := tags.get(id(each))) is not None]
        drawn = {id(each): tag for each, tag in known if tag.noise and not tag.is_kept}
        masked = any(is_mask(each) for each, tag in known if id(each) not in drawn)
        if not masked and all(tag.live is None for tag in drawn.values()):
            return None
        return where_live(func, given, {at: tag.live for at, tag in drawn.items()}, output)

    def _alone(self, tensors: list[torch.Tensor], tags: Mapping[int, Tag | None]) -> Tag:
        """The tag of the activation of which alone something is made."""
        found = [
            tag
            for each in tensors
            if (tag := tags.get(id(each))) is not None and not (tag.noise or tag.fixed)
        ]
        return found[0] if len(found) == 1 else Tag()

    def _go_on(self, name: str, tensors: list[torch.Tensor], output: Any) -> None:
        """Note that an input of the network goes on along a second way."""
        if name in DRAWS | NEW | SAME_VALUES or name.endswith("_like"):
            return
        if isinstance(output, torch.Tensor) and is_activation(output):
            for each in tensors:
                if (tag := tag_of(each)) is not None:
                    tag.go_on()

    def _meet(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...],
        output: torch.Tensor,
        noise: torch.Tensor,
        tags: Mapping[int, Tag | None],
    ) -> None:
        """Noise and an activation: what is left of the activation."""
        name = func.__name__
        of_noise = tags[id(noise)]
        assert of_noise is not None
        assert of_noise.place is not None
        kept = None if of_noise.spans or not is_activation(output) else kept_by(func, args, noise)
        if (
            whole(noise).numel() == 1
            and name in MULTIPLY | DIVIDE
            and (changed := self._changed(args, tags)) is not None
        ):
            assert changed.meeting is not None
            line, value = spot_of(), number(noise)
            value = value if name in MULTIPLY else 1.0 / value
            scales = {**changed.scales, line: changed.scales.get(line, 1.0) * value}
            changed.meeting.scales[line] = scales[line]  # survivors are counted
            self._set(output, Tag(changed.place, meeting=changed.meeting, scales=scales))
            return
        event = self._event(of_noise.place)
        event.acting = True
        kept_values, count = values(noise if kept is None else kept), of_noise.count
        if of_noise.live is not None:
            there = np.broadcast_to(values(of_noise.live) > 0.0, kept_values.shape)
            kept_values, count = kept_values[there], max(1, round(count * there.mean()))
        meeting = Meeting.of(kept_values, (of_noise.drawn, count), self._functions(), kept is not None)
        if name in SUMS and of_noise.live is not None:  # the edges of a graph, or what is not padded
            meeting.multiplied = meeting.drops
        meeting.selects = kept is None and name in SELECTS and noise.dtype == torch.bool
        meeting.assigned = name == "__setitem__"
        meeting.each = of_noise.count >= output.numel()
        if output.ndim > 1 and of_noise.count <= len(output):
            meeting.given = self._alone(tensors_in(args), tags).given
        event.meetings.append(meeting)
        made = Tag(of_noise.place, meeting=meeting)
        for each in tensors_in(args):
            tag = tags.get(id(each))
            if tag is not None and not tag.noise:
                made.apart = made.apart or tag.apart
                meeting.scales.update(self._taken_from(tag, meeting.functions))
        if name in {"addcmul", "addcmul_"}:
            mixed([made])
        self._set(output, made)

    def _is_counted(self, name: str, args: tuple[Any, ...], tags: Mapping[int, Tag | None]) -> bool:
        """Whether something is divided by how many values survive, as a loss is by the number of its terms."""
        by = tags.get(id(args[1])) if name in DIVIDE and len(args) > 1 else None
        if by is None or not by.counts:
            return False
        if whole(args[1]).numel() == 1 and self._changed(args, tags) is not None:
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
        """The tag of an activation that noise was multiplied into; not of one that was put in another order."""
        found = (tags.get(id(each)) for each in tensors_in(args))
        return next(
            (
                tag
                for tag in found
                if tag is not None and not tag.noise and tag.meeting is not None and tag.meeting.multiplied
            ),
            None,
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
        tag = tags.get(id(one)) or Tag()
        line, value = self._factor(name, other, tag.scales)
        scales = {**tag.scales, line: value}
        if tag.meeting is not None and line in tag.meeting.scales and line not in tag.scales:
            # The code of that mask runs once more, for another.
            tag = Tag(given=tag.given, modules=tag.modules)
            scales = {line: value}
        if tag.meeting is not None:
            tag.meeting.scales[line] = value
        elif tag.place is not None:
            self.now.after.setdefault(tag.place, {})[line] = value
        for path in tag.modules:
            self.now.branch.setdefault(path, {})[line] = value
        made = Tag(tag.place, meeting=tag.meeting, scales=scales, modules=tag.modules, given=tag.given)
        made.apart = tag.apart
        self._set(output, made)

    def _factor(self, name: str, by: Any, before: Mapping[str, float]) -> tuple[str, float]:
        """Where something is multiplied by a number, and what by: a line may do so more than once."""
        value, line = number(by), spot_of()
        if name in DIVIDE:
            value = 1.0 / value if value else math.inf
        if not isinstance(by, torch.Tensor):
            self.now.factors.setdefault(line, set()).add(value)
        value *= before.get(line, 1.0)
        self.now.scales.setdefault(next(iter(self._functions()), ""), {})[line] = value
        return line, value

    # ---- where ----------------------------------------------------------------------------------------------------

    def _place(self, call: str) -> Place:
        module = self.stack[-1] if self.stack else self.model
        path, kind = self.names.get(id(module), ("", type(module).__name__))
        return Place(path, kind, line_of(), call)

    def _event(self, place: Place) -> Event:
        return self.now.events.setdefault(place, Event())

    def _functions(self) -> tuple[str, ...]:
        return functions([self.names.get(id(module), ("", ""))[0] for module in self.stack])

    # ---- tags -----------------------------------------------------------------------------------------------------

    def _set(self, tensor: torch.Tensor, tag: Tag) -> None:
        tensor = whole(tensor)
        if id(tensor) not in self.known:
            setattr(tensor, TAG, tag)
            self.tagged.append(weakref.ref(tensor))

    def _known(self, tensor: torch.Tensor) -> Tag | None:
        """The tag of a tensor; one that came from outside of torch, as from NumPy, is taken for noise."""
        tensor, tag = whole(tensor), tag_of(tensor)
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
        tags = [tag for each in tensors if (tag := tag_of(each)) is not None]
        self.now.handed.update(path for tag in tags for path in (*tag.modules, *tag.behind))

    def _use(self, tensors: list[torch.Tensor]) -> None:
        for tensor in tensors:
            tag = tag_of(tensor)
            if tag is not None:
                tag.used = True

"""What is noted of the passes of a network: what happened at each place, and what is known of a tensor."""

from dataclasses import dataclass, field

import torch

from dropviz.frameworks.findings import Place

OUTSIDE = "a tensor from outside of torch"  # what NumPy drew, or a function of the network's own computed


@dataclass(slots=True)
class Meeting:
    """Noise multiplied into an activation: numbers of the noise, and the factors around it by file and line."""

    mean: float
    zeros: float
    level: float
    spread: float
    count: int
    digest: str
    drawn: int
    function: str
    multiplied: bool = True
    scales: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Event:
    """What happened at one place in one pass."""

    calls: int = 0
    rate: float | None = None
    acting: bool = False
    unused: int = 0
    states: list[str] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


@dataclass(slots=True)
class Pass:
    """All that one pass did; ``scales``: the factors by which code multiplies tensors, by function and line."""

    number: int
    events: dict[Place, Event] = field(default_factory=dict)
    scales: dict[str, dict[str, float]] = field(default_factory=dict)
    after: dict[Place, dict[str, float]] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)
    outputs: dict[str, list[float]] = field(default_factory=dict)
    branch: dict[str, dict[str, float]] = field(default_factory=dict)
    result: list[torch.Tensor] = field(default_factory=list)


@dataclass(slots=True)
class Tag:
    """What is known of a tensor: the place whose noise it is (``noise``), or that has changed it, and factors since."""

    place: Place | None = None
    noise: bool = False
    drawn: int = 0
    meeting: Meeting | None = None
    used: bool = False
    scales: dict[str, float] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

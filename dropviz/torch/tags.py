"""What is known of a tensor while a network runs."""

from dataclasses import dataclass, field

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import Meeting


@dataclass(slots=True)
class Tag:
    """What is known of a tensor: the place whose noise it is (``noise``), or that has changed it, and factors since.

    ``fixed``: made of nothing but numbers of the code, as by `torch.arange`.
    """

    place: Place | None = None
    noise: bool = False
    fixed: bool = False
    drawn: int = 0
    meeting: Meeting | None = None
    used: bool = False
    scales: dict[str, float] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

"""What the calls of a network do not show: layers whose dropout can do nothing, and weights that lose values."""

from collections.abc import Iterator

from torch import nn

from dropviz.frameworks.findings import CHANGES, Finding
from dropviz.frameworks.passes import Passes
from dropviz.frameworks.verdicts import events_of

HOLD = (nn.ModuleList, nn.ModuleDict)  # which are never called
LOST = 8  # values of a weight, at least, that become 0 from pass to pass
RATED = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)


def findings_of_layers(model: nn.Module, seen: Passes) -> Iterator[Finding]:
    """Layers whose dropout can do nothing."""
    called = {path for each in seen.training for path in each.called}
    containers = {path for path, module in model.named_modules() if isinstance(module, HOLD)}
    for path, module in model.named_modules():
        name = f"{path or 'the model'} ({type(module).__name__})"
        if isinstance(module, nn.RNNBase) and module.dropout and module.num_layers == 1:
            yield Finding(
                "no_effect", "error", name, f"dropout={module.dropout:g}, one layer",
                "A recurrent layer drops between its layers, and this has one: put a dropout layer behind it.",
            )  # fmt: skip
        elif (
            isinstance(module, RATED)
            and module.p > 0.0
            and path not in called
            and _is_around(path, called, containers)
            and not _lent(path, module.p, seen)
        ):
            yield Finding(
                "no_effect", "warning", name, "never called in training",
                CHANGES["never_called"],
            )  # fmt: skip


def findings_of_weights(seen: Passes) -> Iterator[Finding]:
    """Weights that a network overwrites with what its dropout leaves of them: ever more of them are 0."""
    one, other = seen.first[0].zeros, seen.first[2].zeros  # of the `LOOKS_AT_WEIGHTS`
    drawn = any(event.acting for first, *_ in events_of(seen).values() for event in first)
    for name, zeros in other.items():
        if drawn and zeros > one.get(name, zeros) + LOST:
            yield Finding(
                "left_on", "error", name, f"{one[name]} values are 0 after one pass in training, {zeros} after three",
                "Dropout overwrites the weights themselves, and what is dropped stays so: drop values of a copy.",
            )  # fmt: skip


def _is_around(path: str, called: set[str], containers: set[str]) -> bool:
    """Whether the part that holds a layer runs: one of which nothing does is no fault of its dropout."""
    holder = path.rpartition(".")[0]
    while holder in containers:
        holder = holder.rpartition(".")[0]
    return any(one == holder or one.startswith(f"{holder}.") or not holder for one in called)


def _lent(path: str, rate: float, seen: Passes) -> bool:
    """Whether the module that holds a dropout layer hands its rate to a function, as to fused attention."""
    holder = path.rpartition(".")[0]
    return any(
        place.path == holder and any(event.rate == rate for event in three[0])
        for place, three in events_of(seen).items()
    )

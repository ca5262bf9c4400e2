"""`dropviz.torch.check` follows noise where it is hard to see: padded masks, scripted functions, `vmap`, shared layers."""

# ruff: noqa: PLC3002, E501 (networks as people write them, a line each)
import copy
import itertools
import warnings
from typing import Any

import pytest
import torch
from torch import nn
from torch.func import functional_call, stack_module_state
from torch.nn import functional as F

from dropviz.torch import check, checking

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the networks' own
RATE, KEEP = 0.3, 0.7
PADDED = (torch.arange(16) >= 12).expand(32, 16)
GRAPH = (torch.rand(32, 32, generator=torch.Generator().manual_seed(1)) < RATE).float()


class Net(nn.Module):
    """Two linear layers, what is done with them, and where the input is padded."""

    def __init__(self, forward, **parts):
        super().__init__()
        self.linear, self.out, self.called = nn.Linear(16, 16), nn.Linear(16, 4), forward
        self.register_buffer("there", (~PADDED).float())
        self.register_buffer("padded", PADDED.clone())
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.called(self, x)


def net(forward, **parts):
    return lambda: Net(forward, **parts)


def by_mode(trained, evaluated, **parts):
    """What is done with the output of the first layer, in each mode."""
    return net(lambda net, x: net.out((trained if net.training else evaluated)(net, net.linear(x))), **parts)


def rows(forward):
    """The same of every example, by `vmap`."""
    return net(lambda net, x: torch.vmap(lambda row: forward(net, row), randomness="different")(x))


def kept(x):
    return (torch.rand_like(x) < KEEP).float()


def on(net, factor):
    return factor if net.training else 1.0


def scripted(function: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # newer torch takes leave of it, and networks do not
        return torch.jit.script(function)


@scripted
def dropout_add(x: torch.Tensor, residual: torch.Tensor, rate: float, training: bool) -> torch.Tensor:
    """Megatron-LM's bias_dropout_add, in short."""
    return residual + F.dropout(x, rate, training)


@scripted
def dropout_by_default(x: torch.Tensor) -> torch.Tensor:
    return F.dropout(x, 0.3)


@scripted
def masked(x: torch.Tensor, keep: float) -> torch.Tensor:
    return x * torch.bernoulli(torch.full_like(x, keep))


@scripted
def fused_gelu(x: torch.Tensor) -> torch.Tensor:
    return x * 0.5 * (1.0 + torch.erf(x / 1.41421))


class Path(nn.Module):
    """Hugging Face's: the factor stands before the mask."""

    def forward(self, x):
        return x.div(KEEP) * (KEEP + torch.rand(len(x), 1)).floor_() if self.training else x


class Ensemble(nn.Module):
    """Three networks run as one, from a copy that stands for all."""

    def __init__(self):
        super().__init__()
        self.nets = nn.ModuleList(nn.Sequential(nn.Linear(16, 4), nn.Dropout(RATE)) for _ in range(3))

    def forward(self, x):
        weights, base = (
            stack_module_state(self.nets),
            copy.deepcopy(self.nets[0]).to("meta").train(self.training),
        )
        return torch.vmap(lambda *each: functional_call(base, each, (x,)), randomness="different")(
            *weights
        ).mean(0)


def shared(layer):
    return nn.Sequential(nn.Linear(16, 16), layer, layer)


def gradients(net, x):
    return torch.vmap(
        torch.func.grad(lambda row: net.out(F.dropout(net.linear(row), RATE, net.training)).sum()),
        randomness="different",
    )(x)


def padded(net, x):
    return x * net.there


def edges(change):
    """A graph without some of its edges, in training."""
    return by_mode(
        lambda net, x: change(kept(net.graph) * net.graph) @ x,
        lambda net, x: net.graph @ x,
        graph=nn.Buffer(GRAPH.clone()),
    )


def imaginary(x, mask):
    """Both parts of a mask of complex numbers."""
    mask = torch.complex(mask, mask)
    return x * (mask.real + mask.imag) / 2.0


def mixed(x, other):
    """Some values are the other's, as those of a network that is to be quantised."""
    return x + ((other - x) * (torch.rand_like(x) < RATE)).detach()


FAULTS = {
    "padded, times": (by_mode(lambda net, x: x * (kept(x) * net.there), padded), "wrong_scale"),
    "padded, in the other order": (by_mode(lambda net, x: x * (net.there * kept(x)), padded), "wrong_scale"),
    "padded, and": (by_mode(lambda net, x: x * ((torch.rand_like(x) < KEEP) & ~net.padded), padded), "wrong_scale"),
    "padded, filled": (by_mode(lambda net, x: x.masked_fill((torch.rand_like(x) < RATE) | net.padded, 0.0), padded), "wrong_scale"),
    "padded, left on": (net(lambda net, x: net.out(net.linear(x) * (kept(x) * net.there) / KEEP)), "left_on"),
    "padded, transposed": (by_mode(lambda net, x: (x.T * (kept(x) * net.there).T).T, padded), "wrong_scale"),
    "edges": (edges(lambda graph: graph), "wrong_scale"),
    "what two are apart": (by_mode(lambda _, x: (x - x.flip(0)) * kept(x), lambda _, x: x - x.flip(0)), "wrong_scale"),
    "padded, complex": (by_mode(lambda net, x: imaginary(x, kept(x) * net.there), padded), "wrong_scale"),
    "scripted, by default": (net(lambda net, x: net.out(dropout_by_default(net.linear(x)))), "left_on"),
    "scripted, True": (net(lambda net, x: net.out(dropout_add(net.linear(x), x, RATE, True))), "left_on"),
    "scripted, no factor": (by_mode(lambda _, x: masked(x, KEEP), lambda _, x: x), "wrong_scale"),
    "vmap, no factor": (rows(lambda net, x: net.out(net.linear(x) * (kept(x) if net.training else 1.0))), "wrong_scale"),
    "vmap, one number a row": (rows(lambda net, x: x + net.linear(x) * on(net, torch.rand(()) < KEEP)), "wrong_scale"),
    "drawn in both modes": (net(lambda net, x: on(net, kept(x)) * net.linear(x)), "wrong_scale"),
    "vmap, padded": (rows(lambda net, x: net.linear(x) * (kept(x) * net.there[0] if net.training else net.there[0])), "wrong_scale"),
    "vmap, twice": (rows(lambda net, x: F.dropout(net.linear(x), RATE, net.training) / on(net, KEEP)), "wrong_scale"),
    "vmap, left on": (rows(lambda net, x: net.linear(x) * kept(x) / KEEP), "left_on"),
}  # fmt: skip
RIGHT = {
    "padded, times": by_mode(lambda net, x: x * (kept(x) * net.there) / KEEP, padded),
    "padded, and": by_mode(lambda net, x: x * ((torch.rand_like(x) < KEEP) & ~net.padded) / KEEP, padded),
    "padded, or": by_mode(lambda net, x: x * ~(net.padded | (torch.rand_like(x) < RATE)) / KEEP, padded),
    "padded, the mask filled": by_mode(lambda net, x: x * (kept(x) / KEEP).masked_fill(net.padded, 0.0), padded),
    "padded, filled": by_mode(lambda net, x: x.masked_fill((torch.rand_like(x) < RATE) | net.padded, 0.0) / KEEP, padded),
    "padded, where": by_mode(lambda net, x: torch.where((torch.rand_like(x) < KEEP) & ~net.padded, x / KEEP, 0.0), padded),
    "padded, standard": by_mode(lambda net, x: x * (kept(x) * net.there), lambda net, x: x * (KEEP * net.there)),
    "padded, of those that are there": by_mode(
        lambda net, x: (lambda mask: x * (mask * net.there.sum() / mask.sum()))(kept(x) * net.there), padded
    ),
    "padded, in the code": by_mode(
        lambda _, x: x * (kept(x) * (torch.arange(16) < 12)) / KEEP, lambda _, x: x * (torch.arange(16) < 12)
    ),
    "padded, transposed": by_mode(lambda net, x: (x.T * (kept(x) * net.there).T).T / KEEP, padded),
    "edges": edges(lambda graph: graph / KEEP),
    "edges, by how many there are": edges(lambda graph: graph / graph.sum(1, keepdim=True).clamp(min=1.0)),
    "edges, sparse": edges(lambda graph: graph.to_sparse() / KEEP),
    "edges, inverted": edges(lambda graph: torch.linalg.inv(torch.eye(32) + 0.01 * graph / KEEP)),
    "quantised weights": net(
        lambda net, x: F.linear(x, mixed(net.linear.weight, net.linear.weight.round(decimals=1)) if net.training else net.linear.weight)
    ),
    "what two are apart": by_mode(lambda _, x: (x - x.flip(0)) * kept(x) / KEEP, lambda _, x: x - x.flip(0)),
    "quantised, in one call": by_mode(lambda _, x: torch.addcmul(x, torch.rand_like(x).lt(RATE).float(), x.round() - x), lambda _, x: x.round()),
    "quantised": by_mode(lambda _, x: mixed(x, x.round(decimals=1)), lambda _, x: x.round(decimals=1)),
    "scripted": net(lambda net, x: net.out(dropout_add(net.linear(x), x, RATE, net.training))),
    "scripted behind dropout": net(lambda net, x: fused_gelu(F.dropout(net.linear(x), RATE, net.training))),
    "vmap": rows(lambda net, x: net.out(net.linear(x) * (kept(x) / KEEP if net.training else 1.0))),
    "vmap, one number a row": rows(lambda net, x: x + net.linear(x) * on(net, (torch.rand(()) < KEEP) / KEEP)),
    "vmap, padded": rows(lambda net, x: net.linear(x) * (kept(x) * net.there[0] / KEEP if net.training else net.there[0])),
    "gradients of every example": net(gradients),
    "ensemble": Ensemble,
    "mixup by one number": by_mode(
        lambda net, x: (lambda share: share * x + (1.0 - share) * x[torch.randperm(32)])(net.share.sample()),
        lambda net, x: x,
        share=torch.distributions.Beta(0.4, 0.4),
    ),
    "a path twice": lambda: shared(Path()),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_where_noise_is_hard_to_see(name):
    make, kind = FAULTS[name]
    torch.manual_seed(0)
    report = check(make(), torch.randn(32, 16))
    assert {one.kind for one in report.findings if one.severity == "error"} == {kind}, str(report)
    assert "test_check_torch_following.py:" in report.findings[0].where


@pytest.mark.parametrize("name", RIGHT)
def test_noise_that_is_right_raises_no_alarm_where_it_is_hard_to_see(name, monkeypatch):
    for seed in range(3):
        monkeypatch.setattr(checking, "SEED", 1000 * seed)
        torch.manual_seed(seed)
        report = check(RIGHT[name](), torch.randn(32, 16))
        assert report.findings == (), (seed, str(report))


def test_scripted_functions_run_as_they_did_afterwards():
    call = torch.jit.ScriptFunction.__call__
    check(FAULTS["scripted, True"][0](), torch.randn(32, 16))
    assert torch.jit.ScriptFunction.__call__ is call


def test_what_a_network_declares_goes_for_all_of_it():
    model = Net(lambda net, x: net.out(F.dropout(net.linear(x), RATE)))
    model.mc_dropout = True
    assert check(model, torch.randn(32, 16)).findings == ()


def test_a_path_that_is_seldom_skipped_is_waited_for():
    """Its own factor stands in training alone, and no fault of the dropout inside."""
    draws = itertools.chain([1.0] * 8, itertools.cycle([0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]))

    def depth(net, x):
        if not net.training:
            return x + net.path(x)
        return x if next(draws) < RATE else x + net.path(x) / KEEP

    model = Net(depth, path=nn.Sequential(nn.Linear(16, 16), nn.Dropout(RATE)))
    assert check(model, torch.randn(32, 16)).findings == ()


def test_a_time_that_is_drawn_is_no_dropout():
    """Flow matching: a time of (0, 1) times the data, in both modes, as for a loss."""

    def flow(net, x):
        time, noise = torch.rand(len(x), 1), torch.randn_like(x)
        return net.linear((1.0 - time) * noise + time * x) - (x - noise)

    findings = check(Net(flow), torch.randn(32, 16)).findings
    assert {(one.kind, one.severity) for one in findings} == {("left_on", "warning")}


@pytest.mark.parametrize("most", [1.0, 2.0])
def test_a_number_for_every_value_that_is_left_on_is_an_error(most):
    def noisy(net, x):
        return net.linear(torch.nn.functional.relu(net.linear(x)) * (most * torch.rand_like(x)))

    findings = check(Net(noisy), torch.randn(32, 16)).findings
    assert ("left_on", "error") in {(one.kind, one.severity) for one in findings}

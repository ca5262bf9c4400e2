"""`dropviz.torch.check` on networks as people ship them: faults in unusual places, and right networks that look odd."""

# ruff: noqa: NPY002, PLC3002, E501 (networks as people write them, a line each)
import os
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from dropviz.torch import check, checking

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the networks' own
RATE, KEEP = 0.3, 0.7
X = torch.randn(32, 16, generator=torch.Generator().manual_seed(1))
SEEDS = range(int(os.environ.get("DROPVIZ_SEEDS", "2")))  # for each right network; a thousand take hours


class Net(nn.Module):
    """Two linear layers, and what is done with them."""

    def __init__(self, forward, **attributes):
        super().__init__()
        self.linear, self.out, self.called = nn.Linear(16, 16), nn.Linear(16, 4), forward
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, x):
        return self.called(self, x)


class LayerDrop(nn.Module):
    """Fan et al. 2020: whole layers are skipped, left on at test or not scaled."""

    def __init__(self, at_test, scale=1.0):
        super().__init__()
        self.layers, self.at_test, self.scale = (
            nn.ModuleList(nn.Linear(16, 16) for _ in range(3)),
            at_test,
            scale,
        )

    def forward(self, x):
        for layer in self.layers:
            if (self.training or self.at_test) and random.random() < RATE:
                continue
            x = x + (layer(x) * self.scale if self.training else layer(x))
        return x


class Forgets(nn.Module):
    """A `train` that does not reach the parts."""

    def __init__(self, name):
        super().__init__()
        self.parts, self.name = nn.Sequential(nn.Linear(16, 16), nn.Dropout(RATE)), name

    def train(self, mode=True):
        if mode == (self.name == "eval"):
            return super().train(mode)
        self.training = mode
        return self

    def forward(self, x):
        return self.parts(x)


class Experts(nn.Module):
    """Each row goes to the expert that a gate behind dropout chooses: who is called changes from pass to pass."""

    def __init__(self):
        super().__init__()
        self.drop, self.gate = nn.Dropout(RATE), nn.Linear(16, 6)
        self.experts = nn.ModuleList(nn.Linear(16, 16) for _ in range(6))

    def forward(self, x):
        x = self.drop(x)[:5]
        chosen, out = self.gate(x).argmax(-1), torch.zeros_like(x)
        for at, expert in enumerate(self.experts):
            if (chosen == at).any():
                out[chosen == at] = expert(x[chosen == at])
        return out


def kept(x, keep=KEEP):
    return torch.bernoulli(torch.full_like(x, keep))


def net(forward, **attributes):
    return lambda: Net(forward, **attributes)


def in_training(change):
    """A network that changes what its first layer returns, in training."""
    return net(lambda net, x: net.out(change(net, net.linear(x)) if net.training else net.linear(x)))


def drop_edge(net, x):
    edges = net.edges[:, torch.rand(100) > RATE]
    return torch.zeros(32, 16).index_add(0, edges[0], net.linear(x)[edges[1]])


def once(net, x):
    if net.training and net.mask is None:
        net.mask = kept(x[:1]) / KEEP
    return net.linear(x * net.mask.expand_as(x) if net.training else x)


def zero_behind_if(net, x):
    if not net.training:
        net.p = 0.0
    return net.linear(F.dropout(x, net.p) if net.p > 0.0 else x)


def swapped(net, x):
    if not net.training:
        net.drop = nn.Identity()
    return net.linear(net.drop(x))


FAULTS = {
    "made in forward": (net(lambda net, x: nn.Dropout(RATE)(net.linear(x))), "left_on"),
    "in a plain list": (net(lambda net, x: net.plain[0](net.linear(x)), plain=[nn.Dropout(RATE)]), "left_on"),
    "another training": (net(lambda net, x: F.dropout(net.linear(x), RATE, net.on), on=True), "left_on"),
    "eval that forgets": (lambda: Forgets("eval"), "left_on"),
    "weights": (net(lambda net, x: F.linear(x, F.dropout(net.linear.weight, RATE))), "left_on"),
    "edges": (net(drop_edge, edges=torch.randint(0, 32, (2, 100))), "left_on"),
    "keys": (net(lambda net, x: x.masked_fill(torch.rand_like(x) < RATE, -1e9).softmax(-1) @ x.T), "left_on"),
    "layers": (lambda: LayerDrop(at_test=True), "left_on"),
    "a tensor of NumPy": (
        net(lambda net, x: net.linear(x * torch.tensor(np.random.binomial(1, KEEP, x.shape)).float() / KEEP)), "left_on",
    ),
    "layers, not scaled": (lambda: LayerDrop(at_test=False), "wrong_scale"),
    "rate as keep": (in_training(lambda net, x: x * kept(x, RATE) / KEEP), "wrong_scale"),
    "a distribution": (
        in_training(lambda net, x: x * torch.distributions.Bernoulli(KEEP).sample(x.shape)), "wrong_scale",
    ),
    "einsum": (in_training(lambda net, x: torch.einsum("ij,ij->ij", x, kept(x))), "wrong_scale"),
    "an index": (
        in_training(lambda net, x: (x.__setitem__(torch.rand_like(x) < RATE, 0.0), x)[1]), "wrong_scale",
    ),
    "÷ keep at test": (net(lambda net, x: x * kept(x) if net.training else x / KEEP), "wrong_scale"),
    "one buffer": (net(lambda net, x: net.linear(x * net.mask if net.training else x)), "stuck_mask"),
    "an own generator": (
        in_training(lambda net, x: x * torch.from_numpy(np.random.RandomState(0).rand(32, 16) < KEEP) / KEEP), "stuck_mask",
    ),
    "once": (net(once, mask=None), "stuck_mask"),
    "behind an if": (net(zero_behind_if, p=RATE), "lost_after_eval"),
    "swapped": (net(swapped, drop=nn.Dropout(RATE)), "lost_after_eval"),
    "train that forgets": (lambda: Forgets("train"), "lost_after_eval"),
    "alpha, off by default": (net(lambda net, x: F.alpha_dropout(net.linear(x), RATE)), "no_effect"),
    "frozen": (net(lambda net, x: net.linear(net.drop.eval()(x)), drop=nn.Dropout(RATE)), "no_effect"),
}  # fmt: skip


def zoneout(net, x):
    mask, new = kept(x, RATE), net.linear(x).tanh()
    return mask * x + (1.0 - mask) * new if net.training else RATE * x + (1.0 - RATE) * new


def mixout(net, x):
    weight, mask = net.linear.weight, kept(net.linear.weight, RATE)
    return F.linear(
        x, (mask * net.first + (1 - mask) * weight - RATE * net.first) / KEEP if net.training else weight
    )


def shake(net, x):
    share = torch.rand(32, 1) if net.training else 0.5
    return x + share * net.linear(x) + (1.0 - share) * net.linear(x).tanh()


def block(net, x):
    holes = F.max_pool1d((torch.rand(32, 1, 16) < 0.1).float(), 3, 1, 1)[:, 0]
    return x * (1.0 - holes) * holes.numel() / (1.0 - holes).sum()


def quantile(net, x):
    level = torch.rand(32, 1) if net.training else torch.full((32, 1), 0.5)
    return net.linear(x) * torch.cos(torch.arange(16.0) * level).matmul(net.linear.weight)


def concrete(net, x):
    noise = torch.rand_like(x).clamp(1e-6, 1.0 - 1e-6)
    return x * (1.0 - ((net.rate.logit() + noise.logit()) / 0.1).sigmoid()) / (1.0 - net.rate)


def hard_concrete(net, x):
    """Louizos et al. 2018: gates that are learned; at test they are what is in the middle."""
    noise = torch.rand(16).clamp(1e-6, 1.0 - 1e-6).logit() if net.training else 0.0
    return net.linear(x) * (((noise + net.gates) / 0.66).sigmoid() * 1.2 - 0.1).clamp(0.0, 1.0)


def variational(net, x):
    state, mask = torch.zeros(32, 16), kept(x) / KEEP
    for _ in range(4):
        state = net.linear(x + (state * mask if net.training else state)).tanh()
    return state


def gradient(net, x):
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        return torch.autograd.grad(net.out(F.dropout(x, RATE, net.training).tanh()).sum(), x)[0]


def causal(net, x):
    scores = (x @ x.T).masked_fill(net.mask == 0, -1e9).softmax(-1)
    return F.dropout(scores, RATE, net.training) @ x


RIGHT = {
    "standard": net(lambda net, x: net.out(net.linear(x).relu() * (kept(x) if net.training else KEEP))),
    "inverted": in_training(lambda net, x: x * kept(x) / KEEP),
    "Gaussian": in_training(lambda net, x: x * (1.0 + 0.6 * torch.randn_like(x))),
    "channels, expanded": in_training(lambda net, x: x * (kept(x[:, :1]) / KEEP).expand_as(x)),
    "layers, scaled": lambda: LayerDrop(at_test=False, scale=1.0 / KEEP),
    "zoneout": net(zoneout),
    "mixout": net(mixout, first=torch.randn(16, 16)),
    "shake-shake": net(shake),
    "DropBlock": in_training(block),
    "quantile": net(quantile),
    "concrete": net(lambda net, x: net.out(concrete(net, x) if net.training else x), rate=nn.Parameter(torch.tensor(0.3))),
    "hard concrete": net(hard_concrete, gates=nn.Parameter(torch.ones(16))),
    "variational": net(variational),
    "sampler in training": in_training(lambda net, x: x + x.exp() * torch.randn_like(x)),
    "Gumbel in training": in_training(lambda net, x: F.gumbel_softmax(x)),
    "noisy weights": net(
        lambda net, x: F.linear(x, net.linear.weight + 0.1 * torch.outer(torch.randn(16), torch.randn(16)) * net.training)
    ),
    "masked tokens": in_training(lambda net, x: torch.gather(x, 1, torch.rand_like(x).argsort(1)[:, :8]) @ net.linear.weight[:8]),
    "mixup": in_training(lambda net, x: (lambda share: share * x + (1 - share) * x[torch.randperm(32)])(torch.rand(32, 1))),
    "cutout": in_training(lambda net, x: (lambda at: torch.cat([x[:, :at], x[:, at:] * 0.0], 1))(int(torch.randint(8, 16, ())))),
    "fixed weights' mask": net(lambda net, x: F.dropout(F.linear(x, net.linear.weight * net.mask), RATE, net.training)),
    "causal": net(causal),
    "experts": Experts,
    "heads in turn": net(
        lambda net, x: net.heads[random.randrange(2)](x) if net.training else (net.heads[0](x) + net.heads[1](x)) / 2,
        heads=nn.ModuleList([nn.Linear(16, 4), nn.Linear(16, 4)]),
    ),
    "vmap": net(lambda net, x: torch.vmap(lambda row: F.dropout(net.linear(row), RATE, net.training), randomness="different")(x)),
    "checkpoint": net(lambda net, x: checkpoint(lambda x: F.dropout(net.linear(x), RATE, net.training), x, use_reentrant=False)),
    "gradient": net(gradient),
    "complex": net(lambda net, x: torch.fft.rfft(F.dropout(net.linear(x), RATE, net.training))),
    "bfloat16": lambda: nn.Sequential(nn.Linear(16, 4), nn.Dropout(RATE)).bfloat16(),
    "in parallel": lambda: nn.DataParallel(nn.Sequential(nn.Linear(16, 4), nn.Dropout(RATE))),
    "parametrized": lambda: nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(16, 4)), nn.Dropout(RATE)),
    "RReLU": lambda: nn.Sequential(nn.Linear(16, 4), nn.RReLU()),
    "named outputs": net(lambda net, x: {"of": [F.dropout(net.linear(x), RATE, net.training), None], "n": 3}),
}  # fmt: skip
BUFFERS = {"one buffer": (16,), "fixed weights' mask": (16, 16), "causal": (32, 32)}


def made(name, make):
    model = make()
    if name in BUFFERS:
        mask = torch.ones(BUFFERS[name])
        mask.view(-1)[::3] = 0.0
        model.register_buffer("mask", mask.tril() if mask.ndim > 1 else mask / KEEP)
    return model


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_an_unusual_place_is_found(name):
    make, kind = FAULTS[name]
    report = check(made(name, make), X)
    assert {one.kind for one in report.findings if one.severity == "error"} == {kind}, str(report)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_network_that_looks_odd_raises_no_alarm(name, monkeypatch):
    kind = torch.bfloat16 if name == "bfloat16" else torch.float32
    for seed in SEEDS:
        monkeypatch.setattr(checking, "SEED", 1000 * seed)
        torch.manual_seed(seed)
        report = check(made(name, RIGHT[name]), torch.randn(32, 16).to(kind))
        assert report.findings == (), (seed, str(report))


def test_a_scaled_path_that_is_seldom_skipped_by_chance_raises_no_alarm(monkeypatch):
    """At this seed more than 9 of 10 passes keep a path that 7 of 10 should: their own error is too small."""
    monkeypatch.setattr(checking, "SEED", 5_273_000)
    torch.manual_seed(5273)
    assert check(made("layers, scaled", RIGHT["layers, scaled"]), torch.randn(32, 16)).findings == ()


def test_an_expert_that_is_chosen_for_one_row_is_no_path_that_is_dropped(monkeypatch):
    for seed in range(12):
        monkeypatch.setattr(checking, "SEED", 1000 * seed)
        torch.manual_seed(seed)
        assert check(Experts(), torch.randn(32, 16)).findings == (), seed


def test_a_forward_that_raises_in_evaluation_leaves_all_as_it_was():
    def fails(net, x):
        net.calls, net.drop.p = net.calls + 1, 0.9
        if net.training:
            return net.norm(net.drop(x))
        net.more = nn.Linear(2, 2)
        raise RuntimeError("at test")

    model = Net(fails, calls=0, drop=nn.Dropout(RATE), norm=nn.BatchNorm1d(16)).eval()
    before, state = {name: one.clone() for name, one in model.state_dict().items()}, torch.get_rng_state()
    with pytest.raises(RuntimeError, match="at test"):
        check(model, X)
    assert list(model.state_dict()) == list(before)
    assert all(torch.equal(one, before[name]) for name, one in model.state_dict().items())
    assert (model.training, model.calls, model.drop.p, hasattr(model, "more")) == (False, 0, RATE, False)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert torch.equal(torch.get_rng_state(), state)


def test_what_cannot_be_told_is_said():
    report = check(Net(lambda net, x: F.dropout(net.linear(x), RATE, net.training).log()), X)
    assert [(one.kind, one.severity) for one in report.findings] == [("not_a_number", "warning")]
    with pytest.raises(ValueError, match="run it on its inputs once"):
        check(nn.Sequential(nn.LazyLinear(4), nn.Dropout(RATE)), X)

"""`dropviz.torch.check` finds faults that were reported in public, raises no alarm on right networks, changes nothing.

Where a network follows a report, the report is named; the code is ours.
"""

# ruff: noqa: NPY002, PLC3002, PLW0108, E501 (networks as people write them, a line each)
import json
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dropviz.torch import assert_dropout_is_right, check

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore:dropout option adds dropout")]
X = torch.randn(32, 16, generator=torch.Generator().manual_seed(1))
RATE, KEEP = 0.3, 0.7


class Net(nn.Module):
    """A linear layer and what is done with it."""

    def __init__(self, forward, **attributes):
        super().__init__()
        self.linear, self.called = nn.Linear(16, 16), forward
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, x):
        return self.called(self, x)


def kept(shape, keep=KEEP):
    return (torch.rand(shape) < keep).float()


def attend(x, rate):
    return F.scaled_dot_product_attention(x[None], x[None], x[None], dropout_p=rate)


class Recurrent(nn.Module):
    def __init__(self, kind, layers):
        super().__init__()
        self.core = kind(16, 8, layers, dropout=RATE)

    def forward(self, x):
        return self.core(x[None])[0]


class Attention(nn.Module):
    """As in nanoGPT before pull request 240: flash attention takes no mode."""

    def __init__(self, follows):
        super().__init__()
        self.qkv, self.dropout, self.follows = nn.Linear(16, 48), RATE, follows

    def forward(self, x):
        q, k, v = self.qkv(x)[None].chunk(3, dim=-1)
        rate = self.dropout if self.training or not self.follows else 0.0
        return F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=True)


class Zeroed(nn.Module):
    """As in Megatron-LM before pull request 411: the rate is 0 after an evaluation."""

    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(RATE)

    def train(self, mode=True):
        if not mode:
            self.dropout.p = 0.0
        return super().train(mode)

    def forward(self, x):
        return self.dropout(x)


class ZeroedInForward(Zeroed):
    def forward(self, x):
        if not self.training:
            self.dropout.p = 0.0
        return self.dropout(x)


class Cached(nn.Module):
    mask = None

    def forward(self, x):
        if not self.training:
            return x
        if self.mask is None:
            self.mask = kept(x.shape) / KEEP
        return x * self.mask


class DropPath(nn.Module):
    def __init__(self, scaled):
        super().__init__()
        self.scaled = scaled

    def forward(self, x):
        if not self.training:
            return x
        mask = x.new_empty((x.shape[0],) + (1,) * (x.dim() - 1)).bernoulli_(KEEP)
        return x * mask / KEEP if self.scaled else x * mask


class Residual(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.branch, self.path = nn.Linear(16, 16), path

    def forward(self, x):
        return x + self.path(self.branch(x))


class StochasticDepth(nn.Module):
    """Huang et al. 2016: whole branches are skipped by an if; at test they are scaled."""

    def __init__(self, at_test, chance):
        super().__init__()
        self.branch, self.at_test, self.chance = nn.Linear(16, 16), at_test, chance

    def forward(self, x):
        if self.training and self.chance() >= KEEP:
            return x
        out = self.branch(x)
        return x + (out if self.training else out * self.at_test)


class NeverOn(nn.Module):
    """The mode never reaches the layer."""

    def __init__(self):
        super().__init__()
        self.linear, self.dropout = nn.Linear(16, 16), nn.Dropout(RATE)

    def train(self, mode=True):
        super().train(mode)
        self.dropout.eval()
        return self

    def forward(self, x):
        return self.dropout(self.linear(x))


class Thrown(NeverOn):
    def train(self, mode=True):
        return nn.Module.train(self, mode)

    def forward(self, x):
        x = self.linear(x)
        self.dropout(x)
        return x


FAULTS = {
    "attention, PyTorch issue 124464": (lambda: Attention(follows=False), "left_on"),
    "attention of a function": (lambda: Net(lambda net, x: attend(x, 0.1)), "left_on"),
    "functional default": (lambda: Net(lambda net, x: net.linear(F.dropout(x, RATE))), "left_on"),
    "functional, True": (lambda: Net(lambda net, x: net.linear(F.dropout(x, RATE, True))), "left_on"),
    "channels": (lambda: Net(lambda net, x: F.dropout2d(x.view(2, 4, 8, 8), RATE)), "left_on"),
    "alpha": (lambda: Net(lambda net, x: F.alpha_dropout(x, RATE, training=True)), "left_on"),
    "a mask of torch": (lambda: Net(lambda net, x: net.linear(x * kept(x.shape) / KEEP)), "left_on"),
    "a mask of NumPy": (
        lambda: Net(lambda net, x: x * torch.from_numpy((np.random.rand(*x.shape) < KEEP) / KEEP).float()), "left_on",
    ),
    "Gaussian": (lambda: Net(lambda net, x: net.linear(x * (1.0 + 0.5 * torch.randn_like(x)))), "left_on"),
    "the mode upside down": (lambda: Net(lambda net, x: F.dropout(x, RATE, not net.training)), "left_on"),
    "path": (lambda: Residual(DropPath(scaled=False)), "wrong_scale"),
    "no factor": (lambda: Net(lambda net, x: net.linear(x * kept(x.shape) if net.training else x)), "wrong_scale"),
    "÷ drop, Kaldi pull request 2815": (
        lambda: Net(lambda net, x: net.linear(x * kept(x.shape) / RATE if net.training else x)), "wrong_scale",
    ),
    "factor before the mask": (
        lambda: Net(lambda net, x: net.linear((x / RATE) * kept(x.shape) if net.training else x)), "wrong_scale",
    ),
    "× drop at test": (lambda: Net(lambda net, x: x * kept(x.shape) if net.training else x * RATE), "wrong_scale"),
    "twice": (
        lambda: Net(lambda net, x: (lambda out: out if net.training else out * KEEP)(F.dropout(x, RATE, net.training))),
        "wrong_scale",
    ),
    "filled": (lambda: Net(lambda net, x: x.masked_fill(kept(x.shape) == 0, 0.0) if net.training else x), "wrong_scale"),
    "weights": (
        lambda: Net(lambda net, x: F.linear(x, net.linear.weight * kept((16, 16)) if net.training else net.linear.weight)),
        "wrong_scale",
    ),
    "stochastic depth, torch": (lambda: StochasticDepth(1.0, lambda: torch.rand(1).item()), "wrong_scale"),
    "stochastic depth, random": (lambda: StochasticDepth(1.0, random.random), "wrong_scale"),
    "rate 0 in eval(), Megatron-LM pull request 411": (lambda: Zeroed(), "lost_after_eval"),
    "rate 0 in forward": (lambda: ZeroedInForward(), "lost_after_eval"),
    "kept mask": (lambda: Cached(), "stuck_mask"),
    "seeded": (lambda: Net(lambda net, x: (torch.manual_seed(0), F.dropout(x, RATE, net.training))[1]), "stuck_mask"),
    "own generator": (
        lambda: Net(lambda net, x: x * torch.bernoulli(
            torch.full(x.shape, KEEP), generator=torch.Generator().manual_seed(3)) / KEEP if net.training else x),
        "stuck_mask",
    ),
    "one layer, LSTM": (lambda: Recurrent(nn.LSTM, 1), "no_effect"),
    "one layer, GRU": (lambda: Recurrent(nn.GRU, 1), "no_effect"),
    "off": (lambda: Net(lambda net, x: net.linear(F.dropout(x, RATE, training=False))), "no_effect"),
    "never on": (lambda: NeverOn(), "no_effect"),
    "thrown away": (lambda: Thrown(), "no_effect"),
}  # fmt: skip


class Squared(torch.autograd.Function):
    """A function of the network's own, which torch's functions do not see."""

    @staticmethod
    def forward(ctx, x):
        return x * x + 1.0


def gated(net, x):
    kept, gate = net.linear(F.dropout(x, RATE, net.training)).abs().chunk(2, dim=-1)
    return kept * net.gain * gate


def encoder():
    layer = nn.TransformerEncoderLayer(16, 2, 24, RATE, batch_first=True)
    return Net(
        lambda net, x: net.encoder(x[None]),
        encoder=nn.TransformerEncoder(layer, 2, enable_nested_tensor=False),
    )


class MonteCarlo(nn.Dropout):
    mc_dropout = True

    def forward(self, x):
        return F.dropout(x, self.p, True)


RIGHT = {
    "layers": lambda: nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 4), nn.Dropout(0.1)),
    "in place": lambda: nn.Sequential(nn.Linear(16, 32), nn.Dropout(RATE, inplace=True), nn.ReLU()),
    "alpha": lambda: nn.Sequential(nn.Linear(16, 32), nn.SELU(), nn.AlphaDropout(0.2)),
    "batch norm": lambda: nn.Sequential(nn.Linear(16, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2)),
    "channels": lambda: Net(lambda net, x: net.drop(x.view(2, 4, 8, 8)), drop=nn.Dropout2d(RATE)),
    "function": lambda: Net(lambda net, x: net.linear(F.dropout(x, RATE, net.training))),
    "attention": lambda: Attention(follows=True),
    "encoder": encoder,
    "two layers": lambda: Recurrent(nn.LSTM, 2),
    "path": lambda: Residual(DropPath(scaled=True)),
    "inverted": lambda: Net(lambda net, x: net.linear(x * kept(x.shape) / KEEP if net.training else x)),
    "standard": lambda: Net(lambda net, x: net.linear(x * kept(x.shape) if net.training else KEEP * x)),
    "standard, weights": lambda: Net(
        lambda net, x: F.linear(x * kept(x.shape), net.linear.weight)
        if net.training else F.linear(x, net.linear.weight * KEEP)
    ),
    "where": lambda: Net(
        lambda net, x: torch.where(kept(x.shape) > 0, x / KEEP, torch.zeros_like(x)) if net.training else x
    ),
    "divided by those that survived": lambda: Net(
        lambda net, x: (lambda mask: x * mask / mask.mean())(kept(x.shape)) if net.training else x
    ),
    "Gaussian": lambda: Net(lambda net, x: x * (1.0 + 0.5 * torch.randn_like(x)) if net.training else x),
    "Gaussian, added": lambda: Net(lambda net, x: x + 0.5 * torch.randn_like(x) if net.training else x),
    "NumPy": lambda: Net(
        lambda net, x: x * torch.from_numpy((np.random.rand(*x.shape) < KEEP) / KEEP).float() if net.training else x
    ),
    "stochastic depth": lambda: StochasticDepth(KEEP, random.random),
    "Monte Carlo": lambda: nn.Sequential(nn.Linear(16, 8), MonteCarlo(RATE)),
    "rate 0": lambda: nn.Sequential(nn.Linear(16, 8), nn.Dropout(0.0)),
    "no dropout": lambda: nn.Linear(16, 4),
    "parts of a tensor": lambda: Net(gated, gain=nn.Parameter(torch.rand(8) + 0.5)),
    "transposed": lambda: Net(
        lambda net, x: F.dropout(x.abs(), RATE, net.training).T * net.linear.bias[:, None]
    ),
    "a function of its own, in training": lambda: Net(
        lambda net, x: Squared.apply(F.dropout(x, RATE)) * net.linear.bias if net.training else x
    ),
    "temperature": lambda: Net(
        lambda net, x: (lambda out: out if net.training else out / 2.0)(net.linear(F.dropout(x, RATE, net.training)))
    ),
}  # fmt: skip


def errors(report):
    return [finding.kind for finding in report.findings if finding.severity == "error"]


@pytest.mark.parametrize("name", FAULTS)
def test_a_known_fault_is_found_and_located(name):
    make, kind = FAULTS[name]
    model = make()
    report = check(model, X)
    found = [finding for finding in report.findings if finding.kind == kind]
    assert found
    assert found[0].severity == "error"
    assert not report.right
    located = "test_check_torch.py:" in found[0].where or found[0].where.split(" ")[0] in dict(
        model.named_modules()
    )
    assert located, found[0].where
    assert set(errors(report)) <= {kind, "no_effect"}  # of the mode upside down, both are true


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_network_raises_no_alarm(name):
    for seed in range(12):
        torch.manual_seed(seed)
        x = torch.randn(32, 16)
        report = check(RIGHT[name](), x)
        assert report.findings == (), (seed, report.findings)


def test_the_network_comes_back_as_it_was():
    for make in (*(make for make, _ in FAULTS.values()), *RIGHT.values()):
        model = make()
        model.eval()
        hook = model.register_forward_hook(lambda *_: None)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        modes = [module.training for module in model.modules()]
        attributes = [sorted(module.__dict__) for module in model.modules()]
        rates = [module.p for module in model.modules() if isinstance(module, nn.Dropout)]
        states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
        x = X.clone()
        check(model, x)
        assert torch.equal(x, X)
        assert x.__dict__ == {}
        assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
        assert [module.training for module in model.modules()] == modes
        assert [sorted(module.__dict__) for module in model.modules()] == attributes
        assert [module.p for module in model.modules() if isinstance(module, nn.Dropout)] == rates
        assert (
            sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())
            == 1
        )
        hook.remove()
        assert torch.equal(torch.get_rng_state(), states[0])
        assert (np.random.get_state()[1] == states[1]).all()
        assert random.getstate() == states[2]


def test_it_comes_back_from_an_error_too():
    model = Net(lambda net, x: net.linear(x[:, :3]))
    with pytest.raises(RuntimeError, match="shape"):
        check(model, X)
    assert not any(module._forward_hooks for module in model.modules())


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize("compiled", [torch.jit.script, lambda net: torch.compile(net, backend="eager")])
def test_a_compiled_network_gets_a_sentence_and_stays_whole(compiled):
    model = nn.Sequential(compiled(nn.Sequential(nn.Linear(16, 2), nn.Dropout(RATE))))
    with pytest.raises(ValueError, match=r"check it before torch\.jit or torch\.compile"):
        check(model, X)
    assert model.eval()(X).shape == (*X.shape[:-1], 2)


def test_a_generator_of_the_networks_own_stands_where_it_stood():
    model = Net(lambda net, x: x * torch.bernoulli(torch.full_like(x, 0.5), generator=net.own) * 2.0)
    model.own = torch.Generator().manual_seed(7)
    before = model.own.get_state()
    check(model, X)
    assert torch.equal(model.own.get_state(), before)


def test_randomness_at_test_can_be_meant():
    model = nn.Sequential(nn.Linear(16, 8), nn.Dropout(RATE))
    model[1].forward = lambda x: F.dropout(x, RATE, True)
    assert errors(check(model, X)) == ["left_on"]
    assert errors(check(model, X, random_at_test=["1"])) == errors(check(model, X, random_at_test=True)) == []


def test_a_sampler_is_asked_about_not_accused():
    model = Net(lambda net, x: x + torch.randn_like(x) * torch.exp(net.linear(x)))
    assert [(one.kind, one.severity) for one in check(model, X).findings] == [("left_on", "warning")]


def test_a_report_says_where_and_can_be_stored():
    report = check(Attention(follows=False), X)
    stored = json.loads(report.to_json())
    assert stored["findings"][0]["kind"] == "left_on"
    assert stored["places"][0]["acts"] == "acts in training and evaluation"
    assert "<td>left_on</td>" in report._repr_html_()
    assert len(repr(report)) < 200
    with pytest.raises(AssertionError, match="left_on"):
        assert_dropout_is_right(Attention(follows=False), X)
    assert_dropout_is_right(RIGHT["layers"](), X)


@pytest.mark.parametrize("given", [{"model": print}, {"passes": 2}, {"passes": 10**9}])
def test_what_cannot_be_checked_gets_a_sentence(given):
    with pytest.raises(ValueError, match="must be"):
        check(**{"model": nn.Linear(16, 2), **given})

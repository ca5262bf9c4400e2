"""`dropviz.torch.record` keeps the moments of what PyTorch computed, in both modes, and changes nothing."""

import re

import numpy as np
import pytest
import torch
from torch import nn

import dropviz as dv
from dropviz.torch import record

pytestmark = pytest.mark.oracle
RATE = 0.3
BATCHES = [
    (torch.randn(24, 3, 8, 8, generator=torch.Generator().manual_seed(seed)), torch.zeros(24))
    for seed in range(3)
]


def convolutional():
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Dropout2d(RATE), nn.Flatten(),
        nn.Linear(216, 16), nn.ReLU(), nn.Dropout(RATE), nn.Linear(16, 10),
    )  # fmt: skip


def outputs_of(model, layer):
    """What a layer puts out in evaluation, over all batches."""
    model.eval()
    with torch.no_grad():
        return torch.cat([model[: layer + 1](batch.clone()) for batch, _ in BATCHES]).double().numpy()


def test_moments_are_those_of_the_outputs_in_evaluation(tmp_path):
    model, found = convolutional(), record(convolutional(), BATCHES)
    assert found.layers == tuple(map(str, range(9)))
    for layer in (0, 1, 2, 5, 6, 7):
        values = np.moveaxis(outputs_of(model, layer), 1, -1)
        values = values.reshape(-1, values.shape[-1])
        count, mean, variance, third, fourth, zeros = found.table(str(layer), "test")
        centred = values - values.mean(0)
        assert set(count) == {len(values)}
        for got, power in ((variance, 2), (third, 3), (fourth, 4)):
            np.testing.assert_allclose(got, (centred**power).mean(0), rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(mean, values.mean(0), rtol=1e-5, atol=1e-7)
        assert zeros.tolist() == (values == 0.0).sum(0).tolist()


def test_the_report_foretells_what_the_network_s_own_dropout_does(tmp_path):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Dropout(RATE))
    batch = torch.randn(400, 16)
    record(model, [batch] * 60, tmp_path / "a.npz")
    layer = dv.report(tmp_path / "a.npz", RATE).layers["2"]
    alive = layer.variance > 0.0
    # 24,000 rows of heavy-tailed products: a ratio is off by 1 % or so
    np.testing.assert_allclose(layer.measured[alive], layer.ratio[alive], rtol=0.08)
    assert layer.all_measured == pytest.approx(layer.all_ratio, rel=0.02)


class Zeroed(nn.Module):
    """An evaluation sets its rate to 0 for good; every pass must start from the network as it was."""

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(RATE)

    def train(self, mode=True):
        if not mode:
            self.drop.p = 0.0
        return super().train(mode)

    def forward(self, x):
        return self.drop(x)


def test_the_network_comes_back_as_it_was():
    model = nn.Sequential(convolutional(), Zeroed())
    model[0][3].eval()
    modes = [module.training for module in model.modules()]
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(3)
    state = torch.get_rng_state()
    found = record(model, BATCHES, batches=2)
    assert found.table("1.drop", "train")[5].sum() > 0  # zeros
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [module.training for module in model.modules()] == modes
    assert model[1].drop.p == RATE
    assert not any(module._forward_hooks for module in model.modules())
    assert torch.equal(torch.get_rng_state(), state)


def test_a_network_that_fails_comes_back_as_it_was():
    model = convolutional()
    with pytest.raises(RuntimeError):
        record(model, [torch.ones(4, 2)])
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


def test_units_of_sequences_stand_last_and_attention_is_one_layer():
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), 2)
    found = record(model, [torch.randn(8, 5, 16)])
    assert {found.table(layer, "test").shape[1] for layer in found.layers} == {16, 32}
    assert {"layers.0.self_attn", "layers.1.dropout2"} <= set(found.layers)


def test_a_network_that_changes_its_input_sees_the_same_in_both_modes():
    net, batch = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 4)), torch.randn(50, 4)
    kept = batch.clone()
    found = record(net, [batch])
    assert torch.equal(batch, kept)
    assert np.array_equal(found.table("1", "test"), found.table("1", "train"))


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.relu = nn.Linear(4, 8), nn.Linear(8, 2), nn.ReLU()

    def forward(self, x, scale=1.0):
        return self.relu(self.two(self.relu(self.one(x)))) * scale


def test_calls_of_one_module_are_layers_of_their_own():
    assert record(Twice(), [{"x": torch.randn(6, 4), "scale": 2.0}]).layers == (
        "one",
        "relu",
        "two",
        "relu:2",
    )


def test_a_layer_of_a_sequence_is_shown_with_its_class(tmp_path):
    record(convolutional(), BATCHES, tmp_path / "layers.npz")
    titles = [layer.title for layer in dv.report(tmp_path / "layers.npz", RATE).layers.values()]
    assert (titles[0], titles[3], titles[8]) == ("0 · Conv2d", "3 · Dropout2d", "8 · Linear")


def test_half_precision_and_chosen_layers():
    model = Twice().bfloat16()
    assert record(model, [torch.randn(6, 4).bfloat16()], layers=["two", ""]).layers == ("two", "Twice")


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        ((dv, BATCHES), {}, "model must be a torch.nn.Module"),
        ((Twice(), []), {}, "loader must yield at least one batch"),
        ((Twice(), BATCHES), {"layers": ["three"]}, "layers must be paths of modules"),
        ((Twice(), BATCHES), {"layers": "one"}, "layers must be one or more paths"),
        ((Twice(), BATCHES), {"batches": 0}, "batches must be an integer from 1"),
        ((Twice(), BATCHES), {"seed": -1}, "seed must be an integer from 0"),
        ((Twice(), [torch.full((2, 4), torch.nan)]), {}, "'one' must hold finite numbers"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(arguments, options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        record(*arguments, **options)

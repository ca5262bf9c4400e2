"""`dropviz.keras.check` finds known faults in Keras networks, raises no alarm on right ones, changes nothing."""

# ruff: noqa: NPY002, PLW0108 (networks as people write them)
import json
import random
from functools import partial
from random import random as chance

import keras
import numpy as np
import pytest
from keras import layers, ops
from keras import random as draws

from dropviz.frameworks import rerun
from dropviz.keras import assert_dropout_is_right, check

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the frameworks' own
X = np.random.default_rng(1).normal(size=(32, 16)).astype("float32")
RATE, KEEP = 0.3, 0.7


class Own(layers.Layer):
    """A layer of one's own: a dense one, and what is done with its output."""

    def __init__(self, forward, **attributes):
        super().__init__(name="own")
        self.dense, self.behind, self.forward = layers.Dense(16, "relu"), layers.Dense(8), forward
        self.seeds = draws.SeedGenerator(3)
        for name, value in attributes.items():
            setattr(self, name, value)

    def call(self, x, training=False):
        return self.forward(self, x, training)


class Deaf(layers.Layer):
    """Takes no mode at all."""

    def __init__(self):
        super().__init__(name="deaf")
        self.seeds = draws.SeedGenerator(3)

    def call(self, x):
        return draws.dropout(x, RATE, seed=self.seeds)


def kept(layer, x, keep=KEEP):
    return ops.cast(draws.uniform(ops.shape(x), seed=layer.seeds) < keep, "float32")


def net(*parts):
    return keras.Sequential([layers.Dense(16, "relu"), *parts, layers.Dense(4)])


def own(forward, **attributes):
    return lambda: net(Own(forward, **attributes))


def frozen():
    inside = keras.Input((16,))
    return keras.Model(inside, layers.Dense(4)(layers.Dropout(RATE, name="frozen")(inside, training=True)))


def lost(layer, x, training):
    if not training:
        layer.drop.rate = 0.0
    return layer.drop(x)


def cached(layer, x, training):
    if not training:
        return x
    if layer.mask is None:
        layer.mask = np.asarray(ops.convert_to_numpy(kept(layer, x) / KEEP))
    return x * layer.mask


def path(layer, x, training, scale=1.0):
    branch = layer.dense(x)
    if training:
        mask = ops.cast(draws.uniform((ops.shape(x)[0], 1), seed=layer.seeds) < KEEP, "float32")
        branch = branch * mask * scale
    return layer.behind(x + branch)


def always(layer, x, _):
    return layer.drop(x, training=True)


def mixup(layer, x, training):
    share = draws.uniform((), seed=layer.seeds) if training else 1.0
    return share * x + (1.0 - share) * x[::-1]


def deep(layer, x, training, scale=1.0):
    return x if training and chance() < RATE else x + layer.dense(x) * (scale if training else 1.0)


def band(layer, x, training, scale=1.0):
    if not training:
        return x
    start, at = draws.randint((32, 1), 0, 12, seed=layer.seeds), ops.arange(16)[None]
    return ops.where((at >= start) & (at < start + 4), 0.0, x * scale)


def cut_and_mixed(_, x, training):
    mask = ops.cast(ops.arange(16) < random.randrange(4, 12), "float32")
    return x * mask + x[::-1] * (1.0 - mask) if training else x


def thrown(layer, x, training):
    layer.drop(x, training=training)
    return layer.dense(x)


FAULTS = {
    "training=True in a functional call": (frozen, "left_on", "frozen (Dropout)"),
    "noise left on": (
        own(always, drop=layers.GaussianNoise(0.2, name="noise")), "left_on", "own.noise (GaussianNoise)",
    ),
    "Gaussian left on": (
        own(always, drop=layers.GaussianDropout(RATE, name="noise")), "left_on", "own.noise (GaussianDropout)",
    ),
    "no argument training": (lambda: net(Deaf()), "left_on", "deaf (Deaf)"),
    "mask without a mode": (own(lambda layer, x, _: x * kept(layer, x) / KEEP), "left_on", "own (Own)"),
    "NumPy": (
        own(lambda layer, x, _: x * (np.random.rand(*x.shape) < KEEP).astype("float32") / KEEP), "left_on", "own (Own)"
    ),
    "a generator of NumPy": (
        own(lambda layer, x, _: x * (layer.rng.random(x.shape) < KEEP).astype("float32"), rng=np.random.default_rng(0)),
        "left_on", "own",
    ),
    "no factor": (
        own(lambda layer, x, training: x * kept(layer, x) if training else x), "wrong_scale", "own (Own)"
    ),
    "bands, ÷ drop": (own(partial(band, scale=1.0 / RATE)), "wrong_scale", "own (Own)"),
    "÷ drop": (
        own(lambda layer, x, training: layer.behind(layer.dense(x) * (kept(layer, x) / RATE if training else 1.0))),
        "wrong_scale", "own (Own)",
    ),
    "twice": (
        own(lambda layer, x, training: x * kept(layer, x) / KEEP if training else x * KEEP), "wrong_scale", "own (Own)"
    ),
    "Gaussian around 0": (
        own(lambda layer, x, training: x * draws.normal(ops.shape(x), 0.5, seed=layer.seeds) if training else x),
        "wrong_scale", "own (Own)",
    ),
    "path": (own(path), "wrong_scale", "own (Own)"),
    "a path skipped by a function imported by name": (own(deep), "wrong_scale", "own (Own"),
    "a mask of a generator of NumPy": (
        own(lambda layer, x, training: x * (layer.rng.random(x.shape) < KEEP).astype("float32") if training else x,
            rng=np.random.default_rng(0)),
        "wrong_scale", "own (Own",
    ),
    "one seed": (
        own(lambda layer, x, training: draws.dropout(x, RATE, seed=7) if training else x), "stuck_mask", "own (Own)"
    ),
    "one seed, own mask": (
        own(lambda layer, x, training: x * ops.cast(draws.uniform((32, 16), seed=7) < KEEP, "float32") / KEEP
            if training else x),
        "stuck_mask", "own (Own)",
    ),
    "kept mask": (own(cached, mask=None), "stuck_mask", "own"),
    "rate 0 after an evaluation": (lambda: Own(lost, drop=layers.Dropout(RATE)), "lost_after_eval", "dropout"),
    "off": (
        own(lambda layer, x, _: layer.drop(x, training=False), drop=layers.Dropout(RATE)), "no_effect", "own.dropout"
    ),
    "thrown away": (own(thrown, drop=layers.Dropout(RATE)), "no_effect", "own.dropout"),
}  # fmt: skip


def attention():
    inside = keras.Input((5, 16))
    out = layers.MultiHeadAttention(2, 8, dropout=0.1)(inside, inside)
    return keras.Model(inside, layers.LayerNormalization()(layers.Dropout(0.2)(out) + inside))


def sequence(*parts):
    return keras.Sequential([layers.Reshape((4, 4)), *parts, layers.Flatten(), layers.Dense(4)])


RIGHT = {
    "layers": lambda: net(layers.Dropout(0.5), layers.GaussianDropout(RATE), layers.GaussianNoise(0.2)),
    "batch norm": lambda: net(layers.BatchNormalization(), layers.Dropout(RATE), layers.BatchNormalization()),
    "alpha": lambda: net(layers.AlphaDropout(RATE)),
    "channels": lambda: sequence(layers.SpatialDropout1D(RATE)),
    "recurrent": lambda: sequence(layers.LSTM(4, return_sequences=True, dropout=RATE, recurrent_dropout=0.2)),
    "attention": attention,
    "inverted": own(lambda layer, x, training: x * kept(layer, x) / KEEP if training else x),
    "standard": own(
        lambda layer, x, training: layer.behind(layer.dense(x) * (kept(layer, x) if training else KEEP))
    ),
    "mixup": own(mixup),
    "a number for each pass": own(
        lambda layer, x, training: x * ops.cast(draws.uniform((1,), seed=layer.seeds) < KEEP, "float32") / KEEP
        if training else x
    ),
    "path": own(lambda layer, x, training: path(layer, x, training, 1.0 / KEEP)),
    "a path skipped by a function imported by name": own(partial(deep, scale=1.0 / KEEP)),
    "turned": own(lambda _, x, training: x[:, ::-1] if training and random.random() < RATE else x),
    "turned, by hidden chance": own(lambda _, x, training: x[:, ::-1] if training and chance() < RATE else x),
    "without colour": own(
        lambda _, x, training: ops.mean(x, 1, keepdims=True) + 0.0 * x if training and random.random() < RATE else x
    ),
    "unknown words": own(
        lambda layer, x, training: ops.where(kept(layer, x), x, layer.unknown) if training else x,
        unknown=np.linspace(0.1, 2.0, 16, dtype="float32"),
    ),
    "cut and mixed": own(cut_and_mixed),
    "Gaussian": own(
        lambda layer, x, training: x * draws.normal(ops.shape(x), 1.0, 0.5, seed=layer.seeds) if training else x
    ),
    "added": own(
        lambda layer, x, training: layer.behind(x + draws.normal(ops.shape(x), 0.0, 0.5, seed=layer.seeds)
                                                if training else x)
    ),
    "inner layers": own(
        lambda layer, x, training: layer.norm(layer.drop(layer.dense(x)) * kept(layer, x) / KEEP)
        if training else layer.norm(layer.drop(layer.dense(x))),
        drop=layers.Dropout(RATE), norm=layers.BatchNormalization(),
    ),
    "NumPy": own(
        lambda layer, x, training: x * (np.random.rand(*x.shape) < KEEP).astype("float32") / KEEP if training else x
    ),
    "Monte Carlo": lambda: net(Own(lambda layer, x, _: draws.dropout(x, RATE, seed=layer.seeds), mc_dropout=True)),
    "rate 0": lambda: net(layers.Dropout(0.0)),
    "no dropout": net,
}  # fmt: skip


def errors(report):
    return {finding.kind for finding in report.findings if finding.severity == "error"}


def given(name):
    return X if name != "attention" else np.random.default_rng(2).normal(size=(8, 5, 16)).astype("float32")


@pytest.mark.parametrize("name", FAULTS)
def test_a_known_fault_is_found_and_located(name):
    make, kind, where = FAULTS[name]
    report = check(make(), X)
    assert errors(report) == {kind}, str(report)
    finding = next(one for one in report.findings if one.kind == kind)
    assert finding.where.startswith(where)
    if where.endswith(("(Own)", "(Deaf)")):
        assert "test_check_keras.py:" in finding.where


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_network_raises_no_alarm(name):
    for seed in range(2):
        keras.utils.set_random_seed(seed)
        report = check(RIGHT[name](), given(name))
        assert report.findings == (), (seed, str(report))


def test_chance_that_hides_at_first_raises_no_alarm(monkeypatch):
    monkeypatch.setattr(rerun, "HIDDEN", 1)  # runs in which a path happens to be skipped in all, or in none
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        report = check(RIGHT["a path skipped by a function imported by name"](), X)
        assert report.findings == (), (seed, str(report))


def test_the_network_comes_back_as_it_was():
    for make in (lambda: Own(lost, drop=layers.Dropout(RATE)), RIGHT["batch norm"], own(cached, mask=None)):
        model = make()
        model(X, training=False)
        variables = [np.array(ops.convert_to_numpy(one)) for one in model.variables]
        rates = [layer.rate for layer in model._flatten_layers() if isinstance(layer, layers.Dropout)]
        call = layers.Layer.__call__, keras.random.dropout, np.random.rand
        state = np.random.get_state()[1].copy()
        check(model, X)
        after = [np.array(ops.convert_to_numpy(one)) for one in model.variables]
        assert all(np.array_equal(one, other) for one, other in zip(variables, after, strict=True))
        assert [layer.rate for layer in model._flatten_layers() if isinstance(layer, layers.Dropout)] == rates
        assert (layers.Layer.__call__, keras.random.dropout, np.random.rand) == call
        assert np.array_equal(np.random.get_state()[1], state)


def test_a_generator_that_a_layer_holds_comes_back_as_it_was():
    layer = Own(
        lambda layer, x, training: x * (layer.rng.random(x.shape) < KEEP).astype("float32") if training else x
    )
    layer.rng = np.random.default_rng(0)
    model = net(layer)
    model(X)
    before = layer.rng.bit_generator.state
    check(model, X)
    assert layer.rng.bit_generator.state == before


def test_it_comes_back_from_an_error_too():
    def fails(layer, x, training):
        raise RuntimeError("no" if training else "never")

    model, call = net(Own(lambda layer, x, _: x)), layers.Layer.__call__
    model(X)
    model.layers[1].forward = fails
    with pytest.raises(RuntimeError, match="no"):
        check(model, X)
    assert layers.Layer.__call__ is call


def test_randomness_at_test_can_be_meant_and_a_sampler_is_asked_about():
    assert (
        errors(check(frozen(), X, random_at_test=["frozen"]))
        == errors(check(frozen(), X, random_at_test=True))
        == set()
    )
    sampler = own(lambda layer, x, _: x + draws.normal(ops.shape(x), seed=layer.seeds))
    assert [(one.kind, one.severity) for one in check(sampler(), X).findings] == [("left_on", "warning")]


def test_a_report_can_be_stored_and_asserted():
    report = check(frozen(), X)
    assert json.loads(report.to_json())["places"][0]["acts"] == "acts in training and evaluation"
    with pytest.raises(AssertionError, match="left_on"):
        assert_dropout_is_right(frozen(), X)
    assert_dropout_is_right(RIGHT["layers"](), X)
    for wrong in ({"model": print}, {"passes": 2}):
        with pytest.raises(ValueError, match="must be"):
            check(**{"model": net(), **wrong})


def skips(train, test, chance):
    """Stochastic depth: a path with dropout is skipped by an if."""

    def depth(layer, x, training):
        if training and chance() < RATE:
            return x
        return x + layer.drop(layer.dense(x), training=training) * (train if training else test)

    return own(depth, drop=layers.Dropout(0.2))


@pytest.mark.parametrize(
    "chance", [lambda: random.random(), lambda: np.random.rand()]
)  # as they are when called
def test_a_path_that_is_skipped_by_an_if_is_measured(chance):
    random.seed(2)
    np.random.seed(2)
    assert check(skips(1.0 / KEEP, 1.0, chance)(), X).findings == ()
    assert check(skips(1.0, KEEP, chance)(), X).findings == ()
    (finding,) = check(skips(1.0, 1.0, chance)(), X).findings
    assert (finding.kind, finding.severity) == ("wrong_scale", "error")
    assert finding.where.startswith("own (Own), ")


def test_a_layer_that_is_left_out_whole_is_asked_about():
    """As LayerDrop does, of which the numbers are those of a path that is not scaled."""

    def left_out(layer, x, training):
        return x if training and random.random() < RATE else layer.dense(x)

    random.seed(2)
    findings = check(net(Own(left_out)), X, passes=20).findings
    assert {(one.kind, one.severity) for one in findings} == {("wrong_scale", "warning")}


def test_a_layer_that_is_seldom_left_out_whole_is_not_accused():
    def left_out(layer, x, training):
        return x if training and random.random() < 0.1 else layer.dense(x)

    for seed in range(6):
        keras.utils.set_random_seed(seed)
        assert errors(check(net(Own(left_out)), X)) == set(), seed


def test_an_input_that_is_masked_in_bands_is_asked_about():
    (finding,) = check(own(band)(), X).findings
    assert (finding.kind, finding.severity) == ("wrong_scale", "warning")
    assert "SpecAugment" in finding.sentence


def test_a_factor_around_a_layer_of_keras_is_found():
    def scaled(layer, x, training, factor):
        x = layer.drop(x, training=training)
        return x if training else x * factor

    for factor, severity in ((KEEP, "error"), (0.25, "warning")):
        model = net(Own(partial(scaled, factor=factor), drop=layers.Dropout(RATE)))
        (finding,) = check(model, X).findings
        assert (finding.kind, finding.severity, finding.where) == ("wrong_scale", severity, "own (Own)")
        assert finding.measured == f"in training the mean is × {1.0 / factor:.3f} that of evaluation"

"""`dropviz.jax.check` finds known faults in networks of Flax, Equinox, Haiku and plain functions, and no others."""

# ruff: noqa: E501 (networks as people write them, a line each)
import equinox as eqx
import haiku as hk
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen, nnx

from dropviz.jax import assert_dropout_is_right, check

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the frameworks' own
RATE, KEEP = 0.3, 0.7
X = np.random.default_rng(1).normal(size=(32, 16)).astype("float32")
THERE = jnp.ones((32, 16)).at[:, 12:].set(0.0)  # the rest is padded
W = jnp.asarray(np.random.default_rng(2).normal(size=(16, 16)).astype("float32"))


def kept(key, x, keep=KEEP):
    return jax.random.bernoulli(key, keep, x.shape)


def layer(x):
    return jax.nn.relu(x @ W)


class Linen(linen.Module):
    """A dense layer, and what is done with its output."""

    forward: object

    @linen.compact
    def __call__(self, x, train):
        return linen.Dense(4)(self.forward(self, linen.relu(linen.Dense(16)(x)), train))


class Attention(linen.Module):
    at_test: bool = True

    @linen.compact
    def __call__(self, x, deterministic):
        return linen.MultiHeadDotProductAttention(
            2, dropout_rate=RATE, deterministic=deterministic and self.at_test
        )(x)


class Nnx(nnx.Module):
    def __init__(self, off=False):
        rngs = nnx.Rngs(0)
        self.dense, self.drop, self.off = nnx.Linear(16, 16, rngs=rngs), nnx.Dropout(RATE, rngs=rngs), off
        self.norm = nnx.BatchNorm(16, rngs=rngs)

    def __call__(self, x):
        return self.drop(self.norm(self.dense(x)), deterministic=True if self.off else None)


class Equinox(eqx.Module):
    dense: eqx.nn.Linear
    drops: list[eqx.nn.Dropout]
    forward: object = eqx.field(static=True)

    def __init__(self, forward):
        self.dense = eqx.nn.Linear(16, 16, key=jax.random.PRNGKey(0))
        self.drops, self.forward = [eqx.nn.Dropout(RATE), eqx.nn.Dropout(RATE)], forward

    def __call__(self, x, *, key):
        return self.forward(self, jax.vmap(self.dense)(x), key)


def two_keys(net, x, key):
    one, two = jax.random.split(key)
    return net.drops[1](net.drops[0](x, key=one), key=two)


def haiku(rate_at_test):
    def forward(x, is_training):
        return hk.dropout(hk.next_rng_key(), RATE if is_training else rate_at_test, hk.Linear(16)(x))

    return hk.transform(forward)


def function(train, test=layer):
    return lambda: {"model": train, "test": test}


def linen_net(forward):
    return lambda: {"model": Linen(forward)}


def path(key, x, scale):
    return x + layer(x) * jax.random.bernoulli(key, KEEP, (x.shape[0], 1)) * scale


def looped(key, x):
    def step(carry, key):
        return layer(carry) * kept(key, carry), None

    return jax.lax.scan(step, x, jax.random.split(key, 3))[0]


def depth(key, x, scale):
    """A path that is skipped whole."""
    return jax.lax.cond(jax.random.uniform(key) < KEEP, lambda x: x + layer(x) * scale, lambda x: x, x)


class Depth(eqx.Module):
    """The same around dropout, with zeros for a path that is skipped."""

    dense: eqx.nn.Linear
    drop: eqx.nn.Dropout
    scale: float = eqx.field(static=True)
    inference: bool

    def __init__(self, scale):
        self.inference = False
        self.dense, self.drop, self.scale = (
            eqx.nn.Linear(16, 16, key=jax.random.PRNGKey(0)),
            eqx.nn.Dropout(RATE),
            scale,
        )

    def __call__(self, x, *, key):
        one, two = jax.random.split(key)

        def path(x):
            return self.drop(jax.vmap(self.dense)(x), key=one)

        if self.inference:
            return x + path(x)
        kept = jax.random.bernoulli(two, KEEP)
        return x + jax.lax.cond(kept, lambda x: path(x) * self.scale, jnp.zeros_like, x)


class Block(linen.Module):
    @linen.compact
    def __call__(self, x):
        return x + linen.relu(linen.Dense(16)(x))


def layer_drop(net, x, train):
    """Fan et al. 2020: whole layers are skipped, and not scaled."""
    out = Block()(x)
    return jnp.where(jax.random.bernoulli(net.make_rng("dropout"), KEEP), out, x) if train else out


FAULTS = {
    "linen, deterministic=False": (
        linen_net(lambda net, x, _: linen.Dropout(RATE, name="drop")(x, deterministic=False)), "left_on", "drop (Dropout)",
    ),
    "linen, attention": (lambda: {"model": Attention(False)}, "left_on", "MultiHeadDotProductAttention_0"),
    "linen, no factor": (
        linen_net(lambda net, x, train: x * kept(net.make_rng("dropout"), x) if train else x), "wrong_scale",
        "the model (Linen), ",
    ),
    "linen, one key": (
        linen_net(lambda net, x, train: x * kept(jax.random.PRNGKey(0), x) / KEEP if train else x), "stuck_mask",
        "the model (Linen), ",
    ),
    "linen, off": (
        linen_net(lambda net, x, _: linen.Dropout(RATE, name="drop")(x, deterministic=True)), "no_effect", "drop",
    ),
    "linen, thrown away": (
        linen_net(lambda net, x, train: (linen.Dropout(RATE)(x, deterministic=not train), x)[1]), "no_effect", "Dropout_0",
    ),
    "nnx, off": (lambda: {"model": Nnx(off=True)}, "no_effect", "drop (Dropout)"),
    "equinox, inference=False": (
        lambda: {"model": Equinox(lambda net, x, key: net.drops[1](x, key=key, inference=False))}, "left_on", "drops.1",
    ),
    "haiku, at test": (lambda: {"model": haiku(0.1)}, "left_on", "the model"),
    "÷ drop": (function(lambda key, x: layer(x) * kept(key, x) / RATE), "wrong_scale", "the model (function), "),
    "where, no factor": (function(lambda key, x: jnp.where(kept(key, x), x, 0.0) @ W, lambda x: x @ W), "wrong_scale", ""),
    "twice": (
        function(lambda key, x: layer(x) * kept(key, x) / KEEP, lambda x: layer(x) * KEEP), "wrong_scale", "the model"
    ),
    "path, not scaled": (function(lambda key, x: path(key, x, 1.0), lambda x: x + layer(x)), "wrong_scale", "the model"),
    "cond, not scaled": (function(lambda key, x: depth(key, x, 1.0), lambda x: x + layer(x)), "wrong_scale", "the model"),
    "cond in a module, not scaled": (lambda: {"model": Depth(1.0)}, "wrong_scale", "the model (Depth), "),
    "cond, left on": (lambda: {"model": lambda key, x, train: depth(key, x, 1.0 / KEEP)}, "left_on", "the model"),
    "padded": (function(lambda key, x: layer(x) * (THERE * kept(key, x)), lambda x: layer(x) * THERE), "wrong_scale", "the model"),
    "in a loop": (function(looped, lambda x: layer(layer(layer(x)))), "wrong_scale", "the model"),
    "in jit": (function(jax.jit(lambda key, x: layer(x) * kept(key, x))), "wrong_scale", "the model"),
    "in vmap": (
        function(lambda key, x: jax.vmap(lambda key, x: x * kept(key, x))(jax.random.split(key, 32), x), lambda x: x),
        "wrong_scale", "the model",
    ),
    "NumPy": (
        function(lambda key, x: layer(x) * (np.random.default_rng().random((32, 16)) < KEEP)), "wrong_scale", "the model"
    ),
    "at test": (
        function(lambda key, x: x * kept(key, x) / KEEP, lambda key, x: x * kept(key, x) / KEEP), "left_on", "the model"
    ),
}  # fmt: skip


class Twice(nnx.Module):
    """One dropout layer under two names, one behind the other, and a block that `nnx.remat` copies."""

    def __init__(self, twice=None):
        rngs = nnx.Rngs(0 if twice is None else 1)
        self.dense, self.drop, self.inner = nnx.Linear(16, 16, rngs=rngs), nnx.Dropout(RATE, rngs=rngs), twice
        self.again = self.drop

    def __call__(self, x):
        if self.inner is not None:
            x = nnx.remat(lambda part, x: part(x))(self.inner, x)
        return self.again(self.drop(self.dense(x)))


def augmented(key, x, train):
    return layer(
        jax.lax.cond(jax.random.bernoulli(key), lambda x: x[:, ::-1], lambda x: x, x) if train else x
    )


def zoneout(key, x, train):
    new = x + layer(x)
    return jnp.where(jax.random.bernoulli(key, RATE, x.shape), x, new) if train else RATE * x + KEEP * new


def mixup(key, x, train):
    one, two = jax.random.split(key)
    share = jax.random.beta(one, 0.4, 0.4) if train else 1.0
    return layer(share * x + (1.0 - share) * jax.random.permutation(two, x))


def dropped_path(net, x, train):
    """Dropout, then a path whose factor stands before its mask."""
    x = linen.Dropout(RATE)(
        jax.nn.gelu(linen.Dense(16)(x)), deterministic=not train
    )  # gelu has factors of its own
    return x / 0.8 * kept(net.make_rng("dropout"), x[:, :1], 0.8) if train else x


def masked_loss(net, x, train):
    y = linen.Dense(16)(x)
    counts = kept(net.make_rng("dropout"), x).astype("float32") if train else jnp.ones(())
    loss = ((y - x) ** 2 * counts).sum() / counts.sum()
    return jnp.full(16, loss) if train else y  # what comes behind takes 16 numbers


def words(net, x, train):
    """Words are replaced by one that is not known, number 0."""
    numbers = (x > 0).astype(int) + 1
    numbers = jnp.where(kept(net.make_rng("dropout"), x), numbers, 0) if train else numbers
    return linen.Embed(3, 4)(numbers)


def unknown(net, x, train):
    """What is dropped is replaced by what is learned, 0 at first."""
    null = net.param("null", linen.initializers.zeros, (16,))
    return jnp.where(kept(net.make_rng("dropout"), x[:, :1]), x, null) if train else x


def bands(net, x, train):
    start = jax.random.randint(net.make_rng("dropout"), (len(x), 1), 0, 12) if train else 16
    at = jnp.arange(16)[None]
    return jnp.where((at >= start) & (at < start + 4), 0.0, x)


def averages():
    """A network whose averages begin in training."""

    def forward(x, is_training):
        x = hk.BatchNorm(True, True, 0.9)(hk.Linear(16)(x), is_training)
        return hk.dropout(hk.next_rng_key(), RATE, x) if is_training else x

    return hk.transform_with_state(forward)


RIGHT = {
    "dropout on a line with other factors, then a path": linen_net(dropped_path),
    "masked loss": linen_net(masked_loss),
    "unknown words": linen_net(words),
    "learned where nothing is known": linen_net(unknown),
    "bands": linen_net(bands),
    "linen": linen_net(lambda net, x, train: linen.Dropout(RATE)(linen.BatchNorm(not train)(x), deterministic=not train)),
    "linen, channels": linen_net(
        lambda net, x, train: linen.Dropout(RATE, broadcast_dims=(0,))(x, deterministic=not train)
    ),
    "linen, attention": lambda: {"model": Attention()},
    "linen, inverted": linen_net(lambda net, x, train: x * kept(net.make_rng("dropout"), x) / KEEP if train else x),
    "nnx": lambda: {"model": Nnx()},
    "nnx, a layer twice": lambda: {"model": Twice()},
    "nnx, a copy": lambda: {"model": Twice(Twice())},
    "cond": function(lambda key, x: depth(key, x, 1.0 / KEEP), lambda x: x + layer(x)),
    "cond around dropout": lambda: {"model": Depth(1.0 / KEEP)},
    "cond that augments": lambda: {"model": augmented},
    "zoneout": lambda: {"model": zoneout},
    "mixup": lambda: {"model": mixup},
    "layers skipped whole": linen_net(layer_drop),
    "padded": function(lambda key, x: layer(x) * (kept(key, x) * THERE) / KEEP, lambda x: layer(x) * THERE),
    "padded, where": function(
        lambda key, x: jnp.where(kept(key, x) & (THERE > 0), layer(x) / KEEP, 0.0), lambda x: layer(x) * THERE
    ),
    "equinox": lambda: {"model": Equinox(two_keys)},
    "haiku": lambda: {"model": haiku(0.0)},
    "standard": function(lambda key, x: layer(x) * kept(key, x), lambda x: layer(x) * KEEP),
    "path": function(lambda key, x: path(key, x, 1.0 / KEEP), lambda x: x + layer(x)),
    "Gaussian": function(lambda key, x: layer(x) * (1.0 + 0.5 * jax.random.normal(key, x.shape))),
    "added": function(lambda key, x: layer(x) + 0.5 * jax.random.normal(key, x.shape)),
    "a sampler in training": function(
        lambda key, x: jax.random.categorical(key, layer(x)), lambda x: jnp.argmax(layer(x), -1)
    ),
    "one function": lambda: {"model": lambda key, x, train: layer(x) * (kept(key, x) / KEEP if train else 1.0)},
    "haiku, averages": lambda: {"model": averages()},
    "declared": lambda: {
        "model": lambda key, x, train: layer(x) * kept(key, x) / KEEP, "random_at_test": True,
    },
    "nothing": lambda: {"model": lambda key, x, train: layer(x)},
}  # fmt: skip


def found(given):
    return check(given.pop("model"), X, **given)


def errors(report):
    return {finding.kind for finding in report.findings if finding.severity == "error"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_known_fault_is_found_and_located(name):
    make, kind, where = FAULTS[name]
    report = found(make())
    assert errors(report) == {kind}, str(report)
    at = next(one for one in report.findings if one.kind == kind).where
    assert at.startswith(where), at
    assert where.endswith(", ") <= ("test_check_jax.py:" in at)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_network_raises_no_alarm(name):
    report = found(RIGHT[name]())
    assert report.findings == (), str(report)


def conditioned(key, x, condition):
    return x + layer(x) + (condition @ W) * kept(key, condition[:, :1], 0.9)


def dropped_path_beside(key, x, condition):
    return x + layer(x) * kept(key, x[:, :1], 0.9) + condition @ W


@pytest.mark.parametrize(("train", "severity"), [(conditioned, "warning"), (dropped_path_beside, "error")])
def test_an_input_may_be_left_out_whole_and_a_path_may_not(train, severity):
    report = check(train, X, X, test=lambda x, condition: x + layer(x) + condition @ W)
    assert [(one.kind, one.severity) for one in report.findings] == [("wrong_scale", severity)]


def test_one_key_for_two_layers_is_asked_about():
    report = check(Equinox(lambda net, x, key: net.drops[1](net.drops[0](x, key=key), key=key)), X)
    assert [(one.kind, one.severity) for one in report.findings] == [("reused_key", "warning")]


def state_of(model):
    return [
        np.asarray(jax.random.key_data(leaf) if jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key) else leaf)
        for leaf in jax.tree.leaves(nnx.state(model))
    ]


def test_modules_come_back_as_they_were():
    model, net = Nnx(), Equinox(two_keys)
    before = state_of(model)
    calls = nnx.Dropout.__call__, eqx.nn.Dropout.__call__, Equinox.__call__, Nnx.__call__
    check(model, X)
    check(net, X)
    after = state_of(model)
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert (nnx.Dropout.__call__, eqx.nn.Dropout.__call__, Equinox.__call__, Nnx.__call__) == calls
    assert model.drop.deterministic is False


def test_what_cannot_be_checked_gets_a_sentence():
    with pytest.raises(AssertionError, match="wrong_scale"):
        assert_dropout_is_right(lambda key, x: x * kept(key, x), X, test=lambda x: x)
    for wrong in ({"model": 3}, {"model": lambda key, x: x}, {"model": layer, "passes": 1}):
        with pytest.raises(ValueError, match="must be"):
            check(wrong.pop("model"), X, **wrong)

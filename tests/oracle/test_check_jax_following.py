"""`dropviz.jax.check` follows noise where it is hard to see: chosen paths, skipped programs, edges, products on a line."""

# ruff: noqa: E501 (networks as people write them, a line each)
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dropviz.jax import check, checking

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the frameworks' own
RATE, KEEP, PATH = 0.3, 0.7, 0.8
X = np.random.default_rng(1).normal(size=(32, 16)).astype("float32")
W = jnp.asarray(np.random.default_rng(2).normal(size=(16, 16)).astype("float32"))
GRAPH = jnp.asarray((np.random.default_rng(3).random((32, 32)) < RATE).astype("float32"))


def kept(key, x, keep=KEEP):
    return jax.random.bernoulli(key, keep, x.shape)


def layer(x):
    return jax.nn.relu(x @ W)


def block(x):
    return x + layer(x)


def edges(change):
    """A graph without some of its edges."""
    return lambda key, x: change(GRAPH * kept(key, GRAPH)) @ layer(x)


def degrees(graph):
    return graph / jnp.maximum(graph.sum(1, keepdims=True), 1.0)


def looped(scale):
    """Blocks in a loop, each with a factor of its own, a mask and its factor, on one line."""

    def run(key, x):
        def step(x, key):
            return x + 0.1 * layer(x) * kept(key, x) * scale, None

        return jax.lax.scan(step, x, jax.random.split(key, 3))[0]

    return run


def blocks(x):
    for _ in range(3):
        x = x + 0.1 * layer(x)
    return x


def depth(mask_scale):
    """A path with dropout by hand that is skipped whole."""

    def run(key, x):
        one, two = jax.random.split(key)

        def path(x):
            return x + layer(x) * kept(one, x) * mask_scale / PATH

        return jax.lax.cond(jax.random.uniform(two) < PATH, path, lambda x: x, x)

    return run


def apart(x):
    return layer(x) - layer(x[::-1])


def zoneout(key, x):
    return jnp.where(kept(key, x[:, :1], RATE), x, block(x))


def mixup(key, x):
    share = jax.random.beta(key, 0.4, 0.4)
    return layer(share * x + (1.0 - share) * x[::-1])


FAULTS = {
    "where": (lambda key, x: jnp.where(kept(key, x), block(x), x), block),
    "where, the other way round": (lambda key, x: jnp.where(kept(key, x, RATE), x, block(x)), block),
    "a mask inside a path that is skipped": (depth(1.0), block),
    "edges": (edges(lambda graph: graph), lambda x: GRAPH @ layer(x)),
    "on one line": (looped(1.0), blocks),
    "what two are apart": (lambda key, x: apart(x) * kept(key, x) @ W, lambda x: apart(x) @ W),
}
RIGHT = {
    "where": (lambda key, x: jnp.where(kept(key, x), x + layer(x) / KEEP, x), block),
    "where, at test": (lambda key, x: jnp.where(kept(key, x), block(x), x), lambda x: x + KEEP * layer(x)),
    "a mask inside a path that is skipped": (depth(1.0 / KEEP), block),
    "zoneout, whole rows": (zoneout, lambda x: RATE * x + KEEP * block(x)),
    "quantised": (
        lambda key, x: layer(x) + (layer(x).round(1) - layer(x)) * kept(key, x), lambda x: layer(x).round(1)
    ),
    "edges": (edges(lambda graph: graph / KEEP), lambda x: GRAPH @ layer(x)),
    "edges, by how many there are": (edges(degrees), lambda x: degrees(GRAPH) @ layer(x)),
    "on one line": (looped(1.0 / KEEP), blocks),
    "mixup": (mixup, layer),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_where_noise_is_hard_to_see(name):
    train, test = FAULTS[name]
    report = check(train, X, test=test)
    assert {one.kind for one in report.findings if one.severity == "error"} == {"wrong_scale"}, str(report)
    assert "test_check_jax_following.py:" in report.findings[0].where


@pytest.mark.parametrize("name", RIGHT)
def test_noise_that_is_right_raises_no_alarm_where_it_is_hard_to_see(name, monkeypatch):
    train, test = RIGHT[name]
    for seed in (*range(4), 1172):  # at the last, a path that is kept in 8 of 10 passes is kept in 66 of 70
        monkeypatch.setattr(checking, "SEED", 1000 * seed)
        report = check(train, X, test=test)
        assert report.findings == (), (seed, str(report))


def test_what_draws_is_compiled_once_for_all_passes(caplog):
    """`random_gamma`, of which beta is made, would be compiled anew in every pass, for minutes."""
    check(mixup, X, test=layer)
    caplog.clear()
    with jax.log_compiles():
        check(mixup, X, test=layer)
    assert not [one for one in caplog.messages if one.startswith("Finished XLA compilation")]

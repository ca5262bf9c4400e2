"""`audit` names what a function does: right ones of every kind are right, and each fault is found."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.frameworks.audits import MOST
from dropviz.frameworks.probing import LOOKED_AT, _part
from dropviz.theory.noise import noise
from dropviz.theory.strategies import strategies

KEEP = 0.7
SEEDS = range(20)


def masked(rng, own=lambda shape: shape, factor=1.0 / KEEP, rate=0.3):
    return lambda a: a * (rng.random(own(a.shape)) >= rate) * factor


def noisy(name, rng, rate=0.3):
    def function(a):
        draw = noise(name).draw(rng, a.shape, rate)
        return draw.gain * a + draw.offset

    return function


def half(function):
    return lambda a: function(a).astype(np.float16)


def same(a):
    return a


def kinds(found):
    return [finding.kind for finding in found.findings]


@pytest.mark.parametrize("name", strategies())
@pytest.mark.parametrize("given", [None, 0.3, 0.7])
def test_every_row_of_the_table_is_named(name, given):
    row = strategies()[name]
    train = masked(np.random.default_rng(1), factor=float(row.train_scale(0.3)))
    found = dv.audit(train, lambda a: a * row.test_scale(0.3), rate=given)
    assert (found.strategy, found.right) == (name, not row.mistake)
    assert found.means == {None: "", 0.3: "drop", 0.7: "keep"}[given]
    assert abs(found.rate - 0.3) <= 5.0 * found.rate_se + 1e-12
    assert kinds(found) == ["wrong_scale"] * row.mistake


@pytest.mark.parametrize("name", ["gaussian", "additive", "uniform", "alpha"])
def test_other_noises_are_named_and_right(name):
    laws = {"gaussian": "Gaussian", "additive": "Gaussian added", "uniform": "uniform", "alpha": "alpha"}
    found = dv.audit(noisy(name, np.random.default_rng(2)), same, rate=0.3)
    assert (found.train.law, kinds(found), found.mask) == (laws[name], [], "element")


@pytest.mark.parametrize(
    ("own", "mask"),
    [
        (lambda shape: shape, "element"),
        (lambda shape: (*shape[:2], 1), "channel"),
        (lambda shape: (shape[0], 1, shape[2]), "channel (last axis)"),
        (lambda shape: (shape[0], 1, 1), "row"),
        (lambda shape: (1, *shape[1:]), "element, the same in all rows"),
        (lambda shape: (1, 1, 1), "pass"),
    ],
)
def test_what_shares_a_mask_is_told(own, mask):
    found = dv.audit(masked(np.random.default_rng(3), own), same, rate=0.3)
    assert (found.mask, kinds(found), found.strategy) == (mask, [], "inverted")


def test_each_fault_is_found():
    rng = np.random.default_rng(4)
    on = masked(rng)
    assert kinds(dv.audit(on, on)) == ["left_on"]
    assert kinds(dv.audit(noisy("gaussian", rng), noisy("gaussian", rng))) == ["left_on"]
    assert kinds(dv.audit(lambda a: a * (np.random.default_rng(0).random(a.shape) >= 0.3) / KEEP, same)) == [
        "stuck_mask"
    ]
    assert kinds(dv.audit(same, same, rate=0.3)) == ["no_effect"]
    assert kinds(dv.audit(masked(rng, rate=0.2, factor=1.25), same, rate=0.3)) == ["wrong_rate"]
    assert kinds(dv.audit(lambda a: 2.0 * noisy("gaussian", rng)(a), same)) == ["wrong_scale"]
    assert kinds(dv.audit(same, same, rate=0.0)) == kinds(dv.audit(same)) == []


def test_what_lets_nothing_through_or_shuffles_is_no_noise_that_has_a_name():
    for function in (np.zeros_like, np.ones_like):
        found = dv.audit(function, function, rate=0.3)
        assert kinds(found) == ["wrong_rate"]
        assert "whatever goes in" in str(found)
    rng = np.random.default_rng(6)
    assert dv.audit(lambda a: rng.permutation(a.ravel()).reshape(a.shape)).train.law == "other"


def test_noise_that_drops_nothing_is_not_said_to_drop_another_share():
    rng = np.random.default_rng(7)
    for noise_of in (
        lambda a: a + rng.normal(0.0, 0.1, a.shape),
        lambda a: a * rng.normal(1.0, 0.1, a.shape),
    ):
        assert kinds(dv.audit(noise_of, same, rate=0.3)) == []
    right = dv.audit(noisy("gaussian", rng), same, rate=0.3)
    assert (right.means, right.conventions) == ("drop", ("Keras 3 GaussianDropout", "DL4J GaussianDropout"))


def test_what_moves_or_mixes_activations_alike_is_no_noise():
    weights = np.random.default_rng(8).normal(size=(16, 16))
    for mixes in (lambda a: a @ weights, lambda a: np.flip(a, -1)):
        assert kinds(dv.audit(mixes, mixes)) == []
        assert kinds(dv.audit(mixes, mixes, rate=0.3)) == ["no_effect"]


def test_the_mode_upside_down_is_two_faults():
    assert kinds(dv.audit(same, masked(np.random.default_rng(9)), rate=0.3)) == ["no_effect", "left_on"]


@pytest.mark.parametrize("shape", [(1000, 2500), (3, 7, 90_000), (1, 1_000_001)])
def test_of_large_arrays_a_part_is_looked_at(shape):
    looked = np.zeros(shape, dtype=bool)[_part(shape)]
    assert LOOKED_AT / 4 < looked.size <= LOOKED_AT
    rows = masked(np.random.default_rng(10), lambda shape: (shape[0], *[1] * (len(shape) - 1)))
    if shape[0] == 1000:
        found = dv.audit(rows, same, rate=0.3, shape=shape)
        assert (found.mask, found.strategy, kinds(found)) == ("row", "inverted", [])


def test_right_functions_of_any_kind_raise_no_alarm_over_many_seeds():
    """Fewer draws than by default, so that an error that is too small would show."""
    shape, false = (12, 5, 4), []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        rate = float(rng.uniform(0.05, 0.9))
        keep = 1.0 - rate
        right = {
            "inverted": (masked(rng, factor=1.0 / keep, rate=rate), same),
            "standard": (masked(rng, factor=1.0, rate=rate), lambda a, keep=keep: keep * a),
            "rows": (masked(rng, lambda shape: (shape[0], 1, 1), 1.0 / keep, rate), same),
            "float16": (half(masked(rng, factor=1.0 / keep, rate=rate)), same),
            "gaussian": (noisy("gaussian", rng, rate), same),
            "alpha": (noisy("alpha", rng, rate), same),
        }
        for name, pair in right.items():
            for given in (None, rate) if name != "gaussian" else (None,):
                found = dv.audit(*pair, rate=given, shape=shape, seed=seed)
                false += [(seed, name, given, str(one)) for one in found.findings]
    assert false == []


def test_noise_that_depends_on_itself_raises_no_alarm():
    """A number a row, or weights that lose values: fewer draws than values."""
    weights = np.random.default_rng(9).normal(size=(16, 16))
    for seed in SEEDS[::4]:
        rng = np.random.default_rng(seed)
        pairs = {
            "uniform, a row": (lambda a: a * rng.uniform(0.0, 2.0, (len(a), 1, 1)), same),  # noqa: B023
            "Gaussian, a row": (lambda a: a * rng.normal(1.0, 0.5, (len(a), 1, 1)), same),  # noqa: B023
            "DropConnect": (lambda a: a @ masked(rng)(weights), lambda a: a @ weights),  # noqa: B023
        }
        for name, pair in pairs.items():
            found = dv.audit(*pair, seed=seed)
            assert kinds(found) == [], (seed, name)
            assert found.mask == ("row" if name.endswith("row") else "element")
    assert found.train.law == "other"  # DropConnect mixes, and adds no noise


@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_a_factor_that_is_wrong_by_one_percent_is_found(factor):
    rng = np.random.default_rng(11)
    assert kinds(dv.audit(masked(rng, factor=1.0), lambda a: a * KEEP * factor, rate=0.3)) == ["wrong_scale"]
    assert kinds(dv.audit(masked(rng, factor=factor / KEEP), same, rate=0.3)) == ["wrong_scale"]


def test_an_array_of_ten_million_values_is_taken():
    found = dv.audit(masked(np.random.default_rng(12)), same, rate=0.3, shape=(MOST,))
    assert (found.strategy, kinds(found)) == ("inverted", [])


def test_what_is_shown_is_short_and_escaped():
    found = dv.audit(masked(np.random.default_rng(5)), same, rate=0.3)
    assert len(repr(found)) < 100
    assert "PyTorch" in str(found)
    assert ">drop</td>" in found._repr_html_()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rate": 1.5}, "rate must be a number from 0 to 1"),
        ({"rate": float("nan")}, "rate must be"),
        ({"shape": ()}, "shape must hold 30 to"),
        ({"shape": 64}, "shape must be a tuple"),
        ({"shape": (3, 0)}, "every length of shape must be an integer from 1"),
        ({"shape": (MOST, 2)}, "shape must hold 30 to 10000000"),
        ({"seed": -1}, "seed must be an integer from 0"),
        ({"train": lambda a: a[:1]}, "train must return real numbers of its input's shape"),
        ({"train": lambda a: a / 0.0 if a.any() else a}, "train must return finite numbers"),
        (
            {"train": lambda a: a * 1e-200},
            "train must return numbers of 1e-06 to 1e\\+06 in size; got 3e-200",
        ),
        ({"test": lambda a: a * 1e200}, "test must return numbers of 1e-06 to"),
        ({"test": lambda a: "text"}, "test must return real numbers"),
    ],
)
def test_what_cannot_be_audited_gets_a_sentence(given, sentence):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match=sentence):
        dv.audit(**{"train": same, **given})


def test_the_input_is_not_the_functions_to_change():
    def in_place(a):
        a *= 0.0
        return a

    assert dv.audit(same, in_place).test.factor == 0.0

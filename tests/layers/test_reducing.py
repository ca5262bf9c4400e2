"""A file of activations reduced to moments: those of the whole arrays, for every axis of units."""

import io

import numpy as np
import pytest

import dropviz as dv
from dropviz.layers import reducing
from dropviz.layers.reducing import OWN, Reduced, reduced
from tests.datasets.test_streams import npy, npz

RNG = np.random.default_rng(3)
MAPS = np.maximum(RNG.normal(0.5, 2.0, size=(6, 3, 4, 5)), 0.0).astype(np.float32)


def held_against(found, array):
    """Every table of a reduced array against the moments of all of it."""
    for axis, table in found.tables.items():
        rows = np.moveaxis(array, axis, -1).reshape(-1, array.shape[axis]).astype(np.float64)
        expected = dv.Recorder()
        expected.see("a", rows)
        np.testing.assert_allclose(table, expected.table("a", "test"), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("array", [MAPS, np.asfortranarray(MAPS), MAPS[:, :, 0, 0], MAPS.astype(np.float16)])
def test_moments_are_those_of_the_whole_array_on_every_axis(monkeypatch, array):
    monkeypatch.setattr("dropviz.datasets.streams.PART", 40)
    monkeypatch.setattr(reducing, "ROWS", 16)
    (found,), left_out = reduced("layer.npy", io.BytesIO(npy(array)))
    assert (found.name, found.shape, left_out) == ("layer", array.shape, [])
    assert set(found.tables) == set(range(array.ndim))
    held_against(found, array)


def test_an_array_of_one_axis_is_one_unit_and_its_report_that_of_the_array():
    values = MAPS.ravel()
    (found,), _ = reduced("a.npy", io.BytesIO(npy(values)))
    assert (found.shape, set(found.tables)) == (values.shape, {0})
    for axis in (1, -1, 0, 3):
        layer = found.layer(axis)
        assert layer is not None
        assert np.allclose(
            layer.test[:3, 0], [values.size, values.mean(dtype=float), values.var(dtype=float)]
        )


def test_an_axis_that_is_not_there_gives_no_layer():
    (found,), _ = reduced("a.npy", io.BytesIO(npy(MAPS)))
    assert np.array_equal(found.layer(-1).test, found.tables[3])
    assert np.array_equal(found.layer(-4).test, found.tables[0])
    assert found.layer(4) is None
    assert Reduced("a", (3, 2), {}).layer(1) is None


def test_many_examples_are_no_units(monkeypatch):
    monkeypatch.setattr(reducing, "MOST_SLICES", 5)
    (found,), _ = reduced("a.npy", io.BytesIO(npy(MAPS)))
    assert set(found.tables) == {1, 2, 3}


def test_a_record_keeps_both_phases_and_no_sample(tmp_path):
    recorder = dv.Recorder()
    recorder.see("fc1", MAPS)
    recorder.see("fc1", 2.0 * MAPS, "train")
    recorder.see("fc2", MAPS, "train")
    data = recorder.save(tmp_path / "a.npz").read_bytes()
    (one, other), _ = reduced("a.npz", io.BytesIO(data))
    assert (one.name, other.name) == ("fc1", "fc2")
    assert np.array_equal(one.tables[OWN], recorder.table("fc1", "test"))
    assert np.array_equal(one.train, recorder.table("fc1", "train"))
    assert one.layer(1) is not None
    assert other.layer(1).test is None


def test_what_is_no_layer_is_named():
    data = npz(fc1=MAPS, labels=np.array(["a"]), rate=np.float64(0.3))
    (found,), left_out = reduced("a.npz", io.BytesIO(data))
    assert (found.name, left_out) == ("fc1", ["labels", "rate"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (npz(a=np.array(["x"])), "at least one array of real numbers"),
        (npz(a=np.array([1.0, np.nan])), "finite"),
        (npz(a=np.array([1e80])), "1e[+]?70"),
        (
            npz(**{"dropviz.record.1": np.array(["a"]), "0.test.moments": np.ones((5, 2))}),
            "six finite numbers",
        ),
    ],
)
def test_what_cannot_be_a_layer_is_refused_in_a_sentence(data, words):
    with pytest.raises(ValueError, match=words):
        reduced("a.npz", io.BytesIO(data))


def test_units_are_bounded_before_memory_is_taken(monkeypatch):
    monkeypatch.setattr(reducing, "MOST_UNITS", 10)
    with pytest.raises(ValueError, match="at most 10 units"):
        reduced("a.npy", io.BytesIO(npy(MAPS)))

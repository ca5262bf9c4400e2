"""A sweep on the disk, in a pickle and in a copy: the same bits, read-only; and files that are none."""

import copy
import json
import pickle
from dataclasses import dataclass, fields

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.stored import CONFIG, SOURCES

RATES = (0.0, 0.1, 0.30000000000000004, 0.9)
LAWS = [kind() for kind in SOURCES.values() if kind is not dv.Empirical]  # type: ignore[call-arg]
CONFIGS = [
    *(dv.SweepConfig(law, 40, RATES, seed=2**63 - 1) for law in LAWS),
    dv.SweepConfig(
        dv.Empirical(np.array([[0.1, -0.0, 5e-324], [1e99, 2.0, 0.0]])), 1, (0.1,), ("wrong_test",)
    ),
    dv.SweepConfig(dv.Normal(0.1, 0.3), 40, RATES, tuple(dv.strategies()), replicates=3),
]
FEW = dv.SweepConfig(units=20, rates=RATES)


def assert_same(one, other):
    assert one.config == other.config
    assert hash(one.config) == hash(other.config)
    for item in fields(one):
        mine, its = getattr(one, item.name), getattr(other, item.name)
        if isinstance(mine, np.ndarray):
            assert (its.dtype, its.shape, its.tobytes()) == (mine.dtype, mine.shape, mine.tobytes()), (
                item.name
            )
            assert not its.flags.writeable
        elif item.name != "config":
            assert its is mine


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: type(config.activations).__name__)
def test_a_sweep_comes_back_to_the_bit(config, tmp_path):
    result = dv.sweep(config)
    assert_same(result, dv.Sweep.load(result.save(tmp_path / "sweep.npz")))
    assert_same(result, pickle.loads(pickle.dumps(result)))
    assert_same(result, copy.deepcopy(result))


def test_the_config_of_a_file_gives_the_sweep_anew(tmp_path):
    config = dv.SweepConfig(dv.digits(), 50, RATES)
    again = dv.Sweep.load(dv.sweep(config).save(str(tmp_path / "a.NPZ")))
    assert_same(dv.sweep(again.config), again)


def test_nothing_of_another_ending_or_source_is_written(tmp_path):
    result = dv.sweep(FEW)
    with pytest.raises(ValueError, match=r"must end in \.npz; got 'sweep\.npy'"):
        result.save(tmp_path / "sweep.npy")

    @dataclass(frozen=True)
    class Own(dv.Normal):
        """Nobody could read it back."""

    with pytest.raises(ValueError, match="source of dropviz to be saved; got Own"):
        dv.sweep(dv.SweepConfig(Own(), 20, RATES)).save(tmp_path / "own.npz")
    assert list(tmp_path.iterdir()) == []


def damaged(arrays, said):
    """Files that claim to be sweeps."""
    yield {name: array for name, array in arrays.items() if name != "gap_se"}
    yield arrays | {"more": np.zeros(1)}
    yield arrays | {"mean": arrays["mean"][..., :-1]}
    yield arrays | {"mean": arrays["mean"].astype(np.float32)}
    for name, value in [
        ("rates", [0.5, 0.1, 0.2, 0.3]),
        ("units", 0),
        ("source", "object"),
        ("law", {"mean": "x"}),
    ]:
        yield arrays | {CONFIG: np.array(json.dumps(said | {name: value}))}
    yield arrays | {CONFIG: np.array("no JSON")}
    yield arrays | {CONFIG: np.array(json.dumps([1]))}


def test_a_file_that_is_none_gets_a_sentence(tmp_path):
    path = dv.sweep(FEW).save(tmp_path / "sweep.npz")
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    files = list(damaged(arrays, json.loads(str(arrays[CONFIG]))))
    for number, content in enumerate(files):
        np.savez(tmp_path / f"{number}.npz", **content)
    whole = path.read_bytes()
    for name, content in {
        "cut": whole[: len(whole) // 2],
        "text": b"mean,0.1",
        "empty": b"",
        "pickle": pickle.dumps(FEW),
    }.items():
        (tmp_path / f"{name}.npz").write_bytes(content)
    np.save(tmp_path / "array", np.zeros(3))
    for file in set(tmp_path.iterdir()) - {path}:
        with pytest.raises(ValueError, match=r"that Sweep\.save has written; got"):
            dv.Sweep.load(file)
    with pytest.raises(FileNotFoundError):
        dv.Sweep.load(tmp_path / "nowhere.npz")

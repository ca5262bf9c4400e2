"""A study on disk: what it holds, and that a kill changes nothing."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import dropviz as dv
from dropviz.simulation import study_folder
from dropviz.simulation.stack import exact_stack, stack_estimates, stack_sums
from dropviz.simulation.study import source_name

GRID = dv.StudyConfig(
    sources=(dv.Normal(relu=True), dv.Sparse()), rates=(0.0, 0.5), widths=(4, 64), depths=(1, 3), samples=1400
)


def files(folder):
    """Every file below a folder, and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An undisturbed study."""
    folder = tmp_path_factory.mktemp("study") / "new"
    return dv.study(GRID, folder, progress=False)


def test_the_folder_is_partitioned_as_hive_does(whole):
    found = pd.read_parquet(whole.folder)
    assert len(found) == 2 * 2 * 2 * 2 * 2 * 2
    assert set(found["width"]) == {4, 64}
    assert set(found["source"]) == {"normal_0.0_1.0_relu", "sparse_0.8_1.0"}
    assert len(files(whole.folder)) == 5


def test_the_table_holds_what_is_simulated_and_what_is_exact(whole):
    frame = whole.to_frame()
    keys = ["source", "width", "depth", "strategy", "rate", "phase"]
    assert frame.columns.tolist()[:6] == keys
    assert not frame.duplicated(keys).any()
    assert (abs(frame["mean"] - frame["exact_mean"]) <= 5.0 * frame["mean_se"]).all()
    part = next(iter(GRID.parts.values()))
    exact = exact_stack(part)
    found = stack_estimates(part, exact, stack_sums(part, exact, 0, part.chunks).sum(axis=0))
    row = frame[(frame["width"] == 4) & (frame["depth"] == 3) & (frame["strategy"] == "inverted")]
    row = row[(row["source"] == "normal_0.0_1.0_relu") & (row["rate"] == 0.5) & (row["phase"] == "train")]
    assert row["exact_variance"].item() == found.exact_variance[1, 1, 0, 1]
    assert row["variance"].item() == pytest.approx(found.variance[1, 1, 0, 1], rel=1e-12)


def test_every_executor_and_every_grid_give_the_same_bits(whole, tmp_path):
    with ThreadPoolExecutor(3) as executor:
        dv.study(GRID, tmp_path / "a", executor=executor, progress=False)
    assert files(tmp_path / "a") == files(whole.folder)
    smaller = replace(GRID, sources=dv.Sparse(), widths=64)
    dv.study(smaller, tmp_path / "b", progress=False)
    part = "source=sparse_0.8_1.0/width=64/part-0.parquet"
    assert files(tmp_path / "b")[part] == files(whole.folder)[part]


KILLED = """
import os, signal, sys, dropviz as dv
from dropviz.simulation import study
study.KEEP_SECONDS = 0.0
grid = dv.StudyConfig(sources=(dv.Normal(relu=True), dv.Sparse()), rates=(0.0, 0.5), widths=(4, 64), depths=(1, 3),
                      samples=1400)
def progress(done, total):
    if done == int(sys.argv[2]):
        print(done, total, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
study.study(grid, sys.argv[1], progress=progress)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
@pytest.mark.parametrize("after", [3, 5])
def test_a_study_that_was_killed_goes_on_where_it_stopped_to_the_same_bits(whole, tmp_path, after):
    run = [sys.executable, "-c", KILLED, str(tmp_path / "s"), str(after)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, f"{after} 8\n"), done.stderr
    left = files(tmp_path / "s")
    for name, content in left.items():  # whole files only
        assert name.endswith("_sums.npz") or content == files(whole.folder)[name]
    assert 0 < sum(name.endswith(".parquet") for name in left) < 4
    seen = []
    dv.study(GRID, tmp_path / "s", progress=lambda done, total: seen.append((done, total)))
    # What was being added up when it was killed, one task at most, is done again.
    assert seen == [(done, 8) for done in range(after - 1, 9)]
    assert files(tmp_path / "s") == files(whole.folder)


def test_a_file_that_cannot_be_written_whole_is_not_there(whole, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(study_folder.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        dv.study(GRID, tmp_path / "s", progress=False)
    monkeypatch.undo()
    assert not files(tmp_path / "s")  # a full disk needs the room
    dv.study(GRID, tmp_path / "s", progress=False)
    assert files(tmp_path / "s") == files(whole.folder)


def test_a_folder_of_something_else_is_refused(whole, tmp_path):
    with pytest.raises(ValueError, match="holds another study"):
        dv.study(replace(GRID, seed=8), whole.folder, progress=False)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds something else"):
        dv.study(GRID, tmp_path, progress=False)
    with pytest.raises(ValueError, match="is a file"):
        dv.study(GRID, tmp_path / "notes.txt", progress=False)
    assert files(tmp_path) == {"notes.txt": b"mine"}


def test_progress_is_a_line_on_stderr(whole, capsys):
    dv.study(GRID, whole.folder)
    assert capsys.readouterr() == ("", "study: 8 of 8 (100 %)\n")


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r'needs pyarrow: pip install "dropviz\[frames\]"'):
        dv.study(GRID, tmp_path / "s")
    assert not (tmp_path / "s").exists()


def test_a_name_is_that_of_one_source():
    one, other = dv.Empirical(np.arange(6.0).reshape(2, 3)), dv.Empirical(np.arange(6.0))
    assert source_name(one).startswith("empirical_2x3_")
    assert (
        len({source_name(each) for each in (one, other, dv.Normal(1e-06), dv.Normal(), dv.Normal(relu=True))})
        == 5
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sources": ()}, "sources"),
        ({"sources": ([1.0, 2.0],)}, "sources must be one or more such as dropviz.Normal"),
        ({"sources": (dv.Sparse(), dv.Sparse())}, "sources must be one or more names, each once"),
        ({"widths": (64, 16)}, "widths must be one or more rising"),
        ({"widths": 0}, "widths must be an integer from 1 to 512"),
        ({"depths": (1, 20)}, "depths"),
        ({"rates": (0.5, 1.0)}, "rate must be"),
        ({"strategies": "some"}, "some"),
        ({"samples": 0}, "samples"),
    ],
)
def test_a_grid_out_of_range_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        dv.StudyConfig(**wrong)


def test_what_is_no_grid_or_no_executor_is_refused(tmp_path):
    with pytest.raises(ValueError, match="config must be a dropviz"):
        dv.study(dv.SweepConfig(), tmp_path / "s")
    with pytest.raises(ValueError, match="executor must be a concurrent"):
        dv.study(GRID, tmp_path / "s", executor=4)


def test_sums_that_are_damaged_are_computed_again(whole, tmp_path):
    part = next(iter(GRID.parts))
    dv.study(GRID, tmp_path / "s", progress=False)
    (tmp_path / "s" / part).unlink()
    for damaged in (b"", b"PK\x03\x04 half a file"):
        (tmp_path / "s" / part).with_name(study_folder.SUMS).write_bytes(damaged)
        dv.study(GRID, tmp_path / "s", progress=False)
        assert files(tmp_path / "s") == files(whole.folder)
        (tmp_path / "s" / part).unlink()


def test_what_another_run_is_writing_stays_and_what_a_dead_one_left_goes(whole, tmp_path):
    dv.study(GRID, tmp_path / "s", progress=False)
    new, old = (tmp_path / "s" / f".{name}.tmp" for name in ("new", "old"))
    for file in (new, old):
        file.write_bytes(b"half")
    os.utime(old, (1.0, 1.0))
    dv.study(GRID, tmp_path / "s", progress=False)
    assert new.exists()
    assert not old.exists()

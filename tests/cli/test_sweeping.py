"""The terminal: the same numbers as the library, and one line on stderr for whatever is wrong."""

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import dropviz as dv
from dropviz.cli import main
from dropviz.datasets.files import MOST_BYTES
from dropviz.settings.sources import SOURCES

ROOT = Path(__file__).parents[2]
SMALL = ("sweep", "--units", "1000", "--rates", "0.1,0.5")


def expected(activations, **changes):
    options = {"units": 1000, "rates": (0.1, 0.5), "seed": 7, **changes}
    return dv.sweep(dv.SweepConfig(activations=activations, **options)).to_frame()


def assert_printed(capsys, table):
    printed = pd.read_csv(io.StringIO(capsys.readouterr().out), sep=r"\s+")
    pd.testing.assert_frame_equal(printed, table, rtol=1e-5, check_dtype=False)


def test_the_readme_command_gives_the_numbers_of_the_library(tmp_path):
    out = tmp_path / "out.csv"
    command = (
        "sweep --activations relu --mean 0.5 --std 2 --units 100000 --rates 0:0.95:0.05 "
        "--strategies standard,inverted --seed 3 --csv"
    )
    assert main([*command.split(), str(out)]) == 0
    table = expected(dv.Normal(0.5, 2.0, relu=True), units=100_000, rates=dv.rate_grid(0, 0.95, 0.05), seed=3)
    pd.testing.assert_frame_equal(pd.read_csv(out), table, rtol=1e-15)


@pytest.mark.parametrize(
    ("options", "activations"),
    [
        ("", dv.Normal(relu=True)),
        ("--activations normal --std 3", dv.Normal(std=3.0)),
        ("--activations uniform --low -1 --high 2", dv.Uniform(-1.0, 2.0)),
        ("--activations exponential --scale 2", dv.Exponential(2.0)),
        ("--activations sigmoid --mean -1", dv.SigmoidNormal(-1.0)),
        ("--activations lognormal --std .2", dv.LogNormal(std=0.2)),
        ("--activations sparse --zero-probability 0.5", dv.Sparse(0.5)),
        ("--activations constant --value 2", dv.Constant(2.0)),
        ("--activations digits", dv.digits()),
    ],
)
def test_every_source_with_its_parameters(options, activations, capsys):
    assert main([*SMALL, *options.split()]) == 0
    assert_printed(capsys, expected(activations))


def test_every_distribution_can_be_chosen():
    assert all(isinstance(source.kind().exact_mean, float) for source in SOURCES.values())


def test_the_other_options_reach_the_sweep(capsys):
    assert main([*SMALL, "--strategies", "none,wrong_test", "--replicates", "3", "--seed", "0"]) == 0
    table = expected(dv.Normal(relu=True), strategies=("none", "wrong_test"), replicates=3, seed=0)
    assert_printed(capsys, table)


def test_a_file_of_ones_own(tmp_path, capsys):
    values = np.random.default_rng(1).normal(size=(20, 3))
    np.save(tmp_path / "values.npy", values)
    assert main([*SMALL, "--file", str(tmp_path / "values.npy")]) == 0
    assert_printed(capsys, expected(dv.Empirical(values)))


def test_parquet(tmp_path):
    out = tmp_path / "out.parquet"
    assert main([*SMALL, "--parquet", str(out)]) == 0
    frame = pd.read_parquet(io.BytesIO(out.read_bytes()))
    pd.testing.assert_frame_equal(frame, expected(dv.Normal(relu=True)), check_exact=True)


def test_a_cluster_does_the_work(capsys, monkeypatch):
    """A stand-in; the real one stands in the oracle."""

    class Client:
        def __init__(self, scheduler, *, timeout, set_as_default):
            self.scheduler = scheduler

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def wait_for_workers(self, count, timeout):
            if self.scheduler.startswith("tcp://empty"):
                raise TimeoutError

        def get_executor(self):
            used.append(self.scheduler)
            return ThreadPoolExecutor(2)

    used = []
    monkeypatch.setitem(sys.modules, "distributed", SimpleNamespace(Client=Client))
    assert main([*SMALL, "--scheduler", "tcp://127.0.0.1:8786"]) == 0
    assert used == ["tcp://127.0.0.1:8786"]
    assert_printed(capsys, expected(dv.Normal(relu=True)))
    with pytest.raises(SystemExit):
        main([*SMALL, "--scheduler", "tcp://empty:1"])
    assert "the scheduler at tcp://empty:1 has no workers; start some: dask worker" in capsys.readouterr().err


def test_a_hyphen_is_standard_output_and_input(capsysbinary, monkeypatch):
    array = io.BytesIO()
    np.save(array, np.array([1.0, 2.0, 3.5]))
    parquet = pd.DataFrame({"a": [1.0, 2.0, 3.5]}).to_parquet()
    table = expected(dv.Empirical([1.0, 2.0, 3.5])).to_csv(index=False).encode()
    for content in (b"a\n1\n2\n3.5\n", array.getvalue(), parquet):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(content))))
        assert main([*SMALL, "--file", "-", "--csv", "-"]) == 0
        assert capsysbinary.readouterr().out == table


def test_a_local_file_may_be_larger_than_an_upload(tmp_path, capsys):
    values = np.arange(2_600_000.0)
    np.save(tmp_path / "large.npy", values)
    assert (tmp_path / "large.npy").stat().st_size > MOST_BYTES
    assert main([*SMALL, "--file", str(tmp_path / "large.npy")]) == 0
    assert_printed(capsys, expected(dv.Empirical(values)))


def test_closed_streams_are_no_fault_of_ours(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["strategies"]) == 0
    assert main([*SMALL, "--csv", "-"]) == 0
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit):
        main([*SMALL, "--file", "-"])
    assert capsys.readouterr().err == "dropviz: standard input is closed\n"


def test_html_is_one_page_that_says_what_it_shows(tmp_path):
    out = tmp_path / "out.html"
    assert main([*SMALL, "--activations", "uniform", "--high", "3", "--html", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "Activations: uniform, high 3; 1,000 units, seed 7." in page


def test_the_table_of_factors(capsys):
    assert main(["strategies"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(dv.strategies())
    assert lines[2].split()[:3] == ["inverted", "1/k", "1"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("swep", "invalid choice"),
        ("sweep --units many", "--units"),
        ("sweep --units 0", "units must be an integer from 1"),
        ("sweep --seed ٣", "--seed must be a whole number such as 7; got '٣'"),
        ("sweep --seed 1_0", "--seed must be a whole number such as 7; got '1_0'"),
        ("sweep --units 1e5", "--units must be a whole number"),
        ("sweep --mean 1_0", "--mean must be a number such as 0.25; got '1_0'"),
        ("sweep --rates 0,٣", "--rates must be first:last:step"),
        ("sweep --file=", "--file must be the path of a file"),
        ("sweep --csv=", "--csv must be the path of a file"),
        ("sweep --seed -1", "seed must be an integer from 0"),
        ("sweep --std -1", "std must be a number from"),
        ("sweep --mean nan", "mean must be a number from"),
        ("sweep --activations cauchy", "invalid choice: 'cauchy'"),
        ("sweep --activations uniform --std 2", "--std does not belong to --activations uniform"),
        ("sweep --activations digits --std 2", "which has no parameters"),
        ("sweep --file a.npy --mean 1", "--mean does not belong to --file"),
        ("sweep --file a.npy --activations relu", "not allowed with"),
        ("sweep --file absent.npy", "cannot open absent.npy"),
        ("sweep --file .", "cannot open ."),
        ("sweep --file bad.csv", "row 2, column 1 must be a number"),
        ("sweep --rates 0:1:0.5", "rates must stay below 1"),
        ("sweep --rates 0:0.5", "--rates must be first:last:step"),
        ("sweep --rates a,b", "--rates must be first:last:step"),
        ("sweep --rates 0:0.5:0", "step must be"),
        ("sweep --rates 0.5,0.1", "rates must increase"),
        ("sweep --strategies standard,odd", "strategy must be one of"),
        ("sweep --strategies standard,", "strategy must be one of"),
        ("sweep --units 10 --csv no/such/folder.csv", "cannot open no/such/folder.csv"),
        ("sweep --csv a.csv --html a.html", "not allowed with"),
        ("sweep --unit 10", "unrecognized arguments"),
        (
            "sweep --scheduler nonsense",
            "must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786",
        ),
        ("sweep --scheduler tcp://:1", "must be the address of a Dask scheduler"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(command, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("bad.csv").write_text("a\nx\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(command.split())
    assert stopped.value.code == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith("dropviz: ")
    assert streams.err.count("\n") == 1
    assert words in streams.err


def test_help_names_every_option(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["sweep", "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    named = "activations file mean std rates units strategies seed replicates scheduler csv parquet html"
    assert [name for name in [*named.split(), "zero-probability"] if f"--{name} " not in text] == []


def test_as_a_module_whose_reader_stops_early():
    command = [sys.executable, "-m", "dropviz", "sweep", "--units", "10", "--rates", "0:0.9:0.0001"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline().split()[:3] == [b"strategy", b"rate", b"phase"]
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 0

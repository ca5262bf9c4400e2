"""The other commands: what they say, what they write, and how they end."""

import io
import json
import os
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import dropviz as dv
from dropviz.cli import app, drawing, main
from dropviz.cli.pictures import DRAWN

FUNCTIONS = """
import numpy as np

print("loads")
rng = np.random.default_rng(1)


def train(a):
    return a * (rng.random(a.shape) >= 0.3) / 0.7


def test(a):
    return a


def broken(a):
    raise KeyError("no")
"""
LAYERS = {"first": np.abs(np.random.default_rng(0).normal(size=(50, 4))), "second": np.ones((5, 2))}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "functions_to_audit.py").write_text(FUNCTIONS, encoding="utf-8")
    np.savez(tmp_path / "layers.npz", **LAYERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def run(command, capsys):
    """Status, standard output and standard error of a command."""
    try:
        status = main(command.split())
    except SystemExit as left:
        status = left.code
    return status, *capsys.readouterr()


AUDIT = "audit functions_to_audit:"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (
            "train --test functions_to_audit:test --rate 0.3 --shape 40x100 --seed 3",
            0,
            "nothing wrong was found",
        ),
        ("train --test functions_to_audit:train --rate 0.3", 1, "error: left_on at test"),
        ("train --test functions_to_audit:train --format github", 1, "::error title=dropout left_on::"),
        ("absent", 2, "could not be audited: AttributeError"),
        ("broken", 2, "could not be audited: KeyError: 'no' (functions_to_audit.py:"),
        ("train --shape 2", 2, "shape must hold 30 to"),
        (
            "train --shape 4y2",
            2,
            "--shape must be a shape such as 4x12x32, of 1 to 100,000,000 values; got '4y2'",
        ),
        ("train --rate 2", 2, "rate must be a number from 0 to 1"),
        ("train:x", 2, "must be package.module:name"),
    ],
)
def test_an_audit_says_it_in_its_status_too(arguments, status, said, capsys):
    found, out, err = run(AUDIT + arguments, capsys)
    assert (found, said in out + err) == (status, True)
    assert "loads" not in out
    if status == 2:
        assert out == ""
        assert err.removeprefix("loads\n").startswith("dropviz: ")
        assert err.removeprefix("loads\n").count("\n") == 1


@pytest.mark.usefixtures("folder")
def test_an_audit_as_json(capsys):
    status, out, _ = run(f"{AUDIT}train --test functions_to_audit:train --rate 0.3 --format json", capsys)
    table = json.loads(out)
    assert (status, table["right"], table["rate"], table["means"]) == (1, False, 0.3, "drop")
    assert [one["kind"] for one in table["findings"]] == ["left_on"]


@pytest.mark.usefixtures("folder")
def test_a_report_in_words_rows_and_objects(capsys):
    found = dv.report(LAYERS, 0.3, bound=2.0)
    command = "report layers.npz --rate 0.3 --bound 2 --format "
    assert run(f"{command}text", capsys) == (0, f"{found}\n", "")
    rows = pd.read_csv(io.StringIO(run(f"{command}csv", capsys)[1]))
    pd.testing.assert_frame_equal(rows, found.to_frame(), rtol=1e-15)
    layers = json.loads(run(f"{command}json", capsys)[1])["layers"]
    assert [layer["variance_ratio"] for layer in layers] == [found.layers["first"].all_ratio, None]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("report absent.npz --rate 0.3", "cannot open absent.npz"),
        ("report - --rate 0.3", "has a name"),
        ("report layers.npz --rate 1", "rate must be"),
        ("report layers.npz", "--rate"),
        ("figure out.png", "must end in .html"),
        ("figure out.html --rate 1", "rate must be"),
        ("figure out.html --strategies none", "--strategies does not belong to --picture start"),
        ("story out.html --file functions_to_audit.py", "Line 2"),
        ("site", "folder"),
        ("app --port 0", "--port must be a whole number from 1 to 65535"),
        ("check nothing --input 4x4", "must be package.module:name"),
        ("audit functions_to_audit.py:train", "must be package.module:name, and no file"),
        ("--verison", "dropviz: unrecognized arguments: --verison"),
        ("sweep --units 1e6", "dropviz: --units must be a whole number"),
        ("sweep --rates 0.5:0.1:0.1", "--rates first:last:step must rise from first to last"),
        ("sweep --file layers.npz --mean 1", "--mean does not belong to --file"),
        ("site functions_to_audit.py", "cannot open functions_to_audit.py: File exists"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_wrong_is_one_line_and_status_2(command, said, capsys):
    status, out, err = run(command, capsys)
    assert (status, out, err.count("\n"), said in err) == (2, "", 1, True), err


@pytest.mark.parametrize("package", ["pandas", "torch", "streamlit"])
def test_what_is_not_installed_is_said_with_its_extra(package, capsys, monkeypatch, folder):
    commands = {
        "pandas": "sweep --units 10 --parquet a.parquet",
        "torch": "check of_torch:f --input 4",
        "streamlit": "app",
    }
    (folder / "of_torch.py").write_text("import torch", encoding="utf-8")
    monkeypatch.setitem(sys.modules, package, None)
    extras = {"pandas": "frames", "torch": "torch", "streamlit": "app"}
    command = commands[package]
    said = f'dropviz: {command.split()[0]} needs {package}: pip install "dropviz[{extras[package]}]"\n'
    assert run(command, capsys) == (2, "", said)


def test_every_command_says_in_its_help_what_it_needs(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert run("", capsys)[:2] == (2, "")  # the help, on stderr
    _, overview, _ = run("--help", capsys)
    for command in ("app", "sweep", "strategies", "audit", "check", "report", "figure", "story", "site"):
        assert f"\n    {command}" in overview
        status, out, _ = run(f"{command} --help", capsys)
        assert (status, "\nNeeds " in out, max(map(len, out.splitlines())) <= 80) == (0, True, True), out


def test_the_version(capsys):
    assert run("--version", capsys) == (0, f"dropviz {dv.__version__}\n", "")


@pytest.mark.usefixtures("folder")
def test_a_story_of_ones_own_is_written_or_printed(tmp_path, capsysbinary, monkeypatch):
    own = '[[scene]]\ntitle = "Only this"\nsentence = "Nothing more."\n'
    (tmp_path / "own.toml").write_text(f'title = "Mine"\n{own}', encoding="utf-8")
    assert main(["story", "own.html", "--file", "own.toml"]) == 0
    page = (tmp_path / "own.html").read_bytes()
    assert page.startswith(b"<!doctype html>")
    assert b"Only this" in page
    told = io.BytesIO((tmp_path / "own.toml").read_bytes())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=told))
    assert main(["story", "-", "--file", "-"]) == 0
    assert capsysbinary.readouterr().out == page


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", drawing.PICTURES)
def test_a_figure_says_what_it_is_drawn_from(name, tmp_path):
    options = "--units 1000 --rates 0.1,0.5 --activations uniform --high 3 --rate 0.5"
    assert main(["figure", "out.html", "--picture", name, *options.split()]) == 0
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert f"<title>{DRAWN[name][0]}</title>" in page
    assert "Activations: uniform, high 3; 1,000 units, seed 7." in page


def test_the_pictures_are_those_that_can_be_chosen():
    assert tuple(DRAWN) == drawing.PICTURES


def test_a_site_goes_into_its_folder(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr("dropviz.site.__main__.publish", seen.append)
    assert main(["site", str(tmp_path / "new")]) == 0
    assert seen == [tmp_path / "new"]


def test_the_app_is_a_process_of_its_own_with_the_entry_and_its_flags(monkeypatch):
    seen = []
    monkeypatch.setattr(os, "execve", lambda *call: seen.append(call))
    monkeypatch.setattr(app.subprocess, "call", lambda *_, **__: 0)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert main(["app", "--port", "8502", "--host", "0.0.0.0"]) == 0
    ((program, command, environment),) = seen
    entry = next(part for part in command if part.endswith(".py"))
    assert (program, os.path.basename(entry), os.path.isfile(entry)) == (sys.executable, "app.py", True)
    assert os.path.isfile(os.path.join(os.path.dirname(entry), ".streamlit", "config.toml"))
    assert command[-2:] == ["--server.port=8502", "--server.address=0.0.0.0"]
    assert environment["OPENBLAS_NUM_THREADS"] == "1"

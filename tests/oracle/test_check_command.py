"""`dropviz check` says what is wrong in text, JSON or annotations of GitHub, and in its exit status."""

import re
from pathlib import Path

import pytest

from dropviz.cli import main

GUIDE = Path(__file__).parents[2] / "docs" / "check.md"

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore:dropout option adds dropout")]
CODE = """from torch import nn
from torch.nn import functional as F


class Layer(nn.Linear):
    def forward(self, x):
        return F.dropout(super().forward(x), 0.3)


def right():
    return nn.Sequential(nn.Embedding(50, 8), nn.Dropout(0.2))


wrong = Layer(8, 8)


def leaves():
    raise SystemExit(0)


print("loads")
"""
OTHERS = """import equinox, jax, keras


class Always(keras.layers.Layer):
    def __init__(self):
        super().__init__(name="always")
        self.drop = keras.layers.Dropout(0.3, name="dropout")

    def call(self, x):
        return self.drop(x, training=True)


def of_keras():
    return keras.Sequential([keras.layers.Dense(8), Always()])


class Module(equinox.Module):
    drop: equinox.nn.Dropout = equinox.nn.Dropout(0.3)

    def __call__(self, x, key):
        return self.drop(x, key=key, inference=False)


def of_nothing():
    return 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "networks_to_check.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "others_to_check.py").write_text(OTHERS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (
            "wrong --input 4x8",
            1,
            "error: left_on at the model (Layer), networks_to_check.py:7: Dropout stays on",
        ),
        ("wrong --input 4x8 --format json", 1, '"kind": "left_on"'),
        (
            "wrong --input 4x8 --format github",
            1,
            "::error file=networks_to_check.py,line=7,title=dropout left_on::",
        ),
        ("right --input 4x7:50", 0, "nothing wrong was found"),
        ("right --input 4x7", 2, "could not be checked: RuntimeError"),
        ("missing --input 4x7", 2, "could not be checked: AttributeError"),
        ("leaves --input 4x7", 2, "could not be checked: SystemExit"),
        ("right --input 4x7:00", 2, "--input must be a shape such as 4x12x32"),
        ("wrong --input 4y7", 2, "--input must be a shape such as 4x12x32"),
        ("wrong --input 99999x99999", 2, "--input must be a shape"),
        ("wrong --input 4x8 --passes 1", 2, "passes must be an integer from 3 to 200"),
    ],
)
def test_a_command_says_it_in_its_exit_status_too(capsys, arguments, status, said):
    name, *rest = arguments.split()
    try:
        found = main(["check", f"networks_to_check:{name}", *rest])
    except SystemExit as left:
        found = left.code
    assert found == status
    printed = capsys.readouterr()
    assert said in "".join(printed)
    assert "loads" not in printed.out  # JSON stays JSON


@pytest.mark.usefixtures("folder")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("network", "status", "said"),
    [
        ("of_keras", 1, "error: left_on at always.dropout (Dropout), others_to_check.py:10"),
        ("Module", 1, "error: left_on at drop (Dropout), others_to_check.py:21"),
        (
            "of_nothing",
            2,
            "it must be a network of PyTorch, Keras, Flax, Equinox or Haiku, or return one; got int",
        ),
    ],
)
def test_networks_of_other_frameworks_are_recognised(capsys, network, status, said):
    try:
        found = main(["check", f"others_to_check:{network}", "--input", "16x8"])
    except SystemExit as left:
        found = left.code
    assert (found, said in "".join(capsys.readouterr())) == (status, True)


def test_the_real_fault_of_the_guide_is_found_as_it_says_and_mended_as_it_says(tmp_path, monkeypatch, capsys):
    text = GUIDE.read_text(encoding="utf-8")
    code = re.search(r"```python\n# attention.py\n(.*?)```", text, re.DOTALL)[1]
    command, shown = re.search(r"```console\n\$ dropviz (.*?)\n(.*?)```", text, re.DOTALL).groups()
    mended = re.search(r"With `(dropout_p=.*?)`", text)[1]
    monkeypatch.chdir(tmp_path)
    for name, written in (("attention", code), ("mended", code.replace("dropout_p=self.dropout", mended))):
        Path(f"{name}.py").write_text(f"# {name}.py\n{written}", encoding="utf-8")
    assert (main(command.split()), capsys.readouterr().out) == (1, shown)
    assert main(command.replace("attention", "mended").split()) == 0
    assert capsys.readouterr().out.endswith("nothing wrong was found\n")

"""The examples in the docstrings of what watches networks run where their frameworks are installed."""

import doctest
import importlib

import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("ignore")]  # of the frameworks' own


@pytest.mark.parametrize("name", ["torch.checking", "torch.recording", "keras.checking", "jax.checking"])
def test_an_example_gives_what_it_says(name):
    found = doctest.testmod(importlib.import_module(f"dropviz.{name}"))
    assert (found.failed, found.attempted > 0) == (0, True)

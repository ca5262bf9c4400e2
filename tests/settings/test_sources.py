"""The one table of sources: the page and the terminal make the same activations of it."""

from itertools import product

import pytest

from dropviz.settings.sources import FILE, SOURCE, SOURCES


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_the_page_begins_with_what_the_terminal_begins_with(source):
    assert source.make(*(setting.default for setting in source.settings)) == source.kind()


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_corner_of_the_ranges_makes_activations_of_the_named_parameters(source):
    for values in product(*((setting.low, setting.high) for setting in source.settings)):
        parameters = dict(zip(source.parameters, source.converted(*values), strict=True))
        assert source.make(*values) == source.kind(**parameters)


def test_a_file_of_ones_own_stands_beside_the_table():
    assert list(SOURCE.options) == [*SOURCES, FILE]

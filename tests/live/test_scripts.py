"""The scripts of a page: one for each component, under an address that changes with it."""

import re

from dropviz.live.modules import HERE, inlined
from dropviz.live.scripts import OURS, _address, plotly_address, scripts


def test_every_component_has_its_script():
    entries = {
        path.stem for path in HERE.glob("*.js") if "export default" in path.read_text(encoding="utf-8")
    }
    # The loader fetches the others; a page of its own asks for the hall's.
    assert entries == {*OURS, "loader"} - {"hall"}
    assert scripts().keys() == set(OURS)
    for name in OURS:
        assert scripts()[name].content.decode() == inlined(f"{name}.js")


def test_an_address_names_the_content():
    addresses = [plotly_address(), *(script.address for script in scripts().values())]
    assert all(re.fullmatch(r"static/dropviz/\w+\.[0-9a-f]{16}\.min\.js", address) for address in addresses)
    assert len(set(addresses)) == len(addresses)
    assert _address("a", b"one") != _address("a", b"two")

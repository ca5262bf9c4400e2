"""A widget is what it was where somebody says that it holds what it cannot."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.session_state import WStates

from dropviz.serving.states import read_only_what_fits


def halved(value):
    return 0.0 if value is None else 1.0 / value


@pytest.fixture
def states(monkeypatch):
    monkeypatch.setattr(WStates, "__getitem__", WStates.__getitem__)
    read_only_what_fits()
    held = WStates()
    held.set_widget_metadata(WidgetMetadata("number", halved, halved, "double_value"))
    return held


def test_what_fits_is_read(states):
    states.set_widget_from_proto(WidgetState(id="number", double_value=4.0))
    assert states["number"] == 0.25
    states.set_widget_from_proto(WidgetState(id="number"))  # emptied by hand
    assert states["number"] == 0.0


@pytest.mark.parametrize("said", [{"string_value": "4"}, {"bool_value": True}, {"double_value": 0.0}])
def test_another_kind_and_what_cannot_be_read_count_as_unsaid(states, said):
    states.set_widget_from_proto(WidgetState(id="number", **said))
    assert "number" not in states
    assert states.get("number") is None
    with pytest.raises(KeyError):
        states["number"]


def test_a_widget_that_is_not_known_is_not_read(states):
    states.set_widget_from_proto(WidgetState(id="other", double_value=1.0))
    assert states.get("other") is None

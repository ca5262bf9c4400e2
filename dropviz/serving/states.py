"""What a browser says that a widget holds: it counts if it is of the widget's kind, and can be read."""

from typing import Any

from streamlit.runtime.state.session_state import Serialized, WStates


def read_only_what_fits() -> None:
    """Let a widget stay as it was where it is said to hold what it cannot; Streamlit itself lets the page fail.

    No browser says so, but whoever speaks the protocol can, and every time the log would grow by a traceback.
    """
    read = WStates.__getitem__

    def read_if_it_fits(self: WStates, widget: str) -> Any:
        state, known = self.states.get(widget), self.widget_metadata.get(widget)
        if not isinstance(state, Serialized) or known is None:
            return read(self, widget)
        if state.value.WhichOneof("value") not in (None, known.value_type):
            raise KeyError(widget)
        try:
            return read(self, widget)
        except Exception as error:  # each kind of widget has its own
            raise KeyError(widget) from error

    WStates.__getitem__ = read_if_it_fits  # type: ignore[method-assign]

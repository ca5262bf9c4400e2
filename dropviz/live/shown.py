"""Results that show themselves: in a notebook as a live figure, and where somebody asks as one of Plotly's."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, cast

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from dropviz.live.figure import LiveFigure

LEFT = 'style="text-align: left; padding: 0.2em 0.5em"'  # of a cell of a table: Jupyter has all right, marimo close


class Shown:
    """A result with a picture, which a function of a room above draws: ``DRAWN_BY`` names it.

    The room is opened only when somebody asks, so that computing waits for no figure; tests/test_imports.py knows all.
    """

    __slots__ = ()
    DRAWN_BY: ClassVar[str]

    def live(self, **how: Any) -> "LiveFigure":
        """The live figure: where it is the last line of a cell, it shows itself, and needs no server.

        ``how`` are further arguments of the function that draws it.
        """
        room, _, name = self.DRAWN_BY.rpartition(".")
        return cast("LiveFigure", getattr(import_module(room), name)(self, **how))

    def figure(self, rate: float | None = None, **how: Any) -> "go.Figure":
        """The same as a Plotly figure with one frame a rate and a slider, which stands at first at ``rate``."""
        return self.live(**how).to_figure(rate)

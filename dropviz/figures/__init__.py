"""Results in, pictures out. No figure simulates; only `explorer`, here, makes what it shows from what it is given."""

from typing import TYPE_CHECKING

from dropviz.figures.everything import explorer_live
from dropviz.live.figure import LiveFigure
from dropviz.simulation.first_screen import first_look
from dropviz.simulation.sweep import Sweep

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["explorer"]


def sweep_live(sweep: Sweep, measure: str = "variance_ratio") -> LiveFigure:
    """Return the first screen as a live figure.

    In a notebook a sweep is all that there is: its distributions are counted here and not where they are drawn.
    ``measure`` is that of the third panel, as in `explorer`.
    """
    return explorer_live(first_look(sweep), measure)


def explorer(sweep: Sweep, measure: str = "variance_ratio", rate: float = 0.3) -> "go.Figure":
    """Return the first screen as a Plotly figure with one frame a rate and a slider: `Sweep.figure`.

    Parameters
    ----------
    sweep
        What to show.
    measure
        Discrepancy in the third panel: variance_ratio, relative_gap, mean_gap, rms_gap or wasserstein.
    rate
        The rate at first sight; the nearest one of the grid is taken.

    Raises
    ------
    ValueError
        If the measure is unknown.
    """
    return sweep_live(sweep, measure).to_figure(rate)

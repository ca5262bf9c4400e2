"""Results in, Plotly figures out. A figure function never simulates."""

from dropviz.figures.explorer import explorer, explorer_live

__all__ = ["explorer", "explorer_live"]

"""Results in, Plotly figures out. A figure function never simulates."""

from dropviz.figures.first_screen import explorer, explorer_live

__all__ = ["explorer", "explorer_live"]

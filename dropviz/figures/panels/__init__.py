"""The grammar of panels: curves, distributions, labels and the grid they stand in."""

"""The activations of a network, layer by layer: what is kept of them, and what a dropout rate does to each unit."""

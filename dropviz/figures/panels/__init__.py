"""What several figures show alike: curves over the slider, distributions, neurons, and the names of curves."""

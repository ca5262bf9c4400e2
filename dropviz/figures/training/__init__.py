"""A training, drawn."""

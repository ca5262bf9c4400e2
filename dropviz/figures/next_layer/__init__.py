"""The next layer, drawn."""

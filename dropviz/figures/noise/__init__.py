"""The noises, drawn."""

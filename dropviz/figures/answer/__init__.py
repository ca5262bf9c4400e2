"""The answer, drawn."""

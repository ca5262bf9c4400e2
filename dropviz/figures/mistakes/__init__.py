"""The mistakes, drawn."""

"""Dropout in real networks, drawn."""

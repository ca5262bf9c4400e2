"""Dropout in real networks, a question a module: a configuration → a frozen result."""

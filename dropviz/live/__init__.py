"""The live figure as data, and what draws it in the browser."""

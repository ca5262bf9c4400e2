"""The page of a changing rate."""

"""The page of a person's own network: its layers, and the report of a check."""

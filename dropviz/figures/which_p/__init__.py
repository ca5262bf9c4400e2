"""Who means which p, drawn."""

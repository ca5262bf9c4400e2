"""The page of mistakes, and the diagnosis of one's own."""

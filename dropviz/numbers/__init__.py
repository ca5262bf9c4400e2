"""Numbers: what bad input gets, rates, and how numbers are written."""

"""Side-by-side benchmarks: ``python -m bench`` runs them all, ``python -m bench sweep`` one of them."""

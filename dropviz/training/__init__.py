"""Training: small networks, trained with dropout of every kind; NumPy only."""

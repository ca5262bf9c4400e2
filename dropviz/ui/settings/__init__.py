"""Settings: their kinds, the address, and the sources of activations."""

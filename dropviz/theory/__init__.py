"""Theory: strategies, laws of activations and noises, and what follows from them in closed form."""

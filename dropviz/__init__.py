"""dropviz: what standard and inverted dropout do to the same activations under the same mask."""

from dropviz.strategies import Strategy, strategies

__version__ = "0.1.0"
__all__ = ["Strategy", "strategies"]

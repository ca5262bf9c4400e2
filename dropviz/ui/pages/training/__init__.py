"""The page of networks in training."""

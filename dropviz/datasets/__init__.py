"""Data: files of a person's own, and the data sets that networks are trained on."""

"""Frameworks: who means what by p, and the same in their code."""

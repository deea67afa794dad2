"""Pair interactions and neighbours, for two and three dimensions."""

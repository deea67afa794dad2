"""Simulation of many independent systems at once on a GPU: isoconfigurational replicas and swap Monte Carlo chains."""

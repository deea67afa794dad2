"""Planted fields that several tests of dynamic heterogeneity share."""

import numpy as np


def one_in_each_cell(shape, edges, seed=0):
    """A particle anywhere in each cell of a lattice: positions (N, d) in the order of the cells, and the box."""
    random = np.random.default_rng(seed)
    corners = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, len(shape))
    return (corners + random.uniform(0.01, 0.99, corners.shape)) * edges, np.array(shape) * edges


def quarter_turn(positions):
    """Positions (N, 2) turned by 90 degrees."""
    return positions @ np.array([[0.0, 1.0], [-1.0, 0.0]])

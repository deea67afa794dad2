"""A small GlassMLP that is trained in a second, for tests that look at it."""

from glassviz.learning import GlassMLP
from glassviz.learning.training import Stage


def store_network(point, folder, **choice):
    """Train two seeds for types 1 and 2 by few epochs and store the model; returns its name."""
    name = f"ka2d-glassmlp-bond_breaking-T{point.temperature:.4f}"
    few = (Stage(20, 5e-3, 1),)
    GlassMLP.fit(point, seeds=2, types=(1, 2), schedule=few, **choice).save(folder / name)
    return name

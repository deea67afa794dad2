"""Small networks that are trained in a second, for tests that look at them."""

from glassviz.learning import GlassMLP, TGlassMLP
from glassviz.learning.training import Stage


def store_network(point, folder, **choice):
    """Train two seeds for types 1 and 2 by few epochs and store the model; returns its name."""
    name = f"ka2d-glassmlp-bond_breaking-T{point.temperature:.4f}"
    few = (Stage(20, 5e-3, 1),)
    GlassMLP.fit(point, seeds=2, types=(1, 2), schedule=few, **choice).save(folder / name)
    return name


def store_transfer_network(points, folder, levels=(0.7, 0.6, 0.42), **choice):
    """Train two tGlassMLP on state points by few epochs and store the model; returns its name."""
    name = f"ka2d-tglassmlp-bond_breaking-Tmin{min(point.temperature for point in points):.4f}"
    few = (Stage(20, 5e-3, 1),)
    how = {"networks": 2, "structures": 10, "schedule": few, "lengths": (0.0, 1.0, 2.0), **choice}
    TGlassMLP.fit(points, levels=levels, **how).save(folder / name)
    return name

"""Structure: Voronoi cells and descriptors, configuration -> (N,) or (N, M); pair correlation and structure factor."""

from glassviz.structure.coarse_graining import (
    CUTOFF,
    LENGTHS,
    OBSERVABLES,
    glassmlp_descriptor_names,
    glassmlp_descriptors,
    lengths_within,
)
from glassviz.structure.pair_correlation import pair_correlation
from glassviz.structure.structure_factor import structure_factor
from glassviz.structure.voronoi import radical_cells

__all__ = [
    "CUTOFF",
    "LENGTHS",
    "OBSERVABLES",
    "glassmlp_descriptor_names",
    "glassmlp_descriptors",
    "lengths_within",
    "pair_correlation",
    "radical_cells",
    "structure_factor",
]

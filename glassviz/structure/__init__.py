"""Structure of a configuration: Voronoi cells and coarse-grained descriptors, configuration -> (N,) or (N, M)."""

from glassviz.structure.coarse_graining import (
    CUTOFF,
    LENGTHS,
    OBSERVABLES,
    glassmlp_descriptor_names,
    glassmlp_descriptors,
)
from glassviz.structure.voronoi import radical_cells

__all__ = ["CUTOFF", "LENGTHS", "OBSERVABLES", "glassmlp_descriptor_names", "glassmlp_descriptors", "radical_cells"]

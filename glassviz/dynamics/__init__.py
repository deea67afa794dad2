"""Dynamics: propensities of the isoconfigurational ensemble and what follows from them."""

from glassviz.dynamics.bond_breaking import bond_breaking_halves, bond_breaking_means, bond_breaking_propensity
from glassviz.dynamics.chord_length import chord_length, chord_length_with_error, pooled_chord_length
from glassviz.dynamics.displacement import displacement_halves, displacement_propensity, squared_displacement_means
from glassviz.dynamics.four_point_correlation import four_point_correlation
from glassviz.dynamics.four_point_fit import FourPointFit, fit_four_point_rings, fit_four_point_structure_factor
from glassviz.dynamics.four_point_structure_factor import FourPointRings, four_point_rings, four_point_structure_factor
from glassviz.dynamics.four_point_susceptibility import four_point_susceptibility, four_point_susceptibility_with_error
from glassviz.dynamics.mobile_clusters import mean_cluster_size, mean_cluster_size_with_error, mobile_clusters
from glassviz.dynamics.overlap import overlap, overlap_means
from glassviz.dynamics.propensity_distribution import propensity_distribution
from glassviz.dynamics.relaxation_time import relaxation_time, relaxation_time_with_error
from glassviz.dynamics.self_scattering import self_scattering_means
from glassviz.dynamics.smoothed import smoothed
from glassviz.dynamics.temperature_fits import fit_arrhenius, fit_parabolic, fit_vft

__all__ = [
    "FourPointFit",
    "FourPointRings",
    "bond_breaking_halves",
    "bond_breaking_means",
    "bond_breaking_propensity",
    "chord_length",
    "chord_length_with_error",
    "displacement_halves",
    "displacement_propensity",
    "fit_arrhenius",
    "fit_four_point_rings",
    "fit_four_point_structure_factor",
    "fit_parabolic",
    "fit_vft",
    "four_point_correlation",
    "four_point_rings",
    "four_point_structure_factor",
    "four_point_susceptibility",
    "four_point_susceptibility_with_error",
    "mean_cluster_size",
    "mean_cluster_size_with_error",
    "mobile_clusters",
    "overlap",
    "overlap_means",
    "pooled_chord_length",
    "propensity_distribution",
    "relaxation_time",
    "relaxation_time_with_error",
    "self_scattering_means",
    "smoothed",
    "squared_displacement_means",
]

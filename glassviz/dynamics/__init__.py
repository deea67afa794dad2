"""Dynamics: propensities of the isoconfigurational ensemble and what follows from them."""

from glassviz.dynamics.bond_breaking import bond_breaking_halves, bond_breaking_means, bond_breaking_propensity
from glassviz.dynamics.displacement import displacement_halves, displacement_propensity, squared_displacement_means
from glassviz.dynamics.four_point_fit import FourPointFit, fit_four_point_rings, fit_four_point_structure_factor
from glassviz.dynamics.four_point_structure_factor import FourPointRings, four_point_rings, four_point_structure_factor
from glassviz.dynamics.four_point_susceptibility import four_point_susceptibility
from glassviz.dynamics.overlap import overlap_means
from glassviz.dynamics.relaxation_time import relaxation_time, relaxation_time_with_error
from glassviz.dynamics.self_scattering import self_scattering_means
from glassviz.dynamics.temperature_fits import fit_arrhenius, fit_parabolic, fit_vft

__all__ = [
    "FourPointFit",
    "FourPointRings",
    "bond_breaking_halves",
    "bond_breaking_means",
    "bond_breaking_propensity",
    "displacement_halves",
    "displacement_propensity",
    "fit_arrhenius",
    "fit_four_point_rings",
    "fit_four_point_structure_factor",
    "fit_parabolic",
    "fit_vft",
    "four_point_rings",
    "four_point_structure_factor",
    "four_point_susceptibility",
    "overlap_means",
    "relaxation_time",
    "relaxation_time_with_error",
    "self_scattering_means",
    "squared_displacement_means",
]

"""Dynamics: propensities of the isoconfigurational ensemble and what follows from them."""

from glassviz.dynamics.bond_breaking import bond_breaking_halves, bond_breaking_propensity
from glassviz.dynamics.displacement import displacement_halves, displacement_propensity
from glassviz.dynamics.relaxation_time import relaxation_time, relaxation_time_with_error

__all__ = [
    "bond_breaking_halves",
    "bond_breaking_propensity",
    "displacement_halves",
    "displacement_propensity",
    "relaxation_time",
    "relaxation_time_with_error",
]

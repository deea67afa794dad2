"""Simulation: swap and hybrid Monte Carlo, inherent structures, molecular dynamics, isoconfigurational ensemble."""

from glassviz.interactions.energy import forces, potential_energy
from glassviz.simulation.exchanges import exchange_types
from glassviz.simulation.hybrid_monte_carlo import HybridMonteCarlo
from glassviz.simulation.inherent_structure import inherent_structure
from glassviz.simulation.isoconfigurational import isoconfigurational
from glassviz.simulation.molecular_dynamics import MolecularDynamics
from glassviz.simulation.swap_monte_carlo import SwapMonteCarlo, random_configuration, swap_monte_carlo

__all__ = [
    "HybridMonteCarlo",
    "MolecularDynamics",
    "SwapMonteCarlo",
    "exchange_types",
    "forces",
    "inherent_structure",
    "isoconfigurational",
    "potential_energy",
    "random_configuration",
    "swap_monte_carlo",
]

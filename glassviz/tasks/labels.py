"""From an equilibrated configuration and its trajectories to the record that is kept."""

import numpy as np

from glassviz import __version__
from glassviz.dynamics import (
    bond_breaking_halves,
    bond_breaking_means,
    displacement_halves,
    overlap_means,
    self_scattering_means,
    squared_displacement_means,
)
from glassviz.dynamics.overlap import NEAR
from glassviz.record import Record
from glassviz.simulation import potential_energy
from glassviz.tasks.equilibrate import STARTS

SOFTWARE = f"glassviz {__version__}"


def labels_of(thermal, runs, system, inner=1.4, outer=1.8):
    """What is kept of trajectories (n_times, replicas, N, d), by the name of the record's field."""
    cutoffs = system, inner, outer
    half = runs.shape[1] // 2
    return {
        "half_replicas": (half, half),
        "bond_breaking_halves": bond_breaking_halves(thermal, runs, *cutoffs),
        "displacement_halves": displacement_halves(thermal, runs),
        "bond_breaking_means": bond_breaking_means(thermal, runs, *cutoffs),
        "overlap_means": overlap_means(thermal, runs, NEAR),
        "self_scattering_means": self_scattering_means(thermal, runs, system.wavenumber),
        "squared_displacement_means": squared_displacement_means(thermal, runs),
    }


def no_labels(thermal):
    """The fields of labels of a structure without any."""
    none = np.empty((2, 0, thermal.number))
    return {"half_replicas": (0, 0), "bond_breaking_halves": none, "displacement_halves": none}


def record_of(plan, index, split, run, inherent, times=(), trajectories=None, software=SOFTWARE):
    """Record of one configuration of a SimulationPlan: its Equilibration `run`, its quench, its trajectories if any."""
    thermal, system = run.configuration, plan.system
    kept = no_labels(thermal) if trajectories is None else labels_of(thermal, trajectories, system, *plan.bond_cutoffs)
    return Record(
        system=system.name,
        temperature=plan.temperature,
        index=index,
        split=split,
        seed=plan.seed,
        thermal=thermal,
        inherent=inherent,
        times=np.asarray(times, dtype=np.float64),
        **kept,
        provenance={
            "software": software,
            "start": STARTS[index % 2],
            "cycles": run.cycles.tolist(),
            "energies": np.round(run.energies, 6).tolist(),
            "bonds_kept": [None if np.isnan(kept) else round(float(kept), 5) for kept in run.bonds_kept],
            "acceptance": [None if np.isnan(fraction) else round(float(fraction), 5) for fraction in run.acceptance],
            "energy_thermal": round(float(potential_energy(thermal, system).mean()), 7),
            "energy_inherent": round(float(potential_energy(inherent, system).mean()), 7),
            "ensemble": system.ensemble,
            "time_step": system.time_step,
            "bond_cutoffs": list(plan.bond_cutoffs),
            "overlap_distance": NEAR,
            "wavenumber": system.wavenumber,
        },
    )

"""A data set with a planted law of relaxation: labels above T = 0.25, structures alone below, F_s in some files."""

import numpy as np

from glassviz.record import Record, write_record
from tests.liquids import liquid

PLANTED = {"tau_0": 40.0, "J": 0.9, "T_o": 0.75}
TEMPERATURES = (0.15, 0.20, 0.26, 0.30, 0.35, 0.45, 0.50)
FRACTIONS = np.array([0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.65, 1.3, 2.0])


def planted_tau(temperature):
    """tau of bond breaking; that of F_s is half of it."""
    return PLANTED["tau_0"] * np.exp(PLANTED["J"] ** 2 * (1 / temperature - 1 / PLANTED["T_o"]) ** 2)


def made_up(temperature, index):
    """One record; log t against C_B is straight near tau, so that interpolation finds tau exactly."""
    random, labelled = np.random.default_rng(index + round(1000 * temperature)), temperature > 0.25
    times = np.round(planted_tau(temperature) * FRACTIONS, 6) if labelled else np.empty(0)
    start = liquid()
    positions = np.roll(start.positions, index, axis=1) + 0.01 * temperature * random.normal(size=start.positions.shape)
    thermal = start.with_positions(positions)
    level = np.clip(0.5 - 0.18 * np.log(FRACTIONS * 1.0) + 0.01 * random.normal(), 0.05, 1)[: len(times)]
    halves = np.tile(level[:, None], (2, 1, 129)).astype(np.float32)
    scattering = np.clip(np.exp(-1) - 0.15 * np.log(2 * FRACTIONS), 0.02, 1)[: len(times)]
    return Record(
        system="KA2D",
        temperature=temperature,
        index=index,
        split="test",
        seed=1,
        half_replicas=(2, 2) if labelled else (0, 0),
        thermal=thermal,
        inherent=start.with_positions(np.roll(start.positions, index, axis=1)),
        times=times,
        bond_breaking_halves=halves,
        displacement_halves=(1.1 - halves).astype(np.float32),
        self_scattering_means=np.tile(scattering, (4, 1)) if labelled and temperature < 0.48 else None,
    )


def write_made_up(folder):
    """All temperatures, three configurations each."""
    for temperature in TEMPERATURES:
        for index in range(3):
            write_record(folder / f"T{temperature:.4f}" / f"{index:04d}.h5", made_up(temperature, index))

"""Molecular dynamics of one replica: velocity Verlet, with or without a Nose-Hoover chain."""

import numpy as np
from numba import njit

from glassviz.errors import GlassvizError, InputError
from glassviz.interactions.energy import add_forces, model_arguments, particle_energies
from glassviz.interactions.neighbours import moved_too_far, verlet_list

SKIN = 0.35
CHAIN = 3


def maxwell_velocities(number, dimension, temperature, seed, replica):
    """Maxwell velocities of one replica with zero total momentum and m = 1, (N, d).

    They depend on (seed, replica) alone: Philox, a counter-based generator, is keyed with the two, so that chunks,
    threads and devices agree.
    """
    generator = np.random.Generator(np.random.Philox(key=np.array([seed, replica], dtype=np.uint64)))
    velocities = generator.standard_normal((number, dimension)) * np.sqrt(temperature)
    return velocities - velocities.mean(axis=0)


class MolecularDynamics:
    """One replica that is advanced step by step; m = 1, time in sigma_11 (m / eps_11)^(1/2).

    ensemble "NVE": velocity Verlet. ensemble "NVT": a chain of three Nose-Hoover thermostats around it, with the
    invariant H' = K + U + sum_k Q_k w_k^2 / 2 + g T x_1 + T sum_{k>1} x_k, g = d (N - 1), Q_1 = g T tau^2,
    Q_k = T tau^2, tau = `damping` (unpublished for KA2D; 1.0 is a hundred of its time steps).
    Source: Martyna et al., Mol. Phys. 87, 1117 (1996).

    positions (N, d) are unwrapped; velocities (N, d). Raises InputError for an impossible temperature, time step or
    ensemble.
    """

    def __init__(
        self, configuration, system, temperature, seed=0, replica=0, ensemble=None, time_step=None, damping=1.0
    ):
        self.ensemble = ensemble or system.ensemble
        self.time_step = system.time_step if time_step is None else time_step
        if self.ensemble not in ("NVE", "NVT"):
            raise InputError(f"ensemble is {self.ensemble!r}, expected 'NVE' or 'NVT'")
        check_positive(temperature=temperature, time_step=self.time_step, damping=damping)
        self._types, self._box, self._table = model_arguments(configuration, system)
        self._cutoff = system.largest_cutoff
        self.temperature = float(temperature)
        number, dimension = configuration.positions.shape
        self.positions = configuration.positions.copy()
        self.velocities = maxwell_velocities(number, dimension, temperature, seed, replica)
        self.freedom = dimension * (number - 1)
        self._masses = temperature * damping**2 * np.array([max(self.freedom, 1)] + [1] * (CHAIN - 1), dtype=float)
        self._chain = np.zeros((2, CHAIN))
        self._reference = self.positions.copy()
        self._list = verlet_list(self.positions, self._box, self._cutoff + SKIN)
        self._forces = np.empty_like(self.positions)
        add_forces(self.positions, self._types, self._box, *self._list, self._table, self._forces)

    def advance(self, steps):
        """Go `steps` time steps on. How they are divided into calls does not change the result.

        Raises GlassvizError when the integration has blown up.
        """
        thermostat = self.temperature if self.ensemble == "NVT" else 0.0
        *self._list, sane = _advance(
            (self.positions, self.velocities, self._forces, self._reference),
            (self._types, self._box, self._table, self._cutoff),
            tuple(self._list),
            (self._chain, self._masses, float(self.freedom), thermostat),
            steps,
            self.time_step,
        )

        if not sane:
            raise GlassvizError(
                "molecular dynamics blew up: particles overlap at the start or the time step "
                f"{self.time_step:g} is too long; equilibrate by swap Monte Carlo first"
            )

    def kinetic_energy(self):
        """K = sum_i v_i^2 / 2."""
        return 0.5 * float((self.velocities**2).sum())

    def potential_energy(self):
        """U = sum_i E_i."""
        return float(
            particle_energies(self.positions, self._types, self._box, *self._list, self._table).sum(dtype=np.float64)
        )

    def invariant(self):
        """Total energy (NVE) or the thermostat's conserved quantity H' (NVT)."""
        total = self.kinetic_energy() + self.potential_energy()
        if self.ensemble == "NVT":
            rates, coordinates = self._chain
            total += 0.5 * float((self._masses * rates**2).sum())
            total += self.temperature * float(self.freedom * coordinates[0] + coordinates[1:].sum())
        return total


def check_positive(**values):
    """Raise InputError for the first value that is not a positive finite number."""
    for name, value in values.items():
        if not (np.isfinite(value) and value > 0):
            raise InputError(f"{name} is {value}, expected a positive number")


@njit(cache=True, nogil=True, error_model="numpy")
def _advance(moving, model, neighbour_list, thermostat, steps, time_step):
    """Velocity Verlet, with half a thermostat step on either side where the temperature is not zero."""
    positions, velocities, force, reference = moving
    types, box, table, cutoff = model
    starts, neighbours = neighbour_list
    chain, masses, freedom, temperature = thermostat
    sane = True
    for _ in range(steps):
        if temperature > 0.0:
            velocities *= _chain_half_step(chain, masses, freedom, temperature, (velocities**2).sum(), time_step)
        for i in range(len(positions)):
            for k in range(len(box)):
                velocities[i, k] += 0.5 * time_step * force[i, k]
                positions[i, k] += time_step * velocities[i, k]
                # Half a diameter in one step passes through neighbours; nan fails the comparison too.
                sane = sane and abs(time_step * velocities[i, k]) < 0.5
        if not sane:
            break
        if moved_too_far(positions, reference, SKIN):
            starts, neighbours = verlet_list(positions, box, cutoff + SKIN)
            reference[:] = positions
        add_forces(positions, types, box, starts, neighbours, table, force)
        for i in range(len(positions)):
            for k in range(len(box)):
                velocities[i, k] += 0.5 * time_step * force[i, k]
        if temperature > 0.0:
            velocities *= _chain_half_step(chain, masses, freedom, temperature, (velocities**2).sum(), time_step)
    return starts, neighbours, sane


@njit(cache=True, nogil=True, error_model="numpy")
def _chain_half_step(chain, masses, freedom, temperature, twice_kinetic, time_step):
    """Advance the Nose-Hoover chain by half a time step; returns the factor for all velocities."""
    rates, coordinates = chain[0], chain[1]
    last = len(masses) - 1
    quarter, eighth = 0.25 * time_step, 0.125 * time_step
    rates[last] += quarter * (masses[last - 1] * rates[last - 1] ** 2 - temperature) / masses[last]
    for k in range(last - 1, -1, -1):
        drag = np.exp(-eighth * rates[k + 1])
        drive = twice_kinetic - freedom * temperature if k == 0 else masses[k - 1] * rates[k - 1] ** 2 - temperature
        rates[k] = (rates[k] * drag + quarter * drive / masses[k]) * drag
    factor = np.exp(-0.5 * time_step * rates[0])
    twice_kinetic *= factor * factor
    for k in range(last + 1):
        coordinates[k] += 0.5 * time_step * rates[k]
    for k in range(last):
        drag = np.exp(-eighth * rates[k + 1])
        drive = twice_kinetic - freedom * temperature if k == 0 else masses[k - 1] * rates[k - 1] ** 2 - temperature
        rates[k] = (rates[k] * drag + quarter * drive / masses[k]) * drag
    rates[last] += quarter * (masses[last - 1] * rates[last - 1] ** 2 - temperature) / masses[last]
    return factor

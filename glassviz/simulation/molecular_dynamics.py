"""Molecular dynamics of one replica: velocity Verlet, with or without a Nose-Hoover chain."""

import numpy as np

from glassviz.configuration import Configuration
from glassviz.errors import GlassvizError, InputError
from glassviz.interactions.energy import model_arguments, potential_energy
from glassviz.interactions.lane_forces import lane_constants
from glassviz.interactions.potential import CUTOFF2
from glassviz.interactions.simd import WIDTH
from glassviz.simulation.velocity_verlet import FACTOR, TWICE_KINETIC, advance, first_tuning, start

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

    Pair forces are computed in single precision and summed in integers, positions and velocities kept in double; total
    momentum is conserved to the last bit of the forces. Raises InputError for an impossible temperature, time step or
    ensemble.
    """

    def __init__(
        self,
        configuration,
        system,
        temperature,
        seed=0,
        replica=0,
        ensemble=None,
        time_step=None,
        damping=1.0,
        velocities=None,
    ):
        self.ensemble = ensemble or system.ensemble
        self.time_step = system.time_step if time_step is None else time_step
        if self.ensemble not in ("NVE", "NVT"):
            raise InputError(f"ensemble is {self.ensemble!r}, expected 'NVE' or 'NVT'")
        check_positive(temperature=temperature, time_step=self.time_step, damping=damping)
        self._system, self._start = system, configuration
        types, box, table = model_arguments(configuration, system)
        self._model = (box, np.sqrt(table[..., CUTOFF2]).max(axis=1), *lane_constants(system, "forces"))
        self.temperature = float(temperature)
        number, dimension = configuration.positions.shape
        if velocities is None:
            velocities = maxwell_velocities(number, dimension, temperature, seed, replica)
        elif np.shape(velocities) != (number, dimension):
            raise InputError(f"velocities have shape {np.shape(velocities)}, expected {(number, dimension)}")
        self._particles = (
            configuration.positions.T.copy(),
            velocities.T.copy(),
            np.empty((dimension, number)),
            np.arange(number),
            types.astype(np.int64),
            np.zeros((dimension, number + WIDTH), np.int32),
            np.zeros((2, system.types, number + WIDTH), np.float32),
            np.zeros((dimension, number + WIDTH), np.int32),
        )
        self.freedom = dimension * (number - 1)
        self._masses = temperature * damping**2 * np.array([max(self.freedom, 1)] + [1] * (CHAIN - 1), dtype=float)
        self._chain = np.zeros((2, CHAIN))
        self._state = np.array([1.0, (velocities**2).sum()])
        self._tuning = first_tuning()
        self._neighbours = start(self._particles, self._model, self._tuning)

    def advance(self, steps):
        """Go `steps` time steps on. How they are divided into calls does not change the result.

        Raises GlassvizError when the integration has blown up.
        """
        temperature = self.temperature if self.ensemble == "NVT" else 0.0
        thermostat = (self._chain, self._masses, float(self.freedom), temperature, self._state)
        *self._neighbours, sane = advance(
            self._particles, self._model, tuple(self._neighbours), self._tuning, thermostat, steps, self.time_step
        )
        if not sane:
            raise GlassvizError(
                "molecular dynamics blew up: particles overlap at the start or the time step "
                f"{self.time_step:g} is too long; equilibrate by Monte Carlo first"
            )

    def scale_velocities(self, factor):
        """Multiply all velocities by a number, as thermostats do between steps of NVE."""
        self._state[FACTOR] *= factor
        self._state[TWICE_KINETIC] *= factor**2

    @property
    def positions(self):
        """Unwrapped positions (N, d)."""
        return self._in_order(self._particles[0])

    @property
    def velocities(self):
        """Velocities (N, d)."""
        return self._in_order(self._particles[1]) * self._state[FACTOR]

    def _in_order(self, rows):
        """(N, d) in the order of the particles, from (d, N) in that of the lanes."""
        result = np.empty(rows.shape[::-1])
        result[self._particles[3]] = rows.T
        return result

    def kinetic_energy(self):
        """K = sum_i v_i^2 / 2."""
        return 0.5 * float((self.velocities**2).sum())

    def potential_energy(self):
        """U = sum_i E_i, in double precision."""
        present = Configuration(self.positions, self._start.types, self._start.box)
        return float(potential_energy(present, self._system).sum())

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

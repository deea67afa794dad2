"""Hybrid Monte Carlo with exchanges: short trajectories move all particles at once, exchanges of types do the rest."""

import numpy as np

from glassviz.configuration import Configuration
from glassviz.errors import GlassvizError, InputError
from glassviz.interactions.energy import potential_energy
from glassviz.simulation.exchanges import exchange_types
from glassviz.simulation.molecular_dynamics import MolecularDynamics, check_positive

# At N = 1290 this time step accepts nine trajectories of ten; the error of the energy grows as N^(1/2) dt^2.
TIME_STEP, AT_NUMBER = 0.006, 1290
# At T = 0.25 trajectories of 0.45 to 1.8 with 30 N to 100 N exchanges relax alike for the same processor time, fewer
# exchanges do less; at higher temperatures long trajectories do more.
DURATION, EXCHANGES = 1.8, 30


class HybridMonteCarlo:
    """One Markov chain at constant N, V, T whose cycle is a trajectory and `exchanges` N attempted exchanges.

    A trajectory starts with fresh Maxwell velocities, runs velocity Verlet for `duration` without a thermostat, and is
    accepted with min(1, exp(-dH / T)), H = K + U: Verlet is reversible and keeps volumes, so the weights are exactly
    Boltzmann's at any time step. At low temperature this relaxes several times faster than displacing particles one
    by one. Same seed, same chain, however the cycles are divided into calls.

    acceptance : accepted fractions (trajectories, exchanges) since the start
    Raises InputError for an impossible temperature, duration or number of exchanges.
    Source: Duane, Kennedy, Pendleton, Roweth, Phys. Lett. B 195, 216 (1987); exchanges as in exchange_types.
    """

    def __init__(self, configuration, system, temperature, seed=0, duration=DURATION, exchanges=EXCHANGES):
        check_positive(temperature=temperature, duration=duration)
        if exchanges < 0:
            raise InputError(f"exchanges is {exchanges}, expected 0 or more")
        self.configuration, self.system, self.temperature = configuration, system, float(temperature)
        time_step = TIME_STEP * (AT_NUMBER / configuration.number) ** 0.25
        self._steps = max(1, round(duration / time_step))
        self._time_step = duration / self._steps
        self._exchanges = int(exchanges) if system.exchanges else 0
        self._generator = np.random.default_rng(seed)
        self._velocity_seed = int(self._generator.integers(2**63))
        self._cycle = 0
        self._tried = np.zeros(2)
        self._accepted = np.zeros(2)

    @property
    def energy(self):
        """Potential energy per particle, E / N."""
        return float(potential_energy(self.configuration, self.system).mean())

    @property
    def acceptance(self):
        """Accepted fractions of trajectories and of exchanges; nan where none was tried."""
        return tuple(float(a / t) if t else float("nan") for a, t in zip(self._accepted, self._tried, strict=True))

    def run(self, cycles, progress=None):
        """Go `cycles` cycles on; `progress` is called as progress(cycles done, cycles in all)."""
        if cycles < 0:
            raise InputError(f"cycles is {cycles}, expected 0 or more")
        for done in range(1, cycles + 1):
            self._trajectory()
            self._exchange()
            self._cycle += 1
            if progress is not None:
                progress(done, cycles)

    def _trajectory(self):
        start = self.configuration
        replica = MolecularDynamics(
            start, self.system, self.temperature, self._velocity_seed, self._cycle, "NVE", self._time_step
        )
        before = replica.invariant()
        self._tried[0] += 1
        try:
            replica.advance(self._steps)
        except GlassvizError:
            # A trajectory that blows up is refused; so is its reverse, which passes through the same steps.
            return
        change = replica.invariant() - before
        if change <= 0 or self._generator.random() < np.exp(-change / self.temperature):
            self._accepted[0] += 1
            self.configuration = Configuration(replica.positions, start.types, start.box)

    def _exchange(self):
        if not self._exchanges:
            return
        attempts = self._exchanges * self.configuration.number
        self.configuration, accepted = exchange_types(
            self.configuration, self.system, self.temperature, attempts, self._generator
        )
        self._tried[1] += attempts
        self._accepted[1] += accepted

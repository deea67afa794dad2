"""Hybrid Monte Carlo with exchanges of many independent chains on the device."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from glassviz.errors import InputError
from glassviz.simulation.gpu.batch import BLEW_UP
from glassviz.simulation.gpu.chains import SwapChains
from glassviz.simulation.gpu.ensemble import Ensemble
from glassviz.simulation.hybrid_monte_carlo import AT_NUMBER, TIME_STEP
from glassviz.simulation.molecular_dynamics import check_positive, maxwell_velocities

# Exchanges displace nothing, so that their neighbour lists need no room for trial moves.
NO_DISPLACEMENT = 1e-9
# Each attempt sums over neighbours here: fewer of them than on a processor.
DURATION, EXCHANGES = 1.8, 10


class Trajectories(Ensemble):
    """An ensemble without a thermostat that starts again and again, each time with other velocities."""

    def velocities_of(self, seeds, number):
        """Maxwell velocities of (seed, `number`) for every replica, as the device stores them, (replicas, N, d)."""
        size = self.liquid.number, self.liquid.dimension, self.temperature
        drawn = np.stack([maxwell_velocities(*size, seed, number) for seed in seeds])
        stored = np.take_along_axis(drawn, self._order[..., None], axis=1)
        return stored.astype(np.float64 if self.double else np.float32)

    def fly(self, steps, velocities):
        """Go `steps` steps on from the present positions with stored `velocities`.

        Returns dH (replicas,), the change of H = K + U, in float64 but for the pair energies' rounding; nan for a
        replica that blew up, whose positions then mean nothing.
        """
        self._arrays["velocity"] = self.device.upload(velocities)
        self._arrays["ready"][:] = 0
        self._before = self.device.copy(self._arrays["position"])
        start = self._energy_after(0)
        return self._energy_after(steps) - start

    def _energy_after(self, steps):
        # One launch whatever its length: a replica that blew up must not go on. The status is of each replica.
        self._guarded(lambda: self._run(steps, observe=True))
        names = ("velocity", "energy", "status")
        velocity, energy, status = (self.device.download(self._arrays[name]) for name in names)
        # Not the kernel's own sum of whole numbers, which a last kick from an overlap could carry past 64 bits.
        kinetic = 0.5 * (velocity.reshape(len(velocity), -1).astype(np.float64) ** 2).sum(axis=1)
        return np.where(status & BLEW_UP, np.nan, kinetic + energy.sum(axis=1))

    def set_back(self, replicas):
        """Give the replicas with these numbers the positions that they had before they flew."""
        if len(replicas):
            chosen = self.device.upload(replicas)
            self._arrays["position"][chosen] = self._before[chosen]


class HybridChains:
    """Markov chains at constant N, V, T that run side by side, each as HybridMonteCarlo's.

    A cycle is a trajectory of `duration` without a thermostat, from fresh Maxwell velocities and accepted with
    min(1, exp(-dH / T)), H = K + U, and then `exchanges` N attempted exchanges of types as in SwapChains. A trajectory
    that blows up is a rejection of its chain alone. A chain depends on (seed, its name) and its start, neither on the
    other chains nor on how the cycles are divided into calls.

    Positions and types stay on the device; a cycle brings down energies and velocities, and the host decides and draws
    the next velocities while the device works. The error of dH is that of single-precision pair energies,
    some 1e-6 N^(1/2), far below T.
    names : number of each chain in its random numbers (default 0, 1, ...)
    Raises InputError for an impossible temperature, duration, number of exchanges or seed.
    Source: Duane, Kennedy, Pendleton, Roweth, Phys. Lett. B 195, 216 (1987).
    """

    def __init__(
        self,
        configurations,
        system,
        temperature,
        seed=0,
        device="cuda",
        duration=DURATION,
        exchanges=EXCHANGES,
        names=None,
    ):
        check_positive(temperature=temperature, duration=duration)
        if exchanges < 0:
            raise InputError(f"exchanges is {exchanges}, expected 0 or more")
        names = np.arange(len(configurations)) if names is None else np.asarray(names)
        # Without types to exchange, SwapChains would displace particles instead.
        self._sweeps = int(exchanges) if system.exchanges_among(configurations[0].types) else 0
        self.temperature = float(temperature)
        moves = {"max_displacement": NO_DISPLACEMENT, "swap_fraction": 1.0}
        self._swaps = SwapChains(configurations, system, temperature, seed, device, names=names, **moves)
        time_step = TIME_STEP * (AT_NUMBER / configurations[0].number) ** 0.25
        self._steps = max(1, round(duration / time_step))
        # Both sort the particles of a configuration alike, so that they can work on the same arrays.
        starts = [(configuration, 0, 0) for configuration in configurations]
        options = {"ensemble": "NVE", "time_step": duration / self._steps}
        self._flights = Trajectories(starts, system, temperature, self._swaps.device, **options)
        self._generators = [np.random.default_rng([seed, int(name)]) for name in names]
        self._velocity_seeds = [int(generator.integers(2**63)) for generator in self._generators]
        self._cycle, self._accepted = 0, np.zeros(len(names))

    def run(self, cycles, progress=None):
        """Go `cycles` cycles on in every chain; progress(cycles done, cycles in all) may raise Cancelled."""
        if cycles < 0:
            raise InputError(f"cycles is {cycles}, expected 0 or more")
        with ThreadPoolExecutor(1) as pool:
            ahead = pool.submit(self._flights.velocities_of, self._velocity_seeds, self._cycle) if cycles else None
            for done in range(1, cycles + 1):
                velocities = ahead.result()
                if done < cycles:
                    ahead = pool.submit(self._flights.velocities_of, self._velocity_seeds, self._cycle + 1)
                self._move(velocities)
                self._swaps.run(self._sweeps)
                self._cycle += 1
                if progress is not None:
                    progress(done, cycles)

    def _move(self, velocities):
        self._flights.take(self._swaps, ("position", "type"))
        change = self._flights.fly(self._steps, velocities)
        chances = np.array([generator.random() for generator in self._generators])
        # A comparison with nan is false: what blew up is refused.
        accepted = chances < np.exp(np.minimum(0, -change / self.temperature))
        self._flights.set_back(np.flatnonzero(~accepted))
        self._accepted += accepted
        self._swaps.take(self._flights, ("position",))

    @property
    def configurations(self):
        """The present states, positions in [0, L)."""
        return self._swaps.configurations

    @property
    def energies(self):
        """Potential energy per particle of every chain, E / N, (chains,)."""
        return self._swaps.energies

    @property
    def acceptance(self):
        """Accepted fractions of trajectories and exchanges of every chain, (chains, 2); nan where none was tried."""
        trajectories = self._accepted / self._cycle if self._cycle else np.full_like(self._accepted, np.nan)
        return np.stack([trajectories, self._swaps.acceptance[:, 1]], axis=1)

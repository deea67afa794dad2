"""Live liquid: molecular dynamics whose temperature may be turned at any time, with exchanges of types on demand."""

from dataclasses import dataclass

import numpy as np

from glassviz.configuration import Configuration
from glassviz.dynamics import bond_breaking_propensity, displacement_propensity
from glassviz.interactions.energy import potential_energy
from glassviz.simulation import (
    MolecularDynamics,
    exchange_types,
    inherent_structure,
    random_configuration,
    swap_monte_carlo,
)
from glassviz.simulation.molecular_dynamics import check_positive

NUMBER = 500
COLDEST, HOTTEST = 0.1, 2.0
# Steps of NVE between two actions of the thermostat, and segments between two rounds of exchanges.
SEGMENT, SEGMENTS_PER_ROUND = 10, 5
SWEEPS_PER_ROUND = 2
# Sweeps of swap Monte Carlo from random positions: far above all temperatures that are shown, then at the chosen one.
MELTED_AT, MELTING, SETTLING = 5.0, 100, 1500


@dataclass(frozen=True)
class Moment:
    """The liquid as it is at one time.

    configuration : unwrapped; energy : E/N; kinetic : temperature that the velocities have
    kept : C_B of each particle since the mark (N,), nan without neighbours; moved : |r - r_mark| (N,)
    mean_kept : mean of `kept` over the particles that were of type 1 at the mark
    """

    configuration: Configuration
    time: float
    since_mark: float
    energy: float
    kinetic: float
    kept: np.ndarray
    moved: np.ndarray
    mean_kept: float


class LiveLiquid:
    """A liquid of a GlassFormer; m = 1, time in sigma_11 (m / eps_11)^(1/2).

    Every SEGMENT steps of velocity Verlet the thermostat multiplies all velocities by alpha,

    alpha^2 = c + (T / K') (1 - c) (R_1^2 + ... + R_g^2) + 2 R_1 sqrt(c (1 - c) T / K'),  c = exp(-dt / tau)

    with K' = 2 K, g = d (N - 1) degrees of freedom, R normal numbers and tau = `damping`: velocities are then
    Maxwell's at T, whatever the temperature was before, and total momentum stays. With `exchanging`, rounds of
    exchanges of types at the same temperature come in between.

    invariant() : total energy less what thermostat and exchanges have added; only Verlet's error moves it
    Source: Bussi, Donadio, Parrinello, J. Chem. Phys. 126, 014101 (2007); exchanges as in exchange_types.
    """

    def __init__(self, system, temperature, number=NUMBER, seed=0, damping=0.5):
        check_positive(damping=damping)
        self.system, self.number, self.damping = system, number, damping
        self.exchanging = False
        self._random = np.random.default_rng(seed)
        self.temperature = temperature
        self.restart()

    @property
    def temperature(self):
        """Temperature of the thermostat; may be set at any time."""
        return self._temperature

    @temperature.setter
    def temperature(self, value):
        check_positive(temperature=value)
        self._temperature = float(value)

    def restart(self):
        """Another liquid: random positions, equilibrated by swap Monte Carlo at the present temperature."""
        melted = random_configuration(self.system, self.number, self._random)
        melted = swap_monte_carlo(melted, self.system, MELTED_AT, MELTING, self._random)
        settled = swap_monte_carlo(melted, self.system, self.temperature, SETTLING, self._random)
        self.time, self._given, self._segments = 0.0, 0.0, 0
        self._set_moving(settled, self._maxwell(settled))
        self.mark()

    def mark(self):
        """From now on bonds and displacements count from the present positions."""
        self._marked, self._marked_at = self.configuration, self.time

    def quench(self):
        """Go to the minimum of the potential energy below the present positions; velocities are drawn anew at T."""
        before = self._total_energy()
        found = inherent_structure(self.configuration, self.system)
        self._set_moving(found, self._maxwell(found))
        self._given += self._total_energy() - before

    def advance(self, segments):
        """Go `segments` times SEGMENT time steps on."""
        for _ in range(segments):
            self._moving.advance(SEGMENT)
            self.time += SEGMENT * self._moving.time_step
            self._thermostat()
            self._segments += 1
            if self.exchanging and self._segments % SEGMENTS_PER_ROUND == 0:
                self._exchange()

    @property
    def configuration(self):
        """The present positions, unwrapped, and types."""
        return Configuration(self._moving.positions, self._types, self._box)

    def invariant(self):
        """Total energy less all that thermostat, exchanges and quenches have added."""
        return self._total_energy() - self._given

    def moment(self):
        """The Moment now."""
        present, start = self.configuration, self._marked
        run = present.positions[None, None]
        kept = bond_breaking_propensity(start, run, self.system)[0]
        return Moment(
            configuration=present,
            time=self.time,
            since_mark=self.time - self._marked_at,
            energy=float(potential_energy(present, self.system).mean()),
            kinetic=2 * self._moving.kinetic_energy() / self._moving.freedom,
            kept=kept,
            moved=displacement_propensity(start, run)[0],
            mean_kept=float(np.nanmean(kept[start.types == 1])),
        )

    def _thermostat(self):
        """Draw the kinetic energy anew, in part."""
        before, freedom = self._moving.kinetic_energy(), self._moving.freedom
        keep = np.exp(-SEGMENT * self._moving.time_step / self.damping)
        share = (1 - keep) * self.temperature / (2 * before)
        first = self._random.standard_normal()
        squares = first**2 + self._random.chisquare(freedom - 1)
        factor2 = keep + share * squares + 2 * first * np.sqrt(keep * share)
        self._moving.scale_velocities(np.sqrt(factor2))
        self._given += before * (factor2 - 1)

    def _exchange(self):
        before = self._total_energy()
        attempts = SWEEPS_PER_ROUND * self.configuration.number
        mixed, _ = exchange_types(self.configuration, self.system, self.temperature, attempts, self._random)
        self._set_moving(mixed, self._moving.velocities)
        self._given += self._total_energy() - before

    def _maxwell(self, configuration):
        velocities = self._random.standard_normal(configuration.positions.shape) * np.sqrt(self.temperature)
        return velocities - velocities.mean(axis=0)

    def _set_moving(self, configuration, velocities):
        self._types, self._box = configuration.types, configuration.box
        self._moving = MolecularDynamics(
            configuration, self.system, self.temperature, ensemble="NVE", velocities=velocities
        )

    def _total_energy(self):
        return self._moving.invariant()

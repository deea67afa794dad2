"""Glass formers: the constants of each model liquid, without any algorithm."""

from dataclasses import dataclass

import numpy as np

from glassviz.errors import DataError, InputError


@dataclass(frozen=True)
class GlassFormer:
    """A Lennard-Jones mixture, in reduced units (sigma_11, eps_11, m = 1, k_B = 1).

    V_ab(r) = 4 eps_ab [(s/r)^12 - (s/r)^6 + polynomial(r/s)] for r < cutoff s_ab, s = sigma_ab

    smoothing "quartic" adds C0 + C2 (r/s)^2 + C4 (r/s)^4, so that V, V' and V'' vanish at the cutoff;
    smoothing "force-shift" subtracts u_c + (r - r_c) u'_c, so that V and V' vanish there.

    epsilon, sigma : nested tuples (n, n), symmetric
    composition : particles of each type in the standard system, the ratio is kept at every size
    ensemble : "NVT" or "NVE", how isoconfigurational replicas are run
    exchanges : pairs of types that swap Monte Carlo exchanges
    wavenumber : k of the self-intermediate scattering function, the main peak of the structure factor S_11(q)
    """

    name: str
    dimension: int
    density: float
    composition: tuple
    epsilon: tuple
    sigma: tuple
    smoothing: str
    time_step: float
    ensemble: str
    exchanges: tuple
    wavenumber: float
    cutoff: float = 2.5

    @property
    def types(self):
        """Number of particle types n."""
        return len(self.composition)

    @property
    def number(self):
        """Particles of the standard system."""
        return sum(self.composition)

    @property
    def radii(self):
        """Particle radii sigma_aa / 2, (n,)."""
        return np.diag(np.array(self.sigma)) / 2

    @property
    def largest_cutoff(self):
        """Longest interaction range over all pairs of types."""
        return self.cutoff * float(np.max(self.sigma))

    def counts(self, number):
        """Particles of each type in a system of `number` particles, (n,): the composition, rounded to whole numbers."""
        if number < self.types:
            raise InputError(f"number is {number}, expected at least one particle of each of {self.types} types")
        edges = np.rint(number * np.cumsum(self.composition) / self.number).astype(int)
        return np.diff(edges, prepend=0)

    def exchanges_among(self, types):
        """Those of `exchanges` whose types are both among `types`, (N,)."""
        present = set(types.tolist())
        return [pair for pair in self.exchanges if present.issuperset(pair)]

    def box_edge(self, number):
        """Edge length of the cubic or square box that holds `number` particles at the model's density."""
        return float((number / self.density) ** (1 / self.dimension))

    def check(self, configuration, source="configuration", density_tolerance=2e-3):
        """Raise DataError unless dimension, types and density are this model's; `source` names the origin."""
        if configuration.dimension != self.dimension:
            raise DataError(
                f"{source}: positions have {configuration.dimension} dimensions, {self.name} expects {self.dimension}"
            )
        if configuration.types.max() > self.types:
            raise DataError(f"{source}: types reach {configuration.types.max()}, {self.name} expects 1..{self.types}")
        if abs(configuration.density / self.density - 1) > density_tolerance:
            raise DataError(
                f"{source}: box {np.round(configuration.box, 4).tolist()} gives density {configuration.density:.5f}, "
                f"{self.name} expects {self.density:.5f}"
            )


KA2D = GlassFormer(
    name="KA2D",
    dimension=2,
    density=1290 / 32.8962**2,
    composition=(600, 330, 360),
    epsilon=((1.0, 1.5, 0.75), (1.5, 0.5, 1.5), (0.75, 1.5, 0.75)),
    sigma=((1.0, 0.8, 0.9), (0.8, 0.88, 0.8), (0.9, 0.8, 0.94)),
    smoothing="quartic",
    time_step=0.01,
    ensemble="NVT",
    exchanges=((1, 3), (2, 3)),
    wavenumber=7.2,  # S_11(q) of the embedded liquids peaks at 7.19 (T = 0.4) and 7.21 (T = 0.5)
)
"""Ternary Kob-Andersen mixture in two dimensions (Parmar et al. 2020; Jung, Biroli, Berthier, PRL 130, 238202)."""

KA = GlassFormer(
    name="KA",
    dimension=3,
    density=1.2,
    composition=(3277, 819),
    epsilon=((1.0, 1.5), (1.5, 0.5)),
    sigma=((1.0, 0.8), (0.8, 0.88)),
    smoothing="force-shift",
    time_step=1e-3,
    ensemble="NVE",
    exchanges=((1, 2),),
    wavenumber=7.25,
)
"""Binary Kob-Andersen mixture in 3D (Kob, Andersen, PRE 51, 4626; force-shifted: Shiba et al., JCP 158, 084503)."""

SYSTEMS = {system.name: system for system in (KA2D, KA)}


def system_named(name):
    """The glass former called `name`, upper or lower case; InputError lists the known ones."""
    try:
        return SYSTEMS[str(name).upper()]
    except KeyError:
        raise InputError(f"system {name!r} is unknown, expected one of {', '.join(SYSTEMS)}") from None

"""Relaxation times where none was measured: interpolated, and below the simulated range by the published law."""

import numpy as np

LAWS = {"KA2D": (4e6, 0.23, 5.5, 0.25)}
"""System -> (tau at T_1, T_1, E, highest T): tau = tau_1 exp[E (1/T - 1/T_1)], a fit through the published values, with
tau(0.15) near 1e12. Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), appendix A."""


def estimated_relaxation_time(temperature, measured, system):
    """(tau_alpha^BB at a temperature, whether it is an estimate); nan where nothing tells.

    measured : {T: tau}; system : its name, for the Arrhenius law of LAWS
    Between measured temperatures, and between the lowest of them and the law's, ln tau is linear in 1/T; below both
    the law holds.
    """
    for known, tau in measured.items():
        if abs(known - temperature) < 1e-9:
            return float(tau), False
    known = dict(measured)
    if system in LAWS:
        at, reference, energy, highest = LAWS[system]
        if temperature <= min([highest, *known]):
            return float(at * np.exp(energy * (1 / temperature - 1 / reference))), True
        if highest < min(known, default=0):
            known[highest] = at * np.exp(energy * (1 / highest - 1 / reference))
    if not known or not min(known) <= temperature <= max(known):
        return float("nan"), True
    temperatures = sorted(known, reverse=True)
    logs = [np.log(known[T]) for T in temperatures]
    return float(np.exp(np.interp(1 / temperature, [1 / T for T in temperatures], logs))), True

"""Collective quantities of tGlassMLP at one mean propensity, over all structures of a temperature, labelled or not."""

import numpy as np

from glassviz.dynamics import fit_four_point_rings, four_point_rings, pooled_chord_length
from glassviz.dynamics.chord_length import CELL
from glassviz.dynamics.four_point_susceptibility import covariance
from glassviz.learning.tglass_at import Conditioned
from glassviz.tasks.heterogeneity import Q_MAX

QUANTITIES = ("chi_4", "chord", "xi", "A")


def predicted_lengths(model, state_point, level, number=1, q_range=(0.2, 0.6), cubic=True):
    """{quantity: value of every network (networks,)} of a TGlassMLP; nan where a fit of S_4(q) identifies nothing.

    chi_4 = N_1 Var over structures of their mean prediction; chord, xi in sigma_11; A of the fit of S_4(q)
    level : mean propensity C, to which each network's mean over all structures is held
    Each network by itself: their mean prediction would vary too little.
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), sections IV and V.
    """
    at = Conditioned(model.scaled_for(state_point), state_point, [level])
    own = [c.types == number for c in state_point.configurations]
    positions = [c.positions[k] for c, k in zip(state_point.configurations, own, strict=True)]
    predicted = [
        at.predict_each(c, inherent)[:, 0, k].astype(float)
        for c, inherent, k in zip(state_point.configurations, state_point.inherent, own, strict=True)
    ]
    box, found = state_point.configurations[0].box, {name: [] for name in QUANTITIES}
    for network in range(model.seeds):
        fields = [values[network] for values in predicted]
        means = np.array([field.mean() for field in fields])
        found["chi_4"].append(len(fields[0]) * covariance(means, means))
        found["chord"].append(pooled_chord_length(positions, fields, box, CELL))
        fit = fit_four_point_rings(four_point_rings(positions, fields, box, Q_MAX), q_range, cubic)
        found["xi"].append(fit.xi)
        found["A"].append(fit.A)
    return {name: np.array(values) for name, values in found.items()}

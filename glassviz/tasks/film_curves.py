"""What a film shows: every particle of a structure, measured and predicted, as a function of the mean propensity C."""

from functools import lru_cache

import numpy as np

from glassviz.dynamics.propensity_at_level import PropensityAtLevel
from glassviz.errors import InputError
from glassviz.learning.tglass_at import Conditioned

HIGHEST, LOWEST = 1.0, 0.25
"""<C_B> at which films begin and end."""
KNOTS = (0.99, 0.97, 0.94, 0.90, 0.85, 0.80, 0.75, 0.70, 0.65, 0.60, 0.50, 0.40, 0.32, 0.25)
"""<C_B> at which the networks are asked; between them a film interpolates each particle (`PropensityAtLevel`)."""
WORDS = {"md": "MD", "transferred": "transferred"}


@lru_cache(64)
def conditioned(model, state_point):
    """A TGlassMLP at a state point and at KNOTS: one object, for what it is told is dear."""
    return Conditioned(model.scaled_for(state_point), state_point, KNOTS)


def predicted_curves(model, state_point, place, network=None):
    """Prediction of a TGlassMLP for one structure as PropensityAtLevel: of one network, or the mean of all.

    Raises InputError for a network that is not there, or a model of another system.
    """
    if model.system.name != state_point.system.name:
        raise InputError(f"the model is for {model.system.name}, the data are {state_point.system.name}")
    if network is not None and not 0 <= network < model.seeds:
        raise InputError(f"network is {network}, expected one of 0..{model.seeds - 1}")
    record = state_point.records[place]
    each = conditioned(model, state_point).predict_each(record.thermal, inherent=record.inherent)
    return PropensityAtLevel(KNOTS, each.mean(axis=0) if network is None else each[network])


def reached_means(model, state_point, levels, network=None):
    """Means (n,) over all structures that the prediction has at `levels`, where the iteration could not hold it to C.

    Of one network, or the mean of all; between KNOTS linear in C.
    """
    means = conditioned(model, state_point).reached
    means = means.mean(axis=0) if network is None else means[network]
    return np.interp(-np.asarray(levels), [-1.0, *(-c for c in KNOTS)], [1.0, *means])


def measured_curves(state_point, place, number=1):
    """Labels of one configuration as PropensityAtLevel, exact at its label times; None without labels.

    The C of a label time is the mean over the type's particles of all configurations, as for the prediction.
    """
    labels = state_point.bond_breaking[place]
    there = np.isfinite(labels).all(axis=1)
    if not there.any():
        return None
    try:
        return PropensityAtLevel(state_point.decay(number)[there], labels[there])
    except InputError:
        # Labels so early that nothing has moved.
        return None


def learnt_word(model, temperature):
    """Which labels a TGlassMLP was trained on at a temperature: "MD", "transferred", both, or "predicted"."""
    kinds = {kind for T, _, kind in model.provenance["learnt"] if abs(T - temperature) < 1e-9}
    return " + ".join(word for kind, word in WORDS.items() if kind in kinds) or "predicted"

"""Every score of a method at every time: Pearson correlation, spread, spatial correlation, susceptibility."""

import numpy as np

from glassviz.configuration import Configuration
from glassviz.learning.score import propensity, score_table, scored_places
from glassviz.learning.spatial_correlation import DISTANCES, spatial_correlation
from glassviz.learning.susceptibility_ratio import susceptibility_ratio
from glassviz.learning.variance_ratio import variance_ratio


def method_table(predictions, state_point, observable="bond_breaking", type=1):  # noqa: A002 - a particle's type
    """The rows of `score_table` with more on how well a method does, on the test split alone.

    predictions : (n_configurations, n_times, N), aligned with `state_point`; rows outside the test split are not read.
    Each row, a dict, has besides
        correlation : mean C_B of the type over all labelled configurations, which names the point of the decay
        variance_ratio, variance_ratio_error : Var_pred / Var_true within configurations
        noise_free_variance_ratio, noise_free_variance_ratio_error : against the variance without replica noise
        C_2, C_2_error, C_2_md, C_2_md_error : spatial correlation at R = 2 of prediction and molecular dynamics; and so
            on for R = 5 and 8 (2D) or 4 and 6 (3D)
        chi_4, chi_4_md, chi_4_ratio, chi_4_ratio_error : susceptibility of prediction and molecular dynamics
    Errors are standard errors over test configurations. What is undefined is nan.
    Raises InputError as `score_table` does.
    """
    table = score_table(predictions, state_point, observable, type)
    halves = propensity(state_point, f"{observable}_halves")
    test = scored_places(state_point)
    own = {k: state_point.configurations[k].types == type for k in test}
    structures = [_of_type(state_point.configurations[k], own[k]) for k in test]
    decay = state_point.decay(type)
    for slot, row in enumerate(table):
        guess = [np.asarray(predictions[k][slot], dtype=np.float64)[own[k]] for k in test]
        pairs = [halves[k, :, slot][:, own[k]] for k in test]
        row["correlation"] = float(decay[slot])
        row |= _collective(structures, guess, pairs, observable, state_point.system.dimension)
    return table


def correlation_names(dimension):
    """Keys of the spatial correlations in a row: C_2, C_5, C_8 in two dimensions, C_2, C_4, C_6 in three."""
    return [f"C_{distance:g}" for distance in DISTANCES[dimension]]


def _collective(structures, guess, pairs, observable, dimension):
    """Variance, spatial correlation and susceptibility at one time."""
    names = ("variance_ratio", "variance_ratio_error", "noise_free_variance_ratio", "noise_free_variance_ratio_error")
    row = dict(zip(names, variance_ratio(guess, pairs), strict=True))
    found = spatial_correlation(structures, guess, pairs, observable)
    for k, name in enumerate(correlation_names(dimension)):
        ends = ("", "_error", "_md", "_md_error")
        row |= {name + end: float(values[k]) for end, values in zip(ends, found, strict=True)}
    names = ("chi_4", "chi_4_md", "chi_4_ratio", "chi_4_ratio_error")
    return row | dict(zip(names, susceptibility_ratio(guess, pairs), strict=True))


def _of_type(configuration, own):
    """The particles of one type alone."""
    return Configuration(configuration.positions[own], configuration.types[own], configuration.box)

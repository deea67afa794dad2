"""Over which lengths a network looks: weights of descriptors as a distribution over coarse-graining lengths."""

import numpy as np

from glassviz.errors import InputError
from glassviz.words import descriptor_parts

RULES = ("sum", "integral")
"""How a mean length is formed of a distribution on the grid of lengths."""


def length_distribution(weights, names, observable=None, over=None):
    """P_int(L) (..., n_lengths) and the lengths L (n_lengths,), of weights (..., m) of descriptors with these names.

    P_int(L) is the mean weight of the descriptors of one length L, divided by the sum over all L of the grid.
    observable : only descriptors of it, as "energy"; over : only averages over "type 1", ..., or "all"; None: each
    A length at which no such descriptor is an input is left out. Raises InputError where none is left at all.
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), section VI A, Fig. 9.
    """
    parts = [descriptor_parts(name) for name in names]
    chosen = [observable in (None, o) and over in (None, t) for o, _, t in parts]
    if not any(chosen):
        what = " ".join(filter(None, (observable, over and f"over {over}")))
        raise InputError(f"no input of the network is {what}, expected one of its descriptors")
    own = np.array([float(length) for _, length, _ in parts])
    lengths = np.unique(own[chosen])
    means = [np.asarray(weights)[..., np.array(chosen) & (own == length)].mean(axis=-1) for length in lengths]
    found = np.stack(means, axis=-1)
    return found / found.sum(axis=-1, keepdims=True), lengths


def mean_length(distribution, lengths, rule="sum"):
    """xi_int (...) of P_int(L) (..., n_lengths) on lengths L (n_lengths,), in sigma_11.

    "sum" : sum_L P L over the grid as it is. "integral" : int P L dL / int P dL, by trapezoids.
    The paper writes an integral and normalises on the grid; equal weights on its eleven lengths give 3.73 by the sum
    and 4.5 by the integral. Raises InputError for another rule.
    Source: Jung, Biroli, Berthier, PRB 109, 064205 (2024), section VI A; which rule it takes is not published.
    """
    if rule not in RULES:
        raise InputError(f"rule is {rule!r}, expected one of {', '.join(RULES)}")
    if rule == "sum" or len(lengths) < 2:
        return (distribution * lengths).sum(axis=-1)
    return np.trapezoid(distribution * lengths, lengths) / np.trapezoid(distribution, lengths)

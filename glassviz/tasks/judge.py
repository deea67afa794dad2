"""Judge a method by every score, for all types from one set of predictions; where curves cross a level of the decay."""

from contextlib import suppress

import numpy as np

from glassviz.errors import InputError
from glassviz.learning.method_table import method_table
from glassviz.learning.score import pearson, propensity, scored_places
from glassviz.tasks.score import predictions_of_seeds

NEAR = 0.08
"""A label time counts for a level of C_B where its mean C_B is not farther from it."""


def judge(entry, state_point, progress=None):
    """Every score of a method on the test split, {type: rows of learning.method_table}, for the types it predicts.

    Scored is the mean over the networks of a model with several seeds; seed_spread in each row says how far the Pearson
    correlations of single networks scatter. Of tGlassMLP variance, C_k and chi_4 are means over those of its networks.

    entry : a method, as of Library.methods
    progress : called as progress(done, total, stage) after each test configuration; may raise Cancelled
    Raises InputError when the method is of another system, or there is no test configuration.
    """
    each = predictions_of_seeds(entry, state_point, progress)
    predictions, tables = each.mean(axis=0), {}
    for kind in entry["types"] or range(1, state_point.system.types + 1):
        rows = method_table(predictions, state_point, entry["observable"], kind)
        if getattr(entry["model"], "collective_of_each", False):
            _collective_of_each(rows, [method_table(p, state_point, entry["observable"], kind) for p in each])
        for row, spread in zip(rows, seed_spread(each, state_point, entry["observable"], kind), strict=True):
            row["seed_spread"] = spread
        # Predictions made elsewhere do not say for which types they are.
        if any(row["particles"] for row in rows):
            tables[kind] = rows
    return tables


def _collective_of_each(rows, tables):
    """Put variance, C_k and chi_4 into rows as means over the networks, whose mean prediction varies too little.

    The spread between the networks joins the errors in quadrature.
    """
    for slot, row in enumerate(rows):
        own = [table[slot] for table in tables]
        for name in [name for name in row if name.startswith(("variance", "noise_free", "C_", "chi_4"))]:
            if not name.endswith("_error"):
                values = np.array([r[name] for r in own])
                row[name] = float(values.mean())
                if f"{name}_error" in row:
                    error = np.mean([r[f"{name}_error"] for r in own])
                    row[f"{name}_error"] = float(np.hypot(error, values.std(ddof=1) if len(values) > 1 else 0.0))


def seed_spread(each, state_point, observable, type_number):
    """Standard deviation of the Pearson correlation over single networks, (n_times,); nan for one network.

    each : (seeds, n_configurations, n_times, N)
    """
    if len(each) < 2:
        return np.full(each.shape[2], np.nan)
    labels, test = propensity(state_point, observable), scored_places(state_point)
    own = [state_point.configurations[k].types == type_number for k in test]
    found = np.full((len(each), each.shape[2]), np.nan)
    for slot in range(each.shape[2]):
        true = np.concatenate([labels[k, slot, chosen] for k, chosen in zip(test, own, strict=True)])
        for seed, predicted in enumerate(each):
            guess = np.concatenate([predicted[k, slot, chosen] for k, chosen in zip(test, own, strict=True)])
            with suppress(InputError):
                found[seed, slot] = pearson(guess, true)
    return found.std(axis=0, ddof=1)


def slot_of_level(state_point, level, type_number=1):
    """Index of the label time whose mean C_B is nearest to `level`, or None where none is within NEAR."""
    distance = np.abs(state_point.decay(type_number) - level)
    if not np.isfinite(distance).any():
        return None
    slot = int(np.nanargmin(distance))
    return slot if distance[slot] <= NEAR else None

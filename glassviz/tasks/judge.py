"""Judge a method by every score, for all types from one set of predictions; where curves cross a level of the decay."""

import numpy as np

from glassviz.learning.method_table import method_table
from glassviz.tasks.score import predictions_on_test

NEAR = 0.08
"""A label time counts for a level of C_B where its mean C_B is not farther from it."""


def judge(entry, state_point, progress=None):
    """Every score of a method on the test split, {type: rows of learning.method_table}, for the types it predicts.

    entry : a method, as of Library.methods
    progress : called as progress(done, total, stage) after each test configuration; may raise Cancelled
    Raises InputError when the method is of another system, or there is no test configuration.
    """
    predictions = predictions_on_test(entry, state_point, progress)
    tables = {}
    for kind in entry["types"] or range(1, state_point.system.types + 1):
        rows = method_table(predictions, state_point, entry["observable"], kind)
        # Predictions made elsewhere do not say for which types they are.
        if any(row["particles"] for row in rows):
            tables[kind] = rows
    return tables


def slot_of_level(state_point, level, type_number=1):
    """Index of the label time whose mean C_B is nearest to `level`, or None where none is within NEAR."""
    distance = np.abs(state_point.decay(type_number) - level)
    if not np.isfinite(distance).any():
        return None
    slot = int(np.nanargmin(distance))
    return slot if distance[slot] <= NEAR else None

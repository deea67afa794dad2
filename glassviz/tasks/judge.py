"""Judge a method by every score, for all types from one set of predictions; where curves cross a level of the decay."""

import numpy as np

from glassviz.errors import InputError
from glassviz.learning.method_table import method_table
from glassviz.tasks.score import prediction_of

NEAR = 0.08
"""A label time counts for a level of C_B where its mean C_B is not farther from it."""


def judge(entry, state_point, progress=None):
    """Every score of a method on the test split, {type: rows of learning.method_table}, for the types it predicts.

    entry : a method, as of Library.methods
    progress : called as progress(done, total, stage) after each test configuration; may raise Cancelled
    Raises InputError when the method is of another system, or there is no test configuration.
    """
    if entry["system"] != state_point.system.name:
        raise InputError(f"{entry['name']} is for {entry['system']}, the data are {state_point.system.name}")
    test = test_places(state_point)
    predictions = np.full((len(state_point), len(state_point.times), state_point.records[0].thermal.number), np.nan)
    for done, place in enumerate(test, 1):
        predictions[place] = prediction_of(entry, state_point, place)
        if progress is not None:
            progress(done, len(test), "score")
    return {kind: method_table(predictions, state_point, entry["observable"], kind) for kind in entry["types"]}


def test_places(state_point):
    """Places of the test configurations; InputError naming the command that makes one where there is none."""
    test = [k for k, split in enumerate(state_point.split) if split == "test"]
    if not test:
        raise InputError(
            f"T = {state_point.temperature:g} has no test configuration; "
            f"glassviz simulate --temperature {state_point.temperature:g} --test 2 makes two"
        )
    return test


def slot_of_level(state_point, level, type_number=1):
    """Index of the label time whose mean C_B is nearest to `level`, or None where none is within NEAR."""
    curves = state_point.mean_correlation(type_number)
    known = np.isfinite(curves)
    if not known.any():
        return None
    decay = np.where(known, curves, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    distance = np.where(known.any(axis=0), np.abs(decay - level), np.inf)
    slot = int(distance.argmin())
    return slot if distance[slot] <= NEAR else None

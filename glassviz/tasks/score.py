"""Score a model on the test split of a state point."""

import numpy as np

from glassviz.errors import InputError
from glassviz.learning import score_table


def score(model, state_point, type_number=1, progress=None):
    """Pearson correlation, error and ceiling at every time of the state point (see learning.score_table).

    progress : called as progress(done, total, stage) after each test configuration; may raise Cancelled
    Raises InputError when the model is of another system, or there is no test configuration.
    """
    if model.system.name != state_point.system.name:
        raise InputError(f"the model is for {model.system.name}, the data are {state_point.system.name}")
    if not 1 <= type_number <= state_point.system.types:
        raise InputError(f"type is {type_number}, expected 1..{state_point.system.types}")
    test = [k for k, split in enumerate(state_point.split) if split == "test"]
    predictions = np.full((len(state_point), len(state_point.times), state_point.records[0].thermal.number), np.nan)
    for done, k in enumerate(test, 1):
        record = state_point.records[k]
        predictions[k] = at_times(model.predict_all(record.thermal, inherent=record.inherent), model, state_point)
        if progress is not None:
            progress(done, len(test), "score")
    return score_table(predictions, state_point, model.observable, type_number)


def prediction_of(entry, state_point, place):
    """Prediction of a method for configuration `place` at the state point's times, (n_times, N); nan where none.

    entry : of learning.store.opened_models
    """
    record, model = state_point.records[place], entry["model"]
    return at_times(model.predict_all(record.thermal, inherent=record.inherent), model, state_point)


def at_times(predicted, model, state_point):
    """A model's prediction (n_model_times, N) at the state point's times, (n_times, N); nan where it has none."""
    result = np.full((len(state_point.times), predicted.shape[1]), np.nan)
    for row, time in enumerate(state_point.times):
        same = np.flatnonzero(np.abs(np.asarray(model.times) - time) <= 1e-6 * time)
        if len(same):
            result[row] = predicted[same[0]]
    return result

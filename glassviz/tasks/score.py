"""Score a model on the test split of a state point."""

import numpy as np

from glassviz.errors import InputError
from glassviz.learning.score import score_table, scored_places


def score(entry, state_point, type_number=1, progress=None):
    """Pearson correlation, error and ceiling at every time of the state point (see learning.score_table).

    entry : a method, as in learning.store.methods_for
    progress : called as progress(done, total, stage) after each test configuration; may raise Cancelled
    Raises InputError when the model is of another system, or there is no test configuration.
    """
    if not 1 <= type_number <= state_point.system.types:
        raise InputError(f"type is {type_number}, expected 1..{state_point.system.types}")
    return score_table(predictions_on_test(entry, state_point, progress), state_point, entry["observable"], type_number)


def predictions_on_test(entry, state_point, progress=None):
    """As `predictions_of_seeds`, their mean, (n_configurations, n_times, N)."""
    return predictions_of_seeds(entry, state_point, progress).mean(axis=0)


def predictions_of_seeds(entry, state_point, progress=None):
    """Predictions of a method for the test configurations, (seeds, n_configurations, n_times, N); nan for the others.

    seeds is 1 for a method that knows none.
    progress : called as progress(done, total, stage) after each of them; may raise Cancelled
    Raises InputError when the method is of another system, or there is no test configuration.
    """
    if entry["system"] != state_point.system.name:
        raise InputError(f"{entry['name']} is for {entry['system']}, the data are {state_point.system.name}")
    test = scored_places(state_point)
    shape = len(state_point), len(state_point.times), state_point.records[0].thermal.number
    predictions = np.full((getattr(entry["model"], "seeds", 1), *shape), np.nan)
    for done, k in enumerate(test, 1):
        predictions[:, k] = predictions_of(entry, state_point, k)
        if progress is not None:
            progress(done, len(test), "score")
    return predictions


def prediction_of(entry, state_point, place):
    """As `predictions_of`, the mean over the seeds, (n_times, N)."""
    return predictions_of(entry, state_point, place).mean(axis=0)


def predictions_of(entry, state_point, place):
    """What a method predicts for one configuration at the state point's times, (seeds, n_times, N).

    nan where it says nothing. entry : a model of the store, with the loaded "model", or predictions made elsewhere
    place : of the configuration
    """
    if entry["kind"] == "predictions":
        return state_point.prediction(entry["name"], entry["observable"], place)[None]
    model, record = entry["model"], state_point.records[place]
    each = model.predict_each(record.thermal, inherent=record.inherent)
    return np.array([at_times(predicted, model, state_point) for predicted in each])


def at_times(predicted, model, state_point):
    """A model's prediction (n_model_times, N) at the state point's times, (n_times, N); nan where it has none."""
    result = np.full((len(state_point.times), predicted.shape[1]), np.nan)
    for row, time in enumerate(state_point.times):
        same = np.flatnonzero(np.abs(np.asarray(model.times) - time) <= 1e-6 * time)
        if len(same):
            result[row] = predicted[same[0]]
    return result

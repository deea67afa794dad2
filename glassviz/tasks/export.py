"""Export: a configuration with propensity and prediction as extended XYZ."""

from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.formats import write_extended_xyz
from glassviz.learning import load_model
from glassviz.tasks.score import at_times

# Six digits are what the tables of times print.
SAME_TIME = 1e-5


def export(state_point, index, output, time=None, model_path=None):
    """Write configuration `index` (as in 0007.h5) with its labels to `output` (extended XYZ); returns the path.

    time : one of the labels' times; None: all of them, as columns with one number for each time
    model_path : a stored model, whose prediction becomes the column `prediction`
    Raises InputError for an unknown index or time, or a model of another system.
    """
    place = place_of(state_point, index)
    slots = slots_of(state_point, time)
    predicted, info = None, {}
    if model_path is not None:
        model, record = load_model(model_path), state_point.records[place]
        if model.system.name != state_point.system.name:
            raise InputError(f"the model is for {model.system.name}, the data are {state_point.system.name}")
        values = model.predict_all(record.thermal, inherent=record.inherent)
        predicted = at_times(values, model, state_point)
        info = {"predicted": model.observable, "model": Path(model_path).name}
    columns, facts = what_is_known(state_point, place, slots, predicted)
    write_extended_xyz(output, state_point.records[place].thermal, columns, facts | info)
    return output


def what_is_known(state_point, place, slots, predicted=None):
    """(columns, info) of a configuration for write_extended_xyz.

    slots : places of the times that are written; predicted : (n_times, N) at the state point's times, or None
    Columns: radius sigma_aa / 2, inherent, bond_breaking, displacement, prediction; nan where a time has none.
    """
    record = state_point.records[place]
    columns = {
        "radius": state_point.system.radii[record.thermal.types - 1],
        "inherent": record.inherent.positions,
    }
    labels = {
        "bond_breaking": state_point.bond_breaking[place],
        "displacement": state_point.displacement[place],
        "prediction": predicted,
    }
    if len(slots):
        columns |= {name: values[slots].T for name, values in labels.items() if values is not None}
    info = {
        "system": record.system,
        "temperature": record.temperature,
        "configuration": record.index,
        "split": record.split,
        "replicas": record.replicas,
    }
    times = state_point.times[slots]
    if len(times) == 1:
        info["time"] = float(times[0])
    elif len(times):
        info["times"] = times
    return columns, info


def place_of(state_point, index):
    """Place of the configuration with this index among the records; InputError lists those there are."""
    found = [place for place, record in enumerate(state_point.records) if record.index == index]
    if len(found) == 1:
        return found[0]
    known = sorted({record.index for record in state_point.records})
    what = "is there twice, from two folders" if found else "is not there"
    raise InputError(f"configuration {index} {what} at T = {state_point.temperature:g}, expected one of {known}")


def slots_of(state_point, time):
    """Places of the times to write: all, or the one that is `time`."""
    if time is None:
        return np.arange(len(state_point.times))
    slots = np.flatnonzero(np.abs(state_point.times - time) <= SAME_TIME * np.maximum(state_point.times, SAME_TIME))
    if len(slots) == 0:
        known = ", ".join(f"{known:g}" for known in state_point.times) or "none: there are no labels"
        raise InputError(f"time {time:g} has no labels, expected one of {known}")
    return slots[:1]

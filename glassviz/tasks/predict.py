"""Predict the propensities of stored configurations and write them to one archive."""

from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.learning import load_model
from glassviz.publish import check_place, publish_arrays
from glassviz.record import SPLITS


def predict(model_path, state_point, output, split=None, progress=None):
    """Write predictions (n_configurations, n_times, N) of a model for a state point to `output` (.npz).

    The archive holds predicted, index, seed, split, types, times, temperature; nan for types without a network. Of a
    model with several seeds predicted is their mean, and spread, of the same shape, their standard deviation.
    split : only configurations of this split
    """
    if split is not None and split not in SPLITS:
        raise InputError(f"split is {split!r}, expected one of {', '.join(SPLITS)}")
    if Path(output).suffix != ".npz":
        raise InputError(f"output is {str(output)!r}, expected a name that ends in .npz")
    check_place(output)
    model = load_model(model_path)
    records = [record for record in state_point.records if split in (None, record.split)]
    if not records:
        raise InputError(f"there is no {split} configuration at T = {state_point.temperature:g}")
    predicted = []
    for done, record in enumerate(records, 1):
        predicted.append(model.predict_each(record.thermal, inherent=record.inherent))
        if progress is not None:
            progress(done, len(records), "predict")
    each = np.array(predicted)
    spread = {"spread": each.std(axis=1, ddof=1).astype(np.float32)} if each.shape[1] > 1 else {}
    publish_arrays(
        output,
        predicted=each.mean(axis=1).astype(np.float32),
        **spread,
        index=np.array([record.index for record in records]),
        seed=np.array([record.seed for record in records]),
        split=np.array([record.split for record in records]),
        types=np.array([record.thermal.types for record in records], dtype=np.uint8),
        times=np.asarray(model.times),
        temperature=np.array(state_point.temperature),
    )
    return output

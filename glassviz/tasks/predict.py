"""Predict the propensities of stored configurations and write them to one archive."""

from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.learning import load_model
from glassviz.learning.tglass_at import Conditioned
from glassviz.learning.tglass_mlp import TGlassMLP
from glassviz.publish import check_place, publish_arrays
from glassviz.record import SPLITS


def predict(model_path, state_point, output, split=None, levels=None, progress=None):
    """Write predictions (n_configurations, n_times, N) of a model for a state point to `output` (.npz).

    The archive holds predicted, index, seed, split, types, times, temperature; nan for types without a network. Of a
    model with several seeds predicted is their mean, and spread, of the same shape, their standard deviation.
    split : only configurations of this split
    levels : mean propensities, for a model of all temperatures alone: default those of the state point's label times;
        the archive then holds mean_propensity, mean_reached, what the networks' mean over all structures came to, and
        no times where levels are given
    Raises InputError for levels with another model, or without them where there are no labels.
    """
    if split is not None and split not in SPLITS:
        raise InputError(f"split is {split!r}, expected one of {', '.join(SPLITS)}")
    if Path(output).suffix != ".npz":
        raise InputError(f"output is {str(output)!r}, expected a name that ends in .npz")
    check_place(output)
    model = _at(load_model(model_path), state_point, levels)
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
        **_when(model),
        temperature=np.array(state_point.temperature),
    )
    return output


def _at(model, state_point, levels):
    """The model at the state point, for one that was trained on all temperatures."""
    if not isinstance(model, TGlassMLP):
        if levels is not None:
            raise InputError(f"levels are given, which only tGlassMLP takes, and the model is a {model.kind}")
        return model
    if levels is None:
        found = model.at(state_point)
        if len(found.times) == 0:
            raise InputError(f"T = {state_point.temperature:g} has no label times, expected levels such as 0.8 0.5")
        return found
    levels = [float(level) for level in levels]
    if not levels or not all(0 < level < 1 for level in levels):
        raise InputError(f"levels are {levels}, expected mean propensities between 0 and 1")
    return Conditioned(model.scaled_for(state_point), state_point, levels)


def _when(model):
    """What the second axis of the predictions stands for."""
    levels = {}
    if isinstance(model, Conditioned):
        levels = {"mean_propensity": model.levels, "mean_reached": model.reached.mean(axis=0)}
    return levels | ({} if model.times is None else {"times": np.asarray(model.times)})

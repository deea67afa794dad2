"""Train a model on a state point and put it into the model store."""

from pathlib import Path

from glassviz.dataset import state_folder
from glassviz.errors import InputError
from glassviz.learning.store import KINDS


def train(state_point, kind, folder, observable="bond_breaking", overwrite=False, progress=None):
    """Fit a model of `kind` to the training split and save it under `folder`; returns the model's folder.

    Nothing of the test split is read. Raises InputError for an unknown kind or observable, or a state point without
    training configurations.
    """
    if kind not in KINDS:
        raise InputError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    name = f"{state_point.system.name.lower()}-{kind}-{observable}-{state_folder(state_point.temperature)}"
    path = Path(folder) / name
    if path.exists() and not overwrite:
        raise InputError(f"{path}: exists already; overwrite replaces it")
    model = KINDS[kind].fit(state_point, observable=observable, progress=progress)
    model.save(path, overwrite=overwrite)
    return path

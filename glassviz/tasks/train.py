"""Train a model on a state point and put it into the model store."""

import hashlib
import shutil
from inspect import signature
from pathlib import Path

from glassviz.dataset import state_folder
from glassviz.errors import InputError
from glassviz.learning.glass_mlp import GlassMLP
from glassviz.learning.ridge import Ridge
from glassviz.learning.score import propensity

KINDS = {kind.kind: kind for kind in (GlassMLP, Ridge)}
"""Models of one state point; `transfer` trains those of all."""
GIVEN = ("state_point", "observable", "progress", "watch", "checkpoint")
"""Arguments of a model's `fit` that are no options of its kind."""


def train(state_point, kind, folder, observable="bond_breaking", overwrite=False, progress=None, watch=None, **options):
    """Fit a model of `kind` to the training split and save it under `folder`; returns the model's folder.

    options : further arguments of the model's `fit`, such as seeds=8 or types=[1]
    progress(done, total) may raise Cancelled; watch(type, history) gets the losses of a model trained by epochs. Such a
    model leaves checkpoints in the folder, under a name with a leading dot, until it is stored: the same call goes on
    from there. Nothing of the test split is read.
    Raises InputError for an unknown kind, observable or option, or a state point without training configurations.
    """
    if kind not in KINDS:
        raise InputError(f"kind is {kind!r}, expected one of {', '.join(KINDS)}")
    known = options_of(kind)
    for name in options:
        if name not in known:
            raise InputError(f"{name} is no option of {kind}, expected some of {', '.join(known)}")
    path = Path(folder) / model_name(state_point, kind, observable)
    if path.exists() and not overwrite:
        raise InputError(f"{path}: exists already, expected a new name, overwrite=True or --overwrite")
    if "checkpoint" in signature(KINDS[kind].fit).parameters:
        digest = _digest(state_point, kind, observable, options)
        options |= {"watch": watch, "checkpoint": path.with_name(f".{path.name}-{digest}.checkpoint")}
    model = KINDS[kind].fit(state_point, observable=observable, progress=progress, **options)
    model.save(path, overwrite=overwrite)
    for left in path.parent.glob(f".{path.name}-*.checkpoint"):
        shutil.rmtree(left, ignore_errors=True)
    return path


def options_of(kind):
    """Names of the options of a kind of model."""
    return [name for name in signature(KINDS[kind].fit).parameters if name not in GIVEN]


def model_name(state_point, kind, observable):
    """Name under which `train` stores a model, as ka2d-glassmlp-bond_breaking-T0.4000."""
    return f"{state_point.system.name.lower()}-{kind}-{observable}-{state_folder(state_point.temperature)}"


def _digest(state_point, kind, observable, options):
    """What tells one training from another: its options and its data."""
    labels = propensity(state_point, observable)
    found = hashlib.sha256(repr((kind, observable, sorted(options.items()))).encode())
    for record, split, own in zip(state_point.records, state_point.split, labels, strict=True):
        if split in ("train", "validation"):
            for values in (record.thermal.types, record.thermal.positions, record.inherent.positions, own):
                found.update(values.tobytes())
    return found.hexdigest()[:12]

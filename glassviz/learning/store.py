"""Which trained models there are, and loading one of any kind."""

import os
from itertools import count
from pathlib import Path

import numpy as np

from glassviz.dataset import home
from glassviz.errors import DataError
from glassviz.learning.glass_mlp import GlassMLP
from glassviz.learning.model_folder import HEADER, read_header
from glassviz.learning.ridge import Ridge
from glassviz.learning.tglass_mlp import TGlassMLP

KINDS = {kind.kind: kind for kind in (GlassMLP, Ridge, TGlassMLP)}
"""Class of each kind of model."""

_LISTED = ("kind", "system", "temperature", "times", "observable", "types")


def stored_models(*folders):
    """Models in `folder/models/<name>` and `folder/<name>` of each folder, by name.

    Returns [dict(name, kind, system, temperature, times, observable, types, path)]; temperature and times are None
    where a model covers several. Damaged models are left out: see `damaged_models`.
    """
    return [{name: entry[name] for name in ("name", *_LISTED, "path")} for entry in opened_models(*folders)]


def opened_models(*folders):
    """As `stored_models`, each entry with the loaded "model"."""
    found = {}
    for path in _candidates(folders):
        try:
            model = load_model(path)
        except DataError:
            continue
        # The same name in a later folder, as of an embedded model trained anew, is told apart.
        name = next(name for name in _names(path) if name not in found)
        found[name] = entry_of(model, name, path)
    return list(found.values())


def _names(path):
    """The folder's name, then with where it lies behind it, then with 2, 3, ... too."""
    parent = Path(os.path.realpath(path)).parent
    place = "yours" if parent.is_relative_to(os.path.realpath(home())) else parent.name
    yield path.name
    yield f"{path.name} ({place})"
    yield from (f"{path.name} ({place} {k})" for k in count(2))


def entry_of(model, name, path=None):
    """The entry of a model, stored or not, as `opened_models` gives it."""
    times = None if model.times is None else np.asarray(model.times).tolist()
    shared = {item: getattr(model, item) for item in ("kind", "temperature", "observable", "types")}
    return {"name": name, **shared, "system": model.system.name, "times": times, "path": path, "model": model}


def models_for(models, system, temperature, observable):
    """Those entries of `stored_models` that predict `observable` of a GlassFormer at a temperature."""
    return [
        entry
        for entry in models
        if (entry["system"], entry["observable"]) == (system.name, observable)
        and (entry["temperature"] is None or abs(entry["temperature"] - temperature) < 1e-9)
    ]


def models_of_all_temperatures(models, system):
    """{name: entry} of the tGlassMLPs for a GlassFormer, of entries as `opened_models` gives them."""
    return {e["name"]: e for e in models if (e["kind"], e["system"]) == ("tglassmlp", system.name)}


def methods_for(models, state_point, observable):
    """Everything that predicts `observable` at a state point: stored models, then predictions made elsewhere.

    Entries as those of `opened_models`; predictions made elsewhere are of kind "predictions", without a model.
    """
    found = models_for(models, state_point.system, state_point.temperature, observable)
    # A model of all temperatures is transferred to lower ones, not to a hotter liquid than it has seen.
    found = [e for e in found if e["temperature"] is not None or state_point.temperature <= e["model"].highest + 1e-9]
    found = [entry if entry["temperature"] is not None else _entry_at(entry, state_point) for entry in found]
    for p in state_point.foreign:
        if p.observable == observable:
            shared = {name: getattr(p, name) for name in ("name", "system", "temperature", "observable", "times")}
            found.append({**shared, "kind": "predictions", "types": None, "path": None, "model": None})
    return found


def _entry_at(entry, state_point):
    """The entry of a model of all temperatures as that of one at a state point."""
    model = entry["model"].at(state_point)
    return {**entry, "temperature": model.temperature, "times": model.times.tolist(), "model": model}


def damaged_models(*folders):
    """Model folders that cannot be loaded, [(path, sentence that says why)]."""
    damaged = []
    for path in _candidates(folders):
        try:
            load_model(path)
        except DataError as error:
            damaged.append((path, str(error)))
    return damaged


def load_model(path):
    """The model stored in a folder, of whatever kind; DataError when it is damaged or its kind unknown."""
    kind = read_header(path)["kind"]
    if kind not in KINDS:
        raise DataError(f"{Path(path) / HEADER}: kind is {kind!r}, expected one of {', '.join(KINDS)}")
    return KINDS[kind].load(path)


def _candidates(folders):
    """Every folder that claims to be a model, once, sorted by name; of one name in the order of the folders."""
    found = {}
    for folder in folders:
        for parent in (Path(folder) / "models", Path(folder)):
            if parent.is_dir():
                # Names with a leading dot are being written or deleted.
                named = (p for p in parent.iterdir() if not p.name.startswith("."))
                found.update({os.path.realpath(p): p for p in named if os.path.lexists(p / HEADER)})
    return sorted(found.values(), key=lambda path: path.name)

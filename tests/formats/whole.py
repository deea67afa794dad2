"""Whole files of every format, from which damaged and odd ones are made."""

import io
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from glassviz.configuration import Configuration
from glassviz.predictions import Predictions, write_predictions
from glassviz.record import Record, write_record
from glassviz.state_point import StatePoint
from tests.formats.samples import BOTAN, DUMPS, GSD, MODELS, SAMPLES, UNWRAPPED, WRAPPED, XYZ, truth

ARCHIVES = (WRAPPED, UNWRAPPED, BOTAN, MODELS)
TEXTS = (XYZ, *DUMPS, SAMPLES / "walls_plain.dump", SAMPLES / "tilted_plain.dump")


@cache
def record():
    """A labelled configuration of the small liquid."""
    known, random = truth(), np.random.default_rng(3)
    start = Configuration(known["flat"], known["flat_types"], known["flat_box"])
    labels = random.uniform(0, 1, (2, 2, start.number)).astype(np.float32)
    inherent = Configuration(known["flat_inherent"], start.types, start.box)
    means = {"bond_breaking_means": random.uniform(0, 1, (4, 2))}
    times = np.array([0.1, 2.0])
    return Record("KA2D", 0.6, 7, "test", 1, (2, 2), start, inherent, times, labels, labels, {"software": "x"}, **means)


@cache
def point():
    """The state point that predictions join."""
    return StatePoint([record()])


@cache
def own_files():
    """Bytes of a configuration and of predictions as glassviz writes them, by name."""
    with tempfile.TemporaryDirectory() as folder:
        write_record(Path(folder) / "0007.h5", record())
        values = np.random.default_rng(4).uniform(0, 1, (1, 2, 129))
        given = Predictions("Mine", "KA2D", 0.6, "bond_breaking", record().times, np.array([1]), np.array([7]), values)
        path = write_predictions(folder, given)
        return {"0007.h5": (Path(folder) / "0007.h5").read_bytes(), path.name: path.read_bytes()}


@cache
def prediction_arrays():
    """Arrays of archives of predictions, by the name of the file."""
    random = np.random.default_rng(5)
    several = {"predicted": random.uniform(0, 1, (1, 2, 129)), "index": np.array([7]), "seed": np.array([1])}
    several |= {"times": record().times, "types": record().thermal.types[None], "temperature": np.array([0.6])}
    return {"0007.npz": {"guess": random.uniform(0, 1, (2, 129))}, "all.npz": several}


def npy(values, version=None):
    """Bytes of an array as .npy, objects pickled."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(values), version=version, allow_pickle=True)
    return stream.getvalue()


def members_of(arrays):
    """Members of an archive by name."""
    return {f"{name}.npy": npy(values) for name, values in arrays.items()}


def zipped(members, method=zipfile.ZIP_DEFLATED):
    """Bytes of an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def whole_files():
    """Bytes of every sample by name."""
    files = {path.name: path.read_bytes() for path in (*ARCHIVES, *TEXTS, GSD)}
    files |= own_files()
    return {**files, **{name: zipped(members_of(arrays)) for name, arrays in prediction_arrays().items()}}

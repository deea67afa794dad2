"""glassviz's own files brought from another machine: looked through as those of strangers before they are read."""

from glassviz.errors import DataError
from glassviz.hdf5 import attribute, check_stranger, read
from glassviz.predictions import FORMAT as PREDICTIONS
from glassviz.predictions import read_predictions
from glassviz.record import FORMAT as CONFIGURATION
from glassviz.record import read_record

MAGIC = b"\x89HDF\r\n\x1a\n"


def is_own(path):
    """Whether a file is HDF5, by its first bytes."""
    with open(path, "rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_own(path):
    """The Record or the Predictions in a file of glassviz from elsewhere.

    Raises DataError, with file, item and what was expected, for links, foreign storage, filters and sizes that glassviz
    does not write, and for whatever is not a whole configuration or predictions.
    """
    check_stranger(path)
    kind = read(path, lambda file, path: attribute(file, path, "format", str), "glassviz")
    if kind == CONFIGURATION:
        return read_record(path)
    if kind == PREDICTIONS:
        return read_predictions(path)
    raise DataError(f"{path}: format is {kind!r}, expected {CONFIGURATION!r} or {PREDICTIONS!r}")

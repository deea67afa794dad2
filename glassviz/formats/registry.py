"""Recognise a file by its content and hand it to its reader."""

import zipfile
from dataclasses import replace
from pathlib import Path

from glassviz.errors import DataError, InputError
from glassviz.formats.archive import open_archive
from glassviz.formats.botan import is_botan, read_botan
from glassviz.formats.extended_xyz import read_extended_xyz
from glassviz.formats.glassbench import read_glassbench
from glassviz.formats.gsd import MAGIC, read_gsd
from glassviz.formats.lammps import read_lammps
from glassviz.formats.reading import into_box, with_system, with_times
from glassviz.systems import system_named

FORMATS = ("extended XYZ", "LAMMPS text dump", "GSD", "GlassBench .npz", "BOTAN .npz")
LARGEST = 2 * 1024**3


def read(path, system=None, temperature=None, times=None):
    """Read a file of a foreign format, whatever its name, as a Reading.

    system : name or GlassFormer that it must be (default: the one that fits)
    temperature : instead of what file and name say
    times : (slots,), instead of what file and name say

    Thermal positions are wrapped into the box; inherent positions and replicas continue them.
    Raises DataError, with file, field and what was expected, for a file that is unknown, damaged or cannot be
    represented: tilted or non-periodic boxes, types with gaps, nan, a changing number of particles.
    """
    path = Path(path)
    reading = reader_of(path)(path)
    reading = replace(reading, structures=tuple(into_box(structure) for structure in reading.structures))
    if system is not None:
        reading = with_system(reading, system_named(system) if isinstance(system, str) else system)
    if temperature is not None:
        if not 0 < temperature < float("inf"):
            raise InputError(f"temperature is {temperature}, expected a positive number")
        reading = replace(reading, temperature=float(temperature))
    return reading if times is None else with_times(reading, times)


def reader_of(path):
    """The reader of a file by its first bytes; DataError lists the formats when none fits."""
    if path.is_dir():
        raise DataError(f"{path}: is a folder, expected a file")
    if not path.is_file():
        raise DataError(f"{path}: file is missing")
    if path.stat().st_size > LARGEST:
        raise DataError(f"{path}: has {path.stat().st_size} bytes, expected at most {LARGEST}")
    with open(path, "rb") as file:
        head = file.read(200)
    if head.startswith(b"PK\x03\x04") or zipfile.is_zipfile(path):
        return read_botan if is_botan(open_archive(path)) else read_glassbench
    if head.startswith(MAGIC):
        return read_gsd
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        raise DataError(
            f"{path}: is an HDF5 file; a data set of glassviz is opened as its folder, other ones are unknown"
        )
    first = head.lstrip().split(b"\n", 1)[0].strip()
    if first.startswith(b"ITEM:"):
        return read_lammps
    if first.isdigit():
        return read_extended_xyz
    raise DataError(f"{path}: format is unknown, expected one of {', '.join(FORMATS)}")

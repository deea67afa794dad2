"""Extended XYZ: read any file with a box and types; write a configuration with columns that OVITO and ASE open."""

import re
from itertools import islice

import numpy as np

from glassviz.errors import DataError, InputError
from glassviz.formats.reading import (
    Reading,
    Structure,
    configuration,
    flatten,
    guess_system,
    inherent_of,
    same_number,
)
from glassviz.publish import publish

SPECIES = (("A", "B", "C", "D"), ("1", "2", "3", "4"), ("H", "He", "Li", "Be"))
"""Names of the types 1, 2, ... that are understood; the last are the elements that stand for numbers in ASE."""


def read_extended_xyz(path):
    """Every frame of an extended XYZ file as a Reading.

    Lattice, and pbc if given, in the comment line; a column `type` of whole numbers or `species` named as in SPECIES;
    `pos`. Also taken: `inherent` positions, `bond_breaking` and `displacement` with `time` or `times`, `temperature`,
    `split`: what glassviz writes. DataError for a missing, tilted or non-periodic box, a changing N, a cut-off frame.
    """
    frames, notes, info = [], [], {}
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if not line.strip():
                continue
            place = f"{path}: frame {len(frames)}"
            if not re.fullmatch(r"\s*[1-9]\d{0,11}\s*", line, re.ASCII):
                raise DataError(f"{place} begins with {line.strip()[:40]!r}, expected the number of particles")
            number, comment = int(line), next(file, "")
            rows = [row.split() for row in islice(file, number) if row.strip()]
            if len(rows) != number:
                raise DataError(f"{place} is cut off: {len(rows)} of {number} particles")
            structure, own = _frame(place, comment, rows, notes)
            if frames:
                same_number(path, len(frames), number, frames[0].thermal.number)
            info = info or own
            frames.append(structure)
    if not frames:
        raise DataError(f"{path}: holds no frame, expected the number of particles in the first line")
    system, misfit = guess_system(frames)
    temperature, split = info.get("temperature"), info.get("split")
    temperature = float(temperature) if np.isscalar(temperature) and not isinstance(temperature, str) else None
    split = split if isinstance(split, str) else None
    return Reading(path, "extended XYZ", tuple(frames), system, misfit, temperature, split, tuple(dict.fromkeys(notes)))


def _frame(place, comment, rows, notes):
    """(Structure, entries of the comment line) of one frame."""
    from ase.io.extxyz import key_val_str_to_dict

    try:
        info = key_val_str_to_dict(comment.strip())
    except (ValueError, IndexError):
        raise DataError(
            f"{place}: comment line {comment.strip()[:60]!r} cannot be understood, expected key=value entries and nine "
            "numbers for Lattice"
        ) from None
    columns = _columns(place, info.get("Properties"), rows)
    lengths, periodic = _box(place, info)
    if "pos" not in columns or columns["pos"].shape[1] != 3 or columns["pos"].dtype.kind != "f":
        raise DataError(f"{place}: Properties are {info.get('Properties')!r}, expected pos:R:3")
    flat, box = flatten(place, columns["pos"], lengths, periodic)
    thermal = configuration(place, flat, _types(place, columns), box)
    inherent = None
    if "inherent" in columns:
        inherent = inherent_of(place, thermal, columns["inherent"][:, : thermal.dimension], notes)
    labels = {name: columns[name].T for name in ("bond_breaking", "displacement") if name in columns}
    slots = len(next(iter(labels.values()))) if labels else 0
    if any(values.shape != (slots, thermal.number) or values.dtype.kind != "f" for values in labels.values()):
        raise DataError(f"{place}: bond_breaking and displacement must be real columns for the same number of times")
    times = np.atleast_1d(info.get("times", info.get("time", ())))
    times = times.astype(np.float64) if times.dtype.kind in "if" and len(times) == slots else None
    number = info.get("configuration")
    number = int(number) if isinstance(number, int | np.integer) and number >= 0 else None
    return Structure(thermal, inherent, slots, times if slots else None, number=number, **labels), info


def _columns(place, properties, rows):
    """Column groups by name, (N, k), from `Properties=name:kind:k:...`."""
    if not isinstance(properties, str):
        raise DataError(f"{place}: has no Properties, expected extended XYZ with Properties=...:pos:R:3")
    words = properties.split(":")
    if len(words) % 3 or not all(count.isdecimal() for count in words[2::3]):
        raise DataError(f"{place}: Properties are {properties!r}, expected name:kind:number triplets")
    groups = list(zip(words[::3], words[1::3], map(int, words[2::3]), strict=True))
    width = sum(count for _, _, count in groups)
    if any(len(row) != width for row in rows):
        short = next(k for k, row in enumerate(rows) if len(row) != width)
        raise DataError(f"{place}: particle {short} has {len(rows[short])} columns, expected {width} as in Properties")
    table, columns, start = np.array(rows), {}, 0
    for name, kind, count in groups:
        values = table[:, start : start + count]
        try:
            columns[name] = {"R": np.float64, "I": np.int64}[kind](values) if kind in "RI" else values
        except ValueError:
            raise DataError(f"{place}: column {name} holds words, expected numbers ({kind})") from None
        start += count
    return columns


def _box(place, info):
    """Edge lengths (3,) and periodicity (3,) from Lattice and pbc."""
    if "Lattice" not in info:
        raise DataError(f'{place}: has no Lattice, expected a box as Lattice="Lx 0 0 0 Ly 0 0 0 Lz"')
    lattice = np.asarray(info["Lattice"], dtype=np.float64)
    if not np.isfinite(lattice).all():
        raise DataError(f"{place}: Lattice is {lattice.tolist()}, expected finite numbers")
    lengths = np.diag(lattice)
    tilt = np.abs(lattice - np.diag(lengths)).max()
    if tilt > 1e-9 * np.abs(lengths).max():
        raise DataError(f"{place}: box is tilted, Lattice is {lattice.tolist()}, expected an orthorhombic one")
    periodic = np.asarray(info.get("pbc", [True] * 3))
    if periodic.shape != (3,):
        raise DataError(f'{place}: pbc is {periodic.tolist()}, expected three of T and F as pbc="T T T"')
    return lengths, periodic.astype(bool)


def _types(place, columns):
    """Types (N,) from a column of whole numbers or from the names of species."""
    if "type" in columns and columns["type"].dtype.kind == "i":
        return columns["type"][:, 0]
    if "species" not in columns:
        raise DataError(f"{place}: has neither type:I:1 nor species:S:1, expected the type of each particle")
    names = columns["species"][:, 0]
    present = sorted(set(names.tolist()))
    for known in SPECIES:
        if set(present) <= set(known):
            return np.array([known.index(name) + 1 for name in names])
    understood = " or ".join(", ".join(known[:3]) for known in SPECIES)
    raise DataError(f"{place}: species are {', '.join(present)[:80]}, expected {understood}, or a column type:I:1")


def write_extended_xyz(path, configuration, columns=None, info=None):
    """Write one configuration with further columns as extended XYZ, whole or not at all.

    columns : name -> (N,) or (N, k) numbers, as radius, inherent, bond_breaking, prediction
    info : name -> number, text or list of numbers, for the comment line, as time and temperature

    Types are the column `type`, which OVITO takes as the particle type and `radius` as its radius. Two-dimensional
    positions get z = 0, a box one unit thick and pbc="T T F". Numbers keep 12 digits.
    Raises InputError for a column of another length or an impossible name.
    """
    text = extended_xyz_text(configuration, columns or {}, info or {})
    publish(path, lambda file: file.write(text.encode()))


def extended_xyz_text(configuration, columns, info):
    """The text that write_extended_xyz writes."""
    n, d = configuration.number, configuration.dimension
    groups = {"type": configuration.types, "pos": _three(configuration.positions)}
    for name, values in columns.items():
        values = np.asarray(values)
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in ("type", "pos", "species"):
            raise InputError(f"column name is {name!r}, expected a word other than type, pos and species")
        if values.ndim not in (1, 2) or len(values) != n or values.dtype.kind not in "iuf":
            raise InputError(f"column {name} has shape {values.shape} and type {values.dtype}, expected {n} numbers")
        groups[name] = _three(values) if name == "inherent" else values
    tables = {name: values.reshape(n, -1) for name, values in groups.items()}
    kinds = {name: "I" if values.dtype.kind in "iu" else "R" for name, values in tables.items()}
    properties = ":".join(f"{name}:{kinds[name]}:{values.shape[1]}" for name, values in tables.items())
    lengths = np.append(configuration.box, 1.0)[:3]
    lattice = " ".join(f"{value:.12g}" for value in np.diag(lengths).ravel())
    entries = [f'Lattice="{lattice}"', f"Properties={properties}", f'pbc="T T {"T" if d == 3 else "F"}"']
    entries += [f"{name}={_entry(name, value)}" for name, value in info.items()]
    rows = zip(*(values.tolist() for values in tables.values()), strict=True)
    lines = (" ".join(f"{value:.12g}" for group in row for value in group) for row in rows)
    return "\n".join([str(n), " ".join(entries), *lines]) + "\n"


def _three(vectors):
    """Vectors (N, d) with z = 0 added in two dimensions."""
    return np.pad(vectors, ((0, 0), (0, 3 - vectors.shape[1])))


def _entry(name, value):
    """One value of the comment line; text is quoted."""
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in ("Lattice", "Properties", "pbc"):
        raise InputError(f"entry is named {name!r}, expected a word other than Lattice, Properties and pbc")
    if isinstance(value, str):
        return '"' + re.sub(r'["\\\s]+', " ", value) + '"'
    numbers = np.atleast_1d(np.asarray(value, dtype=np.float64))
    words = " ".join(f"{number:.12g}" for number in numbers)
    return words if np.ndim(value) == 0 else f'"{words}"'

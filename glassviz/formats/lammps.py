"""LAMMPS text dumps, read here: ASE's reader takes a frame that is cut off as a smaller one and drops the origin."""

import re
from itertools import islice

import numpy as np

from glassviz.errors import DataError
from glassviz.formats.reading import Reading, Structure, configuration, flatten, guess_system, same_number

# In order of preference: (columns, scaled by the box).
COORDINATES = (
    (("xu", "yu", "zu"), False),
    (("x", "y", "z"), False),
    (("xsu", "ysu", "zsu"), True),
    (("xs", "ys", "zs"), True),
)
HEADINGS = ("BOX BOUNDS", "NUMBER OF ATOMS", "TIMESTEP", "UNITS", "TIME")


def read_lammps(path):
    """Every frame of a text dump (`dump atom` or `dump custom` with id, type and coordinates) as a Reading.

    Particles are sorted by id; coordinates x, xu, xs or xsu, unwrapped ones first. Units are reduced (`units lj`).
    DataError for a tilted or non-periodic box, missing columns, a frame that is cut off, or a changing N.
    """
    frames = []
    with open(path, encoding="utf-8", errors="replace") as file:
        while (line := _next(file)) is not None:
            if not line.startswith("ITEM:"):
                raise DataError(f"{path}: frame {len(frames)} begins with {line[:40]!r}, expected ITEM: TIMESTEP")
            items = _items(path, len(frames), file, line)
            structure = Structure(_frame(path, len(frames), items))
            if frames:
                same_number(path, len(frames), structure.thermal.number, frames[0].thermal.number)
            frames.append(structure)
    if not frames:
        raise DataError(f"{path}: holds no frame, expected ITEM: TIMESTEP")
    system, misfit = guess_system(frames)
    return Reading(path, "LAMMPS text dump", tuple(frames), system, misfit)


def _next(file):
    """Next line that is not empty; None at the end."""
    return next((line.strip() for line in file if line.strip()), None)


def _items(path, frame, file, line):
    """Headings of one frame mapped to (rest of the heading, lines that follow), up to and with ATOMS."""
    items, number = {}, 0
    while line is not None:
        heading = line.removeprefix("ITEM:").strip()
        if heading.startswith("ATOMS"):
            rows = [row for row in islice(file, number) if row.strip()]
            if number == 0:
                raise DataError(f"{path}: frame {frame} has no ITEM: NUMBER OF ATOMS before ITEM: ATOMS")
            if len(rows) != number or any(row.startswith("ITEM:") for row in rows):
                raise DataError(f"{path}: frame {frame} is cut off: {len(rows)} of {number} particles")
            return items | {"ATOMS": (heading.split()[1:], rows)}
        name = next((name for name in HEADINGS if heading.startswith(name)), "")
        wanted = 3 if name == "BOX BOUNDS" else 1
        values = list(islice(file, wanted))
        if len(values) < wanted:
            break
        items[name] = (heading[len(name) :].split(), values)
        if name == "NUMBER OF ATOMS":
            number = _whole(path, frame, values[0])
        line = _next(file)
    raise DataError(f"{path}: frame {frame} is cut off before ITEM: ATOMS")


def _whole(path, frame, text):
    if not re.fullmatch(r"\s*[1-9]\d{0,11}\s*", text, re.ASCII):
        raise DataError(f"{path}: frame {frame}: number of atoms is {text.strip()!r}, expected a whole number")
    return int(text)


def _box(path, frame, items):
    """Lower corner (3,), edge lengths (3,) and periodicity (3,)."""
    if "BOX BOUNDS" not in items:
        raise DataError(f"{path}: frame {frame} has no ITEM: BOX BOUNDS, expected a periodic box")
    labels, rows = items["BOX BOUNDS"]
    try:
        bounds = np.array([[float(value) for value in row.split()] for row in rows])
    except ValueError:
        raise DataError(f"{path}: frame {frame}: box bounds are {rows}, expected two numbers in each line") from None
    if bounds.shape == (3, 3) and labels[:3] == ["xy", "xz", "yz"] and not bounds[:, 2].any():
        bounds, labels = bounds[:, :2], labels[3:]
    if bounds.shape != (3, 2):
        raise DataError(f"{path}: frame {frame}: box is tilted ({' '.join(labels)}), expected an orthorhombic one")
    if len(labels) != 3:
        raise DataError(f"{path}: frame {frame}: boundaries are {' '.join(labels)!r}, expected pp pp pp")
    return bounds[:, 0], bounds[:, 1] - bounds[:, 0], [label == "pp" for label in labels]


def _frame(path, frame, items):
    """One frame as a Configuration, particles sorted by id."""
    units = items.get("UNITS", ((), ["lj"]))[1][0].strip()
    if units != "lj":
        raise DataError(f"{path}: frame {frame}: units are {units!r}, expected lj (reduced units)")
    low, lengths, periodic = _box(path, frame, items)
    columns, rows = items["ATOMS"]
    chosen = next((pair for pair in COORDINATES if set(pair[0]) <= set(columns)), None)
    if chosen is None or not {"id", "type"} <= set(columns):
        raise DataError(
            f"{path}: frame {frame}: columns are {' '.join(columns)[:80]}, expected id, type and x y z (or xu, xs, xsu)"
        )
    wanted = [columns.index(name) for name in ("id", "type", *chosen[0])]
    try:
        values = np.array([[float(words[place]) for place in wanted] for words in map(str.split, rows)])
    except (ValueError, IndexError):
        raise DataError(f"{path}: frame {frame}: a particle's line is cut off or holds no numbers") from None
    ids, types, positions = values[:, 0], values[:, 1], values[:, 2:]
    if len(np.unique(ids)) != len(ids):
        raise DataError(f"{path}: frame {frame}: ids repeat, expected each particle once")
    if (types != np.rint(types)).any():
        raise DataError(f"{path}: frame {frame}: types must be whole numbers from 1 on")
    if chosen[1]:
        positions = low + positions * lengths
    order = np.argsort(ids)
    flat, box = flatten(f"{path}: frame {frame}", positions[order], lengths, periodic)
    return configuration(path, flat, types[order].astype(np.int64), box)

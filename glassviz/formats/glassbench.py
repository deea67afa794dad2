"""GlassBench archives: trajectories (replicas at one time) and models (propensities at several times).

Source: Jung et al., GlassBench, doi 10.5281/zenodo.10118191.
"""

import numpy as np

from glassviz.errors import DataError
from glassviz.formats.archive import facts_of_name, load, numbers, open_archive, positions_of, types_from_one
from glassviz.formats.reading import (
    Reading,
    Structure,
    configuration,
    continue_start,
    guess_system,
    inherent_of,
)
from glassviz.systems import KA, KA2D

LABEL_TIMES = {
    ("KA2D", 0.30): (0.11, 1.25, 14.14, 158.74, 1781.79, 20000.0),
    ("KA2D", 0.23): (0.1, 1.1, 11.64, 122.47, 1288.41, 13554.0, 142587.0, 1.5e6),
    ("KA", 0.44): (0.13, 1.3, 13.0, 130.0, 412.0, 1300.0, 4120.0, 13000.0, 41200.0, 130000.0),
}
"""Times of the published labels by (system, temperature)."""

# Place of a time code in LABEL_TIMES. At T = 0.30 only the first code's time is known.
CODES = {
    ("KA2D", 0.30): {1: 0},
    ("KA2D", 0.23): {5 * (place + 1): place for place in range(8)},
    ("KA", 0.44): {place + 1: place for place in range(10)},
}
ARRAYS = ("types", "box", "initial_positions", "initial_positions_inherent", "positions", "md_prop", "bb_prop")


def read_glassbench(path):
    """A GlassBench trajectory (`positions`) or model file (`md_prop`, `bb_prop`) as a Reading.

    positions : (N_R, N, d) at one time, whose value follows from the file's name, as tc05, where it is known
    md_prop, bb_prop : (n_times, N), means over all replicas
    Without `box` the edge follows from N and the model's density, and a note says so.
    """
    headers = open_archive(path)
    replicas = "positions" in headers
    if not replicas and not {"md_prop", "bb_prop", "initial_positions"} & headers.keys():
        raise DataError(f"{path}: holds {sorted(headers)}, expected GlassBench's initial_positions and types")
    return read_archive(path, "GlassBench trajectory" if replicas else "GlassBench model file")


def read_archive(path, name):
    """The Reading of an archive with GlassBench's or BOTAN's names."""
    arrays, notes = load(path, *ARRAYS), []
    temperature, number, code, split = facts_of_name(path)
    types = types_from_one(path, arrays, notes)
    start = positions_of(path, arrays, "initial_positions", len(types))
    thermal = configuration(path, start, types, box_of(path, arrays, start, notes))
    system, misfit = guess_system([Structure(thermal)])
    inherent = None
    if arrays.get("initial_positions_inherent", np.empty(0)).size:
        values = positions_of(path, arrays, "initial_positions_inherent", len(types))
        inherent = inherent_of(path, thermal, values, notes)
    labels = labels_of(path, arrays, thermal, notes)
    times = times_of(system, temperature, code, labels.get("slots", 0), "replicas" in labels, notes)
    structure = Structure(thermal, inherent, times=times, number=number, **labels)
    return Reading(path, name, (structure,), system, misfit, temperature, split, tuple(notes))


def box_of(path, arrays, start, notes):
    """Edge lengths (d,): as stated, else from N and the density of the glass former of this dimension."""
    number, dimension = start.shape
    if "box" in arrays:
        box = numbers(path, arrays, "box")
        if box.size not in (1, dimension):
            raise DataError(f"{path}: box has shape {box.shape}, expected one edge length or {dimension}")
        return np.full(dimension, box.ravel()[0]) if box.size == 1 else box.ravel()
    system = {2: KA2D, 3: KA}[dimension]
    edge = system.box_edge(number)
    notes.append(f"the file has no box: assumed {system.name} at its density {system.density:.4g}, L = {edge:.4f}")
    return np.full(dimension, edge)


def labels_of(path, arrays, thermal, notes):
    """Replicas or mean propensities, and the number of times, as fields of a Structure."""
    if "positions" in arrays:
        replicas = continue_start(path, thermal, numbers(path, arrays, "positions"), notes)
        return {"slots": 1, "replicas": replicas[None]}
    labels = {}
    for field, name in (("bond_breaking", "bb_prop"), ("displacement", "md_prop")):
        if name not in arrays:
            continue
        values = numbers(path, arrays, name)
        if values.ndim != 2 or values.shape[1] != thermal.number:
            raise DataError(f"{path}: {name} has shape {values.shape}, expected (n_times, {thermal.number})")
        if not np.isfinite(values).all():
            raise DataError(f"{path}: {name} holds nan or inf, expected numbers for every particle")
        labels[field] = values
    slots = {len(values) for values in labels.values()}
    if len(slots) > 1:
        raise DataError(f"{path}: bb_prop and md_prop have {sorted(slots)} times, expected the same number")
    return {"slots": slots.pop(), **labels} if slots else {}


def times_of(system, temperature, code, slots, replicas, notes):
    """Times (slots,) from the published grids, or None."""
    key = (system and system.name, temperature)
    grid = LABEL_TIMES.get(key)
    if grid is None or slots == 0:
        return None
    if replicas:
        place = CODES[key].get(code)
        if place is None:
            return None
        notes.append(f"time {grid[place]:g} from the code tc{code:02d} in the file's name")
        return np.array([grid[place]])
    if slots != len(grid):
        return None
    notes.append(f"times are the published ones of {system.name} at T = {temperature:g}")
    return np.array(grid)

"""Figure *descriptors*: Pearson correlation of every single descriptor, against the length it is averaged over."""

import numpy as np

from glassviz.colours import DIFFERENCE
from glassviz.errors import InputError
from glassviz.exports.origin import columns, of_points
from glassviz.figures.cells import draw_cells
from glassviz.words import descriptor_parts


def make(session):
    """One cell for each descriptor; framed: the best of each kind on training and validation."""
    if session.slot is None:
        raise InputError(f"T = {session.temperature:g} has no labels; glassviz simulate makes them")
    found = session.library.single_descriptors(session.point, session.observable, session.scored_type)
    slot = session.slot
    places = [descriptor_parts(name) for name in found.names]
    lengths = list(dict.fromkeys(length for _, length, _ in places))
    kinds = list(dict.fromkeys((kind, over) for kind, _, over in places))
    cells = np.full((len(kinds), len(lengths)), np.nan)
    at = {name: (kinds.index((kind, over)), lengths.index(length))
          for name, (kind, length, over) in zip(found.names, places, strict=True)}  # fmt: skip
    for name, value in zip(found.names, found.pearson[slot], strict=True):
        cells[at[name]] = value
    best = [row["descriptor"] for kind in dict.fromkeys(kind for kind, _ in kinds) if (row := found.best(kind)[slot])]
    over = [kind for _, kind in kinds]
    words = [f"{kind.replace('_', ' ')}  {who.removeprefix('type ')}" if k == 0 or kinds[k - 1][0] != kind
             else who.removeprefix("type ") for k, (kind, who) in enumerate(kinds)]  # fmt: skip
    rows = [(name, value, error, training) for name, value, error, training in
            zip(found.names, found.pearson[slot], found.errors[slot], found.training[slot], strict=True)]  # fmt: skip
    origin = of_points([session.point]) | {
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {session.scored_type}",
        "framed": "best of each kind on training and validation: " + ", ".join(best),
    }
    names = {"descriptor": "", "Pearson, test": "1", "standard error": "1", "Pearson, training and validation": "1"}
    return (
        lambda: draw_cells(
            cells[None], words, lengths, DIFFERENCE, "Pearson correlation", r"length $L/\sigma_{11}$",
            frames=[(0, *at[name]) for name in best], blocks=len(dict.fromkeys(over)),
        ),
        columns(rows, names),
        origin,
    )  # fmt: skip

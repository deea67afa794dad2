"""Figure *weights*: what each input of a model weighs, observables and types against lengths."""

import numpy as np

from glassviz import inside
from glassviz.colours import DIFFERENCE
from glassviz.errors import InputError
from glassviz.exports.origin import LENGTH, columns, of_method, of_points
from glassviz.figures.cells import draw_cells


def make(session):
    """A map for each node; crossed out where a descriptor is not used."""
    sentence = inside.weights_lacking(session)
    if sentence:
        raise InputError(sentence)
    found, model = inside.weights(session), session.entry["model"]
    nodes, _, _, kinds = found.shape
    over = [*map(str, range(1, kinds)), "all"]
    names = [name.replace("_", " ") for name in model.observables]
    words = [f"{name}  {kind}" if k == 0 else kind for name in names for k, kind in enumerate(over)]
    lengths = [f"{length:g}" for length in model.lengths]
    maps = found.transpose(0, 1, 3, 2).reshape(nodes, -1, len(lengths))
    titles = [f"to bottleneck node {k + 1}" for k in range(nodes)] if nodes > 1 else ["to the propensity"]
    rows = [
        (node + 1, model.observables[o], over[kind], model.lengths[length], found[node, o, length, kind])
        for node, o, length, kind in np.ndindex(found.shape)
    ]
    origin = of_points([session.point]) | {
        "time": f"{session.time:g}",
        "observable": f"{session.observable}, type {session.scored_type}",
        "network": f"{session.seed + 1} of {len(session.choices('seed'))}",
        "weights": "on standardised descriptors; empty where a descriptor has no variance",
    }
    columns_ = columns(rows, {"node": "", "descriptor": "", "over type": "", "length": LENGTH, "weight": "1"})
    draw = lambda: draw_cells(  # noqa: E731
        maps, words, lengths, DIFFERENCE, "weight", r"length $L/\sigma_{11}$", titles, blocks=kinds
    )
    return draw, columns_, origin | of_method(session.entry)

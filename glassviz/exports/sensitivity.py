"""Figure *sensitivity*: how much a prediction of tGlassMLP changes with each of its descriptors."""

import numpy as np

from glassviz.colours import SEQUENTIAL
from glassviz.exports.looking import PLACES, averaged, looked_into, origin
from glassviz.exports.origin import LENGTH, columns
from glassviz.figures.cells import draw_cells


def make(session):
    """A map of observables and types against lengths, at the session's temperature and level."""
    found = looked_into(session, "level", "sensitivity")
    (values, spread), model = found.mapped(), found.model
    over = [*map(str, range(1, values.shape[2])), "all"]
    names = [name.replace("_", " ") for name in model.observables]
    words = [f"{name}  {kind}" if k == 0 else kind for name in names for k, kind in enumerate(over)]
    lengths = [f"{length:g}" for length in model.lengths]
    rows = [
        (session.temperature, found.level, model.observables[o], over[kind], model.lengths[column],
         values[o, column, kind], spread[o, column, kind])
        for o, column, kind in np.ndindex(values.shape)
    ]  # fmt: skip
    cells = values.transpose(0, 2, 1).reshape(1, -1, len(lengths))
    about = origin(
        found,
        state=f"T = {session.temperature:g}, C = {found.level:g}",
        sensitivity="rms over particles of d(prediction)/dS, S standardised; " + averaged(found),
    )
    columns_ = columns(
        rows,
        {**PLACES, "descriptor": "", "over type": "", "length": LENGTH, "sensitivity": "1", "spread": "1"},
    )
    draw = lambda: draw_cells(  # noqa: E731
        cells, words, lengths, SEQUENTIAL, r"rms of $\partial C_B/\partial S$", r"length $L/\sigma_{11}$",
        blocks=len(over), positive=True,
    )  # fmt: skip
    return draw, columns_, about

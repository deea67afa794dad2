"""Average chord length: how long the stretches of mobile ground are along the rows of a lattice."""

import numpy as np
from scipy.spatial import cKDTree

from glassviz.dynamics.fields import check_fields
from glassviz.dynamics.resampling import jackknife, ratio
from glassviz.errors import InputError

CELL = 1.5
"""Default edge of a cell, in sigma_11: about one particle of type 1 of KA2D in each."""
EMPTY = ("nearest", "frozen", "mobile")
"""What a cell without a particle may be taken for."""
_MOST_CELLS = 20_000_000


def chord_length(positions, propensity, box, cell=CELL, empty="nearest", closed_rows=True):
    """Average chord length of one configuration, in sigma_11; `chord_length_with_error` says how.

    positions (N_1, d), wrapped or not, propensity (N_1,), box (d,) -> float; nan where nothing is mobile.
    """
    return pooled_chord_length([positions], [propensity], box, cell, empty, closed_rows)


def pooled_chord_length(positions, propensities, box, cell=CELL, empty="nearest", closed_rows=True):
    """`chord_length_with_error` without the error, which takes as many times longer as there are configurations."""
    pooled, rows = _pooling(positions, propensities, box, cell, empty, closed_rows)
    return pooled(rows)


def chord_length_with_error(positions, propensities, box, cell=CELL, empty="nearest", closed_rows=True):
    """Mean length of all chords of the configurations of one state point, and its jackknife error, in sigma_11.

    a_i = 0 where the propensity is below the median over all particles and configurations, else 1
    a cell is mobile where the mean of a over its particles is below 0.5; a chord is a run of mobile cells along a row
    or column, joined over the periodic edge, times the edge of a cell

    positions : a list of (N_1, d), wrapped or not; propensities : a list of (N_1,), low where particles move; box (d,)
    cell : wanted edge; the lattice has round(L / cell) cells along each edge L
    empty : a cell without a particle is as the particle "nearest" to its centre, "frozen" or "mobile"
    closed_rows : a row that is mobile all around counts as one chord of the length of the box; False leaves it out

    Give the particles of one type. The papers state neither the cell nor the rule for empty cells; both matter: with
    type 1 and "nearest" one KA2D structure at T = 0.231 has 8.5 with cells of 1 and 1.5, and 9.7 with 2. Cells drawn
    mobile with probability 1/2 have chords of 2 cells, so a value near 2 cells tells of no correlation. The error
    includes that of the median; where many particles share its value, as C_B of few replicas does at early times, it
    jumps with the median and is too large. It is nan for one configuration. nan where nothing is mobile.
    Raises InputError on impossible shapes and values, fewer than 2 cells along an edge or another rule.
    Source: Jung, Biroli, Berthier, Phys. Rev. B 109, 064205 (2024), section V B.
    """
    return jackknife(*_pooling(positions, propensities, box, cell, empty, closed_rows))


def _pooling(positions, propensities, box, cell, empty, closed_rows):
    """Function from numbers of configurations (n, 1) to their mean chord length, and the numbers of all."""
    if empty not in EMPTY:
        raise InputError(f"empty is {empty!r}, expected one of {', '.join(EMPTY)}")
    positions, propensities, box = check_fields(positions, propensities, box)
    if any(values.ndim != 1 for values in propensities):
        raise InputError(f"propensities have {propensities[0].ndim} axes, expected one value for each particle")
    shape = _lattice(box, cell)
    placed = [_cells_of(x, box, shape, empty) for x in positions]

    def pooled(rows):
        chosen = rows[:, 0].astype(int)
        median = np.median(np.concatenate([propensities[k] for k in chosen]))
        sums = [_chords(_mobile(propensities[k] >= median, *placed[k], shape, empty), box, closed_rows) for k in chosen]
        return ratio(*np.sum(sums, axis=0))

    return pooled, np.arange(len(positions))[:, None]


def _lattice(box, cell):
    """Number of cells along each edge, (d,)."""
    if not (np.isfinite(cell) and cell > 0):
        raise InputError(f"cell is {cell}, expected a positive length")
    shape = np.rint(box / cell)
    if shape.min() < 2:
        raise InputError(f"cell is {cell:g}, expected at most {box.min() / 2:g}, half of the shortest edge of the box")
    if shape.prod() > _MOST_CELLS:
        raise InputError(f"cell is {cell:g}: {shape.prod():.3g} cells, expected at most {_MOST_CELLS}")
    return tuple(shape.astype(int))


def _cells_of(positions, box, shape, empty):
    """Cell of each particle (N,), and with the rule "nearest" the empty cells and the particle nearest to each."""
    indices = np.minimum((positions / box * shape).astype(int), np.array(shape) - 1)
    cells = np.ravel_multi_index(tuple(indices.T), shape)
    bare = np.flatnonzero(np.bincount(cells, minlength=np.prod(shape)) == 0)
    if empty != "nearest":
        return cells, bare, None
    centres = (np.stack(np.unravel_index(bare, shape), axis=1) + 0.5) * box / shape
    return cells, bare, cKDTree(positions, boxsize=box).query(centres)[1]


def _mobile(passive, cells, bare, nearest, shape, empty):
    """Whether each cell is mobile, of the lattice's shape."""
    number = np.bincount(cells, minlength=np.prod(shape))
    mobile = 2 * np.bincount(cells, weights=passive, minlength=len(number)) < number
    mobile[bare] = ~passive[nearest] if empty == "nearest" else empty == "mobile"
    return mobile.reshape(shape)


def _chords(mobile, box, closed_rows):
    """Sum of the lengths of all chords along all axes, and their number."""
    length, chords = 0.0, 0
    for axis, edge in enumerate(box):
        rows = np.moveaxis(mobile, axis, -1).reshape(-1, mobile.shape[axis])
        closed = rows.all(axis=1)
        if not closed_rows:
            rows = rows[~closed]
        # Every chord but a closed one begins where its left neighbour is not mobile.
        chords += (rows & ~np.roll(rows, 1, axis=1)).sum() + (closed.sum() if closed_rows else 0)
        length += rows.sum() * edge / mobile.shape[axis]
    return length, chords

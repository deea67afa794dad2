"""Neighbours within a distance in a periodic box: cell lists, Verlet lists, pairs.

The kernels take the box as a tuple of d floats, so that each dimension is compiled with unrolled loops.
"""

import numpy as np
from numba import njit

from glassviz.errors import InputError


def require_nearest_images(box, cutoff, what="cutoff"):
    """Raise InputError when a cutoff exceeds half the box, where nearest images would miss neighbours."""
    # Half a box of exactly the cutoff is still complete: images at r = L / 2 feel nothing.
    if cutoff > min(box) / 2 * (1 + 1e-12):
        raise InputError(f"{what} {cutoff:g} exceeds half the box, {min(box) / 2:g}: nearest images would miss pairs")


def neighbour_pairs(configuration, cutoff):
    """All pairs closer than `cutoff`, each once: indices (M, 2) with i < j, sorted, and distances (M,).

    Raises InputError when the cutoff exceeds half the box.
    """
    require_nearest_images(configuration.box, cutoff)
    box = tuple(configuration.box)
    starts, neighbours = verlet_list(configuration.positions, box, float(cutoff))
    first = np.repeat(np.arange(configuration.number), np.diff(starts))
    pairs = np.sort(np.stack([first, neighbours], axis=1), axis=1)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    separation = configuration.positions[pairs[:, 0]] - configuration.positions[pairs[:, 1]]
    separation -= configuration.box * np.rint(separation / configuration.box)
    return pairs, np.sqrt((separation**2).sum(axis=1))


@njit(cache=True, nogil=True, inline="always")
def distance2(positions, i, j, box):
    """Squared distance of the nearest images of particles i and j."""
    total = 0.0
    for k in range(len(box)):
        separation = positions[i, k] - positions[j, k]
        separation -= box[k] * np.rint(separation / box[k])
        total += separation * separation
    return total


@njit(cache=True, nogil=True)
def fill_cells(positions, box, cutoff):
    """Sort particles into cells at least `cutoff` wide: grid (d,), particle order, first entry of each cell."""
    number, dimension = positions.shape
    grid = np.empty(dimension, np.int64)
    cells = 1
    for k in range(len(box)):
        # More cells than particles would only cost memory.
        grid[k] = max(1, min(int(box[k] / cutoff), int(np.ceil(number ** (1.0 / dimension)))))
        cells *= grid[k]
    cell_of = np.empty(number, np.int64)
    first = np.zeros(cells + 1, np.int64)
    for i in range(number):
        cell = 0
        for k in range(len(box)):
            fraction = positions[i, k] / box[k]
            # What is not finite belongs nowhere; the caller notices, but no memory outside may be written meanwhile.
            fraction = fraction - np.floor(fraction) if np.isfinite(fraction) else 0.0
            cell = cell * grid[k] + min(int(fraction * grid[k]), grid[k] - 1)
        cell_of[i] = cell
        first[cell + 1] += 1
    for cell in range(cells):
        first[cell + 1] += first[cell]
    order = np.empty(number, np.int64)
    filled = first[:-1].copy()
    for i in range(number):
        order[filled[cell_of[i]]] = i
        filled[cell_of[i]] += 1
    return grid, order, first


@njit(cache=True, nogil=True)
def adjacent_cells(cell, grid, adjacent):
    """Write the distinct cells around `cell` (itself included) into `adjacent`; returns how many."""
    dimension = len(grid)
    count = 0
    for code in range(3**dimension):
        neighbour, stride, own, offsets, distinct = 0, 1, cell, code, True
        for k in range(dimension - 1, -1, -1):
            # Offsets 0, +1, -1; along an axis of one or two cells the later ones repeat the earlier.
            offset = offsets % 3
            distinct = distinct and offset < grid[k]
            step = -1 if offset == 2 else offset
            neighbour += (own % grid[k] + step) % grid[k] * stride
            stride *= grid[k]
            own //= grid[k]
            offsets //= 3
        if distinct:
            adjacent[count] = neighbour
            count += 1
    return count


@njit(cache=True, nogil=True)
def verlet_list(positions, box, cutoff):
    """Half list: each pair with nearest-image distance below `cutoff` once; starts (N + 1,), neighbours (M,)."""
    number = len(positions)
    grid, order, first = fill_cells(positions, box, cutoff)
    # Particles in cell order: the inner loop then reads memory in sequence.
    ordered = positions[order]
    adjacent = np.empty(3 ** len(box), np.int64)
    row_start, row_end = np.empty(number, np.int64), np.empty(number, np.int64)
    found = np.empty(16 * number, np.int32)
    used = 0
    for cell in range(len(first) - 1):
        cells = adjacent_cells(cell, grid, adjacent)
        for slot in range(first[cell], first[cell + 1]):
            row_start[order[slot]] = used
            for m in range(cells):
                # Each pair of cells is visited from its lower one, so that each pair of particles is met once.
                if adjacent[m] < cell:
                    continue
                begin, end = first[adjacent[m]], first[adjacent[m] + 1]
                begin = slot + 1 if adjacent[m] == cell else begin
                while used + end - begin > len(found):
                    found = np.concatenate((found, found))
                for other in range(begin, end):
                    found[used] = order[other]
                    used += distance2(ordered, slot, other, box) < cutoff * cutoff
            row_end[order[slot]] = used
    starts = np.zeros(number + 1, np.int64)
    neighbours = np.empty(used, np.int32)
    for i in range(number):
        starts[i + 1] = starts[i] + row_end[i] - row_start[i]
        neighbours[starts[i] : starts[i + 1]] = found[row_start[i] : row_end[i]]
    return starts, neighbours


@njit(cache=True, nogil=True)
def moved_too_far(positions, reference, skin):
    """Whether any particle is farther than half the skin from where the list was built."""
    limit = 0.25 * skin * skin
    for i in range(len(positions)):
        total = 0.0
        for k in range(positions.shape[1]):
            step = positions[i, k] - reference[i, k]
            total += step * step
        if total > limit:
            return True
    return False

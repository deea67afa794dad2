"""Particles sorted into lanes along x, where the neighbours of each are a few runs of consecutive slots.

A Verlet list names each neighbour; reading them is a gather, the slowest thing that a processor does here. In lanes,
sorted by x, the neighbours of a particle in another lane are one run of slots (two where it wraps around the box), so
that forces read memory in sequence, WIDTH particles at a time, and building is a merge of sorted rows.
"""

import numpy as np
from numba import njit

# Positions are fractions of the box in units of 2^-32: differences wrap by themselves and lose nothing.
FULL = 2.0**32


@njit(cache=True, nogil=True, error_model="numpy")
def lane_grid(box, height, reach, number, both=False):
    """Lanes about `height` wide and no more of them than particles, and which come within `reach` of each other.

    Returns their number along each axis across x (d - 1,), centres (n, d - 1) as fixed-point fractions, and for each
    lane the later ones nearby, so that each pair is met once: starts (n + 1,), lanes (M,). With `both` each pair is met
    from both sides: all lanes nearby, the lane itself too.
    """
    across = len(box) - 1
    grid = np.empty(across, np.int64)
    limit = max(1, int(number ** (1.0 / len(box))) * 2)
    lanes = 1
    for k in range(across):
        grid[k] = max(1, min(limit, int(np.rint(box[k + 1] / height))))
        lanes *= grid[k]
    places = np.empty((lanes, across), np.int64)
    centres = np.empty((lanes, across), np.int64)
    for lane in range(lanes):
        rest = lane
        for k in range(across - 1, -1, -1):
            places[lane, k] = rest % grid[k]
            centres[lane, k] = np.int64((2 * places[lane, k] + 1) * FULL / (2 * grid[k]))
            rest //= grid[k]
    starts = np.zeros(lanes + 1, np.int64)
    near = np.empty(lanes, np.int64)
    found = 0
    for lane in range(lanes):
        if found + lanes > len(near):
            near = np.concatenate((near, np.empty(len(near) + lanes, np.int64)))
        for other in range(0 if both else lane + 1, lanes):
            total = 0.0
            for k in range(across):
                apart = abs(places[lane, k] - places[other, k])
                apart = max(0, min(apart, grid[k] - apart) - 1)
                total += (apart * box[k + 1] / grid[k]) ** 2
            if total < reach * reach:
                near[found] = other
                found += 1
        starts[lane + 1] = found
    return grid, centres, starts, near[:found].copy()


@njit(cache=True, nogil=True, error_model="numpy")
def to_fractions(positions, box, fractions):
    """Write the fixed-point fractions (d, >= N) int32 of unwrapped `positions` (d, N)."""
    for k in range(len(box)):
        scale = FULL / box[k]
        for slot in range(positions.shape[1]):
            fractions[k, slot] = np.int32(np.int64(np.floor(positions[k, slot] * scale)))


@njit(cache=True, nogil=True, error_model="numpy")
def sort_into_lanes(fractions, number, grid):
    """Order of the slots by lane, then by x: order (N,), first slot of each lane (n + 1,).

    The slots are nearly sorted from the last time, so that insertion is linear.
    """
    lanes = 1
    for count in grid:
        lanes *= count
    first = np.zeros(lanes + 1, np.int64)
    lane_of = np.empty(number, np.int64)
    for slot in range(number):
        lane = 0
        for k in range(len(grid)):
            across = np.int64(np.uint32(fractions[k + 1, slot]))
            lane = lane * grid[k] + ((across * grid[k]) >> 32)
        lane_of[slot] = lane
        first[lane + 1] += 1
    for lane in range(lanes):
        first[lane + 1] += first[lane]
    order = np.empty(number, np.int64)
    along = np.empty(number, np.uint32)
    filled = first[:-1].copy()
    for slot in range(number):
        lane = lane_of[slot]
        x = np.uint32(fractions[0, slot])
        place = filled[lane]
        while place > first[lane] and along[place - 1] > x:
            along[place], order[place] = along[place - 1], order[place - 1]
            place -= 1
        along[place], order[place] = x, slot
        filled[lane] += 1
    return order, first


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _distance_across(fractions, slot, centre, grid, box):
    """Squared distance, across x, of a particle from the nearest edge of the lane around `centre`."""
    total = 0.0
    for k in range(len(box) - 1):
        # The difference of two fractions, as int32, is that of the nearest images.
        apart = np.abs(np.float64(np.int32(np.int64(fractions[k + 1, slot]) - centre[k])))
        total += max(apart * (box[k + 1] / FULL) - 0.5 * box[k + 1] / grid[k], 0.0) ** 2
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def neighbour_runs(fractions, types, first, lane_grid, box, reach, both=False):
    """Runs of slots that hold every pair within the reach once: starts (N + 1,), runs (M, 2) as (begin, end).

    fractions (d, >= N) and types (N,) in the order of `sort_into_lanes`, which gave `first`; reach (n,) of each type.
    With `both`, here and in the grid, every pair is in the runs of both, and each particle in its own.
    """
    grid, centres, near_starts, near_lanes = lane_grid
    number = first[-1]
    starts = np.zeros(number + 1, np.int64)
    runs = np.empty((8 * number, 2), np.int32)
    used = 0
    # Beyond half the box both ways around lead to a particle: then each takes those after it, whatever its own reach.
    whole = reach.max() >= 0.5 * box[0]
    for lane in range(len(first) - 1):
        near = near_lanes[near_starts[lane] : near_starts[lane + 1]]
        low, high = first[near], first[near]
        ahead = first[lane]
        for slot in range(first[lane], first[lane + 1]):
            if used + 3 * len(near) + 2 > len(runs):
                runs = np.concatenate((runs, np.empty_like(runs)))
            x = np.int64(np.uint32(fractions[0, slot]))
            own = reach[types[slot]]
            if both:
                pass
            elif whole:
                used = _add(runs, used, slot + 1, first[lane + 1])
            else:
                used, ahead = _own_run(
                    fractions, slot, x, ahead, first[lane], first[lane + 1], own / box[0], runs, used
                )
            for m in range(len(near)):
                width2 = own * own - _distance_across(fractions, slot, centres[near[m]], grid, box)
                if width2 > 0.0:
                    width = np.sqrt(width2) / box[0]
                    begin, end = first[near[m]], first[near[m] + 1]
                    used, low[m], high[m] = _run(fractions, x, width, begin, end, low[m], high[m], runs, used)
            starts[slot + 1] = used
    return starts, runs[:used].copy()


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _walk(fractions, place, begin, end, bound):
    """First slot of begin .. end whose x is not below `bound`, from a guess nearby."""
    while place < end and np.int64(np.uint32(fractions[0, place])) < bound:
        place += 1
    while place > begin and np.int64(np.uint32(fractions[0, place - 1])) >= bound:
        place -= 1
    return place


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _add(runs, used, begin, end):
    runs[used, 0], runs[used, 1] = begin, end
    return used + (end > begin)


@njit(cache=True, nogil=True, error_model="numpy")
def _own_run(fractions, slot, x, ahead, begin, end, width, runs, used):
    """Those of the particle's own lane that follow it within `width` of the box, around its end too."""
    bound = x + np.int64(width * FULL) + 1
    ahead = _walk(fractions, max(ahead, slot + 1), slot + 1, end, bound)
    used = _add(runs, used, slot + 1, ahead)
    if bound > FULL:
        used = _add(runs, used, begin, _walk(fractions, begin, begin, slot, bound - np.int64(FULL)))
    return used, ahead


@njit(cache=True, nogil=True, error_model="numpy")
def _run(fractions, x, width, begin, end, low, high, runs, used):
    """Those of another lane within `width` of the box on both sides, around its ends too."""
    if width >= 0.5:
        return _add(runs, used, begin, end), low, high
    full = np.int64(FULL)
    reach = np.int64(width * FULL) + 1
    left, right = x - reach, x + reach
    low = _walk(fractions, low, begin, end, max(left, 0))
    high = _walk(fractions, max(high, low), low, end, right)
    used = _add(runs, used, low, high)
    if left < 0:
        used = _add(runs, used, max(high, _walk(fractions, end, begin, end, left + full)), end)
    if right > full:
        used = _add(runs, used, begin, min(low, _walk(fractions, begin, begin, end, right - full)))
    return used, low, high

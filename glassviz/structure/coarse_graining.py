"""Coarse-grained averages of local quantities: GlassMLP's descriptors."""

import math

import numpy as np
from numba import njit

from glassviz.configuration import minimum_image
from glassviz.errors import InputError
from glassviz.interactions.energy import potential_energy
from glassviz.structure.periodic import periodic_copies
from glassviz.structure.voronoi import radical_cells

LENGTHS = tuple(0.5 * k for k in range(16))
"""GlassMLP's coarse-graining lengths L."""

OBSERVABLES = ("density", "energy", "perimeter", "energy_variance")
"""GlassMLP's observables in column order; "displacement" follows where a thermal configuration is given."""

CUTOFF = 20.0
"""Range of the sums over neighbours."""

_SHORTEST = 0.01
_NODES_PER_LENGTH = 32


def glassmlp_descriptors(inherent, system, lengths=LENGTHS, thermal=None, observables=None):
    """GlassMLP's structural descriptors of every particle of an inherent structure, (N, M).

    density          rho_i = sum_j w_ij
    energy           E_i = sum_j e_j w_ij / rho_i, with e_j = (1/2) sum_k V(r_jk)
    perimeter        p_i = sum_j p_j w_ij / rho_i, with p_j the perimeter (surface in 3D) of the radical Voronoi cell
    energy_variance  D_i = sum_j (e_j - E_i)^2 w_ij / rho_i
    displacement     u_i = sum_j |r_j - r_j^thermal| w_ij (nearest image), only with `thermal`

    w_ij = exp(-r_ij / L) for r_ij < 20, and delta_ij at L = 0; j = i counts with w = 1. The sums run over every
    periodic image, a particle's own images too, so that a small box agrees with the same structure in a large one;
    they are taken over the particles of each type, and over all. Where no weight is left the descriptor is 0.

    Columns: observable by observable in the order above, each length by length, each by type 1..n and then all;
    `glassmlp_descriptor_names` names them. `observables` picks some, in the order given. Lengths in sigma_11,
    energies in eps_11.
    Raises InputError on impossible lengths, unknown observables, a thermal configuration of other particles or a box
    smaller than two interaction cutoffs, DataError when the configuration is not `system`'s.
    Source: Jung, Biroli, Berthier, Phys. Rev. Lett. 130, 238202 (2023); displacement: Jung et al., Roadmap on machine
    learning glassy dynamics (2025), supplement, section F.
    """
    system.check(inherent, density_tolerance=np.inf)
    lengths = _checked_lengths(lengths)
    observables = _checked_observables(observables, thermal is not None)
    local = _local_values(inherent, system, thermal, observables)
    sums = weighted_sums(inherent, system.types, np.column_stack(list(local.values())), lengths)
    channel = {name: sums[:, :, k] for k, name in enumerate(local)}
    result = np.empty((inherent.number, len(observables), len(lengths), system.types + 1))
    for k, observable in enumerate(observables):
        result[:, k] = _descriptor(observable, channel).transpose(0, 2, 1)
    return result.reshape(inherent.number, -1)


def glassmlp_descriptor_names(system, lengths=LENGTHS, thermal=False, observables=None):
    """Name of each column of `glassmlp_descriptors`, such as "energy L=1.5 type 2" or "density L=0 all"."""
    lengths = _checked_lengths(lengths)
    observables = _checked_observables(observables, bool(thermal))
    types = [*(f"type {k + 1}" for k in range(system.types)), "all"]
    shown = {"perimeter": "surface"} if system.dimension == 3 else {}
    return [
        f"{shown.get(name, name)} L={length:g} {kind}" for name in observables for length in lengths for kind in types
    ]


def lengths_within(box, lengths=LENGTHS):
    """Those of `lengths` that tell the particles of a box apart: d L <= half the shortest edge.

    In d dimensions a weight exp(-r / L) has its mean at r = d L. Where that lies beyond half the box, the sum over all
    images is nearly the same for every particle: the descriptor tells configurations apart, and a fit to a few of them
    misjudges the mean of a new one. KA2D at N = 1290 keeps all of GlassMLP's lengths, KA at N = 4096 those up to 2.5.
    box (d,) -> tuple
    """
    reach = min(box) / 2 / len(box)
    return tuple(float(length) for length in lengths if length <= reach)


def weighted_sums(configuration, types, values, lengths, cutoff=CUTOFF):
    """Sums of local values with exponential weights over the neighbours of each type, and over all.

    S_ibcl = sum_{j of type b, r_ij < cutoff} values_jc exp(-r_ij / L_l), all periodic images, j = i with weight 1,
    L = 0 means delta_ij. values (N, C), lengths (P,) -> (N, types + 1, C, P), the last of the types being all.
    """
    box = configuration.box
    points, owner = periodic_copies(configuration.wrap().positions - box / 2, box, cutoff)
    order, starts, grid = _rows(points, box / 2 + cutoff)
    lengths = np.asarray(lengths, dtype=np.float64)
    rates = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    step = 1 / (_NODES_PER_LENGTH * max(rates.max(), 1 / cutoff))
    table = np.exp(-np.arange(int(cutoff / step) + 2)[:, None] * step * rates)
    # Nobody but the particle itself counts at L = 0.
    table[:, lengths == 0] = 0.0
    result = np.zeros((configuration.number, types + 1, values.shape[1], len(lengths)))
    owner = owner[order]
    # Copies carry -1, so that only the particles themselves are given a result.
    target = np.where(order < configuration.number, order, -1)
    _sum_over_neighbours(
        points[order],
        target,
        configuration.types[owner] - 1,
        values[owner],
        starts,
        grid,
        cutoff,
        step,
        rates,
        table,
        result,
    )
    return result


def _rows(points, half_width):
    """Points sorted into rows along the last axis: order, first entry of each row, and the grid of rows.

    The grid holds, for the first one or two axes, the lower edge and the number of rows of width 1.
    """
    rows = np.zeros(len(points), np.int64)
    grid = np.zeros((2, 2))
    grid[:, 1] = 1
    for axis in range(points.shape[1] - 1):
        grid[axis] = -half_width[axis], np.floor(2 * half_width[axis]) + 1
        rows = rows * int(grid[axis, 1]) + np.floor(points[:, axis] + half_width[axis]).astype(np.int64)
    order = np.lexsort((points[:, -1], rows))
    starts = np.searchsorted(rows[order], np.arange(int(grid[:, 1].prod()) + 1))
    return order, starts, grid


@njit(cache=True, nogil=True)
def _gap(x, low):
    """Distance from coordinate x to the interval [low, low + 1]."""
    return max(0.0, low - x, x - low - 1.0)


@njit(cache=True, nogil=True)
def _sum_over_neighbours(points, target, types, values, starts, grid, cutoff, step, rates, table, result):
    """Fill `result` for every point with a target, row of neighbours by row of neighbours."""
    last = points.shape[1] - 1
    weights = np.empty(len(rates))
    for i in range(len(points)):
        if target[i] < 0:
            continue
        sums = result[target[i]]
        sums[types[i]] += values[i].reshape(-1, 1)
        first = [0, 0]
        final = [0, 0]
        for axis in range(last):
            first[axis] = max(0, math.floor(points[i, axis] - cutoff - grid[axis, 0]))
            final[axis] = min(int(grid[axis, 1]) - 1, math.floor(points[i, axis] + cutoff - grid[axis, 0]))
        for a in range(first[0], final[0] + 1):
            gap_a = _gap(points[i, 0], grid[0, 0] + a)
            for b in range(first[1], final[1] + 1):
                gap_b = _gap(points[i, 1], grid[1, 0] + b) if last == 2 else 0.0
                chord2 = cutoff * cutoff - gap_a * gap_a - gap_b * gap_b
                if chord2 <= 0.0:
                    continue
                row = a * int(grid[1, 1]) + b
                column = points[starts[row] : starts[row + 1], last]
                # A hair more than the chord: the exact test follows, on the distance.
                chord = math.sqrt(chord2) + 1e-9
                low = starts[row] + np.searchsorted(column, points[i, last] - chord)
                high = starts[row] + np.searchsorted(column, points[i, last] + chord)
                _add_row(points, i, low, high, types, values, cutoff, step, rates, table, weights, sums)
        for kind in range(sums.shape[0] - 1):
            sums[-1] += sums[kind]


@njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _add_row(points, i, low, high, types, values, cutoff, step, rates, table, weights, sums):
    """Add the points low..high-1 to the sums (types, C, P) of point i.

    exp(-r / L) is a tabulated value at the nearest node times a Taylor polynomial whose argument is below 1/64:
    relative error 2e-14, and one vector loop for all lengths.
    """
    for j in range(low, high):
        r2 = 0.0
        for k in range(points.shape[1]):
            r2 += (points[i, k] - points[j, k]) ** 2
        if j == i or r2 >= cutoff * cutoff:
            continue
        r = math.sqrt(r2)
        node = int(r / step + 0.5)
        offset = node * step - r
        for k in range(len(rates)):
            x = offset * rates[k]
            series = 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x * (1 / 120)))))
            weights[k] = table[node, k] * series
        kind = types[j]
        for c in range(values.shape[1]):
            value = values[j, c]
            for k in range(len(rates)):
                sums[kind, c, k] += value * weights[k]


def _local_values(inherent, system, thermal, observables):
    """What the observables need to be summed, {name: (N,)}; the first is the weight itself."""
    local = {"density": np.ones(inherent.number)}
    if "energy" in observables or "energy_variance" in observables:
        local["energy"] = potential_energy(inherent, system)
    if "energy_variance" in observables:
        local["energy_squared"] = local["energy"] ** 2
    if "perimeter" in observables:
        local["perimeter"] = radical_cells(inherent, system)[0]
    if "displacement" in observables:
        local["displacement"] = _displacement(inherent, thermal)
    return local


def _displacement(inherent, thermal):
    """|r_i - r_i^thermal| of the nearest images, (N,)."""
    same = thermal.positions.shape == inherent.positions.shape and (thermal.types == inherent.types).all()
    if not same or not np.allclose(thermal.box, inherent.box, rtol=1e-9, atol=0):
        raise InputError(
            "thermal and inherent configuration differ in box, number or types, expected the same particles"
        )
    return np.linalg.norm(minimum_image(inherent.positions - thermal.positions, inherent.box), axis=1)


def _descriptor(observable, channel):
    """One observable from the weighted sums {name: (N, types + 1, P)}."""
    if observable in ("density", "displacement"):
        return channel[observable]
    if observable == "energy_variance":
        # <(e - E)^2> = <e^2> - E^2, never below zero but for rounding.
        return np.maximum(_mean("energy_squared", channel) - _mean("energy", channel) ** 2, 0.0)
    return _mean(observable, channel)


def _mean(name, channel):
    """Weighted mean of a local value, 0 where the weights vanish."""
    density = channel["density"]
    return np.divide(channel[name], density, out=np.zeros_like(density), where=density > 0)


def _checked_lengths(lengths):
    """Lengths as a tuple of different floats that are 0 or at least the shortest resolved one."""
    lengths = tuple(float(length) for length in lengths)
    for length in lengths:
        if not (length == 0 or _SHORTEST <= length < math.inf):
            raise InputError(f"length {length} cannot be used, expected 0 or a finite length of {_SHORTEST} or more")
    if not lengths or len(set(lengths)) < len(lengths):
        raise InputError(f"lengths are {list(lengths)}, expected one or more different ones")
    return lengths


def _checked_observables(observables, thermal):
    """Names of the observables to compute, after checking that they are known and different."""
    known = (*OBSERVABLES, "displacement") if thermal else OBSERVABLES
    # "surface" is what a perimeter is called in three dimensions.
    names = known if observables is None else tuple("perimeter" if o == "surface" else o for o in observables)
    unknown = [name for name in names if name not in known]
    if unknown:
        hint = " (displacement needs a thermal configuration)" if "displacement" in unknown else ""
        raise InputError(f"observable {unknown[0]!r} is unknown, expected some of {', '.join(known)}{hint}")
    if not names or len(set(names)) < len(names):
        raise InputError(f"observables are {list(names)}, expected one or more different ones")
    return names

"""Inherent structure: the local minimum of the potential energy below a configuration."""

import numpy as np
from numba import njit

from glassviz.errors import GlassvizError, InputError
from glassviz.interactions.energy import add_forces, model_arguments
from glassviz.interactions.neighbours import moved_too_far, verlet_list

SKIN = 0.4
STEPS_PER_CALL = 200


def inherent_structure(configuration, system, tolerance=1e-8, max_steps=200_000, progress=None):
    """Quench to the minimum of U(r_1, ..., r_N) by a damped descent, to a largest force component `tolerance`.

    v <- (1 - alpha) v + alpha |v| f / |f|;  stop and go half a step back where f.v < 0

    The positions returned are unwrapped, so that their difference from the start is the displacement.
    Raises GlassvizError when `max_steps` do not suffice.
    Source: Guenole et al., Comput. Mater. Sci. 175, 109584 (2020), FIRE 2.0.
    """
    if not tolerance > 0:
        raise InputError(f"tolerance is {tolerance}, expected a positive force")
    types, box, table = model_arguments(configuration, system)
    positions = configuration.positions.copy()
    velocities = np.zeros_like(positions)
    # time step, mixing alpha, steps since the last uphill move
    state = np.array([0.002, 0.25, 0.0])
    for done in range(0, max_steps, STEPS_PER_CALL):
        largest = _descend(positions, velocities, types, box, table, system.largest_cutoff, state, tolerance)
        if progress is not None:
            progress(done + STEPS_PER_CALL, max_steps)
        if largest < tolerance:
            return configuration.with_positions(positions)
    raise GlassvizError(f"quench stopped after {max_steps} steps at a largest force of {largest:.2e} > {tolerance:.0e}")


@njit(cache=True, nogil=True, error_model="numpy")
def _descend(positions, velocities, types, box, table, cutoff, state, tolerance):
    """STEPS_PER_CALL steps of FIRE 2.0 (semi-implicit Euler); returns the largest force component."""
    step, alpha, downhill = state
    force = np.empty_like(positions)
    starts, neighbours = verlet_list(positions, box, cutoff + SKIN)
    reference = positions.copy()
    largest = np.inf
    for _ in range(STEPS_PER_CALL):
        if moved_too_far(positions, reference, SKIN):
            starts, neighbours = verlet_list(positions, box, cutoff + SKIN)
            reference[:] = positions
        add_forces(positions, types, box, starts, neighbours, table, force)
        largest = np.abs(force).max()
        if largest < tolerance:
            break
        if (force * velocities).sum() > 0.0:
            downhill += 1
            if downhill > 20:
                step, alpha = min(step * 1.1, 0.02), alpha * 0.99
        else:
            positions -= 0.5 * step * velocities
            velocities[:] = 0.0
            step, alpha, downhill = max(step * 0.5, 4e-5), 0.25, 0.0
        velocities += step * force
        speed, pull = np.sqrt((velocities**2).sum()), np.sqrt((force**2).sum())
        velocities *= 1.0 - alpha
        velocities += alpha * speed / pull * force
        # Overlapping starts have huge forces: no particle moves by more than a tenth of a diameter at once.
        longest = step * np.abs(velocities).max()
        if longest > 0.1:
            velocities *= 0.1 / longest
        positions += step * velocities
    state[0], state[1], state[2] = step, alpha, downhill
    return largest

"""What every quantity of a field of particle values shares: the check of positions, values and box."""

import numpy as np

from glassviz.configuration import Configuration, wrap
from glassviz.errors import InputError


def check_field(positions, values, box, name="propensity"):
    """Positions (N, d) in [0, L), values (..., N) and box (d,) as float64 arrays.

    box : d edges, or one for all. Raises InputError, which calls the values `name`, unless all belong together and are
    finite.
    """
    positions = np.asarray(positions)
    structure = Configuration(positions, np.ones(len(positions) if positions.ndim else 0, dtype=np.int64), box)
    values = np.asarray(values, dtype=np.float64)
    if values.shape[-1:] != (structure.number,):
        raise InputError(f"{name} has shape {values.shape}, expected {structure.number} values, one for each position")
    if not np.isfinite(values).all():
        bad = values[~np.isfinite(values)][0]
        raise InputError(f"{name} holds {bad}, expected finite numbers: leave out particles without a value")
    return wrap(structure.positions, structure.box), values, structure.box


def check_fields(positions, values, box, name="propensities"):
    """As check_field for lists, one entry for each configuration: a list of positions, a list of values, the box."""
    positions, values = list(positions), list(values)
    if len(positions) != len(values) or not positions:
        raise InputError(
            f"there are {len(positions)} sets of positions and {len(values)} of {name}, expected as many, 1 or more"
        )
    checked = [
        check_field(x, v, box, f"{name} of configuration {k}")
        for k, (x, v) in enumerate(zip(positions, values, strict=True))
    ]
    return [x for x, _, _ in checked], [v for _, v, _ in checked], checked[0][2]

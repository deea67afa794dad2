"""A configuration: positions, types and a periodic box, in two or three dimensions."""

from dataclasses import dataclass

import numpy as np

from glassviz.errors import InputError


@dataclass(frozen=True, eq=False)
class Configuration:
    """Particles in a periodic orthorhombic box, in reduced units (length sigma_11).

    positions : (N, d) float64, wrapped or not, d = 2 or 3
    types : (N,) int, numbered from 1 as in the papers
    box : (d,) float64 edge lengths; one number means a cube or square

    Raises InputError when a shape, a value or a type number is impossible.
    """

    positions: np.ndarray
    types: np.ndarray
    box: np.ndarray

    def __post_init__(self):
        positions = np.array(self.positions, dtype=np.float64)
        if positions.ndim != 2 or positions.shape[1] not in (2, 3) or len(positions) == 0:
            raise InputError(f"positions have shape {positions.shape}, expected (N, 2) or (N, 3) with N >= 1")
        if not np.isfinite(positions).all():
            bad = int(np.flatnonzero(~np.isfinite(positions).all(axis=1))[0])
            raise InputError(f"position of particle {bad} is {positions[bad].tolist()}, expected finite numbers")
        box = np.array(self.box, dtype=np.float64)
        box = np.full(positions.shape[1], box) if box.ndim == 0 else box
        if box.shape != (positions.shape[1],) or not (np.isfinite(box).all() and (box > 0).all()):
            raise InputError(f"box is {box.tolist()}, expected {positions.shape[1]} positive edge lengths")
        with np.errstate(over="ignore", under="ignore"):
            volume = float(np.prod(box))
        if not 0 < volume < np.inf:
            raise InputError(f"box is {box.tolist()}, expected edge lengths whose product is a number")
        types = np.asarray(self.types)
        if types.shape != (len(positions),):
            raise InputError(f"types have shape {types.shape}, expected ({len(positions)},) like the positions")
        if types.dtype.kind not in "iu" or types.min() < 1:
            raise InputError("types must be whole numbers from 1 on")
        for name, value in (("positions", positions), ("types", types.astype(np.int64)), ("box", box)):
            value.flags.writeable = False
            object.__setattr__(self, name, value)

    @property
    def number(self):
        """Number of particles N."""
        return len(self.positions)

    @property
    def dimension(self):
        """Number of dimensions d."""
        return self.positions.shape[1]

    @property
    def density(self):
        """Number density N / V."""
        return self.number / float(np.prod(self.box))

    def wrap(self):
        """The same configuration with every coordinate in [0, L)."""
        return self.with_positions(wrap(self.positions, self.box))

    def with_positions(self, positions):
        """The same types and box around other positions (N, d)."""
        return Configuration(positions, self.types, self.box)


def wrap(positions, box):
    """Positions (..., d) folded into [0, L) along each edge."""
    folded = positions - box * np.floor(positions / box)
    # A coordinate just below zero can round up to L itself.
    return np.where(folded >= box, 0.0, folded)


def minimum_image(displacements, box):
    """Shortest periodic image of displacement vectors (..., d): r - L round(r / L)."""
    return displacements - box * np.rint(displacements / box)


def tile(configuration, copies):
    """The box repeated `copies` times along every axis: N copies^d particles, same local structure."""
    if copies < 1:
        raise InputError(f"copies is {copies}, expected 1 or more")
    d = configuration.dimension
    shifts = np.stack(np.meshgrid(*[np.arange(copies)] * d, indexing="ij"), axis=-1).reshape(-1, d)
    wrapped = configuration.wrap().positions
    positions = (wrapped[None, :, :] + shifts[:, None, :] * configuration.box).reshape(-1, d)
    return Configuration(positions, np.tile(configuration.types, len(shifts)), configuration.box * copies)

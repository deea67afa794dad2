"""Discs of true size as pixels, fast enough for films of 82,560 particles: who covers a pixel is found once."""

import numpy as np
from numba import njit

from glassviz.figures.discs import with_images

FINE = 3
"""Samples of a pixel along each axis: edges are as smooth as its square allows."""
MISSING, GROUND = 255, 256
"""Rows of the colour table behind its 255 colours: no value, and the ground between discs."""
_HIGHEST = 254
_RIM, _DARKER = 0.12, 0.72
"""Share of the radius that is rim, and how much of the colour's light it keeps."""


class DiscRaster:
    """Pictures (size, size, 3) uint8 of one configuration: call it with values (N,) in 0..1.

    positions (N, d) in [0, box), radii (N,), box (d,); size : pixels along an edge; table : (256, 3) uint8
    ground, missing : (3,) uint8 colours between discs, and of particles without a value
    behind : (N,) bool, particles that lie behind the others
    In three dimensions one looks along z: particles of larger z cover others.
    """

    def __init__(self, positions, radii, box, size, table, ground, missing, behind=None):
        positions, whose = with_images(positions, radii, box)
        above = np.zeros(len(whose)) if positions.shape[1] == 2 else positions[:, 2]
        front = np.zeros(len(whose), dtype=bool) if behind is None else ~behind[whose]
        order = np.lexsort([above, front])
        positions, whose = positions[order], whose[order]
        scale = size * FINE / float(box[0])
        self.size = size
        self._number = len(radii)
        self._covered = np.full((size * FINE, size * FINE), -1, dtype=np.int32)
        _cover(
            positions[:, :2] * scale, np.asarray(radii, dtype=float)[whose] * scale, whose, self._number, self._covered
        )
        plain = np.concatenate([table[:255], [missing], [ground]]).astype(np.uint8)
        # The rim of a colour stands as far behind it as the table is long.
        rims = np.rint(_DARKER * plain).astype(np.uint8)
        rims[MISSING] = np.rint(0.92 * plain[MISSING])
        self._colours = np.concatenate([plain, rims])

    def __call__(self, values):
        """The picture of values (N,): 0 at the table's first colour, 1 at its last, nan without a value."""
        index = np.rint(_HIGHEST * np.clip(values, 0, 1))
        index = np.where(np.isnan(index), MISSING, index).astype(np.int64)
        picture = np.empty((self.size, self.size, 3), dtype=np.uint8)
        _paint(self._covered, index, self._number, self._colours, picture)
        return picture


@njit(cache=True, nogil=True)
def _cover(centres, radii, whose, number, covered):
    """Write into each sample the particle whose disc is above, plus `number` where it is the disc's rim.

    Rows run downwards, y upwards. Discs of less than 3 pixels have no rim.
    """
    size = covered.shape[0]
    for k in range(len(whose)):
        x, y, r = centres[k, 0], size - centres[k, 1], radii[k]
        inner = r * (1 - _RIM) if r > 3 * FINE else r
        for row in range(max(0, int(y - r)), min(size, int(y + r) + 1)):
            for column in range(max(0, int(x - r)), min(size, int(x + r) + 1)):
                distance = np.sqrt((row + 0.5 - y) ** 2 + (column + 0.5 - x) ** 2)
                if distance <= r:
                    covered[row, column] = whose[k] + (number if distance > inner else 0)


@njit(cache=True, nogil=True)
def _paint(covered, index, number, colours, picture):
    """The mean colour of each pixel's samples."""
    size = picture.shape[0]
    half = len(colours) // 2
    for row in range(size):
        for column in range(size):
            red, green, blue = 0, 0, 0
            for a in range(FINE):
                for b in range(FINE):
                    who = covered[row * FINE + a, column * FINE + b]
                    if who < 0:
                        colour = GROUND
                    elif who < number:
                        colour = index[who]
                    else:
                        colour = index[who - number] + half
                    red += colours[colour, 0]
                    green += colours[colour, 1]
                    blue += colours[colour, 2]
            samples = FINE * FINE
            picture[row, column, 0] = red // samples
            picture[row, column, 1] = green // samples
            picture[row, column, 2] = blue // samples

"""Explicit periodic copies of a box, for methods that know nothing of periodicity."""

import numpy as np


def periodic_copies(positions, box, margin):
    """Positions in [-L/2, L/2) first, then their images within `margin` of the box: points (K, d), originals (K,)."""
    points, owner = positions, np.arange(len(positions))
    for axis, edge in enumerate(box):
        reach = int(np.ceil(margin / edge))
        layers, owners = [points], [owner]
        for shift in [s for s in range(-reach, reach + 1) if s]:
            moved = points[:, axis] + shift * edge
            inside = np.abs(moved) <= edge / 2 + margin
            layer = points[inside].copy()
            layer[:, axis] = moved[inside]
            layers.append(layer)
            owners.append(owner[inside])
        points, owner = np.concatenate(layers), np.concatenate(owners)
    return points, owner

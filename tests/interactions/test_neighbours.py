import numpy as np
import pytest

from glassviz.configuration import Configuration
from glassviz.errors import InputError
from glassviz.interactions.neighbours import neighbour_pairs, verlet_list


def brute_force(positions, box, cutoff):
    separation = positions[:, None] - positions[None]
    separation -= box * np.rint(separation / box)
    close = (separation**2).sum(axis=2) < cutoff**2
    return {(i, j) for i, j in zip(*np.nonzero(np.triu(close, 1)), strict=True)}


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("edge", [5.0, 5.6, 7.49, 7.51, 9.9, 12.0, 17.3, 25.0, 40.0])
def test_cell_list_finds_what_brute_force_finds(dimension, edge):
    random = np.random.default_rng(int(10 * edge))
    box = edge * np.array([1.0, 1.3, 1.0])[:dimension]
    positions = random.random((400, dimension)) * box
    # Particles on the faces, on the corners and outside the box.
    positions[:20, 0] = 0
    positions[20:40, -1] = box[-1]
    positions[40:44] = np.nextafter(box, 0)
    positions[44:60] += box * random.integers(-3, 4, (16, dimension))
    pairs, distances = neighbour_pairs(Configuration(positions, np.ones(400, int), box), 2.5)
    expected = brute_force(positions, box, 2.5)
    assert len(pairs) == len(expected) > 50
    assert set(map(tuple, pairs.tolist())) == expected
    assert (distances < 2.5).all()


def test_a_list_longer_than_its_first_guess_grows():
    positions = np.random.default_rng(3).random((300, 2)) * 5.0
    starts, _ = verlet_list(positions, (5.0, 5.0), 2.5)
    assert starts[-1] == len(brute_force(positions, np.array([5.0, 5.0]), 2.5)) > 16 * 300 / 2


def test_a_cutoff_above_half_the_box_is_refused():
    with pytest.raises(InputError, match="exceeds half the box"):
        neighbour_pairs(Configuration(np.zeros((2, 2)), np.ones(2, int), 4.0), 2.5)

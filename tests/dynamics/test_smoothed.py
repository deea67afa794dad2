"""The smoothed field: brute force, constant fields, damped waves, limits, invariances."""

import itertools

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import InputError


def brute_force(positions, values, box, length, shape):
    """Every node, every particle and all images within 6.5 lengths."""
    field, edges = np.empty(shape), box / shape
    far = int(np.ceil(6.5 * length / box.min()))
    shifts = np.array(list(itertools.product(range(-far, far + 1), repeat=len(box)))) * box
    images = (positions[:, None] + shifts).reshape(-1, len(box))
    repeated = np.repeat(values, len(shifts))
    for node in itertools.product(*map(range, shape)):
        apart = images - (np.array(node) + 0.5) * edges
        weight = np.exp(-0.5 * (apart**2).sum(axis=1) / length**2)
        field[node] = weight @ repeated / weight.sum()
    return field


@pytest.mark.parametrize(
    ("box", "nodes", "lengths"), [((12.0, 9.0), 12, (0.7, 2.0, 5.0, 9.0)), ((10.0, 8.0, 9.0), 5, (0.8, 2.0, 4.0))]
)
def test_equals_the_sum_over_all_images(box, nodes, lengths):
    random, box = np.random.default_rng(1), np.array(box)
    positions, values = random.uniform(-20, 20, (300, len(box))), random.normal(size=300)
    shape = tuple(np.rint(nodes * box / box.max()).astype(int))
    inside = positions - box * np.floor(positions / box)
    for length in lengths:
        found = gv.dynamics.smoothed(positions, values, box, length, nodes=nodes)
        assert found.shape == shape
        np.testing.assert_allclose(found, brute_force(inside, values, box, length, shape), atol=2e-6)


def test_many_particles_in_chunks_equal_the_sum_over_all_images():
    random, box = np.random.default_rng(2), np.array([60.0, 60.0])
    positions, values = random.uniform(0, 60, (5000, 2)), random.normal(size=5000)
    found = gv.dynamics.smoothed(positions, values, box, 1.5, nodes=16)
    np.testing.assert_allclose(found, brute_force(positions, values, box, 1.5, (16, 16)), atol=2e-6)


@pytest.mark.parametrize("length", [0, 0.05, 1.0, 8.0])
def test_a_constant_stays(length):
    positions = np.random.default_rng(3).uniform(0, 15, (200, 2))
    field = gv.dynamics.smoothed(positions, np.full(200, 0.37), 15.0, length)
    assert field.shape == (128, 128)
    np.testing.assert_allclose(field, 0.37, rtol=1e-12)


@pytest.mark.parametrize("length", [1.0, 2.0, 4.0])
def test_a_wave_on_dense_points_is_damped(length):
    box, side = 40.0, 200
    grid = (np.arange(side) + 0.5) * box / side
    positions = np.stack(np.meshgrid(grid, grid, indexing="ij"), axis=-1).reshape(-1, 2)
    qx, qy = 2 * np.pi / box * np.array([3, 1])
    field = gv.dynamics.smoothed(positions, np.cos(positions @ [qx, qy]), box, length, nodes=50)
    nodes = (np.arange(50) + 0.5) * box / 50
    left = np.exp(-0.5 * (qx**2 + qy**2) * length**2)
    np.testing.assert_allclose(field, left * np.cos(qx * nodes[:, None] + qy * nodes), atol=2e-6)


def test_at_length_zero_and_far_from_all_the_nearest_counts():
    random, box = np.random.default_rng(4), np.array([20.0, 10.0])
    positions, values = random.uniform(0, box, (30, 2)), random.normal(size=30)
    nearest = gv.dynamics.smoothed(positions, values, box, 0, nodes=40)
    assert nearest.shape == (40, 20)
    for i, k in itertools.product(range(40), range(20)):
        apart = positions - [(i + 0.5) / 2, (k + 0.5) / 2]
        apart -= box * np.rint(apart / box)
        assert nearest[i, k] == values[np.argmin((apart**2).sum(axis=1))]
    # A length far below the distances weighs the nearest alone.
    close = gv.dynamics.smoothed(positions, values, box, 0.02, nodes=40)
    np.testing.assert_allclose(close, nearest, atol=1e-12)


def test_invariances():
    random = np.random.default_rng(5)
    box, order = np.array([16.0, 12.0]), random.permutation(150)
    positions, values = random.uniform(0, box, (150, 2)), random.normal(size=150)

    def found(positions, values, box=box):
        return gv.dynamics.smoothed(positions, values, box, 1.3, nodes=32)

    before = found(positions, values)
    np.testing.assert_allclose(found(positions + [1.5, -2.0], values), np.roll(before, (3, -4), (0, 1)), atol=1e-6)
    np.testing.assert_allclose(found(positions + box * [3, -1], values), before, atol=1e-12)
    np.testing.assert_allclose(found(positions[order], values[order]), before, atol=1e-12)
    np.testing.assert_allclose(found(positions, 2 * values - 5), 2 * before - 5, atol=1e-12)
    np.testing.assert_allclose(found(positions[:, ::-1], values, box[::-1]), before.T, atol=1e-6)


def test_bad_requests_are_refused():
    given = {"positions": np.ones((3, 2)), "values": np.arange(3.0), "box": 6.0, "length": 1.0}
    for change, message in (
        ({"length": -1}, "length is -1"),
        ({"length": np.nan}, "length is nan"),
        ({"length": 7}, "the shortest edge"),
        ({"nodes": 1}, "nodes is 1"),
        ({"nodes": 5000}, "expected 2 to 4096"),
        ({"values": [0.0, np.nan, 1.0]}, "values holds nan"),
        ({"values": np.ones((2, 3))}, "values have shape"),
        ({"box": (6.0, 6.0, 6.0)}, "box is"),
    ):
        with pytest.raises(InputError, match=message):
            gv.dynamics.smoothed(**{**given, **change})

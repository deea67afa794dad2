"""Clusters of mobile particles: planted ones, a flood fill, invariances."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.configuration import minimum_image
from glassviz.errors import InputError
from tests.dynamics.planted_fields import quarter_turn


def flood(positions, mobile, box, cutoff):
    """Sizes of the clusters, from particle to particle."""
    left, sizes = set(np.flatnonzero(mobile)), []
    while left:
        front, size = [left.pop()], 0
        while front:
            here, size = front.pop(), size + 1
            near = {k for k in left if np.linalg.norm(minimum_image(positions[k] - positions[here], box)) < cutoff}
            left -= near
            front += near
        sizes.append(size)
    return sorted(sizes, reverse=True)


@pytest.mark.parametrize("box", [np.array([14.0, 11.0]), np.array([6.0, 5.0, 7.0])])
@pytest.mark.parametrize("threshold", [None, 0.3])
def test_equals_a_flood_fill(box, threshold):
    random = np.random.default_rng(1)
    positions, propensity = random.uniform(0, box, (150, len(box))), random.uniform(size=150)
    limit = np.median(propensity) if threshold is None else threshold
    found = gv.dynamics.mobile_clusters(positions, propensity, box, threshold, cutoff=1.1)
    assert found.tolist() == flood(positions, propensity < limit, box, 1.1)
    assert len(found) > 3


def test_planted_clusters_one_over_the_edge():
    rows = [(0.3, [18.5, 19.5, 0.5, 1.5, 2.5]), (6, [4, 5, 6]), (12, [4])]
    chosen = np.array([(x, y) for y, row in rows for x in row])
    # A ring around the box along y closes on itself; a chain of frozen particles does not join two clusters.
    ring = np.array([(10.0, y) for y in range(20)])
    frozen = np.array([(x, 6.0) for x in (7, 8, 9)])
    positions = np.concatenate([chosen, ring, frozen])
    propensity = np.concatenate([np.zeros(len(chosen) + len(ring)), np.ones(len(frozen))])
    sizes = gv.dynamics.mobile_clusters(positions - [5.0, 40.0], propensity, 20.0, threshold=0.5, cutoff=1.1)
    assert sizes.tolist() == [20, 5, 3, 1]
    assert gv.dynamics.mean_cluster_size(sizes) == pytest.approx((400 + 25 + 9 + 1) / 29)
    everything = gv.dynamics.mobile_clusters(positions, propensity, 20.0, threshold=2, cutoff=1.1)
    assert everything.tolist() == [26, 5, 1]


def test_invariances():
    random = np.random.default_rng(2)
    positions, propensity = random.uniform(0, 20, (300, 2)), random.uniform(size=300)
    before = gv.dynamics.mobile_clusters(positions, propensity, 20.0)
    order = random.permutation(300)
    same = [(positions + [3.7, -55.1], propensity), (positions[order], propensity[order]), (positions, propensity**3)]
    for other, values in [*same, (quarter_turn(positions), propensity)]:
        np.testing.assert_array_equal(gv.dynamics.mobile_clusters(other, values, 20.0), before)
    assert before.sum() == 150


def test_nothing_mobile_and_bad_requests():
    positions = np.random.default_rng(3).uniform(0, 6, (10, 2))
    none = gv.dynamics.mobile_clusters(positions, np.ones(10), 6.0)
    assert none.shape == (0,)
    assert np.isnan(gv.dynamics.mean_cluster_size(none))
    for given, message in (
        ({"cutoff": 3.5}, "half the box"),
        ({"cutoff": 0}, "cutoff is 0"),
        ({"box": (6.0, 6.0, 6.0)}, "box is"),
        ({"propensity": np.full(10, np.inf)}, "propensity holds inf"),
    ):
        with pytest.raises(InputError, match=message):
            gv.dynamics.mobile_clusters(**{"positions": positions, "propensity": np.ones(10), "box": 6.0, **given})

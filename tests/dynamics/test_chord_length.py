"""Chord lengths: planted stripes, random cells, a loop over cells, invariances, real data."""

import itertools

import numpy as np
import pytest

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.errors import InputError
from tests.dynamics.planted_fields import one_in_each_cell, quarter_turn
from tests.liquids import SHARED


@pytest.mark.parametrize(
    ("shape", "axis"), [((24, 20), 0), ((24, 20), 1), ((20, 6), 0), ((20, 6, 9), 0), ((5, 20, 4), 1), ((6, 9, 20), 2)]
)
def test_stripes_have_their_width(shape, axis):
    edges = np.array([1.5, 1.48, 1.52])[: len(shape)]
    positions, box = one_in_each_cell(shape, edges)
    place = np.indices(shape)[axis].ravel()
    # Two stripes, of 3 cells over the periodic edge and of 6.
    inside = np.isin(place, [shape[axis] - 2, shape[axis] - 1, 0, 5, 6, 7, 8, 9, 10])
    propensity = np.where(inside, 0.1, 0.9)
    width = edges[axis]
    across = gv.dynamics.chord_length(positions, propensity, box, closed_rows=False)
    assert across == pytest.approx(4.5 * width, rel=1e-12)
    # Rows along the stripes are mobile all around.
    others = [k for k in range(len(shape)) if k != axis]
    rows = np.prod([shape[k] for k in others])
    closed = [9 * rows / shape[k] for k in others]
    length = 9 * width * rows + sum(n * box[k] for n, k in zip(closed, others, strict=True))
    found = gv.dynamics.chord_length(positions, propensity, box)
    assert found == pytest.approx(length / (2 * rows + sum(closed)), rel=1e-12)


def test_random_cells_have_two():
    positions, box = one_in_each_cell((300, 300), np.array([1.5, 1.5]))
    propensity = np.random.default_rng(1).uniform(size=len(positions))
    # 9e4 chords whose lengths scatter by sqrt(2): an error of 0.005.
    assert gv.dynamics.chord_length(positions, propensity, box) / 1.5 == pytest.approx(2, abs=0.02)


def walk(positions, passive, box, shape, empty, closed_rows):
    """Lengths of all chords, cell after cell and row after row."""
    edges, mobile = box / shape, {}
    for place in itertools.product(*map(range, shape)):
        inside = (np.floor(positions / edges) == place).all(axis=1)
        if inside.any():
            mobile[place] = passive[inside].mean() < 0.5
        elif empty == "nearest":
            apart = positions - (np.array(place) + 0.5) * edges
            apart -= box * np.rint(apart / box)
            mobile[place] = not passive[np.argmin((apart**2).sum(axis=1))]
        else:
            mobile[place] = empty == "mobile"
    chords = []
    for axis, edge in enumerate(edges):
        for start in itertools.product(*(range(1) if k == axis else range(n) for k, n in enumerate(shape))):
            row = [mobile[start[:axis] + (k,) + start[axis + 1 :]] for k in range(shape[axis])]
            if all(row):
                chords += [box[axis]] if closed_rows else []
                continue
            # Begin behind a frozen cell, so that no chord is cut.
            begin = row.index(False)
            text = "".join("x" if m else " " for m in row[begin:] + row[:begin])
            chords += [edge * len(run) for run in text.split()]
    return chords


@pytest.mark.parametrize("empty", ["nearest", "frozen", "mobile"])
@pytest.mark.parametrize("closed_rows", [True, False])
@pytest.mark.parametrize("shape", [(9, 7), (4, 5, 3)])
def test_equals_the_walk_along_every_row(empty, closed_rows, shape):
    random = np.random.default_rng(3)
    box = np.array(shape) * np.array([1.48, 1.52, 1.5])[: len(shape)]
    fields = [(random.uniform(0, box, (50, len(shape))), random.uniform(0, 1, 50) ** k) for k in (1, 2, 3)]
    positions, propensities = zip(*fields, strict=True)
    median = np.median(propensities)
    each = [walk(x, p >= median, box, shape, empty, closed_rows) for x, p in fields]
    found, error = gv.dynamics.chord_length_with_error(
        positions, propensities, box, empty=empty, closed_rows=closed_rows
    )
    assert found == pytest.approx(np.mean(np.concatenate(each)), rel=1e-12)
    # Without one configuration the median is another.
    without = []
    for k in range(3):
        rest = [field for j, field in enumerate(fields) if j != k]
        limit = np.median([p for _, p in rest])
        chords = [walk(x, p >= limit, box, shape, empty, closed_rows) for x, p in rest]
        without.append(np.mean(np.concatenate(chords)))
    assert error == pytest.approx(np.std(without) * np.sqrt(2), rel=1e-9)
    alone = walk(positions[1], propensities[1] >= np.median(propensities[1]), box, shape, empty, closed_rows)
    found = gv.dynamics.chord_length(positions[1], propensities[1], box, empty=empty, closed_rows=closed_rows)
    assert found == pytest.approx(np.mean(alone), rel=1e-12)


def test_invariances():
    random = np.random.default_rng(4)
    box, edge = 30.0, 1.5
    positions, propensity = random.uniform(0, box, (400, 2)), random.uniform(size=400)
    before = gv.dynamics.chord_length(positions, propensity, box, edge)
    order = random.permutation(400)
    same = [
        (positions + edge * np.array([3, -11]), propensity),
        (positions + box * random.integers(-2, 3, (400, 2)), propensity),
        (positions[order], propensity[order]),
        (quarter_turn(positions), propensity),
        (positions, np.exp(3 * propensity) - 7),
    ]
    for other, values in same:
        assert gv.dynamics.chord_length(other, values, box, edge) == pytest.approx(before, rel=1e-12)
    assert gv.dynamics.chord_length(positions * 2, propensity, box * 2, edge * 2) == pytest.approx(2 * before)


def test_error_is_the_spread_of_repeated_experiments():
    found = []
    for seed in range(150):
        random = np.random.default_rng(seed)
        # Whole configurations differ, so the median does too.
        positions = random.uniform(0, 15, (8, 60, 2))
        propensities = random.normal(size=(8, 60)) + random.normal(size=(8, 1))
        found.append(gv.dynamics.chord_length_with_error(positions, propensities, 15.0))
    values, errors = np.array(found).T
    assert np.sqrt((errors**2).mean()) == pytest.approx(values.std(), rel=0.25)


def test_nothing_mobile_has_no_length():
    positions, box = one_in_each_cell((4, 4), np.array([1.5, 1.5]))
    assert np.isnan(gv.dynamics.chord_length(positions, np.ones(16), box))
    value, error = gv.dynamics.chord_length_with_error([positions], [np.arange(16)], box)
    assert value > 0
    assert np.isnan(error)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"box": (6.0, 6.0, 6.0)}, "box is"),
        ({"cell": 4.1}, "cell is 4.1, expected at most 3"),
        ({"cell": 0}, "cell is 0"),
        ({"cell": 1e-6}, "cells, expected at most"),
        ({"propensity": np.array([0.1, np.nan, 0.3])}, "propensities of configuration 0 holds nan"),
        ({"propensity": np.ones(4)}, r"shape \(4,\), expected 3 values"),
        ({"propensity": np.ones((2, 3))}, "2 axes"),
        ({"positions": np.full((3, 2), np.inf)}, "position of particle 0"),
        ({"positions": np.ones(3)}, "positions have shape"),
        ({"empty": "skip"}, "empty is 'skip'"),
    ],
)
def test_bad_requests_are_refused(change, message):
    given = {"positions": np.ones((3, 2)), "propensity": np.arange(3.0), "box": 6.0, **change}
    with pytest.raises(InputError, match=message):
        gv.dynamics.chord_length(**given)
    with pytest.raises(InputError, match="0 sets of positions"):
        gv.dynamics.chord_length_with_error([], [], 6.0)


@pytest.mark.skipif(not SHARED.exists(), reason="the reference files are not here")
def test_published_files_of_early_times_show_no_mobile_regions_yet():
    with np.load(SHARED / "ka2d_glassbench" / "N1290T0.30_3_tc01.npz", allow_pickle=False) as file:
        start = gv.Configuration(file["initial_positions"], file["types"], file["box"])
        runs = file["positions"][None]
    own = start.types == 1
    positions, random = start.positions[own], np.random.default_rng(0)
    # No bond is broken yet, so nobody is below the median.
    bonds = gv.dynamics.bond_breaking_propensity(start, runs, gv.KA2D)[0, own]
    assert np.isnan(gv.dynamics.chord_length(positions, bonds, start.box))
    # Rattling is as long as if it were dealt out at random.
    steps = -gv.dynamics.displacement_propensity(start, runs, wrapped=True)[0, own]
    found = gv.dynamics.chord_length(positions, steps, start.box)
    shuffled = [gv.dynamics.chord_length(positions, random.permutation(steps), start.box) for _ in range(50)]
    assert found == pytest.approx(np.mean(shuffled), abs=4 * np.std(shuffled))


def test_relaxing_regions_of_the_embedded_data_are_larger_than_at_random_and_grow_upon_cooling():
    data, found = gv.open(EMBEDDED / "ka2d"), []
    for temperature in (0.4, 0.5):
        point = data[temperature]
        slot = int(np.nanargmin(np.abs(point.decay() - 0.8)))
        chosen = [
            (c.positions, v[slot], c.types == 1) for c, v in zip(point.configurations, point.bond_breaking, strict=True)
        ]
        chosen = [(x[own], v[own]) for x, v, own in chosen if np.isfinite(v).all()][:16]
        positions, propensities = zip(*chosen, strict=True)
        box, random = point.configurations[0].box, np.random.default_rng(0)
        value, error = gv.dynamics.chord_length_with_error(positions, propensities, box)
        shuffled = [random.permutation(v) for v in propensities]
        assert value > gv.dynamics.chord_length_with_error(positions, shuffled, box)[0] + 4 * error
        found.append((value, error))
    assert found[0][0] > found[1][0] + np.hypot(found[0][1], found[1][1])

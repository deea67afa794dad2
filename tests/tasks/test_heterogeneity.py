"""Heterogeneity of a state point: molecular dynamics from products of halves, methods on the test split alone."""

import csv

import numpy as np
import pytest

from glassviz.dataset import StatePoint
from glassviz.dynamics import (
    chord_length_with_error,
    four_point_structure_factor,
    mean_cluster_size,
    mobile_clusters,
    overlap,
)
from glassviz.errors import Cancelled, InputError
from glassviz.learning import Ridge
from glassviz.learning.store import entry_of
from glassviz.learning.susceptibility_ratio import susceptibility_ratio
from glassviz.tasks.heterogeneity import PERMUTATIONS, Q_MAX, heterogeneity
from glassviz.tasks.heterogeneity_csv import write_heterogeneity
from glassviz.tasks.judge import judge
from glassviz.tasks.score import predictions_on_test
from tests.pages.conftest import planted

SPLITS = ["train", "test", "validation", "test", "test"]


@pytest.fixture(scope="module")
def point():
    return StatePoint([planted(index, split, 0.8) for index, split in enumerate(SPLITS)])


@pytest.fixture(scope="module")
def entry(point):
    return entry_of(Ridge.fit(point), "planted")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))


def of_type(point, place, kind=1):
    return point.configurations[place].types == kind


def test_molecular_dynamics_from_products_of_halves(point):
    found = heterogeneity(point)
    assert (found.name, found.places) == ("MD", (1, 3, 4))
    means = [point.bond_breaking_halves[k][:, :, of_type(point, k)].mean(axis=2) for k in found.places]
    first, second = np.array(means).transpose(1, 0, 2)
    number = of_type(point, 1).sum()
    expected = [number * np.cov(first[:, slot], second[:, slot])[0, 1] for slot in range(4)]
    np.testing.assert_allclose(found.chi_4, expected, rtol=1e-9, atol=1e-12)
    assert (found.chi_4_error[1:] > 0).all()
    for slot in (1, 3):
        rings = found.rings[slot]
        ensemble = [point.bond_breaking_halves[k][:, slot][:, of_type(point, k)] for k in found.places]
        total = np.zeros(len(rings.q))
        for k, (a, b) in zip(found.places, ensemble, strict=True):
            own = of_type(point, k)
            mean_a, mean_b = (np.mean([pair[side].mean() for pair in ensemble]) for side in (0, 1))
            # The two means differ: shift the second half so that one mean serves both.
            q, s4 = four_point_structure_factor(
                point.configurations[k].positions[own], a, point.configurations[k].box, Q_MAX,
                other_half=b + mean_a - mean_b, mean=mean_a,
            )  # fmt: skip
            total += s4 / len(ensemble)
        np.testing.assert_allclose(rings.q, q)
        np.testing.assert_allclose(rings.s4, total, rtol=1e-7, atol=1e-12)
    fields = [pair.mean(axis=0) for pair in ensemble]
    positions = [point.configurations[k].positions[of_type(point, k)] for k in found.places]
    chord = chord_length_with_error(positions, fields, point.configurations[0].box)
    np.testing.assert_allclose((found.chord[3], found.chord_error[3]), chord)
    assert found.configurations.tolist() == [3] * 4
    assert found.cluster[3] >= 1


def test_permuted_propensities_have_the_lengths_of_no_correlation(point):
    found = heterogeneity(point, split="all")
    positions = [point.configurations[k].positions[of_type(point, k)] for k in found.places]
    fields = [v[:, 3].mean(axis=0) for v in found.values]
    box, median = point.configurations[0].box, np.median(np.concatenate(fields))
    rng, chords, clusters = np.random.default_rng(91), [], []
    for _ in range(30):
        shuffled = [rng.permutation(f) for f in fields]
        chords.append(chord_length_with_error(positions, shuffled, box)[0])
        sizes = [mobile_clusters(x, f, box, median) for x, f in zip(positions, shuffled, strict=True)]
        clusters.append(mean_cluster_size(np.concatenate(sizes)))
    for value, drawn in ((found.chord_permuted[3], chords), (found.cluster_permuted[3], clusters)):
        # The mean of a few permutations of its own among the means of as many of these.
        assert abs(value - np.mean(drawn)) < 4 * np.std(drawn) / np.sqrt(PERMUTATIONS)
    # The planted wave spans the box.
    assert found.chord_permuted[3] < 0.7 * found.chord[3]
    assert found.cluster_permuted[3] < 0.7 * found.cluster[3]


def test_all_configurations_only_count_for_molecular_dynamics(point, entry):
    assert heterogeneity(point, split="all").places == (0, 1, 2, 3, 4)
    assert heterogeneity(point, entry, split="all").places == (1, 3, 4)


def test_a_method_has_no_noise_and_its_chi_4_is_that_of_the_scores(point, entry):
    found = heterogeneity(point, entry)
    predicted = predictions_on_test(entry, point)
    for slot in (1, 2, 3):
        own = [predicted[k][slot][of_type(point, k)] for k in found.places]
        halves = [point.bond_breaking_halves[k][:, slot][:, of_type(point, k)] for k in found.places]
        expected = susceptibility_ratio(own, halves)
        np.testing.assert_allclose(found.chi_4[slot], expected[0], rtol=1e-9)
        np.testing.assert_allclose(heterogeneity(point).chi_4[slot], expected[1], rtol=1e-9)
        assert not found.rings[slot].noise.any()


def test_displacements_count_as_overlaps_and_large_ones_are_mobile(point):
    found = heterogeneity(point, observable="displacement", type_number=2)
    halves = [point.displacement_halves[k][:, :, of_type(point, k, 2)] for k in found.places]
    means = np.array([overlap(h).mean(axis=2) for h in halves])
    number = halves[0].shape[2]
    expected = [number * np.cov(means[:, 0, slot], means[:, 1, slot])[0, 1] for slot in range(4)]
    np.testing.assert_allclose(found.chi_4, expected, rtol=1e-9, atol=1e-12)
    # The planted displacements are 1 - C_B.
    np.testing.assert_allclose(found.chord, heterogeneity(point, type_number=2).chord)


def test_a_second_time_comes_from_the_disk_and_is_the_same(point, monkeypatch):
    first = heterogeneity(point)
    for name in ("four_point_rings", "chord_length_with_error"):
        monkeypatch.setattr(f"glassviz.tasks.heterogeneity.{name}", lambda *_, **__: 1 / 0)
    second = heterogeneity(point)
    np.testing.assert_array_equal(first.chord, second.chord)
    for one, other in zip(first.rings, second.rings, strict=True):
        np.testing.assert_array_equal(one.s4, other.s4)
        np.testing.assert_array_equal(one.errors, other.errors)
        np.testing.assert_array_equal(one.numbers, other.numbers)
    with pytest.raises(ZeroDivisionError):
        heterogeneity(point, type_number=2)


def test_refuses_and_stops(point, entry):
    with pytest.raises(InputError, match=r"type is 4, expected 1\.\.3"):
        heterogeneity(point, type_number=4)
    with pytest.raises(InputError, match="split is 'train', expected one of test, all"):
        heterogeneity(point, split="train")
    with pytest.raises(InputError, match="no configuration at T = 0.8 has labels of the test split"):
        heterogeneity(StatePoint([planted(0, "train", 0.8)]))

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        heterogeneity(point, entry, progress=stop)


def test_the_table_holds_every_quantity_with_its_unit_and_why_there_is_no_number(point, entry, tmp_path):
    data = {0.8: point}
    system = type("Data", (dict,), {"system": point.system})(data)
    both = heterogeneity(point), heterogeneity(point, entry)
    known = [(found, 0.8, [found.fit(slot, (0.5, 2.5)) for slot in range(4)]) for found in both]
    path = tmp_path / "heterogeneity.csv"
    number = write_heterogeneity(known, system, path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == number
    known_quantities = {"chi_4", "chord", "cluster", "chord_permuted", "cluster_permuted", "S_4", "xi", "chi", "A"}
    assert {row["quantity"] for row in rows} == known_quantities
    own = [row for row in rows if row["method"] == "planted" and row["quantity"] == "chi_4"]
    np.testing.assert_allclose([float(row["value"]) for row in own], known[1][0].chi_4, rtol=1e-8, atol=1e-12)
    s4 = [row for row in rows if row["method"] == "MD" and row["quantity"] == "S_4"][-len(known[0][0].rings[3].q) :]
    np.testing.assert_allclose([float(row["value"]) for row in s4], known[0][0].rings[3].s4, rtol=1e-8)
    for row in rows:
        if row["quantity"] in ("xi", "chi", "A"):
            assert bool(row["value"]) == row["note"].startswith("fit in")


class Networks:
    """A model of three networks that predict a field with different amplitudes."""

    seeds, times, types = 3, None, [1]

    def __init__(self, point, of_each):
        self.point, self.times, self.collective_of_each = point, point.times, of_each

    def predict_each(self, configuration, inherent=None):
        place = next(k for k, c in enumerate(self.point.configurations) if c is configuration)
        measured = self.point.bond_breaking[place].astype(float)
        return np.array([0.5 + scale * (measured - 0.5) for scale in (0.5, 1.0, -0.9)])


def test_collective_quantities_of_tglassmlp_are_means_over_its_networks(point):
    """Fields of opposite sign have a mean that hardly varies, while each of them does."""
    shared = {"name": "networks", "kind": "tglassmlp", "system": "KA2D", "observable": "bond_breaking", "types": [1]}
    each = heterogeneity(point, {**shared, "model": Networks(point, True)})
    mean = heterogeneity(point, {**shared, "model": Networks(point, False)})
    variances = np.array([0.25, 1.0, 0.81])
    factor = variances.mean() / 0.2**2
    np.testing.assert_allclose(each.chi_4[1:], factor * mean.chi_4[1:], rtol=1e-6)
    np.testing.assert_allclose(each.rings[2].s4, factor * mean.rings[2].s4, rtol=1e-6)
    relative = mean.chi_4_error[2] / mean.chi_4[2]
    spread = variances.std(ddof=1) / variances.mean()
    assert each.chi_4_error[2] / each.chi_4[2] == pytest.approx(np.hypot(relative, spread), rel=1e-6)
    rows = judge({**shared, "model": Networks(point, True)}, point)[1]
    np.testing.assert_allclose([row["chi_4"] for row in rows[1:]], each.chi_4[1:], rtol=1e-6)
    measured = judge({**shared, "model": Networks(point, False)}, point)[1]
    assert rows[2]["variance_ratio"] == pytest.approx(factor * measured[2]["variance_ratio"], rel=1e-6)
    assert rows[2]["pearson"] == measured[2]["pearson"]

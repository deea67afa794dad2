import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import DataError, InputError
from glassviz.record import read_record
from glassviz.tasks.assemble import AssemblyPlan, assemble, heal, join, sample_boxes, seam_profile
from glassviz.tasks.simulate import SimulationPlan, simulate
from tests.liquids import liquid


@pytest.fixture(scope="module")
def boxes():
    """Four different boxes from one chain at a temperature where a few cycles decorrelate."""
    return sample_boxes([liquid()], gv.KA2D, 1.0, 4, 10, seed=2)


def test_samples_differ_and_depend_on_the_seed(boxes):
    for i in range(4):
        for j in range(i):
            assert np.abs(boxes[i].positions - boxes[j].positions).max() > 0.5
    again = sample_boxes([liquid()], gv.KA2D, 1.0, 2, 10, seed=2)
    np.testing.assert_array_equal(again[1].positions, boxes[1].positions)


def test_joined_boxes_keep_their_insides(boxes):
    joined = join(boxes, 2)
    assert joined.number == 4 * 129
    np.testing.assert_allclose(joined.box, 2 * boxes[0].box)
    energies = gv.simulation.potential_energy(joined, gv.KA2D)
    edge = boxes[0].box
    for k, box in enumerate(boxes):
        inside = box.wrap().positions % edge
        deep = np.minimum(inside, edge - inside).min(axis=1) > 2.5
        assert deep.sum() > 20
        own = gv.simulation.potential_energy(box, gv.KA2D)
        np.testing.assert_allclose(energies[129 * k : 129 * (k + 1)][deep], own[deep], rtol=1e-9)


def test_healing_flattens_the_energy_across_the_seams(boxes):
    joined = join(boxes, 2)
    bins = np.array([0.0, 1.0, 5.0])
    raw, _ = seam_profile(joined, gv.KA2D, 2, bins)
    assert raw[0] - raw[1] > 1.0
    healed = heal(joined, gv.KA2D, 1.0, 20.0, seed=3)
    np.testing.assert_array_equal(np.sort(healed.types), np.sort(joined.types))
    means, errors = seam_profile(healed, gv.KA2D, 2, bins)
    assert abs(means[0] - means[1]) < 4 * np.hypot(*errors)
    # A healed seam is not a place of its own: the profile of shifted seams is as flat.
    shifted = gv.Configuration(healed.positions + 3.3, healed.types, healed.box).wrap()
    elsewhere, _ = seam_profile(shifted, gv.KA2D, 2, bins)
    assert abs(elsewhere[0] - means[0]) < 4 * np.hypot(*errors)


def test_an_assembled_configuration_is_a_record_with_labels(tmp_path):
    small = SimulationPlan(
        gv.KA2D, 1.5, {"train": 1, "test": 1}, {"train": 2, "test": 2}, until=0.9, cycles=4, number=129
    )
    simulate(small, tmp_path / "small")
    plan = AssemblyPlan(tmp_path / "small", 1.5, grid=2, between=3, healing=5.0, levels=(0.94, 0.9), replicas=2)
    stages = []
    path = assemble(plan, tmp_path / "large", lambda done, total, stage: stages.append(stage))
    record = read_record(path)
    assert record.thermal.number == 516
    assert record.half_replicas == (1, 1)
    assert len(record.times) == 2
    assert record.provenance["boxes"] == 4
    assert len(record.provenance["seam_energies"]) == 5
    assert set(stages) == {"sampling boxes", "healing the seams", "isoconfigurational"}
    assert gv.open(tmp_path / "large")[1.5].bond_breaking.shape == (1, 2, 516)


@pytest.mark.parametrize("change", [{"grid": 1}, {"between": 0}, {"healing": 0}, {"levels": (1.2,)}, {"replicas": 3}])
def test_impossible_assemblies_are_refused(change, tmp_path):
    with pytest.raises(InputError, match=next(iter(change))):
        AssemblyPlan(tmp_path, 1.0, **{"levels": (0.9,), **change})


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        assemble(AssemblyPlan(tmp_path / "nowhere", 1.0), tmp_path)

import json
import os

import numpy as np
import pytest

import glassviz as gv
from glassviz.dataset import state_folder
from glassviz.errors import Cancelled, DataError, InputError
from glassviz.tasks.equilibrate import equilibrate, relaxation_cycles
from glassviz.tasks.pilot import LEVELS, read_pilot
from glassviz.tasks.simulate import SimulationPlan, simulate


def plan(**changes):
    values = {
        "system": gv.KA2D,
        "temperature": 1.5,
        "configurations": {"train": 2, "test": 1},
        "replicas": {"train": 2, "test": 4},
        "until": 0.80,
        "cycles": 10,
        "number": 129,
    }
    return SimulationPlan(**{**values, **changes})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "small"
    assert len(simulate(plan(), path)) == 3
    return path


def test_a_data_set_is_what_the_plan_asked_for(folder):
    data = gv.open(folder)
    point = data[1.5]
    assert sorted(point.split) == ["test", "train", "train"]
    assert sorted(point.replicas.tolist()) == [2, 2, 4]
    assert data.problems == []
    levels = read_pilot(folder / "T1.5000" / "pilot.json")["level_times"]
    assert [float(level) for level in levels] == [level for level in LEVELS if level >= 0.8]
    np.testing.assert_allclose(point.times, sorted({0.1, 1.0, 10.0, *levels.values()}))
    mean = point.mean_correlation().mean(axis=0)
    assert (np.diff(mean) < 0.02).all()
    for level, time in levels.items():
        assert mean[np.isclose(point.times, time)][0] == pytest.approx(float(level), abs=0.06)
    kept = np.nanmean(point.bond_breaking_means, axis=1)
    np.testing.assert_allclose(kept, point.mean_correlation(), atol=1e-6)
    scattering = point.self_scattering
    assert scattering.shape == (3, 2, len(point.times))
    # Short times are ballistic, and so Gaussian: F_s = exp(-k^2 <R^2> / 2d).
    short = np.exp(-(gv.KA2D.wavenumber**2) * np.nanmean(point.squared_displacement_means[:, :, 0], axis=1) / 4)
    np.testing.assert_allclose(scattering[:, :, 0].mean(axis=1), short, atol=0.02)
    assert (scattering[:, :, 0] > 0.5).all()
    assert (scattering[:, :, -1] < 0.3).all()
    assert np.nanmin(point.overlap_means[:, :, 0]) > np.nanmax(point.overlap_means[:, :, -1])
    starts = {record.provenance["start"] for record in point.records}
    assert starts == {"hot", "cold"}
    for record in point.records:
        assert np.abs(gv.simulation.forces(record.inherent, gv.KA2D)).max() < 1e-8
        energy = gv.simulation.potential_energy(record.thermal, gv.KA2D).mean()
        assert energy == pytest.approx(record.provenance["energies"][-1], abs=1e-5)


def test_nothing_is_done_twice_and_a_larger_plan_adds(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*.h5")}
    assert simulate(plan(), folder) == []
    added = simulate(plan(configurations={"train": 2, "validation": 1, "test": 1}), folder)
    assert [path.name for path in added] == ["0003.h5"]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert gv.open(folder)[1.5].split.count("validation") == 1


def test_the_same_plan_gives_the_same_data_after_an_interruption(folder, tmp_path):
    class Stop:
        def __init__(self, stages):
            self.stages, self.seen = stages, []

        def __call__(self, done, total, stage):
            if stage not in self.seen:
                self.seen.append(stage)
            if len(self.seen) > self.stages:
                raise Cancelled

    for stages in (0, 1, 2):
        with pytest.raises(Cancelled):
            simulate(plan(), tmp_path, Stop(stages))
        assert [path.name for path in tmp_path.rglob("*.part")] == []
    # The third call found the pilot done, and finished two configurations before its third stage.
    assert len(list(tmp_path.rglob("*.h5"))) == 2
    simulate(plan(), tmp_path)
    for index in range(3):
        first, second = (gv.open(where)[1.5].records[index] for where in (folder, tmp_path))
        assert first.split == second.split
        np.testing.assert_array_equal(first.thermal.positions, second.thermal.positions)
        np.testing.assert_array_equal(first.bond_breaking_halves, second.bond_breaking_halves)


def test_a_longer_pilot_repeats_the_earlier_times(folder, tmp_path):
    short = json.loads((folder / "T1.5000" / "pilot.json").read_text())["level_times"]
    simulate(plan(until=0.75, configurations={"test": 1}, replicas={"test": 2}), tmp_path)
    longer = read_pilot(tmp_path / "T1.5000" / "pilot.json")["level_times"]
    assert longer | short == longer
    assert "0.75" in longer


def test_configurations_beside_count_and_lend_their_times(folder, tmp_path):
    larger = plan(configurations={"train": 2, "validation": 1, "test": 2})
    have = gv.open(folder)[1.5]
    written = simulate(larger, tmp_path, beside=[folder])
    assert len(written) == 5 - len(have)
    union = gv.open(folder, tmp_path)
    assert union.problems == []
    assert len(union[1.5]) == 5
    np.testing.assert_array_equal(union[1.5].times, have.times)
    assert not np.isnan(union[1.5].bond_breaking).any()


def test_a_folder_of_another_size_is_refused(folder):
    with pytest.raises(DataError, match=r"\('KA2D', 129, 1\.5\), expected \('KA2D', 172, 1\.5\)"):
        simulate(plan(number=172, configurations={"test": 9}), folder)


def test_another_pilot_keeps_the_times_that_labels_have(folder, tmp_path):
    (tmp_path / "T1.5000").mkdir()
    before = {"0.99": 0.33, "0.94": 2.22}
    (tmp_path / "T1.5000" / "pilot.json").write_text(json.dumps({"level_times": before}))
    simulate(plan(seed=5, until=0.9, configurations={"test": 1}), tmp_path)
    after = read_pilot(tmp_path / "T1.5000" / "pilot.json")["level_times"]
    assert after.items() >= before.items()
    assert set(after) == {"0.99", "0.94", "0.90"}
    assert {0.33, 2.22, after["0.90"]} <= set(gv.open(tmp_path)[1.5].times.tolist())


def test_a_damaged_file_stops_the_extension_with_its_name(folder, tmp_path):
    target = tmp_path / "T1.5000"
    target.mkdir()
    for path in (folder / "T1.5000").iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    os.truncate(target / "0001.h5", 500)
    with pytest.raises(DataError, match=r"0001\.h5: not a whole HDF5 file"):
        simulate(plan(), tmp_path)
    (target / "0001.h5").unlink()
    (target / "pilot.json").write_text("{")
    with pytest.raises(DataError, match=r"pilot\.json"):
        simulate(plan(), tmp_path)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"temperature": -0.5}, "temperature is -0.5"),
        ({"temperature": float("nan")}, "temperature"),
        ({"replicas": {"train": 3}}, "even number"),
        ({"replicas": {"test": 0}}, "even number"),
        ({"configurations": {"train": -1}}, "train configurations are -1"),
        ({"until": 0.33}, "until is 0.33"),
        ({"test_until": 0.33}, "test_until is 0.33"),
        ({"until": None, "test_until": 0.5}, "test_until is 0.5"),
        ({"cycles": 1}, "cycles"),
        ({"seed": -1}, "seed"),
        ({"number": 20}, "half the box"),
        ({"number": 10**12}, "at most"),
        ({"temperature": 1e300}, "temperature"),
        ({"configurations": {}}, "no configuration"),
    ],
)
def test_impossible_plans_are_refused_before_anything_is_written(change, word, tmp_path):
    with pytest.raises(InputError, match=word):
        simulate(plan(**change), tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_test_configurations_may_have_labels_to_a_smaller_correlation(tmp_path):
    counts = {"train": 1, "test": 1}
    simulate(plan(configurations=counts, until=0.9, test_until=0.8), tmp_path)
    point = gv.open(tmp_path)[1.5]
    levels = read_pilot(tmp_path / "T1.5000" / "pilot.json")["level_times"]
    longest = {record.split: record.times[-1] for record in point.records}
    assert longest["test"] == max(levels["0.80"], 10.0)
    assert longest["train"] == max(levels["0.90"], 10.0)
    times, curves = point.shared_decay()
    assert curves.shape == (2, len(times))
    assert np.isfinite(curves).all()
    assert len(times) <= len(point.times)


def test_structures_without_labels(tmp_path):
    simulate(plan(configurations={"train": 1, "test": 1}, until=None), tmp_path)
    point = gv.open(tmp_path)[1.5]
    assert len(point.times) == 0
    assert not (tmp_path / "T1.5000" / "pilot.json").exists()
    facts = point.records[0].provenance
    assert facts["cycles"][-1] == 10
    kept = np.array(facts["bonds_kept"], dtype=float)
    assert np.nanmax(kept) == 1
    assert kept[-1] < 1
    # Labels are not added to a finished file: the numbers asked for are there already.
    assert simulate(plan(configurations={"train": 1, "test": 1}), tmp_path) == []


def test_relaxation_is_told_only_where_half_of_the_bonds_broke():
    cycles = np.array([0, 5, 10, 20, 30])
    kept = np.array([np.nan, np.nan, 1.0, 0.75, 0.25])
    assert relaxation_cycles(cycles, kept) == pytest.approx(15)
    assert np.isnan(relaxation_cycles(cycles, kept + [0, 0, 0, 0, 0.5]))


def test_both_kinds_of_start_reach_the_same_energy():
    means = {}
    for start in ("hot", "cold"):
        late = []
        for seed in range(4):
            run = equilibrate(gv.KA2D, 1.0, 129, 60, seed, start)
            late.append(run.energies[run.cycles > 12].mean())
            assert 0 < run.acceptance[1] < run.acceptance[0] < 1
            # Bonds are counted from half-way on, and break within a few cycles at this temperature.
            assert np.isnan(run.bonds_kept[run.cycles < 30]).all()
            assert run.bonds_kept[run.cycles == 30] == 1
            assert 1 < run.relaxation_cycles < 30
        means[start] = np.mean(late), np.std(late, ddof=1) / 2
    difference = means["hot"][0] - means["cold"][0]
    assert np.hypot(means["hot"][1], means["cold"][1]) < 0.05
    assert abs(difference) < 4 * np.hypot(means["hot"][1], means["cold"][1])


def test_what_killed_writers_left_is_swept_away_and_what_is_being_written_is_not(tmp_path):
    state = tmp_path / state_folder(1.5)
    state.mkdir()
    old, young = state / ".0000.h5.1.part", state / ".0001.h5.2.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    simulate(plan(configurations={"train": 1}, until=None), tmp_path)
    assert not old.exists()
    assert young.exists()
    assert (state / "0000.h5").exists()

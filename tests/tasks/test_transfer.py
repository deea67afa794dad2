"""Two-step training of tGlassMLP over a ladder of temperatures: plan, consistency, labels, resuming."""

import json
from shutil import copytree

import numpy as np
import pytest

from glassviz.dataset import Dataset
from glassviz.errors import Cancelled, InputError
from glassviz.learning.score import pearson
from glassviz.learning.store import load_model
from glassviz.learning.training import Stage
from glassviz.record import write_record
from glassviz.tasks.transfer import transfer, transferred_name
from glassviz.tasks.transfer_plan import TransferPlan, plan_for
from tests.learning.ladder import state_point

STAGES = (Stage(30, 5e-3, 1), Stage(10, 1e-3, 1), Stage(3, 2e-4, 2))
LEVELS = (0.9, 0.8, 0.5)
SETTINGS = {"levels": LEVELS, "networks": 4, "schedule": STAGES, "structures": 12}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Labels to C = 0.5 at two temperatures, to 0.9 at 0.35, and at 0.3, where a transfer must not read them."""
    folder = tmp_path_factory.mktemp("ladder")
    for temperature, times in ((0.5, 4), (0.4, 4), (0.35, 2), (0.3, 4)):
        for record in state_point(temperature, times=times).records:
            write_record(folder / f"T{temperature:.4f}" / f"{record.index:04d}.h5", record)
    return folder


@pytest.fixture(scope="module")
def done(folder, tmp_path_factory):
    """A whole run: (data, plan, folder of models, folder of stages, progress seen)."""
    data, out, seen = Dataset(folder), tmp_path_factory.mktemp("models"), []
    plan = plan_for(data, (0.3,), **SETTINGS)
    transfer(data, plan, out, stages=out / "stages", progress=lambda *told: seen.append(told))
    return data, plan, out, out / "stages", seen


def test_the_plan_takes_labels_above_the_targets_and_transfers_what_is_missing(folder):
    data = Dataset(folder)
    plan = plan_for(data, (0.3,), levels=LEVELS)
    assert plan.minimum == 0.35
    assert plan.temperatures(data) == ([0.5, 0.4, 0.35], [0.3])
    assert plan.transferred(data) == {0.9: [0.3], 0.8: [0.35, 0.3], 0.5: [0.35, 0.3]}
    fewer = TransferPlan(minimum=0.4, targets=(0.35, 0.3), levels=LEVELS, least={0.3: 0.8})
    assert fewer.transferred(data) == {0.9: [0.35, 0.3], 0.8: [0.35, 0.3], 0.5: [0.35]}
    assert plan_for(data).minimum == 0.3
    assert plan_for(data, levels=LEVELS).transferred(data) == {0.8: [0.35], 0.5: [0.35]}


def test_the_whole_protocol(done):
    data, plan, out, stages, seen = done
    model = load_model(out / transferred_name(data, plan))
    assert model.seeds == 1
    assert model.scaled_at == ()
    learnt = [(T, kind) for T, _, kind in map(tuple, model.provenance["learnt"])]
    assert learnt.count((0.3, "transferred")) == 3
    assert (0.3, "md") not in learnt
    assert learnt.count((0.35, "md")) == 1
    point = data[0.3]
    own = point.configurations[3].types == 1
    found = model.at(point).predict(point.configurations[3], 100.0, point.inherent[3])
    assert pearson(found[own], point.bond_breaking[3, 2, own]) > 0.6
    report = json.loads((stages / "report.json").read_text())
    assert set(report["step1"]) == {"0.9", "0.8", "0.5"}
    for found in report["step1"].values():
        off = np.abs(found["deviations"]) / np.array(found["tolerances"])[:, None]
        assert found["kept"] == [int(off.max(axis=0).argmin())]
        assert found["within_tolerance"] == (off.max(axis=0) <= 1).sum()
        assert min(found["tolerances"]) >= plan.tolerance
    assert report["plan"]["minimum"] == 0.35
    assert seen[-1][0] == seen[-1][1]
    assert [told[0] for told in seen] == sorted(told[0] for told in seen)
    assert {told[2] for told in seen} == {f"step 1, C = {level}" for level in LEVELS} | {"step 2, all labels"}


def test_transferred_labels_are_those_of_one_kept_network_each(done):
    _, _, _, stages, _ = done
    report = json.loads((stages / "report.json").read_text())
    assert len(load_model(stages / "all").parameters[1]["output.bias"]) == 4
    assert load_model(stages / "C0.8").provenance["learnt"][0][2] == "md"
    assert all(len(found["kept"]) == 1 for found in report["step1"].values())


def test_labels_of_the_targets_and_the_test_split_are_not_read(done, folder, tmp_path):
    data, plan, out, _, _ = done
    changed = tmp_path / "changed"
    for temperature in data.temperatures:
        for record in data[temperature].records:
            if temperature == 0.3 or record.split == "test":
                record.bond_breaking_halves[:] = 0.5
            write_record(changed / f"T{temperature:.4f}" / f"{record.index:04d}.h5", record)
    again = load_model(transfer(Dataset(changed), plan, tmp_path / "models"))
    for name, value in load_model(out / transferred_name(data, plan)).parameters[1].items():
        np.testing.assert_array_equal(again.parameters[1][name], value)


def test_a_stopped_run_goes_on(done, tmp_path):
    data, plan, out, _, _ = done
    calls = []

    def stop(done_steps, total, stage):
        calls.append(stage)
        if stage.startswith("step 2"):
            raise Cancelled

    with pytest.raises(Cancelled):
        transfer(data, plan, tmp_path, progress=stop)
    hidden = [path for path in tmp_path.iterdir() if path.name.endswith(".stages")]
    assert len(hidden) == 1
    second = []
    path = transfer(data, plan, tmp_path, progress=lambda *told: second.append(told[2]))
    assert set(second) == {"step 2, all labels"}
    assert not hidden[0].exists()
    for name, value in load_model(out / transferred_name(data, plan)).parameters[1].items():
        np.testing.assert_array_equal(load_model(path).parameters[1][name], value)
    with pytest.raises(InputError, match="exists already"):
        transfer(data, plan, tmp_path)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"minimum": 0.4, "targets": (0.45,)}, r"target is T = 0\.45, expected one below the minimum 0\.4"),
        ({"minimum": 0.4, "kept": 0.0}, r"kept is 0\.0"),
        ({"minimum": 0.4, "levels": (1.2,)}, "levels are"),
        ({"minimum": 0.4, "levels": (0.8, 0.8)}, r"levels are \[0\.8, 0\.8\], expected each once"),
        ({"minimum": 0.4, "targets": (0.3, 0.3)}, "targets are .* each once"),
        ({"minimum": 0.4, "least": 5.0}, r"least is 5\.0"),
        ({"minimum": 0.4, "tolerance": float("nan")}, "tolerance is nan"),
        ({"minimum": 0.4, "seed": -1}, "seed is -1"),
        ({"minimum": 0.4, "keep": "first"}, "keep is 'first'"),
        ({"minimum": 0.4, "schedule": "slow"}, "schedule is 'slow'"),
    ],
)
def test_plans_that_cannot_be(settings, words):
    with pytest.raises(InputError, match=words):
        TransferPlan(**settings)


def test_stages_of_another_plan_are_refused_and_damaged_ones_made_anew(done, folder, tmp_path):
    data, plan, out, stages, _ = done
    with pytest.raises(InputError, match="holds the stages of another plan or other data"):
        transfer(data, plan_for(data, levels=LEVELS), tmp_path, stages=stages)
    assert not list(tmp_path.iterdir())
    (stages / "all" / "model.json").write_text("{")
    again = load_model(transfer(data, plan, tmp_path, stages=stages))
    for name, value in load_model(out / transferred_name(data, plan)).parameters[1].items():
        np.testing.assert_array_equal(again.parameters[1][name], value)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files"):
        transfer(data, plan, tmp_path, overwrite=True, stages=tmp_path / "other")


def test_the_minimum_is_a_temperature_with_labels_at_the_levels(folder, tmp_path):
    # Files that nobody else has read: records are shared in a process, and a test may have changed labels in place.
    data = Dataset(copytree(folder, tmp_path / "own"))
    assert plan_for(data, levels=(0.9, 0.8)).minimum == 0.3
    assert plan_for(data, (0.3,), levels=(0.8, 0.5)).minimum == 0.4


def test_temperatures_that_are_not_there(folder):
    data = Dataset(folder)
    with pytest.raises(InputError, match=r"no structures at T = 0\.2, only at 0\.5, 0\.4, 0\.35, 0\.3"):
        TransferPlan(minimum=0.4, targets=(0.2,)).temperatures(data)
    with pytest.raises(InputError, match=r"no temperature from 0\.6 on has labels"):
        TransferPlan(minimum=0.6).temperatures(data)
    with pytest.raises(InputError, match=r"no temperature above 0\.7 has labels"):
        plan_for(data, (0.7,))

"""The data and models that come with the repository are what they claim to be."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.cli.info import standard_error
from glassviz.dataset import EMBEDDED
from glassviz.dynamics.relaxation_time import SHORT, relaxation_time_with_error
from glassviz.learning import load_model, stored_models
from glassviz.tasks.pilot import LEVELS, read_pilot
from glassviz.tasks.score import score

DATA = gv.open(EMBEDDED / "ka2d")
POINTS = [pytest.param(DATA[T], id=f"T={T:g}") for T in DATA.temperatures]
# E/N thermal and inherent with errors: measured on published structures of the same model (one structure at 0.50).
ENERGIES = {0.5: ((-2.377, 0.012), None), 0.4: ((-2.475, 0.004), (-2.862, 0.002))}
TAU = {0.5: 450, 0.4: 1.7e3}


def test_every_embedded_file_is_sound_and_the_set_is_large_enough():
    assert DATA.problems == []
    assert DATA.number == 1290
    assert len(DATA[0.5]) >= 8
    assert len(DATA[0.4]) >= 2
    for temperature in DATA.temperatures:
        for split, replicas in zip(DATA[temperature].split, DATA[temperature].replicas, strict=True):
            assert replicas >= (20 if split == "test" else 8)


@pytest.mark.parametrize("point", POINTS)
def test_energies_are_those_of_the_model(point):
    for kind, expected in zip(("thermal", "inherent"), ENERGIES[point.temperature], strict=True):
        structures = point.configurations if kind == "thermal" else point.inherent
        energies = [gv.simulation.potential_energy(c, gv.KA2D).mean() for c in structures]
        if expected is not None:
            error = np.hypot(standard_error(energies), expected[1])
            assert abs(np.mean(energies) - expected[0]) < 3 * error
    for inherent in point.inherent:
        assert np.abs(gv.simulation.forces(inherent, gv.KA2D)).max() < 1e-8


@pytest.mark.parametrize("point", POINTS)
def test_runs_reached_their_plateau_from_above_and_from_below(point):
    late = {"hot": [], "cold": []}
    for record in point.records:
        sweeps, energies = (np.array(record.provenance[name]) for name in ("sweeps", "energies"))
        late[record.provenance["start"]].append(energies[sweeps >= 0.8 * sweeps[-1]].mean())
        # The start was on its own side, by far more than an equilibrium fluctuation of 0.012.
        side = energies[0] - energies[sweeps > 1000].mean()
        assert side > 0.2 if record.provenance["start"] == "hot" else side < -0.03
        middle = energies[(sweeps >= 1000) & (sweeps < 0.5 * sweeps[-1])]
        assert abs(middle.mean() - energies[sweeps >= 0.5 * sweeps[-1]].mean()) < 0.03
    if min(map(len, late.values())) > 1:
        error = np.hypot(*[standard_error(values) for values in late.values()])
        assert abs(np.mean(late["hot"]) - np.mean(late["cold"])) < 4 * error


@pytest.mark.parametrize("point", POINTS)
def test_labels_stand_at_the_grid_of_mean_bond_breaking(point):
    levels = read_pilot(EMBEDDED / "ka2d" / f"T{point.temperature:.4f}" / "pilot.json")["level_times"]
    assert {0.1, 1.0, 10.0} <= set(point.times.tolist())
    mean, spread = point.mean_correlation().mean(axis=0), point.mean_correlation().std(axis=0)
    assert (np.diff(mean) < 0).all()
    found = 0
    for level in LEVELS:
        near = np.isclose(point.times, levels.get(f"{level:.2f}", -1))
        if near.any():
            found += 1
            assert abs(mean[near][0] - level) < 0.02 + 2 * spread[near][0]
    assert found >= 8


@pytest.mark.parametrize("point", POINTS)
def test_relaxation_time_is_the_published_one(point):
    tau, error = relaxation_time_with_error(point.times, point.mean_correlation(), beyond=SHORT)
    assert 0 < error < 0.15 * tau
    assert tau == pytest.approx(TAU[point.temperature], rel=0.2)


@pytest.mark.parametrize("point", POINTS)
def test_displacements_grow_and_halves_agree(point):
    steps = np.array(
        [r[:, c.types == 1].mean(axis=1) for r, c in zip(point.displacement, point.configurations, strict=True)]
    )
    assert (np.diff(steps.mean(axis=0)) > 0).all()
    # Ballistic: <|v|> t = t sqrt(pi T / 2) in two dimensions, less the first collisions.
    free = 0.1 * np.sqrt(np.pi * point.temperature / 2)
    assert 0.7 * free < steps[:, 0].mean() < free
    halves = point.bond_breaking_halves[:, :, -1]
    assert 0.1 < np.corrcoef(halves[:, 0].ravel(), halves[:, 1].ravel())[0, 1] < 1


def test_embedded_models_predict_below_the_ceiling_and_above_nothing():
    entries = stored_models(EMBEDDED / "models")
    assert {round(entry["temperature"], 9) for entry in entries} == set(DATA.temperatures)
    for entry in entries:
        point, model = DATA[entry["temperature"]], load_model(entry["path"])
        training = {r.index for r in point.records if r.split == "train"}
        assert set(model.provenance["training_indices"]) == training
        rows = {row["time"]: row for row in score(model, point)}
        scores = np.array([[rows[time]["pearson"], rows[time]["ceiling"]] for time in point.times[-4:]])
        assert (scores[:, 0] < scores[:, 1]).all()
        assert scores[:, 0].max() > (0.35 if model.observable == "bond_breaking" else 0.15)

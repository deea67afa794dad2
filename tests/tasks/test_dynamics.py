import csv
from dataclasses import replace

import numpy as np
import pytest

import glassviz as gv
from glassviz.dynamics.temperature_fits import TemperatureFit
from glassviz.tasks.dynamics import (
    collapsed_relaxation_time,
    mean_and_error,
    relaxation_fits,
    state_summaries,
    static_curve,
)
from glassviz.tasks.dynamics_csv import HEADER, write_curves
from tests.made_up import PLANTED, TEMPERATURES, planted_tau, write_made_up


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made_up")
    write_made_up(folder)
    return gv.open(folder)


def test_a_summary_says_what_the_files_hold(data):
    summaries = state_summaries(data)
    assert [s.temperature for s in summaries] == list(TEMPERATURES)
    for summary in summaries:
        point = data[summary.temperature]
        energies = [gv.simulation.potential_energy(c, gv.KA2D).mean() for c in point.configurations]
        assert summary.thermal[0] == pytest.approx(np.mean(energies), rel=1e-12)
        assert summary.thermal[1] == pytest.approx(np.std(energies, ddof=1) / np.sqrt(3), rel=1e-9)
        assert summary.configurations == 3
        decay = summary.decays["bond_breaking"]
        if summary.temperature < 0.25:
            assert (summary.labelled, summary.replicas, len(decay.times)) == (0, (), 0)
            assert np.isnan(decay.tau)
        else:
            assert (summary.labelled, summary.replicas) == (3, (4,))
            np.testing.assert_allclose(decay.mean, point.mean_correlation().mean(axis=0))
            assert decay.tau == pytest.approx(planted_tau(summary.temperature), rel=0.1)
            assert 0 < decay.tau_error < 0.1 * decay.tau
            assert np.isnan(summary.decays["displacement"].tau)


def test_a_decay_that_ends_early_is_continued_by_the_shape_of_the_others(data):
    summaries = [s for s in state_summaries(data) if len(s.decays["bond_breaking"].times)]
    coldest = summaries[0]
    whole = coldest.decays["bond_breaking"]
    short = replace(whole, times=whole.times[:-3], mean=whole.mean[:-3], error=whole.error[:-3], tau=np.nan)
    cut = replace(coldest, decays={**coldest.decays, "bond_breaking": short})
    assert collapsed_relaxation_time(cut, [cut, *summaries[1:]]) == pytest.approx(whole.tau, rel=0.15)
    assert np.isnan(collapsed_relaxation_time(cut, [cut]))


def test_scattering_has_a_relaxation_time_of_its_own_where_it_was_kept(data):
    for summary in state_summaries(data):
        decay = summary.decays["self_scattering"]
        if 0.25 < summary.temperature < 0.48:
            assert decay.tau == pytest.approx(planted_tau(summary.temperature) / 2, rel=1e-3)
        else:
            assert len(decay.times) == 0
            assert np.isnan(decay.tau)


def test_the_planted_law_is_found_from_the_files(data):
    fit = relaxation_fits(state_summaries(data), "self_scattering")["parabolic"]
    assert fit.temperatures == 4
    assert fit.parameters["J"] == pytest.approx(PLANTED["J"], rel=0.01)
    assert fit.parameters["T_o"] == pytest.approx(PLANTED["T_o"], rel=0.02)
    assert isinstance(relaxation_fits(state_summaries(data))["VFT"], TemperatureFit)
    few = relaxation_fits(state_summaries(data)[:4])
    assert few["Arrhenius"] == "Arrhenius fit needs 3 temperatures with a relaxation time, has 2"


def test_what_was_worked_out_is_kept_until_the_files_change(data):
    point = data[0.30]
    assert state_summaries(data)[3] is state_summaries(data)[3]
    first = static_curve(point, "structure_factor", (1, 2))
    assert static_curve(point, "structure_factor", (1, 2)) is first
    np.testing.assert_array_equal(first[1], gv.structure.structure_factor(point.configurations, (1, 2))[1])
    assert static_curve(point, "structure_factor", None) is not first


def test_curves_are_written_with_their_units(data, tmp_path):
    path = tmp_path / "curves.csv"
    number = write_curves(data, path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEADER
    assert len(rows) == number
    decay = [row for row in rows if row["quantity"] == "bond_breaking" and row["temperature"] == "0.3"]
    expected = state_summaries(data)[3].decays["bond_breaking"]
    np.testing.assert_allclose([float(row["x"]) for row in decay], expected.times, rtol=1e-6)
    np.testing.assert_allclose([float(row["value"]) for row in decay], expected.mean, rtol=1e-6)
    np.testing.assert_allclose([float(row["error"]) for row in decay], expected.error, rtol=1e-6)
    assert {row["x_unit"] for row in decay} == {"sigma_11 (m/eps_11)^(1/2)"}
    g = [
        row
        for row in rows
        if (row["quantity"], row["temperature"], row["types"]) == ("pair_correlation", "0.15", "1-3")
    ]
    np.testing.assert_allclose(
        [float(row["value"]) for row in g],
        static_curve(data[0.15], "pair_correlation", (1, 3))[1],
        rtol=1e-5,
        atol=1e-9,
    )
    assert {row["quantity"] for row in rows} == {
        "energy_thermal", "energy_inherent", "bond_breaking", "displacement", "self_scattering",
        "tau_alpha_bond_breaking", "tau_alpha_self_scattering",
        "pair_correlation", "structure_factor", "pair_potential"}  # fmt: skip
    assert not any("nan" in row["value"] for row in rows)
    assert list(tmp_path.iterdir()) == [path]


def test_means_leave_out_what_is_missing():
    mean, error = mean_and_error([[1.0, np.nan, 5.0], [3.0, np.nan, np.nan]])
    np.testing.assert_allclose(mean, [2, np.nan, 5])
    np.testing.assert_allclose(error, [1, np.nan, np.nan])

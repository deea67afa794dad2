"""Published curves: which there are, and that their numbers are those of the file."""

import csv
from pathlib import Path

import numpy as np
import pytest

from glassviz.learning import published_scores as module
from glassviz.learning.published_scores import SOURCE, published_scores


def test_curves_of_a_state_point():
    curves = published_scores("KA2D", 0.30, "bond_breaking")
    assert set(curves) == {"BOTAN", "CAGE", "DEN", "EPOT", "GlassMLP", "PSI4", "SE3", "TT"}
    times, values = curves["GlassMLP"]
    np.testing.assert_allclose(times, [1.25, 14.14, 158.74, 1781.79, 20000])
    assert (np.abs(values) <= 1).all()
    assert set(published_scores("KA2D", 0.231, "displacement")) == {"GlassMLP"}
    assert published_scores("KA2D", 0.4, "bond_breaking") == {}
    assert published_scores("KA", 0.44, "bond_breaking") == {}
    times, ceilings = published_scores("KA", 0.44, "displacement", "pearson_ceiling")["MD split-half"]
    assert ceilings[times == 4120] == pytest.approx(0.943, abs=1e-3)


def test_curves_hold_every_row_but_those_of_transfer():
    with Path(module.__file__).with_name("published_scores.csv").open(newline="") as file:
        rows = [r for r in csv.DictReader(file) if (r["system"], r["temperature"]) == ("KA", "0.44")]
    own = [r for r in rows if r["metric"] == "pearson" and not r["training_temperature"]]
    curves = published_scores("KA", 0.44, "displacement")
    assert sum(len(times) for times, _ in curves.values()) == len(own) == 90
    for row in own:
        times, values = curves[row["method"]]
        assert float(row["value"]) in values[times == float(row["time"])]
    assert "10.5281/zenodo.10118191" in SOURCE
    assert "CC-BY-4.0" in SOURCE

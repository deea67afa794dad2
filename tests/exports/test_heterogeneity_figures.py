"""Figures of the page Heterogeneity hold the numbers of its curves; fits that exist need the embedded data."""

import numpy as np
import pytest

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.dynamics import propensity_distribution, smoothed
from glassviz.errors import InputError
from glassviz.exports.make import exported
from glassviz.heterogeneity_curves import EDGES, HeterogeneityCurves
from glassviz.learning.store import methods_for, opened_models
from glassviz.library import Library
from glassviz.session import Session
from glassviz.tasks.heterogeneity import heterogeneity
from tests.exports.test_figures import column, table
from tests.pages.conftest import fill

T, TIME = 0.4, 434.0
NO_CUBIC = {"temperature": T, "md_from": "all", "cubic": False, "observable": "displacement"}


@pytest.fixture(scope="module")
def point():
    return gv.open(EMBEDDED / "ka2d")[T]


@pytest.fixture(scope="module")
def methods(point):
    """{method: Heterogeneity} of molecular dynamics and ridge regression, worked out without a session."""
    entries = methods_for(opened_models(EMBEDDED / "models"), point, "displacement")
    ridge = next(entry for entry in entries if entry["kind"] == "ridge")
    return {
        "MD": heterogeneity(point, None, "displacement", 1, "all"),
        "Ridge": heterogeneity(point, ridge, "displacement", 1),
    }


def made(name, **choices):
    return gv.figure(name, EMBEDDED / "ka2d", models=[EMBEDDED / "models"], **choices)


@pytest.mark.parametrize("quantity", ["chi_4", "chord", "cluster"])
def test_collective_quantities_with_errors(quantity, methods):
    figure = made("collective", **NO_CUBIC | {"cubic": True}, collective=quantity)
    for name, found in methods.items():
        values = getattr(found, quantity)
        errors = getattr(found, f"{quantity}_error", np.full(len(values), np.nan))
        shown = np.isfinite(values) & (found.times > 0)
        np.testing.assert_allclose(column(figure, quantity, method=name), values[shown], rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(column(figure, "standard error", method=name), errors[shown], rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(column(figure, "configurations", method=name), found.configurations[shown])
        np.testing.assert_allclose(column(figure, "time", method=name), found.times[shown])
    if quantity != "chi_4":
        md, name = methods["MD"], "MD, permuted"
        shown = np.isfinite(getattr(md, quantity)) & (md.times > 0)
        wanted = getattr(md, f"{quantity}_permuted")[shown]
        np.testing.assert_allclose(column(figure, quantity, method=name), wanted, rtol=1e-8)
        (line,) = (line for line in figure.drawing.axes[0].lines if line.get_linestyle() == "--")
        np.testing.assert_allclose(line.get_ydata(orig=False), wanted, rtol=1e-8)
        assert "4 permutations" in figure.provenance[name]
    assert "fit" not in figure.provenance
    assert len(figure.provenance["configurations of molecular dynamics at T = 0.4 (all)"].split()) == 32


def test_lengths_of_fits_against_time(methods):
    figure = made("collective", **NO_CUBIC, collective="xi")
    for name, found in methods.items():
        fits = [found.fit(slot, cubic=False) for slot in range(len(found.times))]
        wanted = [(fit.xi, fit.error("xi")) for fit in fits if fit is not None and not fit.message]
        assert wanted
        np.testing.assert_allclose(column(figure, "xi", method=name), [xi for xi, _ in wanted], rtol=1e-8)
        np.testing.assert_allclose(column(figure, "standard error", method=name), [e for _, e in wanted], rtol=1e-8)
    assert "A (xi q)^3" not in figure.provenance["fit"]


def test_against_temperature_it_is_the_label_time_at_the_level():
    figure = made("collective_temperatures", md_from="all", level=0.8)
    data = gv.open(EMBEDDED / "ka2d")
    for temperature in data.temperatures:
        near = np.abs(data[temperature].decay(1) - 0.8)
        own = {"method": "MD", "temperature": f"{temperature:g}"}
        if not (near < 0.1).any():
            assert f"{temperature:g}" not in [f"{T:g}" for T in figure.numbers["temperature"]]
            continue
        slot = int(np.nanargmin(near))
        found = heterogeneity(data[temperature], None, split="all")
        np.testing.assert_allclose(column(figure, "chi_4", **own), [found.chi_4[slot]], rtol=1e-8)
        np.testing.assert_allclose(column(figure, "time", **own), [found.times[slot]])
        np.testing.assert_allclose(column(figure, "C_B", **own), [found.correlation[slot]], rtol=1e-8)
    assert len(set(figure.numbers["temperature"])) > 1


def test_s_4_with_its_fits(methods):
    figure = made("s_4", **NO_CUBIC, time=11.2)
    for name, found in methods.items():
        slot = int(np.abs(found.times - 11.2).argmin())
        rings, fit = found.rings[slot], found.fit(slot, cubic=False)
        shown = rings.s4 > 0
        for title, wanted in (("q", rings.q), ("S_4", rings.s4), ("standard error", rings.errors)):
            np.testing.assert_allclose(column(figure, title, method=name, kind="rings"), wanted[shown], rtol=1e-8)
        np.testing.assert_allclose(column(figure, "xi", method=name), fit.xi, rtol=1e-8)
        np.testing.assert_allclose(column(figure, "chi error", method=name), fit.error("chi"), rtol=1e-8)
        line = column(figure, "q", method=name, kind="fit")
        np.testing.assert_allclose(column(figure, "S_4", method=name, kind="fit"), fit(line), rtol=1e-7)
        assert line.min() == pytest.approx(0.18)
        assert line.max() == pytest.approx(0.8)
        assert f"xi = {fit.xi:.6g} +- {fit.error('xi'):.2g}" in figure.provenance[f"fit of {name}"]
    marked = figure.drawing.axes[0].patches[0].get_bbox().intervalx
    np.testing.assert_allclose(marked, (0.18, 0.8))


def test_a_refused_fit_says_why(methods):
    figure = made("s_4", **NO_CUBIC | {"cubic": True}, time=TIME)
    found = methods["MD"]
    absent = int((found.rings[int(np.abs(found.times - TIME).argmin())].s4 <= 0).sum())
    assert absent > 0
    assert figure.provenance["rings"].startswith(f"those with S_4 of 0 or less are left out: MD {absent}")
    with pytest.raises(InputError, match="S_4 has no positive value at T = 0.4, t = 0.1"):
        made("s_4", **NO_CUBIC, time=0.1)
    reason = found.fit(int(np.abs(found.times - TIME).argmin())).reason
    assert reason.startswith("does not identify")
    assert figure.provenance["fit of MD"] == reason
    _, rows = table(figure)
    assert {row[-1] for row in rows if row[0] == "MD"} == {reason}
    assert np.isnan(column(figure, "xi", method="MD")).all()
    assert "fit" not in figure.numbers["kind"]


def test_a_collapse_divides_by_chi_and_multiplies_by_xi(methods):
    figure = made("collapse", **NO_CUBIC)
    for name, found in methods.items():
        for slot, time in enumerate(found.times):
            fit, own = found.fit(slot, cubic=False), {"method": name, "temperature": "0.4", "time": f"{time:.9g}"}
            if fit is None or fit.message:
                with pytest.raises(AssertionError):
                    column(figure, "q", **own)
                continue
            rings = found.rings[slot]
            shown = (rings.s4 > 0) & (rings.q <= 0.8)
            np.testing.assert_allclose(column(figure, "q", **own), rings.q[shown], rtol=1e-8)
            np.testing.assert_allclose(column(figure, "xi q", **own), fit.xi * rings.q[shown], rtol=1e-8)
            np.testing.assert_allclose(column(figure, "S_4 / chi", **own), rings.s4[shown] / fit.chi, rtol=1e-8)
            errors = column(figure, "standard error", **own)
            np.testing.assert_allclose(errors, rings.errors[shown] / fit.chi, rtol=1e-8)


def test_the_collapse_does_not_depend_on_what_was_looked_at_before():
    library = Library(model_folders=[EMBEDDED / "models"], data_sets={"ka2d": [EMBEDDED / "ka2d"]})
    first = Session(library, **NO_CUBIC)
    before = exported("collapse", first).content(".csv")
    exported("collapse", Session(library, **NO_CUBIC | {"temperature": 0.5, "observable": "bond_breaking"}))
    curves = HeterogeneityCurves(first)
    for job in curves.jobs({0.45: range(11), 0.5: range(12)}):
        job()
    assert exported("collapse", first).content(".csv") == before


def test_correlations_over_distance(point):
    figure = made("g_4", temperature=T, md_from="all", time=TIME)
    slot = int(np.abs(point.times - TIME).argmin())
    r, value, error = heterogeneity(point, split="all").four_point_correlation(slot)
    known = np.isfinite(value)
    for name, expected in (("r", r), ("G_4 / G_4", value), ("standard error", error)):
        header, rows = table(figure)
        place = next(k for k, title in enumerate(header) if title.startswith(name))
        found = [float(row[place]) for row in rows if row[0] == "MD"]
        np.testing.assert_allclose(found, expected[known], rtol=1e-7)


def test_distributions_integrate_to_one(methods):
    figure = made("distribution", **{k: v for k, v in NO_CUBIC.items() if k != "cubic"}, time=TIME)
    edges = EDGES["displacement"]
    for name, found in methods.items():
        slot = int(np.abs(found.times - TIME).argmin())
        values = [v[:, slot].mean(axis=0) for v in found.values]
        density, error, _ = propensity_distribution(values, edges)
        np.testing.assert_allclose(column(figure, "P", method=name), density, rtol=1e-8)
        np.testing.assert_allclose(column(figure, "standard error", method=name), error, rtol=1e-8)
        assert column(figure, "P", method=name).sum() * (edges[1] - edges[0]) == pytest.approx(1.0, abs=1e-6)


def test_the_field_is_smoothed_on_the_grid_of_its_columns(point):
    figure = made("field", temperature=T, time=TIME, configuration=5, smoothing=2.0)
    place = [record.index for record in point.records].index(5)
    slot, start = int(np.abs(point.times - TIME).argmin()), point.configurations[place]
    own = start.types == 1
    wanted = smoothed(start.positions[own], point.bond_breaking[place, slot, own], start.box, 2.0)
    x, y, found = (column(figure, name) for name in ("x", "y", "MD"))
    grid = zip((x, y), start.box, wanted.shape, strict=True)
    cells = [np.rint(at / edge * n - 0.5).astype(int) for at, edge, n in grid]
    np.testing.assert_allclose(found, wanted[tuple(cells)], rtol=1e-8)
    axes = figure.drawing.axes
    low, high = axes[0].collections[0].get_clim()
    both = [*found, *column(figure, "predicted")]
    assert (low, high) == pytest.approx((min(both), max(both)))
    assert axes[1].collections[0].get_clim() == (low, high)


def test_what_is_missing_is_said(tmp_path):
    fill(tmp_path)
    small = (tmp_path / "data" / "small",)
    with pytest.raises(InputError, match="chi_4 needs 2 configurations: glassviz simulate --test 2"):
        gv.figure("collective", *small, temperature=0.8)
    with pytest.raises(InputError, match="xi is identified by no fit of S_4"):
        gv.figure("collective", *small, temperature=0.8, collective="xi")
    with pytest.raises(InputError, match="no fit of S_4.q. identifies xi and chi here"):
        gv.figure("collapse", *small, temperature=0.8)
    with pytest.raises(InputError, match="q_range is .0.8, 0.2., expected 0 < lowest < highest <= 3"):
        gv.figure("s_4", *small, temperature=0.8, q_range=(0.8, 0.2))
    with pytest.raises(InputError, match="smoothing is 11.0, expected a length from 0 to 10"):
        gv.figure("field", *small, temperature=0.8, smoothing=11.0)
    with pytest.raises(InputError, match="collective is 'chi_5', expected one of chi_4, chord"):
        gv.figure("collective", *small, temperature=0.8, collective="chi_5")
    (tmp_path / "data" / "small" / "T0.8000" / "0002.h5").unlink()
    with pytest.raises(InputError, match="no test configuration has labels at T = 0.8; glassviz simulate --test 2"):
        gv.figure("s_4", *small, temperature=0.8)
    assert len(gv.figure("s_4", *small, temperature=0.8, md_from="all").numbers["q"])

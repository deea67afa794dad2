"""Every figure: from the state of the app, from its own lines, the numbers of the page, the same files."""

import csv
import subprocess
import sys

import numpy as np
import pytest

import glassviz as gv
from glassviz import inside
from glassviz.choices import PAGES
from glassviz.dataset import EMBEDDED
from glassviz.errors import InputError
from glassviz.exports.make import exported
from glassviz.exports.registry import FIGURES
from glassviz.figures.product import SUFFIXES
from glassviz.learning.conditioning import conditioning
from glassviz.learning.length_weights import mean_length
from glassviz.library import Library
from glassviz.network_curves import NetworkCurves
from glassviz.session import Session
from glassviz.tasks.dynamics import state_summary, static_curve
from glassviz.tasks.judge import judge
from tests.learning.quick import store_network, store_transfer_network
from tests.made_up import TEMPERATURES, write_made_up
from tests.pages.conftest import fill

STATE = {"temperature": 0.8, "time": 100.0, "configuration": 2, "model": "ka2d-glassmlp-bond_breaking-T0.8000",
         "level": 0.5}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two temperatures, at the lower one a ridge regression and a network, and a network of both."""
    folder = tmp_path_factory.mktemp("figures")
    fill(folder)
    data = gv.open(folder / "data" / "small")
    store_network(data[0.8], folder / "models")
    store_transfer_network([data[0.8], data[1.0]], folder / "models")
    return folder


@pytest.fixture(scope="module")
def library(home):
    return Library([home / "data"], [home / "models"])


@pytest.fixture(scope="module")
def session(library):
    # For chi_4 two configurations are needed, and only one is of the test split.
    return Session(library, dark=True, md_from="all", followed=7, **STATE)


def table(figure):
    """Header and rows of the CSV, without the lines of provenance."""
    lines = [line for line in figure.content(".csv").decode().splitlines() if not line.startswith("#")]
    header, *rows = csv.reader(lines)
    return header, rows


def column(figure, name, **wanted):
    """Numbers of a column of the CSV, of the rows whose other columns hold what is wanted."""
    header, rows = table(figure)
    names = [entry.split(" (")[0] for entry in header]
    kept = [row for row in rows if all(row[names.index(k)] == v for k, v in wanted.items())]
    assert kept, (wanted, rows[:3])
    return np.array([float(row[names.index(name)] or "nan") for row in kept])


@pytest.mark.parametrize("name", FIGURES)
def test_its_own_lines_make_the_same_files(name, session, tmp_path, monkeypatch):
    if name == "collapse":
        # The planted boxes are too small for a fit.
        embedded = Library(model_folders=[EMBEDDED / "models"], data_sets={"ka2d": [EMBEDDED / "ka2d"]})
        session = Session(embedded, dark=True, temperature=0.4, md_from="all", cubic=False)
    monkeypatch.chdir(tmp_path)
    made, found = exported(name, session), {}
    exec(made.lines, found)
    again = found["figure"]
    assert (tmp_path / f"{name}.pdf").read_bytes() == made.content(".pdf")
    for suffix in SUFFIXES:
        assert again.content(suffix, dpi=150) == made.content(suffix, dpi=150), suffix
    assert "software: glassviz" in made.content(".csv").decode()
    assert FIGURES[name].page in PAGES.values()


def test_the_lines_run_in_a_python_of_their_own(home, tmp_path):
    made = gv.figure("decay", home / "data" / "small", models=[home / "models"], time_axis="scaled")
    script = made.lines + '\nfigure.save("decay.csv")\nimport sys\nassert "panel" not in sys.modules, "Panel"\n'
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
    assert (tmp_path / "decay.csv").read_bytes() == made.content(".csv")
    assert (tmp_path / "decay.pdf").read_bytes() == made.content(".pdf")


def test_snapshots_hold_the_fields_of_the_page(session):
    measured, predicted = session.now()
    made = exported("snapshot", session)
    np.testing.assert_allclose(column(made, "molecular dynamics"), measured, rtol=1e-8)
    np.testing.assert_allclose(column(made, "prediction"), predicted, rtol=1e-8)
    np.testing.assert_allclose(column(made, "x"), session.record.thermal.wrap().positions[:, 0], atol=1e-7)
    axes = made.drawing.axes
    assert axes[0].collections[0].get_clim() == axes[1].collections[0].get_clim() == session.limits()


@pytest.mark.parametrize("third_view", ["difference", "model", "descriptor"])
def test_a_third_snapshot_is_drawn_where_the_page_has_one(session, third_view):
    live = Session(session.library, **STATE, third_view=third_view)
    measured, predicted = live.now()
    wanted = {
        "difference": lambda: predicted - measured,
        "model": lambda: live.predicted(model=live.second_model)[live.slot],
        "descriptor": lambda: inside.descriptor(live),
    }[third_view]()
    header, rows = table(exported("snapshot", live))
    # Of type 3 the network says nothing.
    np.testing.assert_allclose([float(row[-1] or "nan") for row in rows], wanted, rtol=1e-8)
    assert header[-1].startswith("third: ")


def test_a_distribution_and_a_descriptor_hold_the_particles_of_one_type(session):
    measured, predicted = session.now()
    own = session.of_type()
    made = exported("histogram", session)
    for name, values in (("MD", measured), ("predicted", predicted)):
        expected = np.histogram(values[own], np.linspace(0, 1, 41), density=True)[0]
        np.testing.assert_allclose(column(made, "density", quantity=name), expected, rtol=1e-8)
    live = Session(session.library, **STATE, third_view="difference")
    error = (predicted - measured)[own]
    expected = np.histogram(error, np.linspace(-0.5, 0.5, 41))[0] / len(error) * 40
    np.testing.assert_allclose(column(exported("histogram", live), "density"), expected, rtol=1e-8)
    live = Session(session.library, **STATE, third_view="descriptor", descriptor="density L=3 type 2")
    made = exported("descriptor", live)
    np.testing.assert_allclose(column(made, "density L=3 type 2"), inside.descriptor(live)[own], rtol=1e-8)
    np.testing.assert_allclose(column(made, "molecular dynamics"), measured[own], rtol=1e-8)


def test_agreement_and_configurations_hold_the_labels_of_one_type(session):
    measured, predicted = session.now()
    own = session.of_type()
    made = exported("agreement", session)
    np.testing.assert_allclose(column(made, "molecular dynamics"), measured[own], rtol=1e-8)
    np.testing.assert_allclose(column(made, "prediction"), predicted[own], rtol=1e-8)
    own = session.point.records[1].thermal.types == 1
    found = column(exported("configurations", session), "mean propensity", configuration="1")
    np.testing.assert_allclose(found, session.point.bond_breaking[1][:, own].mean(axis=1), rtol=1e-7)


@pytest.mark.parametrize("observable", ["bond_breaking", "displacement"])
def test_a_followed_particle_with_both_halves_of_the_replicas(session, observable):
    live = Session(session.library, **STATE | {"observable": observable}, followed=11)
    made = exported("followed", live)
    halves = getattr(live.point, f"{observable}_halves")[live.configuration][:, :, 11]
    for name, wanted in (
        ("time", live.point.times),
        ("propensity", halves.mean(axis=0)),
        ("lower half", halves.min(axis=0)),
        ("upper half", halves.max(axis=0)),
        ("standard error", np.abs(halves[0] - halves[1]) / 2),
    ):
        np.testing.assert_allclose(column(made, name, method="MD"), wanted, rtol=1e-7, atol=1e-9)
    assert np.ptp(halves, axis=0).max() > 0
    predicted = live.predicted()
    assert (predicted is not None) == ("GlassMLP" in made.numbers["method"])
    if predicted is not None:
        np.testing.assert_allclose(column(made, "propensity", method="GlassMLP"), predicted[:, 11], rtol=1e-7)
    assert "particle=11" in made.lines
    assert made.provenance["particle"].startswith("11, type ")
    drawn = made.drawing.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    shown = halves[:, live.point.times > 0]
    assert (drawn.min(), drawn.max()) == pytest.approx((shown.min(), shown.max()), abs=1e-6)


def test_losses_are_those_of_the_model(session):
    model, made = session.entry["model"], exported("losses", session)
    for number, history in model.history.items():
        for place, kind in enumerate(("training", "validation")):
            own = {"type": str(number), "loss of": kind}
            np.testing.assert_allclose(column(made, "loss", **own), history[:, place], rtol=1e-8)
            np.testing.assert_array_equal(column(made, "epoch", **own), np.arange(1, 21))
    assert made.provenance["stages"] == "up to 20 epochs at rate 0.005, loss: absolute error"
    live = Session(session.library, **STATE | {"model": "ka2d-ridge-bond_breaking-T0.8000"})
    with pytest.raises(InputError, match="was not trained by epochs; glassviz train glassmlp --temperature 0.8"):
        exported("losses", live)


def test_inside_the_network(session):
    model, record = session.entry["model"], session.record
    made, own = exported("bottleneck", session), session.of_type()
    values = model.bottleneck_each(record.thermal, record.inherent)[0, 2]
    np.testing.assert_allclose(column(made, "node 2"), values[own, 1], rtol=1e-6)
    np.testing.assert_allclose(column(made, "measured"), session.now()[0][own], rtol=1e-7)
    weights = model.input_weights(100.0, 1, seed=0)
    found = column(exported("weights", session), "weight", node="2")
    # In the table the types of one observable follow the lengths.
    np.testing.assert_allclose(np.sort(found), np.sort(weights[1].ravel()), rtol=1e-6)
    live = Session(session.library, **STATE | {"model": "ka2d-ridge-bond_breaking-T0.8000"})
    with pytest.raises(InputError, match="has no bottleneck: glassviz train glassmlp"):
        exported("bottleneck", live)


def test_inside_a_network_of_all_temperatures(session):
    found = NetworkCurves(session)
    found.work()
    made = exported("attention", session)
    weights, lengths = found.distribution(1.0, found.slot)
    np.testing.assert_allclose(column(made, "P_int", temperature="1"), weights.mean(axis=0), rtol=1e-8)
    each = mean_length(weights, lengths)
    np.testing.assert_allclose(column(made, "xi_int", temperature="1"), each.mean(), rtol=1e-8)
    np.testing.assert_allclose(column(made, "spread of xi_int", temperature="1"), each.std(ddof=1), rtol=1e-6)
    along = Session(session.library, **STATE, across="level", length_rule="integral")
    integral = mean_length(*NetworkCurves(along).distribution(0.8, 0), "integral").mean()
    C = f"{found.levels[0]:g}"
    np.testing.assert_allclose(column(exported("attention", along), "xi_int", C=C), integral, rtol=1e-8)
    planes = exported("bottleneck_levels", session)
    points, values, _ = found.cloud(0.8, 0, 2)
    np.testing.assert_allclose(column(planes, "node 1", C=C), points[:, 0], rtol=1e-6)
    np.testing.assert_allclose(column(planes, "propensity", C=C), values, rtol=1e-6)
    temperatures = exported("bottleneck_temperatures", session)
    np.testing.assert_allclose(
        column(temperatures, "node 2", temperature="1"), found.cloud(1.0, found.slot, 2)[0][:, 1]
    )
    state = conditioning(found.model, [0.8, 1.0], found.level)
    np.testing.assert_allclose(column(exported("conditioning", session), "j_4", network="2"), state[1][1, :, 3], 1e-6)
    cells = NetworkCurves(session, mapped="sensitivity")
    cells.work()
    expected = cells.mapped()[0]
    drawn = column(exported("sensitivity", session), "sensitivity")
    np.testing.assert_allclose(drawn, expected.ravel(), rtol=1e-6)
    with pytest.raises(InputError, match="no network for type 2, only for 1"):
        exported("attention", Session(session.library, **STATE, shown_type=2))
    with pytest.raises(InputError, match="glassviz transfer --quick trains one"):
        exported(
            "attention", Session(Library(session.library.data_folders, [session.library.data_folders[0]]), **STATE)
        )


def test_scores_are_those_of_the_judge(session):
    rows = judge(session.entry, session.point)[1]
    times = {f"{row['time']:g}": row for row in rows if np.isfinite(row["pearson"])}
    made = exported("scores", session)
    for time, row in times.items():
        found = column(made, "score", method="GlassMLP", time=time)
        np.testing.assert_allclose(found, [row["pearson"]], rtol=1e-8)
        np.testing.assert_allclose(column(made, "score", method="ceiling", time=time), [row["ceiling"]], rtol=1e-8)
    live = Session(session.library, **STATE, metric="noise_free_variance_ratio")
    found = column(exported("scores", live), "score", method="GlassMLP", time="100")
    np.testing.assert_allclose(found, [times["100"]["noise_free_variance_ratio"]], rtol=1e-8)
    over = exported("temperatures", session)
    np.testing.assert_allclose(
        column(over, "score", method="GlassMLP", temperature="0.8"), [times["100"]["pearson"]], rtol=1e-8
    )


def test_single_descriptors_are_those_of_the_page(session):
    found = session.library.single_descriptors(session.point, "bond_breaking", 1)
    place = found.names.index("energy L=1.5 all")
    made = exported("descriptors", session)
    value = column(made, "Pearson, test", descriptor="energy L=1.5 all")
    np.testing.assert_allclose(value, [found.pearson[session.slot, place]], rtol=1e-8)


def test_the_liquid_at_all_temperatures(tmp_path):
    write_made_up(tmp_path / "law")
    data = gv.open(tmp_path / "law")
    summary = state_summary(data[0.35])
    decay = gv.figure("decay", tmp_path / "law")
    for name, unit in (("bond_breaking", "1"), ("displacement", "sigma_11"), ("self_scattering", "1")):
        found = column(decay, "mean", quantity=f"{name} ({unit})", temperature="0.35")
        np.testing.assert_allclose(found, summary.decays[name].mean, rtol=1e-8)
    relaxation = gv.figure("relaxation", tmp_path / "law")
    found = column(relaxation, "tau_alpha", kind="bond_breaking")
    wanted = [state_summary(data[T]).decays["bond_breaking"].tau for T in TEMPERATURES[2:]]
    np.testing.assert_allclose(found, wanted, 1e-8)
    assert "fit parabolic" in relaxation.provenance
    assert len(column(relaxation, "tau_alpha", kind="published")) == 3
    energies = gv.figure("energies", tmp_path / "law")
    wanted = [state_summary(data[T]).inherent[0] for T in TEMPERATURES]
    np.testing.assert_allclose(column(energies, "energy per particle", structure="inherent"), wanted, rtol=1e-8)
    structure = gv.figure("structure", tmp_path / "law", static_view="structure_factor", pair="12")
    wanted = static_curve(data[0.5], "structure_factor", (1, 2))[1]
    np.testing.assert_allclose(column(structure, "structure_factor", temperature="0.5"), wanted, rtol=1e-8, atol=1e-9)
    scaled = gv.figure("decay", tmp_path / "law", time_axis="scaled").drawing.axes[0].lines[-1].get_xdata()
    assert max(scaled) == pytest.approx(2.0, rel=0.03)


def test_the_embedded_data_are_the_default_and_chosen_as_in_the_app():
    made = gv.figure("snapshot", temperature=0.4, configuration=5)
    point = gv.open(EMBEDDED / "ka2d")[0.4]
    place = [record.index for record in point.records].index(5)
    slot = int(np.abs(point.times - 1700).argmin())
    np.testing.assert_allclose(column(made, "molecular dynamics"), point.bond_breaking[place, slot], rtol=1e-7)
    assert "configuration=5" in made.lines
    assert str(EMBEDDED) not in made.lines


def test_what_does_not_exist_is_refused(home):
    where = home / "data" / "small"
    with pytest.raises(InputError, match="figure 'sketch' is unknown, expected one of snapshot, "):
        gv.figure("sketch")
    with pytest.raises(InputError, match="decay does not depend on temperature, expected choices among: time_axis"):
        gv.figure("decay", where, temperature=0.8)
    with pytest.raises(InputError, match="temperature is 0.9, expected one of 0.8, 1.0"):
        gv.figure("scores", where, temperature=0.9)
    with pytest.raises(InputError, match="score is 'luck', expected one of pearson"):
        gv.figure("scores", where, score="luck")
    with pytest.raises(InputError, match="configuration 7 is not there"):
        gv.figure("snapshot", where, configuration=7)
    with pytest.raises(InputError, match="no particle is followed, expected a particle from 0 to"):
        gv.figure("followed", where)
    with pytest.raises(InputError, match="particle is 99999, expected the number of a particle, from 0 to"):
        gv.figure("followed", where, particle=99999)
    with pytest.raises(InputError, match="pair is '19', expected one of , 11, 12"):
        gv.figure("structure", where, pair="19")
    with pytest.raises(InputError, match="no method is scored at a label time near C_B = 0.8"):
        gv.figure("temperatures", where, models=[home / "models"], level=0.8)

import zipfile

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import DataError, InputError
from glassviz.formats import read
from glassviz.simulation import potential_energy
from tests.formats.samples import (
    BOTAN,
    MODELS,
    REAL_2D,
    REAL_2D_COLD,
    REAL_3D,
    UNWRAPPED,
    WRAPPED,
    altered_archive,
    arrays_of,
    bomb,
    truth,
)

real = pytest.mark.skipif(not REAL_3D.exists(), reason="the published files are not here")


def test_unwrapped_trajectory_is_what_went_in():
    reading, known = read(UNWRAPPED), truth()
    (structure,) = reading.structures
    assert (reading.format, reading.system, reading.temperature, reading.split) == (
        "GlassBench trajectory",
        gv.KA2D,
        0.6,
        "test",
    )
    assert structure.number == 7
    assert structure.times is None
    shift = structure.thermal.positions - known["flat"]
    np.testing.assert_allclose(shift, np.rint(shift / known["flat_box"]) * known["flat_box"], atol=1e-12)
    np.testing.assert_array_equal(structure.thermal.types, known["flat_types"])
    np.testing.assert_allclose(structure.thermal.box, known["flat_box"])
    np.testing.assert_allclose(structure.replicas[0] - shift, known["runs"][1], atol=1e-12)
    np.testing.assert_allclose(structure.inherent.positions - shift, known["flat_inherent"], atol=1e-12)
    assert "the times of the labels" in reading.missing


def test_wrapped_replicas_continue_the_start_and_the_reader_says_so():
    reading, known = read(WRAPPED, times=[0.1]), truth()
    (structure,) = reading.structures
    assert arrays_of(WRAPPED)["positions"].max() < known["flat_box"][0] / 2
    np.testing.assert_allclose(
        structure.replicas[0] - structure.thermal.positions, known["runs"][0] - known["flat"], atol=1e-12
    )
    assert any("nearest images" in note for note in reading.notes)
    assert structure.inherent is None
    assert any("inherent" in words for words in reading.missing)
    assert structure.times.tolist() == [0.1]


def test_wrapped_replicas_that_went_too_far_are_refused(tmp_path):
    arrays = arrays_of(WRAPPED)
    positions, edge = arrays["positions"].copy(), float(arrays["box"])
    positions[0, 5, 0] = arrays["initial_positions"][5, 0] + 0.48 * edge
    positions[0, 5, 0] -= edge * np.rint(positions[0, 5, 0] / edge)
    path = altered_archive(WRAPPED, tmp_path / WRAPPED.name, positions=positions)
    with pytest.raises(DataError, match=r"nearest images go up to 0\.48 of the box"):
        read(path)


def test_botan_counts_types_from_one_and_assumes_the_box():
    reading, known = read(BOTAN), truth()
    (structure,) = reading.structures
    assert (reading.format, reading.system, reading.temperature) == ("BOTAN replicas", gv.KA, 0.8)
    np.testing.assert_array_equal(structure.thermal.types, known["cube_types"])
    np.testing.assert_allclose(structure.thermal.box, (200 / 1.2) ** (1 / 3), rtol=1e-12)
    shift = structure.thermal.positions - known["cube"]
    np.testing.assert_allclose(structure.replicas[0] - shift, known["runs_3d"], atol=1e-12)
    assert any("no box" in note and "assumed KA" in note for note in reading.notes)
    assert any("counted from 1" in note for note in reading.notes)


def test_model_file_gives_means_and_says_that_halves_are_missing():
    reading = read(MODELS, times=[0.5, 4.0])
    (structure,) = reading.structures
    arrays = arrays_of(MODELS)
    np.testing.assert_array_equal(structure.bond_breaking, arrays["bb_prop"])
    np.testing.assert_array_equal(structure.displacement, arrays["md_prop"])
    assert structure.times.tolist() == [0.5, 4.0]
    assert structure.replicas is None
    assert any("halves" in words for words in reading.missing)
    with pytest.raises(InputError, match="1 times are given, expected 2"):
        read(MODELS, times=[0.5])


def test_published_times_follow_from_the_codes(tmp_path):
    arrays = arrays_of(BOTAN)
    for name, expected in (("N200T0.44_5_tc07", [4120.0]), ("N200T0.44_5_tc99", None), ("N200T0.50_5_tc07", None)):
        path = tmp_path / f"isoconfig_{name}.npz"
        np.savez(path, **arrays)
        times = read(path).structures[0].times
        assert (times is None) if expected is None else times.tolist() == expected


REFUSED = {
    "types with gaps": ({"types": np.where(arrays_of(WRAPPED)["types"] == 2, 3, arrays_of(WRAPPED)["types"])}, "gaps"),
    "broken types": ({"types": np.zeros(129)}, "types has type float64, expected whole numbers"),
    "types of another N": ({"types": np.ones(128, int)}, "initial_positions has shape"),
    "nan start": ({"initial_positions": np.full((129, 2), np.nan)}, "position of particle 0 is"),
    "nan replica": ({"positions": np.full((4, 129, 2), np.nan)}, "positions hold nan or inf"),
    "replicas without a replica axis": ({"positions": np.zeros((129, 2))}, "expected .replicas, 129, 2."),
    "replicas of another N": ({"positions": np.zeros((4, 128, 2))}, "expected .replicas, 129, 2."),
    "box of three edges": ({"box": np.ones(3)}, "box has shape .3,., expected one edge length or 2"),
    "box of no size": ({"box": np.float64(0)}, "expected 2 positive edge lengths"),
    "inherent of another N": ({"initial_positions_inherent": np.zeros((5, 2))}, "initial_positions_inherent has shape"),
    "pickled": ({"types": np.array([{1: 2}], dtype=object)}, "types holds pickled objects"),
    "words": ({"initial_positions": np.full((129, 2), "x")}, "initial_positions has type <U1"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_archives_that_cannot_be_represented_are_refused(tmp_path, name):
    changes, sentence = REFUSED[name]
    path = altered_archive(WRAPPED, tmp_path / "file.npz", **changes)
    with pytest.raises(DataError, match=sentence) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


def test_labels_of_a_wrong_shape_are_refused(tmp_path):
    path = altered_archive(MODELS, tmp_path / "models.npz", md_prop=np.ones((3, 200)))
    with pytest.raises(DataError, match=r"bb_prop and md_prop have \[2, 3\] times"):
        read(path)
    path = altered_archive(MODELS, tmp_path / "models.npz", md_prop=np.full((2, 200), np.nan))
    with pytest.raises(DataError, match="md_prop holds nan"):
        read(path)
    path = altered_archive(MODELS, tmp_path / "models.npz", drop=["types"])
    with pytest.raises(DataError, match="'types' is missing"):
        read(path)


def test_an_archive_that_is_no_configuration_names_what_it_holds(tmp_path):
    np.savez(tmp_path / "other.npz", weights=np.ones(3))
    with pytest.raises(DataError, match=r"holds \['weights'\], expected GlassBench's initial_positions"):
        read(tmp_path / "other.npz")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = bomb(tmp_path / "bomb.npz")
    assert path.stat().st_size < 2**20
    with pytest.raises(DataError, match="would grow from .* to .* bytes, expected a factor of at most"):
        read(path)


def test_an_archive_that_claims_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("glassviz.formats.archive.LARGEST", 10_000)
    with pytest.raises(DataError, match="claims .* bytes when unpacked, expected at most 10000"):
        read(BOTAN)


@pytest.mark.parametrize("kept", [0.999, 0.5, 0.1])
def test_a_truncated_archive_is_refused(tmp_path, kept):
    content = UNWRAPPED.read_bytes()
    path = tmp_path / "cut.npz"
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(DataError, match=r"cut\.npz: not a whole \.npz archive"):
        read(path)


def test_a_damaged_byte_is_noticed(tmp_path):
    content = bytearray(BOTAN.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path = tmp_path / BOTAN.name
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"not a whole \.npz archive"):
        read(path)


@pytest.mark.parametrize("damage", [b"(200,(", b"(200;)", b"(-20,)", b"(201,)"])
def test_an_array_header_that_lies_is_named(tmp_path, damage):
    path = tmp_path / BOTAN.name
    with zipfile.ZipFile(BOTAN) as source, zipfile.ZipFile(path, "w") as file:
        for member in source.namelist():
            content = source.read(member)
            file.writestr(member, content.replace(b"(200,)", damage) if member == "types.npy" else content)
    with pytest.raises(DataError, match="types is not a NumPy array|types has 200 bytes, its header states"):
        read(path)


@real
def test_published_ka2d_files():
    for path, time, energy, moved in ((REAL_2D, 0.11, -2.6068, 0.0627), (REAL_2D_COLD, 0.1, -2.6715, 0.0529)):
        reading = read(path)
        (structure,) = reading.structures
        assert reading.system is gv.KA2D
        assert structure.times.tolist() == [time]
        assert potential_energy(structure.thermal, gv.KA2D).mean() == pytest.approx(energy, abs=1e-4)
        own = structure.thermal.types == 1
        displacement = gv.dynamics.displacement_propensity(structure.thermal, structure.replicas)[0, own].mean()
        assert displacement == pytest.approx(moved, abs=1e-4)
        # A little less than free flight at the mean speed.
        flight = np.sqrt(np.pi * reading.temperature / 2) * time
        assert 0.7 * flight < displacement < flight
    inherent = read(REAL_2D_COLD).structures[0].inherent
    assert potential_energy(inherent, gv.KA2D).mean() == pytest.approx(-2.9016, abs=1e-4)


@real
def test_published_ka_file():
    reading = read(REAL_3D)
    (structure,) = reading.structures
    assert (reading.system, reading.temperature, reading.split) == (gv.KA, 0.44, "test")
    assert structure.times.tolist() == [4120.0]
    start = potential_energy(structure.thermal, gv.KA).mean()
    assert start == pytest.approx(-6.2331, abs=1e-4)
    # Equilibrium: after t = 4120 the replicas have the energy of the start, whose fluctuation is about 0.01.
    later = [potential_energy(structure.thermal.with_positions(p), gv.KA).mean() for p in structure.replicas[0, ::4]]
    assert np.mean(later) == pytest.approx(start, abs=0.02)
    own = structure.thermal.types == 1
    displacement = gv.dynamics.displacement_propensity(structure.thermal, structure.replicas)[0, own].mean()
    assert displacement == pytest.approx(0.3746, abs=1e-4)

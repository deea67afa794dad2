import json
import os
from dataclasses import replace

import h5py
import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import DataError, InputError
from glassviz.record import REPLICA_MEANS, Record, read_record, write_record
from tests.liquids import liquid


def make(index=0, split="train", temperature=1.0, **changes):
    start, random = liquid(), np.random.default_rng(index)
    values = {
        "system": "KA2D",
        "temperature": temperature,
        "index": index,
        "split": split,
        "seed": 1,
        "half_replicas": (4, 4),
        "thermal": start,
        "inherent": start.with_positions(start.positions + 0.01),
        "times": np.array([0.1, 1.0, 25.0]),
        "bond_breaking_halves": random.random((2, 3, 129)).astype(np.float32),
        "displacement_halves": random.random((2, 3, 129)).astype(np.float32),
        "provenance": {"start": "hot"},
    }
    return Record(**{**values, **changes})


@pytest.fixture
def folder(tmp_path):
    for index, split in enumerate(["train", "validation", "test"]):
        write_record(tmp_path / "T1.0000" / f"{index:04d}.h5", make(index, split))
    return tmp_path


def test_what_is_written_is_read(folder):
    data = gv.open(folder)
    assert data.system is gv.KA2D
    assert data.number == 129
    assert data.temperatures == [1.0]
    assert data.problems == []
    point = data[1.0 + 1e-10]
    assert point.split == ["train", "validation", "test"]
    assert point.bond_breaking.shape == (3, 3, 129)
    assert point.bond_breaking_halves.shape == (3, 2, 3, 129)
    np.testing.assert_array_equal(point.replicas, 8)
    written = make(1)
    np.testing.assert_array_equal(point.displacement_halves[1], written.displacement_halves)
    np.testing.assert_array_equal(point.displacement[1], written.displacement_halves.astype(float).mean(axis=0))
    np.testing.assert_array_equal(point.configurations[1].positions, written.thermal.positions)
    np.testing.assert_array_equal(point.inherent[1].positions, written.inherent.positions)
    own = written.thermal.types == 1
    np.testing.assert_allclose(point.mean_correlation()[1], point.bond_breaking[1][:, own].mean(axis=1))
    with pytest.raises(InputError, match="temperature 0.9"):
        data[0.9]


def test_labels_that_a_record_lacks_are_nan(folder):
    empty = np.zeros((2, 0, 129), np.float32)
    write_record(
        folder / "T1.0000" / "0009.h5",
        make(9, times=np.empty(0), half_replicas=(0, 0), bond_breaking_halves=empty, displacement_halves=empty),
    )
    longer = {name: np.ones((2, 2, 129), np.float32) for name in ("bond_breaking_halves", "displacement_halves")}
    write_record(folder / "T1.0000" / "0010.h5", make(10, times=np.array([1.0, 300.0]), **longer))
    point = gv.open(folder)[1.0]
    np.testing.assert_allclose(point.times, [0.1, 1, 25, 300])
    assert np.isnan(point.bond_breaking[3]).all()
    np.testing.assert_array_equal(np.isnan(point.bond_breaking[4][:, 0]), [True, False, True, False])
    assert np.isnan(point.bond_breaking[0][3]).all()


def means(replicas=8, times=3, seed=0):
    random = np.random.default_rng(seed)
    return {name: random.random((replicas, times)) for name in REPLICA_MEANS}


def test_means_of_replicas_are_read_and_older_files_have_none(folder):
    kept = means()
    write_record(folder / "T1.0000" / "0009.h5", make(9, **kept))
    twenty = means(20, 2, seed=1)
    labels = {name: np.ones((2, 2, 129), np.float32) for name in ("bond_breaking_halves", "displacement_halves")}
    later = make(10, times=np.array([1.0, 300.0]), half_replicas=(10, 10), **labels, **twenty)
    write_record(folder / "T1.0000" / "0010.h5", later)
    point = gv.open(folder)[1.0]
    assert read_record(folder / "T1.0000" / "0000.h5").overlap_means is None
    assert point.self_scattering.shape == (5, 2, 4)
    assert np.isnan(point.self_scattering[:3]).all()
    halves = [kept["self_scattering_means"][:4].mean(axis=0), kept["self_scattering_means"][4:].mean(axis=0)]
    np.testing.assert_allclose(point.self_scattering[3, :, :3], halves)
    np.testing.assert_allclose(point.self_scattering[4, 1, [1, 3]], twenty["self_scattering_means"][10:].mean(axis=0))
    for name in ("bond_breaking_means", "overlap_means", "squared_displacement_means"):
        values = getattr(point, name)
        assert values.shape == (5, 20, 4)
        assert np.isnan(values[:3]).all()
        np.testing.assert_array_equal(values[3, :8, :3], kept[name])
        assert np.isnan(values[3, 8:]).all()
        np.testing.assert_array_equal(values[4][:, [1, 3]], twenty[name])
        assert np.isnan(values[4][:, [0, 2]]).all()


def test_wrong_means_of_replicas_are_named(folder):
    path = folder / "T1.0000" / "0001.h5"
    with pytest.raises(DataError, match=r"overlap_means has shape \(7, 3\), expected \(8, 3\)"):
        write_record(path, make(1, overlap_means=np.ones((7, 3))), replace=True)
    with pytest.raises(DataError, match=r"self_scattering_means leaves the range -0.41\.\.1"):
        write_record(path, make(1, self_scattering_means=np.full((8, 3), -0.5)), replace=True)
    write_record(path, make(1, **means()), replace=True)
    edit(path, set_item("bond_breaking_means", with_nan))
    with pytest.raises(DataError, match="bond_breaking_means holds nan"):
        read_record(path)


def test_structures_without_any_labels_open(tmp_path):
    empty = np.zeros((2, 0, 129), np.float32)
    bare = make(times=np.empty(0), half_replicas=(0, 0), bond_breaking_halves=empty, displacement_halves=empty)
    write_record(tmp_path / "T1.0000" / "0000.h5", bare)
    point = gv.open(tmp_path)[1.0]
    assert point.times.shape == (0,)
    assert point.bond_breaking.shape == (1, 0, 129)


def test_the_first_writer_wins_and_a_correction_replaces(folder):
    path = folder / "T1.0000" / "0000.h5"
    before = path.read_bytes()
    assert not write_record(path, make(0, "test"))
    assert path.read_bytes() == before
    assert write_record(path, make(0, "test"), replace=True)
    assert read_record(path).split == "test"
    assert [p.name for p in path.parent.iterdir() if "part" in p.name] == []


def test_refresh_sees_new_changed_and_removed_files(folder):
    data = gv.open(folder)
    assert not data.refresh()
    write_record(folder / "T0.8000" / "0000.h5", make(0, temperature=0.8))
    write_record(folder / "T1.0000" / "0000.h5", make(0, "test"), replace=True)
    (folder / "T1.0000" / "0001.h5").unlink()
    generation = data.generation
    assert data.refresh()
    assert data.generation == generation + 1
    assert data.temperatures == [0.8, 1.0]
    assert data[1.0].split == ["test", "test"]


def test_union_of_folders_never_repeats_a_configuration(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    write_record(other / "T1.0000" / "0000.h5", make(0, "test"))
    write_record(other / "T1.0000" / "0001.h5", make(1, "test", seed=2))
    data = gv.open(folder, other)
    assert len(data[1.0]) == 4
    assert len(data.problems) == 1
    assert "repeats configuration 0" in data.problems[0]


def edit(path, change):
    with h5py.File(path, "r+") as file:
        change(file)


def set_item(name, change):
    def apply(file):
        values = change(file[name][()])
        del file[name]
        file[name] = values

    return apply


def with_nan(values):
    values = values.copy()
    values.flat[5] = np.nan
    return values


DAMAGE = {
    "version": (lambda f: f.attrs.__setitem__("version", 7), "version is 7, expected 1"),
    "format": (lambda f: f.attrs.__setitem__("format", "soup"), "format is 'soup'"),
    "no replicas": (lambda f: f.attrs.__delitem__("replicas"), "attribute 'replicas' is missing"),
    "fewer replicas": (lambda f: f.attrs.__setitem__("replicas", 20), r"halves hold \[4, 4\] replicas, expected 20"),
    "system": (lambda f: f.attrs.__setitem__("system", "WATER"), "system is 'WATER', expected"),
    "temperature": (lambda f: f.attrs.__setitem__("temperature", -0.3), "temperature is -0.3, expected a positive"),
    "split": (lambda f: f.attrs.__setitem__("split", "holdout"), "split is 'holdout'"),
    "missing item": (lambda f: f.__delitem__("inherent"), "item 'inherent' is missing"),
    "nan position": (set_item("thermal", with_nan), "thermal: position of particle 2"),
    "nan label": (set_item("bond_breaking_halves", with_nan), "bond_breaking_halves holds nan"),
    "range": (set_item("bond_breaking_halves", lambda v: v + 1), r"leaves the range 0\.\.1"),
    "shape": (set_item("displacement_halves", lambda v: v[:, :2]), r"shape \(2, 2, 129\), expected \(2, 3, 129\)"),
    "types": (set_item("types", lambda v: v + 1), r"expects 1\.\.3"),
    "box": (set_item("box", lambda v: v * 1.01), "gives density 1.168"),
    "times": (set_item("times", lambda v: v[::-1]), "times must be increasing"),
    "text": (set_item("times", lambda v: "abc"), "item 'times' has type object"),
    "link": (lambda f: (f.__delitem__("box"), f.__setitem__("box", h5py.ExternalLink("other.h5", "/x"))), "'box'"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_wrong_file_is_named_and_the_rest_opens(folder, kind):
    change, sentence = DAMAGE[kind]
    path = folder / "T1.0000" / "0001.h5"
    edit(path, change)
    with pytest.raises(DataError, match=sentence) as caught:
        read_record(path)
    assert str(path) in str(caught.value)
    data = gv.open(folder)
    assert data[1.0].split == ["train", "test"]
    assert len(data.problems) == 1


@pytest.mark.parametrize("length", [0, 100, 4000])
def test_a_truncated_file_is_named_and_the_rest_opens(folder, length):
    path = folder / "T1.0000" / "0002.h5"
    os.truncate(path, length)
    with pytest.raises(DataError, match="not a whole HDF5 file"):
        read_record(path)
    assert gv.open(folder)[1.0].split == ["train", "validation"]


def test_flipped_bits_in_an_array_are_noticed(folder):
    path = folder / "T1.0000" / "0002.h5"
    with h5py.File(path) as file:
        place = file["bond_breaking_halves"].id.get_chunk_info(0)
    content = bytearray(path.read_bytes())
    content[place.byte_offset + place.size // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match="bond_breaking_halves"):
        read_record(path)


def test_half_written_files_are_not_seen_and_unsound_records_not_written(folder):
    (folder / "T1.0000" / ".0007.h5.abc.part").write_bytes(b"half")
    assert len(gv.open(folder)[1.0]) == 3
    bad = replace(make(8), half_replicas=(4, 3))
    with pytest.raises(DataError, match="half_replicas"):
        write_record(folder / "T1.0000" / "0008.h5", bad)
    assert not (folder / "T1.0000" / "0008.h5").exists()


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(DataError, match="nowhere: data set folder is missing"):
        gv.open(tmp_path / "nowhere")
    with pytest.raises(DataError, match="holds no usable configuration"):
        gv.open(tmp_path)
    with pytest.raises(DataError, match="file is missing"):
        read_record(tmp_path / "T1.0000" / "0000.h5")


def test_records_of_another_size_are_left_out(folder):
    other = liquid(number=172)
    values = {name: np.zeros((2, 3, 172), np.float32) for name in ("bond_breaking_halves", "displacement_halves")}
    write_record(folder / "T1.0000" / "0005.h5", make(5, thermal=other, inherent=other, **values))
    data = gv.open(folder)
    assert len(data[1.0]) == 3
    assert "holds 172 particles" in data.problems[0]


def test_provenance_is_json(folder):
    with h5py.File(folder / "T1.0000" / "0000.h5") as file:
        assert json.loads(file.attrs["provenance"]) == {"start": "hot"}

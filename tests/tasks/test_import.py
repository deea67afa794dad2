import numpy as np
import pytest

import glassviz as gv
from glassviz.cli.main import main
from glassviz.dynamics import bond_breaking_halves, displacement_halves, self_scattering_means
from glassviz.errors import DataError, InputError
from glassviz.formats import read, write_extended_xyz
from glassviz.simulation import forces
from glassviz.tasks.import_ import ImportOptions, import_files
from tests.formats.samples import (
    BOTAN,
    DUMPS,
    MODELS,
    REAL_2D,
    REAL_3D,
    UNWRAPPED,
    WRAPPED,
    XYZ,
    altered_archive,
    arrays_of,
    truth,
)

TIMES = ImportOptions(times=(0.1, 2.0))


def test_two_times_of_one_structure_become_one_configuration(tmp_path):
    written, left_out = import_files([WRAPPED, UNWRAPPED], tmp_path, TIMES)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == ["T0.6000/0007.h5"]
    assert left_out == []
    data, known = gv.open(tmp_path), truth()
    assert data.problems == []
    point = data[0.6]
    start = gv.Configuration(known["flat"], known["flat_types"], known["flat_box"])
    assert point.times.tolist() == [0.1, 2.0]
    assert point.split == ["test"]
    assert point.replicas.tolist() == [4]
    np.testing.assert_allclose(
        point.bond_breaking_halves[0], bond_breaking_halves(start, known["runs"], gv.KA2D), atol=1e-6
    )
    np.testing.assert_allclose(point.displacement_halves[0], displacement_halves(start, known["runs"]), atol=1e-6)
    scattering = self_scattering_means(start, known["runs"], gv.KA2D.wavenumber)
    np.testing.assert_allclose(point.records[0].self_scattering_means, scattering, atol=1e-12)
    assert point.records[0].overlap_means.shape == (4, 2)
    # The second file has inherent positions: they are taken, as far from the start as they were.
    moved = point.inherent[0].positions - point.configurations[0].positions
    np.testing.assert_allclose(moved, known["flat_inherent"] - known["flat"], atol=1e-12)


def test_inherent_positions_are_quenched_where_a_file_has_none(tmp_path):
    stages = []
    options = ImportOptions(times=(0.1,))
    import_files([WRAPPED], tmp_path, options, lambda done, total, stage: stages.append(stage))
    record = gv.open(tmp_path)[0.6].records[0]
    assert np.abs(forces(record.inherent, gv.KA2D)).max() < 1e-7
    assert record.provenance["inherent"] == "quenched here"
    assert {"read", "quench and write"} <= set(stages)


def test_the_same_file_again_changes_nothing_and_another_takes_the_next_number(tmp_path):
    options = ImportOptions(times=(0.1,))
    (path,), _ = import_files([WRAPPED], tmp_path, options)
    before = path.read_bytes()
    written, left_out = import_files([WRAPPED], tmp_path, options)
    assert written == []
    assert "is already there" in left_out[0]
    assert path.read_bytes() == before
    arrays = arrays_of(WRAPPED)
    moved = {name: arrays[name] + 0.25 for name in ("positions", "initial_positions")}
    other = altered_archive(WRAPPED, tmp_path / WRAPPED.name, **moved)
    written, _ = import_files([other], tmp_path, options)
    assert [path.name for path in written] == ["0001.h5"]
    assert len(gv.open(tmp_path)[0.6]) == 2


def test_frames_without_labels_become_structures(tmp_path):
    options = ImportOptions(temperature=0.6, split="train")
    written, _ = import_files([DUMPS[0]], tmp_path, options)
    point = gv.open(tmp_path)[0.6]
    assert len(written) == 2
    assert len(point.times) == 0
    assert point.split == ["train", "train"]
    frames = [structure.thermal for structure in read(DUMPS[0]).structures]
    for configuration, frame in zip(point.configurations, frames, strict=True):
        np.testing.assert_array_equal(configuration.positions, frame.positions)
        np.testing.assert_array_equal(configuration.types, frame.types)


def test_means_are_left_out_unless_their_number_of_replicas_is_given(tmp_path):
    written, left_out = import_files([MODELS], tmp_path / "without", ImportOptions())
    assert len(written) == 1
    assert "means over all replicas" in left_out[0]
    assert len(gv.open(tmp_path / "without")[0.8].times) == 0
    # Of random propensities only small ones are not faster than free flight.
    arrays = arrays_of(MODELS)
    slow = altered_archive(MODELS, tmp_path / MODELS.name, md_prop=0.1 * arrays["md_prop"])
    import_files([slow], tmp_path / "with", ImportOptions(times=(0.5, 4.0), mean_of=32))
    point = gv.open(tmp_path / "with")[0.8]
    np.testing.assert_allclose(point.bond_breaking[0], arrays["bb_prop"], atol=1e-7)
    np.testing.assert_allclose(point.displacement[0], 0.1 * arrays["md_prop"], atol=1e-7)
    assert point.records[0].half_replicas == (16, 16)
    assert point.records[0].provenance["halves"] == "means over all replicas, twice"


def test_three_dimensions(tmp_path):
    import_files([BOTAN], tmp_path, ImportOptions(times=(0.1,)))
    point = gv.open(tmp_path)[0.8]
    known = truth()
    start = gv.Configuration(known["cube"], known["cube_types"], known["cube_box"])
    expected = bond_breaking_halves(start, known["runs_3d"][None], gv.KA)
    np.testing.assert_allclose(point.bond_breaking_halves[0], expected, atol=1e-6)
    assert point.system is gv.KA


REFUSED = {
    "unknown time": ([WRAPPED], ImportOptions(), "the time of the labels is unknown"),
    "impossible time": ([WRAPPED], ImportOptions(times=(0.01,)), "expected at most 0.00971, the mean speed times t"),
    "impossible temperature": ([WRAPPED], ImportOptions(times=(0.1,), temperature=0.01), "wrong time or temperature"),
    "a time twice": ([WRAPPED, UNWRAPPED], ImportOptions(times=(2.0,)), "time 2 of the same structure is also in"),
    "too many times": ([WRAPPED], ImportOptions(times=(0.1, 0.2)), "2 times are given, expected 1"),
    "no temperature": ([XYZ], ImportOptions(), "the temperature is unknown"),
    "another system": ([XYZ], ImportOptions(system="KA", temperature=1.0), "KA expects 3"),
    "two systems": ([XYZ, BOTAN], ImportOptions(temperature=1.0, times=(0.1,)), "expected one system and one N"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_written_when_something_does_not_fit(tmp_path, name):
    files, options, sentence = REFUSED[name]
    with pytest.raises((DataError, InputError), match=sentence):
        import_files(files, tmp_path / "data", options)
    assert not (tmp_path / "data").exists()


def test_odd_replicas_and_strange_options_are_refused(tmp_path):
    odd = altered_archive(WRAPPED, tmp_path / WRAPPED.name, positions=arrays_of(WRAPPED)["positions"][:3])
    with pytest.raises(DataError, match=r"N129T0.60_7_tc01\.npz: there are 3 replicas, expected an even number"):
        import_files([odd], tmp_path / "data", ImportOptions(times=(0.1,)))
    with pytest.raises(InputError, match="split is 'best'"):
        ImportOptions(split="best")
    with pytest.raises(InputError, match="replicas behind the means are 5"):
        ImportOptions(mean_of=5)


def test_fewer_replicas_at_another_time_are_refused(tmp_path):
    fewer = altered_archive(UNWRAPPED, tmp_path / UNWRAPPED.name, positions=arrays_of(UNWRAPPED)["positions"][:2])
    with pytest.raises(DataError, match="2 replicas, expected 4 as in N129T0.60_7_tc01.npz"):
        import_files([WRAPPED, fewer], tmp_path / "data", TIMES)


def test_a_folder_of_another_size_is_refused(tmp_path):
    import_files([XYZ], tmp_path, ImportOptions(temperature=0.6))
    with pytest.raises(DataError, match="holds 129 particles of KA2D, expected 200 of KA"):
        import_files([BOTAN], tmp_path, ImportOptions(times=(0.1,)))


def test_what_fits_no_glass_former_is_refused_with_the_reason(tmp_path):
    start = read(XYZ).structures[0].thermal
    dilute = gv.Configuration(start.positions, start.types, 1.2 * start.box)
    write_extended_xyz(tmp_path / "dilute.xyz", dilute)
    with pytest.raises(DataError, match="no glass former fits: KA2D: box .* gives density 0.82"):
        import_files([tmp_path / "dilute.xyz"], tmp_path / "data", ImportOptions(temperature=1.0))


def test_command_says_what_it_understood_and_writes_what_info_and_the_library_open(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("GLASSVIZ_HOME", str(tmp_path))
    assert main(["import", str(WRAPPED), "--dry-run"]) == 0
    shown = capsys.readouterr().out
    for words in ("GlassBench trajectory", "KA2D", "T = 0.6", "4 replicas", "note: replicas were wrapped", "missing: "):
        assert words in shown
    assert list(tmp_path.iterdir()) == []
    files = [str(WRAPPED), str(UNWRAPPED)]
    assert main(["import", *files, "--time", "0.1", "2", "--output", str(tmp_path / "data" / "own")]) == 0
    assert "0007.h5" in capsys.readouterr().out
    assert main(["import", *files, "--time", "0.1", "2", "--output", str(tmp_path / "data" / "own")]) == 0
    assert "nothing new was written" in capsys.readouterr().out
    assert main(["info", "--data", str(tmp_path / "data" / "own")]) == 0
    assert "KA2D, N = 129" in capsys.readouterr().out
    assert main(["import", str(WRAPPED)]) == 2
    assert "the time of the labels is unknown" in capsys.readouterr().err

    from glassviz.library import Library
    from glassviz.session import Session

    session = Session(Library([tmp_path / "data"], [tmp_path]))
    assert session.data_set == "own"
    assert session.choices("time") == [0.1, 2.0]
    assert session.measured().shape == (2, 129)


@pytest.mark.skipif(not REAL_2D.exists(), reason="the published files are not here")
def test_published_files_become_records(tmp_path):
    (path,), _ = import_files([REAL_2D], tmp_path / "ka2d", ImportOptions())
    point = gv.open(tmp_path / "ka2d")[0.3]
    assert path.name == "0003.h5"
    own = point.configurations[0].types == 1
    assert point.displacement[0, 0, own].mean() == pytest.approx(0.0627, abs=1e-4)
    assert point.bond_breaking[0, 0, own].min() == 1.0
    energy = gv.simulation.potential_energy(point.inherent[0], gv.KA2D).mean()
    assert energy == pytest.approx(-2.8887, abs=1e-4)


@pytest.mark.skipif(not REAL_3D.exists(), reason="the published files are not here")
def test_a_published_file_in_three_dimensions_becomes_a_record(tmp_path):
    import_files([REAL_3D], tmp_path, ImportOptions())
    point = gv.open(tmp_path)[0.44]
    own = point.configurations[0].types == 1
    assert point.replicas.tolist() == [32]
    assert point.displacement[0, 0, own].mean() == pytest.approx(0.3746, abs=1e-4)
    assert point.bond_breaking[0, 0, own].mean() == pytest.approx(0.891, abs=1e-3)
    halves = point.displacement_halves[0, :, 0, own]
    # The ceiling of one structure; 0.935 to 0.943 over the test files.
    r = gv.learning.pearson(halves[:, 0], halves[:, 1])
    assert np.sqrt(2 * r / (1 + r)) == pytest.approx(0.94, abs=0.03)
    assert -7.0 < point.records[0].provenance["energy_inherent"] < -6.8

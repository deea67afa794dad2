import numpy as np
import pytest

import glassviz as gv
from glassviz.cli.main import main
from glassviz.dataset import EMBEDDED
from glassviz.errors import InputError
from glassviz.formats import read, write_extended_xyz
from glassviz.learning import load_model
from glassviz.tasks.export import export
from glassviz.tasks.import_ import ImportOptions, import_files
from tests.liquids import liquid

MODEL = EMBEDDED / "models" / "ka2d-ridge-bond_breaking-T0.5000"


@pytest.fixture(scope="module")
def point():
    return gv.open(EMBEDDED / "ka2d")[0.5]


@pytest.fixture(scope="module")
def place(point):
    return point.split.index("test")


def frame_of(path):
    """The file as ASE reads it."""
    from ase.io import read as read_with_ase

    return read_with_ase(path, format="extxyz")


def test_one_time_with_prediction_comes_back(point, place, tmp_path):
    record, slot = point.records[place], 6
    path = tmp_path / "one.xyz"
    export(point, record.index, path, point.times[slot], MODEL)
    structure = read(path).structures[0]
    away = structure.thermal.positions - record.thermal.positions
    np.testing.assert_allclose(away, record.thermal.box * np.rint(away / record.thermal.box), atol=1e-8)
    np.testing.assert_array_equal(structure.thermal.types, record.thermal.types)
    np.testing.assert_allclose(structure.thermal.box, record.thermal.box, atol=1e-9)
    quenched = record.inherent.positions - record.thermal.positions
    np.testing.assert_allclose(structure.inherent.positions - structure.thermal.positions, quenched, atol=1e-8)
    np.testing.assert_allclose(structure.bond_breaking[0], point.bond_breaking[place, slot], atol=1e-8)
    np.testing.assert_allclose(structure.displacement[0], point.displacement[place, slot], atol=1e-8)
    np.testing.assert_allclose(structure.times, point.times[slot : slot + 1])
    atoms = frame_of(path)
    model = load_model(MODEL)
    predicted = model.predict(record.thermal, time=point.times[slot], inherent=record.inherent)
    np.testing.assert_allclose(atoms.arrays["prediction"], predicted, atol=1e-8)
    assert np.isfinite(atoms.arrays["prediction"]).sum() > 100


def test_ase_reads_every_column(point, place, tmp_path):
    record = point.records[place]
    path = tmp_path / "all.xyz"
    export(point, record.index, path)
    atoms = frame_of(path)
    assert atoms.pbc.tolist() == [True, True, False]
    np.testing.assert_allclose(np.diag(atoms.cell)[:2], record.thermal.box, atol=1e-9)
    np.testing.assert_allclose(atoms.positions[:, :2], record.thermal.positions, atol=1e-8)
    assert not atoms.positions[:, 2].any()
    np.testing.assert_array_equal(atoms.arrays["type"], record.thermal.types)
    np.testing.assert_allclose(atoms.arrays["radius"], gv.KA2D.radii[record.thermal.types - 1], atol=1e-8)
    np.testing.assert_allclose(atoms.arrays["inherent"][:, :2], record.inherent.positions, atol=1e-8)
    np.testing.assert_allclose(atoms.arrays["bond_breaking"].T, point.bond_breaking[place], atol=1e-8)
    np.testing.assert_allclose(atoms.arrays["displacement"].T, point.displacement[place], atol=1e-8)
    np.testing.assert_allclose(atoms.info["times"], point.times)
    assert atoms.info["temperature"] == 0.5
    assert atoms.info["split"] == "test"


def test_an_exported_configuration_can_be_imported(point, place, tmp_path):
    record = point.records[place]
    export(point, record.index, tmp_path / "all.xyz")
    import_files([tmp_path / "all.xyz"], tmp_path / "back", ImportOptions(mean_of=record.replicas))
    back = gv.open(tmp_path / "back")[0.5]
    np.testing.assert_allclose(back.times, point.times)
    np.testing.assert_allclose(back.bond_breaking[0], point.bond_breaking[place], atol=1e-6)
    np.testing.assert_allclose(back.displacement[0], point.displacement[place], atol=1e-6)
    assert back.split == ["test"]
    assert back.records[0].index == record.index


def test_three_dimensions_and_own_columns(tmp_path):
    cube = liquid("KA", 200, 0.8, 400)
    columns = {"number": np.arange(200), "field": np.linspace(-1, 1, 200) / 3, "nothing": np.full(200, np.nan)}
    write_extended_xyz(tmp_path / "cube.xyz", cube, columns, {"comment": 'a "quoted"\nword', "values": [1.5, 2.5]})
    back = read(tmp_path / "cube.xyz")
    assert back.system is gv.KA
    np.testing.assert_allclose(back.structures[0].thermal.positions, cube.wrap().positions, atol=1e-8)
    atoms = frame_of(tmp_path / "cube.xyz")
    np.testing.assert_array_equal(atoms.arrays["number"], columns["number"])
    np.testing.assert_allclose(atoms.arrays["field"], columns["field"], atol=1e-12)
    assert np.isnan(atoms.arrays["nothing"]).all()
    assert atoms.info["comment"] == "a quoted word"
    assert atoms.info["values"].tolist() == [1.5, 2.5]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    flat = liquid()
    write_extended_xyz(tmp_path / "a.xyz", flat)
    before = (tmp_path / "a.xyz").read_bytes()
    for columns, sentence in (
        ({"field": np.ones(3)}, "column field has shape"),
        ({"two words": np.ones(129)}, "column name is 'two words'"),
        ({"pos": np.ones(129)}, "column name is 'pos'"),
        ({"field": np.full(129, "x")}, "column field has shape"),
    ):
        with pytest.raises(InputError, match=sentence):
            write_extended_xyz(tmp_path / "a.xyz", flat, columns)
    with pytest.raises(InputError, match="entry is named 'Lattice'"):
        write_extended_xyz(tmp_path / "a.xyz", flat, info={"Lattice": 1})
    with pytest.raises(InputError, match="is a folder"):
        write_extended_xyz(tmp_path, flat)
    assert (tmp_path / "a.xyz").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.xyz"]


def test_command_exports_and_names_what_is_unknown(point, place, tmp_path, capsys):
    record, data = point.records[place], ["--data", str(EMBEDDED / "ka2d"), "--temperature", "0.5"]
    chosen, out = ["--configuration", str(record.index)], ["--output", str(tmp_path / "c.xyz")]
    assert main(["export", *data, *chosen, "--time", f"{point.times[3]:g}", "--model", str(MODEL), *out]) == 0
    assert "wrote" in capsys.readouterr().out
    assert frame_of(tmp_path / "c.xyz").info["predicted"] == "bond_breaking"
    for wrong, sentence in (
        ([*data, "--configuration", "99", "--all-times", *out], "configuration 99 is not there at T = 0.5"),
        ([*data, *chosen, "--time", "0.37", *out], "time 0.37 has no labels, expected one of 0.1"),
        ([*data, *chosen, "--all-times", "--output", "c.png"], "expected a name that ends in .xyz"),
    ):
        assert main(["export", *wrong]) == 2
        assert sentence in capsys.readouterr().err

import numpy as np
import pytest

import glassviz as gv
from glassviz.errors import DataError, InputError
from glassviz.formats import FORMATS, read
from tests.formats.samples import DUMPS, GSD, SAMPLES, XYZ, altered_text, truth


def same_up_to_periods(positions, expected, box, atol):
    away = positions - expected
    np.testing.assert_allclose(away, box * np.rint(away / box), atol=atol)


@pytest.mark.parametrize("path", [*DUMPS, XYZ, GSD], ids=lambda path: path.name)
def test_frames_are_what_went_in(path):
    reading, known = read(path), truth()
    name, atol = {".dump": ("LAMMPS text dump", 1e-11), ".xyz": ("extended XYZ", 6e-9), ".gsd": ("GSD", 1e-6)}[
        path.suffix
    ]
    assert reading.format == name
    assert reading.system is gv.KA2D
    assert len(reading.structures) == 2
    first, second = (structure.thermal for structure in reading.structures)
    assert first.dimension == 2
    np.testing.assert_array_equal(first.types, known["flat_types"])
    np.testing.assert_allclose(first.box, known["flat_box"], rtol=1e-7)
    same_up_to_periods(first.positions, known["flat"], first.box, atol)
    assert first.positions.min() >= 0
    assert (first.positions < first.box).all()
    if path.suffix != ".dump":
        same_up_to_periods(second.positions, known["runs"][0, 0], first.box, atol)
    else:
        step = np.abs(gv.configuration.minimum_image(second.positions - first.positions, first.box)).max()
        assert 0 < step < 0.2
    assert reading.missing[:2] == ["the temperature", "inherent positions (a quench makes them)"]


def test_the_columns_of_a_dump_agree():
    frames = [read(path).structures[1].thermal for path in DUMPS]
    for other in frames[1:]:
        same_up_to_periods(frames[0].positions, other.positions, frames[0].box, 1e-11)
        np.testing.assert_array_equal(frames[0].types, other.types)


def test_unwrapped_coordinates_come_first_and_the_origin_counts(tmp_path):
    text = (
        "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n2 12\n-5 5\n-5 5\n"
        "ITEM: ATOMS {}\n2 1 {}\n1 1 {}\n"
    )
    (tmp_path / "scaled").write_text(text.format("id type xs ys zs", "0.1 0.2 0.3", "0.4 0.5 0.75"))
    scaled = read(tmp_path / "scaled").structures[0].thermal
    np.testing.assert_allclose(scaled.positions, [[6, 0, 2.5], [3, 7, 8]], atol=1e-12)
    (tmp_path / "both").write_text(text.format("id type x y z xu yu zu", "3 7 8 13 -3 8", "6 0 2.5 6 0 -7.5"))
    both = read(tmp_path / "both").structures[0].thermal
    np.testing.assert_allclose(both.positions, scaled.positions, atol=1e-12)


NUMBER = "ITEM: NUMBER OF ATOMS\n129"
DUMP_CHANGES = {
    "ids": (("id type xu", "mol type xu"), "columns are mol type xu yu zu, expected id, type and x y z"),
    "coordinates": (("xu yu zu", "fx fy fz"), "expected id, type and x y z"),
    "units": (("ITEM: UNITS\nlj", "ITEM: UNITS\nmetal"), "units are 'metal', expected lj"),
    "number": ((NUMBER, "ITEM: NUMBER OF ATOMS\nmany"), "number of atoms is 'many', expected a whole number"),
    "endless": ((NUMBER, "ITEM: NUMBER OF ATOMS\n999999999999"), "frame 0 is cut off"),
    "smaller frame": ((NUMBER, "ITEM: NUMBER OF ATOMS\n128"), "frame 1 begins with"),
    "no box": (("ITEM: BOX BOUNDS pp pp pp", "ITEM: SOMETHING"), "frame 0"),
    "old boundaries": (("BOX BOUNDS pp pp pp", "BOX BOUNDS"), "boundaries are ''"),
    "walls": (("BOX BOUNDS pp pp pp", "BOX BOUNDS pp fs pp"), "not periodic along y"),
    "words": (("\n66 1 ", "\n66 one "), "a particle's line is cut off or holds no numbers"),
    "nan": (("\n66 1 ", "\n66 1 nan "), "position of particle 65 is"),
    "repeated id": (("\n66 1 ", "\n65 1 "), "ids repeat"),
    "type 0": (("\n66 1 ", "\n66 0 "), "types must be whole numbers from 1 on"),
    "type 2.5": (("\n66 1 ", "\n66 2.5 "), "types must be whole numbers from 1 on"),
    "type 9": (("\n66 1 ", "\n66 9 "), "types are .1, 2, 3, 9., expected 1..n without gaps"),
}


@pytest.mark.parametrize("name", DUMP_CHANGES)
def test_dumps_that_cannot_be_represented_are_refused(tmp_path, name):
    change, sentence = DUMP_CHANGES[name]
    path = altered_text(DUMPS[2], tmp_path / "changed", change)
    with pytest.raises(DataError, match=sentence) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


def test_lammps_own_tilted_and_walled_boxes_are_refused():
    with pytest.raises(DataError, match="box is tilted .xy xz yz pp pp pp., expected an orthorhombic one"):
        read(SAMPLES / "tilted_plain.dump")
    with pytest.raises(DataError, match="box is not periodic along x"):
        read(SAMPLES / "walls_plain.dump")


def test_a_changing_number_of_particles_is_refused(tmp_path):
    dump = DUMPS[0].read_text()
    frames = dump.split("ITEM: TIMESTEP\n")[1:]
    rows = frames[1].splitlines()
    smaller = "\n".join(rows[:-1]).replace("\n129\n", "\n128\n", 1)
    (tmp_path / "dump").write_text(f"ITEM: TIMESTEP\n{frames[0]}ITEM: TIMESTEP\n{smaller}\n")
    with pytest.raises(DataError, match="frame 1 holds 128 particles, expected 129 as in frame 0"):
        read(tmp_path / "dump")
    lines = XYZ.read_text().splitlines()
    lines[131] = "128"
    (tmp_path / "xyz").write_text("\n".join(lines[:-1]) + "\n")
    with pytest.raises(DataError, match="frame 1 holds 128 particles, expected 129 as in frame 0"):
        read(tmp_path / "xyz")


@pytest.mark.parametrize("path", [DUMPS[1], XYZ], ids=lambda path: path.suffix)
def test_text_that_is_cut_off_is_refused(tmp_path, path):
    lines = path.read_text().splitlines()
    for kept in (len(lines) - 1, len(lines) - 129, 100):
        (tmp_path / "cut").write_text("\n".join(lines[:kept]) + "\n")
        with pytest.raises(DataError, match="frame [01] is cut off"):
            read(tmp_path / "cut")
    (tmp_path / "cut").write_text("\n".join(lines)[:-25])
    with pytest.raises(DataError, match="cut"):
        read(tmp_path / "cut")


LATTICE = 'Lattice="10.402691836443104 0.0 0.0 0.0 10.402691836443104 0.0 0.0 0.0 1.0"'
XYZ_CHANGES = {
    "no box": ((LATTICE, ""), "has no Lattice, expected a box"),
    "few entries": ((LATTICE, 'Lattice="1 2 3"'), "cannot be understood, expected .* nine numbers for Lattice"),
    "infinite box": ((LATTICE, LATTICE.replace("1.0", "inf")), "expected finite numbers"),
    "tilted": ((LATTICE, LATTICE.replace("0.0", "1.0", 1)), "box is tilted"),
    "open": (('pbc="T T F"', 'pbc="T F F"'), "not periodic along y"),
    "one pbc": (('pbc="T T F"', "pbc=T"), "expected three of T and F"),
    "no Properties": (("Properties=species:S:1:pos:R:3", "step=1"), "has no Properties"),
    "odd Properties": (("species:S:1:pos:R:3", "species:S:1:pos:R"), "expected name:kind:number triplets"),
    "too few columns": (("species:S:1:pos:R:3", "species:S:1:pos:R:3:q:R:1"), "has 4 columns, expected 5"),
    "no positions": (("pos:R:3", "vel:R:3"), "expected pos:R:3"),
    "no types": (("species:S:1", "name:S:1"), "neither type:I:1 nor species:S:1"),
    "names": (("\nH ", "\nCu "), "species are Cu, H, He, Li, expected A, B, C or 1, 2, 3 or H, He, Li"),
    "words": (("8.74194938", "far"), "column pos holds words, expected numbers"),
    "nan": (("8.74194938", "nan"), "position of particle 0 is"),
    "third coordinate": (("7.63663506       0.00000000", "7.63663506       0.2"), "box is not periodic along z"),
    "thin": (
        ('1.0" Properties=species:S:1:pos:R:3 pbc="T T F"', '0.5" Properties=species:S:1:pos:R:3 pbc="T T T"'),
        "third coordinate spans 0.2 in a box 0.5 thin",
    ),
}


@pytest.mark.parametrize("name", XYZ_CHANGES)
def test_xyz_that_cannot_be_represented_is_refused(tmp_path, name):
    change, sentence = XYZ_CHANGES[name]
    also = [("7.63663506       0.00000000", "7.63663506       0.2")] if name == "thin" else []
    path = altered_text(XYZ, tmp_path / "changed", change, *also)
    with pytest.raises(DataError, match=sentence) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("names", ["ABC", "123"])
def test_letters_and_numbers_name_types_too(tmp_path, names):
    text = XYZ.read_text()
    for element, name in (("\nHe ", names[1]), ("\nH ", names[0]), ("\nLi ", names[2])):
        text = text.replace(element, f"\n{name} ")
    (tmp_path / "letters").write_text(text)
    np.testing.assert_array_equal(read(tmp_path / "letters").structures[0].thermal.types, truth()["flat_types"])


def write_gsd(path, dimensions=2, box=None, positions=None, number=129, typeid=None, **fields):
    import gsd.hoomd

    known = truth()
    flat = np.pad(known["flat"], ((0, 0), (0, 1)))[:number]
    with gsd.hoomd.open(path, "w") as file:
        frame = gsd.hoomd.Frame()
        frame.configuration.dimensions = dimensions
        frame.configuration.box = [*known["flat_box"], 0, 0, 0, 0] if box is None else box
        frame.particles.N = number
        frame.particles.types = ["A", "B", "C"]
        frame.particles.typeid = (known["flat_types"] - 1)[:number] if typeid is None else typeid
        frame.particles.position = flat if positions is None else positions
        for name in fields.get("without", ()):
            setattr(*{"box": (frame.configuration, "box", None), "position": (frame.particles, "position", None)}[name])
        file.append(frame)
        if "second" in fields:
            frame.particles.N = fields["second"]
            frame.particles.position, frame.particles.typeid = (
                frame.particles.position[:-1],
                frame.particles.typeid[:-1],
            )
            file.append(frame)
    return path


GSD_CHANGES = {
    "tilted": ({"box": [10.4, 10.4, 0, 0.1, 0, 0]}, "box is tilted by"),
    "third coordinate": ({"positions": np.eye(129, 3, -2) * 0.4}, "dimensions is 2 though the third coordinate spans"),
    "nan": ({"positions": np.full((129, 3), np.nan)}, "position of particle 0 is"),
    "gap": ({"typeid": np.full(129, 2)}, "types are .3., expected 1..n without gaps"),
    "no box": ({"without": ["box"]}, "configuration/box is missing"),
    "no positions": ({"without": ["position"]}, "particles/position is missing"),
    "changing N": ({"second": 128}, "frame 1 holds 128 particles, expected 129 as in frame 0"),
}


@pytest.mark.parametrize("name", GSD_CHANGES)
def test_gsd_that_cannot_be_represented_is_refused(tmp_path, name):
    changes, sentence = GSD_CHANGES[name]
    path = write_gsd(tmp_path / "file.gsd", **changes)
    with pytest.raises(DataError, match=sentence) as refusal:
        read(path)
    assert str(path) in str(refusal.value)


def test_a_truncated_gsd_file_is_refused(tmp_path):
    content = GSD.read_bytes()
    for kept in (len(content) - 4000, 1000, 100):
        (tmp_path / "cut.gsd").write_bytes(content[:kept])
        with pytest.raises(DataError, match="not a whole GSD file"):
            read(tmp_path / "cut.gsd")


def test_formats_are_recognised_by_content_whatever_the_name(tmp_path):
    for source in (DUMPS[0], XYZ, GSD, SAMPLES / "N200T0.80_9.npz"):
        (tmp_path / "data.txt").write_bytes(source.read_bytes())
        assert read(tmp_path / "data.txt").format == read(source).format


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08 gzip", b"hello world\n", b"\x80\x04]", b"\x00" * 300])
def test_unknown_files_are_refused_with_the_list_of_formats(tmp_path, content):
    (tmp_path / "unknown.xyz").write_bytes(content)
    with pytest.raises(DataError) as refusal:
        read(tmp_path / "unknown.xyz")
    assert all(name in str(refusal.value) for name in FORMATS)


def test_missing_files_folders_and_data_sets_are_named(tmp_path):
    with pytest.raises(DataError, match="file is missing"):
        read(tmp_path / "nothing.npz")
    with pytest.raises(DataError, match="is a folder, expected a file"):
        read(tmp_path)
    (tmp_path / "0001.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(DataError, match="a data set of glassviz is opened as its folder"):
        read(tmp_path / "0001.h5")


def test_a_given_system_must_fit_and_a_strange_liquid_is_told_why(tmp_path):
    with pytest.raises(DataError, match="positions have 2 dimensions, KA expects 3"):
        read(XYZ, system="KA")
    with pytest.raises(InputError, match="expected a positive number"):
        read(XYZ, temperature=0)
    text = XYZ.read_text().replace("\nLi ", "\nHe ")
    (tmp_path / "binary.xyz").write_text(text)
    reading = read(tmp_path / "binary.xyz")
    assert reading.system is None
    assert "types occur [60, 69, 0] times, expected [60, 33, 36]" in reading.misfit
    assert any(reading.misfit in words for words in reading.missing)


@pytest.mark.parametrize("huge", [10**6, 10**9, 10**14])
def test_a_gsd_index_that_claims_too_much_is_refused_before_memory_is_taken(tmp_path, huge):
    content = bytearray(GSD.read_bytes())
    # Header of 256 bytes, then entries of 32: frame, rows, place, ...
    content[256 + 8 : 256 + 16] = huge.to_bytes(8, "little")
    (tmp_path / "huge.gsd").write_bytes(content)
    with pytest.raises(DataError, match="not a whole GSD file: a chunk ends at byte"):
        read(tmp_path / "huge.gsd")


def test_a_gsd_file_that_claims_too_many_particles_is_refused(tmp_path):
    import gsd.fl

    with gsd.fl.open(
        str(tmp_path / "many.gsd"), "w", application="test", schema="hoomd", schema_version=[1, 4]
    ) as file:
        file.write_chunk("configuration/box", np.array([10, 10, 10, 0, 0, 0], dtype=np.float32))
        file.write_chunk("particles/N", np.array([4_000_000_000], dtype=np.uint32))
        file.write_chunk("particles/position", np.zeros((3, 3), dtype=np.float32))
        file.end_frame()
    with pytest.raises(DataError, match="frame 0 claims 4000000000 particles, the file has room for"):
        read(tmp_path / "many.gsd")

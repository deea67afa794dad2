"""Files of other people: what is understood of them, which are refused and why, how they join a data set."""

import os
import struct
import zipfile

import numpy as np
import pytest

import glassviz as gv
from glassviz.dataset import EMBEDDED
from glassviz.errors import Cancelled, DataError, InputError
from glassviz.formats import read
from glassviz.limited import Limits
from glassviz.tasks.bring import bring
from glassviz.tasks.understand import COSTS, chosen_files, cost_of, describe, safe_name, understand
from tests.formats.samples import BOTAN, DUMPS, GSD, MODELS, SAMPLES, UNWRAPPED, WRAPPED, XYZ, bomb, truth
from tests.formats.whole import own_files, record

TRAJECTORIES = WRAPPED.parent
LARGEST = 2**24


def put(folder, *paths):
    """A folder with copies of files."""
    folder.mkdir(exist_ok=True)
    for path in paths:
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


# Understanding -------------------------------------------------------------------------------------------------------


def test_a_folder_is_described_with_what_is_missing_and_what_that_costs():
    found = understand(SAMPLES, largest=LARGEST)
    files = {entry["name"]: entry for entry in found["files"]}
    known = truth()
    wrapped = files["T0.60/test/N129T0.60_7_tc01.npz"]
    assert (wrapped["system"], wrapped["number"], wrapped["types"], wrapped["dimension"]) == (
        "KA2D",
        129,
        [60, 33, 36],
        2,
    )
    assert wrapped["box"] == pytest.approx(known["flat_box"].tolist())
    assert (wrapped["temperature"], wrapped["temperature_from"]) == (0.6, "the file's name")
    assert (wrapped["split"], wrapped["replicas"], wrapped["slots"], wrapped["times"]) == ("test", 4, 1, None)
    assert [lack["what"].split(" (")[0] for lack in wrapped["missing"]] == [
        "inherent positions",
        "the times of the labels",
    ]
    assert "quenched during the import" in wrapped["missing"][0]["cost"]
    dump = files["ka2d_plain.dump"]
    assert (dump["temperature"], dump["structures"], dump["labels"]) == (None, 2, [])
    assert any("structures only" in lack["cost"] for lack in dump["missing"])
    assert files["N200T0.80_9.npz"]["labels"] == ["bond_breaking", "displacement"]
    refused = {entry["name"]: entry["sentence"] for entry in found["refused"]}
    assert "box is tilted" in refused["tilted_plain.dump"]
    assert "format is unknown" in refused["make.py"]
    assert not any(str(SAMPLES) in sentence for sentence in refused.values())
    assert len(found["picture"]["positions"]) == len(found["picture"]["types"]) > 0


def test_what_is_given_is_no_longer_missing():
    given = {"temperature": 0.7, "times": [0.1, 2.0], "split": "train"}
    first, second = describe(TRAJECTORIES, [], LARGEST, given)["files"]
    assert (first["temperature"], first["temperature_from"], first["split_from"]) == (0.7, "given", "given")
    assert [first["times"], second["times"]] == [[0.1], [2.0]]
    assert second["missing"] == []


@pytest.mark.parametrize("path", [WRAPPED, UNWRAPPED, BOTAN, MODELS, XYZ, GSD, *DUMPS], ids=lambda path: path.name)
def test_every_missing_thing_has_a_cost(path):
    for words in read(path).missing:
        assert cost_of(words) in COSTS.values()


def test_a_liquid_that_is_no_glass_former_is_described_and_the_reason_given(tmp_path):
    text = XYZ.read_text().replace("10.40", "11.40")
    (tmp_path / "thin.xyz").write_text(text)
    (found,) = describe(tmp_path, ["thin.xyz"], LARGEST, {})["files"]
    assert found["system"] == ""
    assert "gives density" in found["misfit"]
    assert any("cannot be imported" in lack["cost"] for lack in found["missing"])


def test_own_files_and_predictions_are_recognised(tmp_path):
    for name, content in own_files().items():
        (tmp_path / name).write_bytes(content)
    np.savez(tmp_path / "0007.npz", guess=np.ones((2, 129)))
    found = {entry["name"]: entry for entry in describe(tmp_path, [], LARGEST, {})["files"]}
    assert (found["0007.h5"]["kind"], found["0007.h5"]["replicas"]) == ("configuration", 4)
    assert found["0007.npz"]["kind"] == "predictions"
    mine = found["Mine-bond_breaking-T0.6000.h5"]
    assert (mine["kind"], mine["predictions"], mine["temperature"]) == ("predictions", ["Mine"], 0.6)


def test_a_file_that_turns_the_library_in_a_circle_is_named(tmp_path):
    content = bytearray(own_files()["0007.h5"])
    heap = content.find(b"GCOL")
    content[heap + 24 : heap + 32] = struct.pack("<Q", 2**64 - 16)
    (tmp_path / "0007.h5").write_bytes(content)
    with pytest.raises(DataError, match=r"^0007\.h5: needs more than 2 s of computing, the limit"):
        understand(tmp_path, largest=LARGEST, limits=Limits(cpu=2))


# Refusals ------------------------------------------------------------------------------------------------------------

OUTSIDE = ["/etc/passwd", "../secret.xyz", "a/../../secret.xyz", "..", "", "a\\..\\b", "./own.xyz", "x\0y"]


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path, name):
    (tmp_path / "secret.xyz").write_text("x")
    (tmp_path / "own").mkdir()
    with pytest.raises(DataError, match="leads out of the folder"):
        chosen_files(tmp_path / "own", [name], LARGEST)


def test_links_are_refused_by_name_and_in_a_folder(tmp_path):
    (tmp_path / "secret.xyz").write_bytes(XYZ.read_bytes())
    own = put(tmp_path / "own", GSD)
    (own / "link.xyz").symlink_to(tmp_path / "secret.xyz")
    for names in (["link.xyz"], []):
        with pytest.raises(DataError, match=r"link\.xyz: is a link, expected a file of its own"):
            understand(own, names, LARGEST)
    (own / "link.xyz").unlink()
    (own / "folder").symlink_to(tmp_path)
    for names in (["folder/secret.xyz"], []):
        with pytest.raises(DataError, match="is a link"):
            bring(own, tmp_path / "data" / "mine", names, LARGEST)


def test_what_is_no_plain_file_is_refused_before_it_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.xyz")
    with pytest.raises(DataError, match=r"pipe\.xyz: is no plain file"):
        understand(tmp_path, largest=LARGEST)


def test_sizes_are_limited_one_by_one_and_together(tmp_path):
    own = put(tmp_path / "own", XYZ)
    size = XYZ.stat().st_size
    with pytest.raises(DataError, match=f"two_frames.xyz: has {size:,} bytes, expected at most {size - 1:,}"):
        bring(own, tmp_path / "mine", largest=size - 1)
    for number in range(5):
        (own / f"{number}.xyz").write_bytes(XYZ.read_bytes())
    with pytest.raises(DataError, match=f"the files have {6 * size:,} bytes together, expected at most {4 * size:,}"):
        bring(own, tmp_path / "mine", largest=size)


def test_bombs_pickles_and_archives_of_other_files_are_refused(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    bomb(own / "bomb.npz")
    np.savez(own / "pickled.npz", types=np.array([{1: 2}], dtype=object), initial_positions=np.ones((1, 2)))
    with zipfile.ZipFile(own / "several.zip", "w") as file:
        file.write(XYZ, "two_frames.xyz")
    refused = {found["name"]: found["sentence"] for found in understand(own, largest=LARGEST)["refused"]}
    assert "would grow from" in refused["bomb.npz"]
    assert "pickled objects, expected plain numbers; they are never loaded" in refused["pickled.npz"]
    assert "is a zip archive that holds 'two_frames.xyz'" in refused["several.zip"]
    assert "unpack other archives" in refused["several.zip"]


@pytest.mark.parametrize("name", ["", "Mine", "../mine", "a/b", "m" * 41, ".hidden", "ka2d "])
def test_names_of_data_sets_are_plain_words(tmp_path, name):
    with pytest.raises(InputError, match="expected small letters, digits, _ and - only"):
        safe_name(name)


# Import --------------------------------------------------------------------------------------------------------------


def test_replicas_become_a_labelled_configuration(tmp_path):
    stages = []
    result = bring(
        TRAJECTORIES,
        tmp_path / "mine",
        largest=LARGEST,
        structures={"times": [0.1, 2.0]},
        progress=lambda done, total, stage: stages.append(stage),
    )
    assert result == {"written": [str(tmp_path / "mine" / "T0.6000" / "0007.h5")], "left_out": []}
    assert {"read", "quench and write"} <= set(stages)
    point = gv.open(tmp_path / "mine")[0.6]
    assert (point.times.tolist(), point.replicas.tolist(), point.split) == ([0.1, 2.0], [4], ["test"])
    again = bring(TRAJECTORIES, tmp_path / "mine", largest=LARGEST, structures={"times": [0.1, 2.0]})
    assert again["written"] == []
    assert "is already there" in again["left_out"][0]


def test_what_is_missing_is_said_and_nothing_is_written(tmp_path):
    own = put(tmp_path / "own", XYZ)
    with pytest.raises(InputError, match=r"^two_frames\.xyz: the temperature is unknown"):
        bring(own, tmp_path / "mine", largest=LARGEST)
    assert not (tmp_path / "mine").exists()


def test_an_import_is_cancelled(tmp_path):
    def cancelled(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        bring(TRAJECTORIES, tmp_path / "mine", structures={"times": [0.1, 2.0]}, progress=cancelled)
    assert list(tmp_path.rglob("*.h5")) == []


def test_own_files_are_written_anew_and_joined(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    for name, content in own_files().items():
        (own / name).write_bytes(content)
    with open(own / "0007.h5", "ab") as file:
        file.write(b"something behind the end")
    result = bring(own, tmp_path / "mine", largest=LARGEST)
    assert [path.rpartition("mine/")[2] for path in result["written"]] == [
        "T0.6000/0007.h5",
        "predictions/Mine-bond_breaking-T0.6000.h5",
    ]
    data = gv.open(tmp_path / "mine")
    assert data.problems == []
    np.testing.assert_array_equal(data[0.6].records[0].thermal.positions, record().thermal.positions)
    np.testing.assert_array_equal(data[0.6].bond_breaking_halves[0], record().bond_breaking_halves)
    assert data[0.6].predictions["Mine"].shape == (1, 2, 129)
    # The importer never copies a file: what was hidden in it is gone.
    assert b"behind the end" not in (tmp_path / "mine" / "T0.6000" / "0007.h5").read_bytes()
    assert bring(own, tmp_path / "mine", ["0007.h5"], LARGEST)["left_out"] == ["0007.h5: is already there"]


def test_another_structure_with_the_same_number_takes_the_next(tmp_path):
    from dataclasses import replace

    from glassviz.record import write_record

    start = record().thermal
    other = replace(
        record(), thermal=start.with_positions(start.positions + 1), inherent=start.with_positions(start.positions + 1)
    )
    for folder, content in (("one", record()), ("two", other)):
        write_record(tmp_path / folder / "0007.h5", content)
        bring(tmp_path / folder, tmp_path / "mine", largest=LARGEST)
    data = gv.open(tmp_path / "mine")
    assert data.problems == []
    assert [r.index for r in data[0.6].records] == [7, 8]


def test_predictions_join_their_state_point(tmp_path):
    point = gv.open(EMBEDDED / "ka2d")[0.5]
    place = point.split.index("test")
    own = tmp_path / "own"
    own.mkdir()
    np.savez(own / f"{point.records[place].index:04d}.npz", guess=point.bond_breaking[place])
    asked = {"data": [str(EMBEDDED / "ka2d")], "temperature": 0.5, "observable": "bond_breaking", "name": "Mine"}
    result = bring(own, tmp_path / "ka2d", largest=LARGEST, predictions=asked)
    assert [path.rpartition("/")[2] for path in result["written"]] == ["Mine-bond_breaking-T0.5000.h5"]
    found = gv.open(EMBEDDED / "ka2d", tmp_path / "ka2d")[0.5].predictions["Mine"][place]
    np.testing.assert_allclose(found, point.bond_breaking[place], atol=1e-6)
    np.savez(own / "0099.npz", guess=point.bond_breaking[place])
    with pytest.raises(DataError, match=r"^0099\.npz: configuration 99 is not there"):
        bring(own, tmp_path / "ka2d", ["0099.npz"], LARGEST, predictions=asked)

import zipfile
from dataclasses import replace

import numpy as np

from glassviz import __version__
from glassviz.formats import read
from glassviz.library import Library
from glassviz.pages.download import content, file_name, package
from glassviz.record import write_record
from glassviz.session import Session
from tests.liquids import REPOSITORY
from tests.pages.conftest import place, planted
from tests.pages.visit import Visit


def test_what_is_shown_is_saved(server, context, tmp_path):
    visit = Visit(server, context.new_page())
    visit.open("?data_set=small&temperature=0.8&configuration=1&time=100")
    with visit.page.expect_download() as waiting:
        visit.page.get_by_text("Save for OVITO").click()
    assert waiting.value.suggested_filename == "small_T0.8000_0001_t100.xyz"
    waiting.value.save_as(tmp_path / "saved.xyz")
    visit.check()
    visit.page.close()

    import glassviz as gv

    record = gv.open(place(server.home, 0.8, 1).parents[1])[0.8].records[1]
    structure = read(tmp_path / "saved.xyz").structures[0]
    away = structure.thermal.positions - record.thermal.positions
    np.testing.assert_allclose(away, record.thermal.box * np.rint(away / record.thermal.box), atol=1e-8)
    np.testing.assert_allclose(structure.bond_breaking[0], record.bond_breaking_halves[:, 2].mean(axis=0), atol=1e-7)
    assert structure.times.tolist() == [100.0]
    assert "prediction:R:1" in (tmp_path / "saved.xyz").read_text()


def bare_set(home):
    """A data set of one structure without labels under `home`."""
    record = planted(0, "test", 2.0)
    empty = np.empty((2, 0, record.thermal.number))
    bare = replace(
        record, half_replicas=(0, 0), times=np.empty(0), bond_breaking_halves=empty, displacement_halves=empty
    )
    write_record(place(home, 2.0, 0), bare)


def test_structures_without_labels_or_model_are_saved_too(tmp_path):
    bare_set(tmp_path)
    session = Session(Library([tmp_path / "data"], [tmp_path]))
    assert file_name(session) == "small_T2.0000_0000.xyz"
    text = content(session).getvalue().decode()
    assert "Properties=type:I:1:pos:R:3:radius:R:1:inherent:R:3 " in text


def test_what_is_shown_is_saved_as_a_data_set_with_its_citation(library, tmp_path):
    import glassviz as gv
    from glassviz.tasks.bring import bring

    session = Session(library, data_set="small", temperature=0.8, time=100.0)
    with zipfile.ZipFile(package(session)) as archive:
        archive.extractall(tmp_path)
    point, place = gv.open(tmp_path / "small")[0.8], session.configuration
    assert point.records[0].index == session.record.index
    np.testing.assert_array_equal(point.bond_breaking_halves[0], session.point.bond_breaking_halves[place])
    (found,) = point.predictions.values()
    np.testing.assert_allclose(found[0], session.predicted(), rtol=1e-6)
    words = (tmp_path / "small" / "CITATION.txt").read_text()
    assert f"Configuration {session.record.index} (test) of the data set small: KA2D, N = 129, T = 0.8" in words
    assert session.model in words
    entries = (tmp_path / "small" / "CITATION.bib").read_text()
    assert entries.count("{") == entries.count("}")
    for doi in ("10.1103/PhysRevLett.125.085505", "10.1103/PhysRevLett.127.088007", "10.1103/PhysRevLett.93.135701"):
        assert doi in entries
    # What was saved may be brought to another machine.
    own = tmp_path / "own"
    own.mkdir()
    for path in (tmp_path / "small").rglob("*.h5"):
        path.rename(own / path.name)
    assert len(bring(own, tmp_path / "again")["written"]) == 2


def test_without_labels_and_model_there_is_no_word_of_them(tmp_path):
    bare_set(tmp_path)
    session = Session(Library([tmp_path / "data"], [tmp_path]))
    with zipfile.ZipFile(package(session)) as archive:
        assert sorted(archive.namelist()) == ["small/CITATION.bib", "small/CITATION.txt", "small/T2.0000/0000.h5"]
        assert "no labels" in archive.read("small/CITATION.txt").decode()
        assert "WidmerCooper" not in archive.read("small/CITATION.bib").decode()


def test_the_citation_of_the_software_is_of_its_version():
    text = (REPOSITORY / "CITATION.cff").read_text()
    assert f"\nversion: {__version__}\n" in text
    assert "authors:\n  - name: The glassviz developers\n" in text

import numpy as np

from glassviz.formats import read
from glassviz.library import Library
from glassviz.pages.download import content, file_name
from glassviz.session import Session
from tests.pages.conftest import place
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


def test_structures_without_labels_or_model_are_saved_too(server, tmp_path):
    from dataclasses import replace

    from glassviz.record import write_record
    from tests.pages.conftest import planted

    record = planted(0, "test", 2.0)
    empty = np.empty((2, 0, record.thermal.number))
    bare = replace(
        record, half_replicas=(0, 0), times=np.empty(0), bond_breaking_halves=empty, displacement_halves=empty
    )
    write_record(place(tmp_path, 2.0, 0), bare)
    session = Session(Library([tmp_path / "data"], [tmp_path]))
    assert file_name(session) == "small_T2.0000_0000.xyz"
    text = content(session).getvalue().decode()
    assert "Properties=type:I:1:pos:R:3:radius:R:1:inherent:R:3 " in text

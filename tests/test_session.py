"""What a user has chosen: always valid, and the rest follows."""

import numpy as np
import pytest

from glassviz.errors import DataError
from glassviz.library import Library
from glassviz.session import Session
from glassviz.tasks.train import train
from tests.pages.conftest import TIMES, fill


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    home = tmp_path_factory.mktemp("session")
    fill(home)
    return Library([home / "data"], [home / "models"])


@pytest.fixture
def session(library):
    return Session(library, temperature=0.8)


def test_it_starts_at_a_test_configuration_with_a_model_inside_the_decay(library):
    session = Session(library)
    assert session.record.split == "test"
    assert session.time in TIMES
    # The mean C_B of the chosen time is the nearest to 0.5 of all.
    means = np.nanmean(session.point.mean_correlation(), axis=0)
    assert abs(means[session.slot] - 0.5) == np.abs(means - 0.5).min()
    assert Session(library, temperature=0.8).model == "ka2d-ridge-bond_breaking-T0.8000"


def test_choices_that_depend_on_another_are_corrected(session):
    session.choose(temperature=1.0)
    assert session.model == ""
    assert session.predicted() is None
    session.choose(temperature=0.8)
    assert session.model
    session.choose(observable="displacement")
    assert session.model == ""
    session.choose(observable="bond_breaking")
    assert session.predicted().shape == (4, 129)


@pytest.mark.parametrize(
    ("given", "kept"), [(0.83, 0.8), (0.1, 0.8), (7.0, 1.0), (1.0, 1.0), (float("nan"), 0.8), (-1, 0.8), ("x", 0.8)]
)
def test_the_nearest_temperature(session, given, kept):
    session.choose(temperature=given)
    assert session.temperature == kept


@pytest.mark.parametrize(("given", "kept"), [(9, 10.0), (1e9, 1000.0), (0.001, 1.0)])
def test_the_nearest_time(session, given, kept):
    session.choose(time=given)
    assert session.time == kept


def test_another_temperature_stays_at_the_same_point_of_the_decay(session):
    # Both decays pass the same levels at the same times, but for what the temperature shifts.
    for time in TIMES:
        session.choose(temperature=0.8, time=time)
        level = np.nanmean(session.point.mean_correlation()[:, session.slot])
        session.choose(temperature=1.0)
        means = np.nanmean(session.point.mean_correlation(), axis=0)
        assert session.slot == np.abs(means - level).argmin()


def test_steps_stop_at_the_ends(session):
    session.choose(time=10.0, configuration=0)
    session.step("time", -1)
    assert session.time == 1.0
    session.step("time", -1)
    assert session.time == 1.0
    session.step("configuration", 5)
    assert session.configuration == 2
    session.step("temperature", 1)
    session.step("temperature", 1)
    assert session.temperature == 1.0


def test_another_state_point_forgets_the_selection_but_not_the_view(session):
    session.choose(selected=[3, 4], followed=4, copies=4, shown_type=2, dark=True)
    session.choose(time=10.0)
    assert (session.selected, session.followed) == ([3, 4], 4)
    session.choose(temperature=1.0)
    assert (session.selected, session.followed, session.copies, session.shown_type) == ([], -1, 4, 2)
    session.choose(temperature=0.8, selected=[1])
    assert session.selected == [1]


def test_nonsense_is_left_out(session):
    session.choose(configuration=0, selected=[-3, 5, 128, 129], followed=-7, shown_type=9, copies=3, camera=[1.0])
    assert (session.selected, session.followed, session.shown_type, session.copies) == ([5, 128], -1, 0, 1)
    assert session.camera == []
    session.choose(configuration=77, data_set="none", model="none", third_view="none", unknown=3)
    assert (session.data_set, session.third_view) == ("small", "scatter")
    assert session.model in session.choices("model")
    assert session.record.split == "test"


def test_the_colour_scale_is_one_for_md_and_prediction(session):
    assert session.limits() == (0.0, 1.0)
    session.choose(colour_range="data")
    values = session.point.bond_breaking[:, session.slot]
    assert session.limits() == pytest.approx(tuple(np.percentile(values, (1, 99))))
    session.choose(colour_range="full", observable="displacement")
    assert session.limits() == pytest.approx((0, np.percentile(session.point.displacement[:, session.slot], 99)))


def test_structure_follows_positions_and_copies(session):
    assert session.structure.number == 129
    thermal = session.structure.positions
    session.choose(positions="inherent", copies=4)
    assert session.structure.number == 129 * 16
    inherent = session.structure.positions[:129]
    assert np.abs(inherent - thermal).max() > 0.01


def test_without_data_the_sentence_names_the_folder(tmp_path):
    with pytest.raises(DataError, match=r"no data set with a configuration lies in .*; glassviz simulate makes one"):
        Library([tmp_path])


def test_a_model_that_is_stored_meanwhile_is_offered_and_one_that_is_replaced_is_read_anew(tmp_path):
    fill(tmp_path)
    library = Library([tmp_path / "data"], [tmp_path / "models"])
    session = Session(library, temperature=1.0)
    before = session.stamp()
    assert session.choices("model") == [""]
    library.refresh()
    assert session.stamp() == before
    path = train(library.data_sets["small"][1.0], "ridge", tmp_path / "models")
    library.refresh()
    assert session.stamp() != before
    assert session.choices("model") == [path.name, ""]
    session.choose(model=path.name)
    first, score = session.predicted(), library.score(session.entry, session.point, 1)
    train(session.point, "ridge", tmp_path / "models", overwrite=True, lengths=[0.0], observables=["energy"])
    library.refresh()
    assert np.nanmax(np.abs(session.predicted() - first)) > 0
    assert library.score(session.entry, session.point, 1) != score

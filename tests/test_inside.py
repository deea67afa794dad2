"""What a session tells about the inside of its model."""

from dataclasses import replace

import numpy as np
import pytest

from glassviz import inside
from glassviz.choices import DESCRIPTOR
from glassviz.library import Library
from glassviz.session import Session
from glassviz.structure import glassmlp_descriptor_names, glassmlp_descriptors
from glassviz.systems import KA2D
from tests.learning.quick import store_network
from tests.pages.conftest import fill


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    home = tmp_path_factory.mktemp("inside")
    fill(home)
    point = Library([home / "data"], [home / "models"]).data_sets["small"][0.8]
    store_network(point, home / "models", lengths=(0.0, 0.7, 1.5))
    return Library([home / "data"], [home / "models"])


@pytest.fixture
def session(library):
    return Session(library, temperature=0.8, model="ka2d-glassmlp-bond_breaking-T0.8000")


def test_choices_follow_the_model(session):
    assert session.choices("seed") == [0, 1]
    assert session.second_model == "ka2d-ridge-bond_breaking-T0.8000"
    assert session.descriptor == DESCRIPTOR
    session.choose(seed=1, descriptor="energy L=0.7 type 2")
    assert (session.seed, session.descriptor) == (1, "energy L=0.7 type 2")
    session.choose(model=session.second_model)
    # The ridge regression has one set of weights and other lengths.
    assert (session.seed, session.descriptor) == (0, DESCRIPTOR)
    assert session.second_model == "ka2d-glassmlp-bond_breaking-T0.8000"
    session.choose(temperature=1.0)
    assert (session.model, session.second_model, session.choices("seed")) == ("", "", [0])


def test_every_descriptor_is_the_column_of_its_name(session):
    names, every = glassmlp_descriptor_names(KA2D), glassmlp_descriptors(session.record.inherent, KA2D)
    for column in range(0, len(names), 7):
        session.choose(descriptor=names[column])
        assert session.descriptor == names[column]
        np.testing.assert_allclose(inside.descriptor(session), every[:, column], rtol=1e-9, atol=1e-12)
    low, high = inside.descriptor_limits(session)
    own = inside.descriptor(session)[session.of_type()]
    assert (low, high) == pytest.approx(tuple(np.percentile(own, (1, 99))))


def test_plane_and_points_agree_for_time_and_seed(session):
    model, record = session.entry["model"], session.record
    own = session.of_type()
    for time, seed in ((10.0, 0), (100.0, 1)):
        session.choose(time=time, seed=seed)
        points = inside.bottleneck(session)
        np.testing.assert_allclose(points, model.bottleneck(record.thermal, time, record.inherent, seed), rtol=1e-6)
        each = model.predict_each(record.thermal, record.inherent)[seed, list(model.times).index(time)]
        np.testing.assert_allclose(inside.output(session, points[own]), each[own], rtol=1e-4, atol=1e-5)
    grid = inside.output(session, np.zeros((3, 4, 2)))
    assert grid.shape == (3, 4)


def test_the_nearest_particle_is_of_the_same_type(session):
    points, types = inside.bottleneck(session), session.record.thermal.types
    for index in np.flatnonzero(types < 3)[::9]:
        found, distance = inside.nearest(session, index)
        others = [k for k in np.flatnonzero(types == types[index]) if k != index]
        best = min(others, key=lambda k: np.hypot(*(points[k] - points[index])))
        assert found == best
        assert distance == pytest.approx(np.hypot(*(points[best] - points[index])))
    assert inside.nearest(session, np.flatnonzero(types == 3)[0]) is None


def test_colours_of_another_configuration(session):
    session.choose(configuration=0, time=100.0)
    assert inside.tested(session) == [2]
    record, model = session.point.records[2], session.entry["model"]
    predicted = model.predict_each(record.thermal, record.inherent)[session.seed, 2]
    for name, expected in (("measured", session.point.bond_breaking[2, 2]), ("predicted", predicted)):
        session.choose(coloured_by=name)
        values, colours = inside.cloud(session, 2)
        own = session.point.records[2].thermal.types == 1
        np.testing.assert_allclose(colours, expected[own], atol=1e-5)
        np.testing.assert_array_equal(values, inside.bottleneck(session, 2)[own])
    session.choose(coloured_by="type", shown_type=1)
    values, colours = inside.cloud(session, 2)
    known = np.isin(record.thermal.types, model.types)
    np.testing.assert_array_equal(colours, record.thermal.types[known])
    np.testing.assert_array_equal(values, inside.bottleneck(session, 2)[known])
    low, high, table = inside.colour_scale(session)
    assert (low, high, len(table)) == (0.5, 3.5, 3)
    session.choose(coloured_by="predicted")
    values = inside.cloud(session, 2)[0]
    session.choose(configuration=2)
    assert inside.tested(session) == []
    np.testing.assert_array_equal(inside.cloud(session)[0], values)


def test_weights_have_a_place_for_each_descriptor(session):
    model = session.entry["model"]
    session.choose(shown_type=2, seed=1, time=10.0)
    weights = inside.weights(session)
    assert weights.shape == (2, 4, 3, 4)
    column = model.descriptor_names.index("perimeter L=0.7 all")
    np.testing.assert_array_equal(weights[:, 2, 1, 3], model.input_weights(10.0, 2, 1)[:, column])
    session.choose(model=session.second_model)
    assert inside.weights(session).shape == (1, 3, 3, 4)


def test_what_is_missing_is_said_in_one_sentence(session, monkeypatch):
    assert inside.lacking(session) == ""
    session.choose(shown_type=3)
    assert inside.lacking(session) == "The model has no network for type 3, only for 1, 2."
    session.choose(shown_type=1)
    model = session.entry["model"]
    monkeypatch.setitem(session.entry, "model", replace(model, times=model.times * 2))
    session.choose(time=1.0)
    assert inside.lacking(session) == "The model has no network for t = 1, only for 2, 20, 200, 2000."
    assert inside.weights_lacking(session) == "The model has no weights for t = 1, only for 2, 20, 200, 2000."
    session.choose(model=session.second_model)
    assert "ridge model has no bottleneck: glassviz train glassmlp --temperature 0.8" in inside.lacking(session)
    assert inside.weights_lacking(session) == ""
    session.choose(model="")
    assert inside.lacking(session).startswith("No model is chosen: glassviz train glassmlp --temperature 0.8")
    session.choose(observable="displacement")
    assert "--observable displacement" in inside.lacking(session)

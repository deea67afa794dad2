"""Single descriptors against SciPy, and the proof that the test split chooses nothing."""

import numpy as np
import pytest
from scipy.stats import pearsonr

from glassviz.errors import Cancelled, InputError
from glassviz.learning import bootstrap_error
from glassviz.learning.inputs import describe
from glassviz.learning.single_descriptors import single_descriptors
from glassviz.structure import glassmlp_descriptor_names, glassmlp_descriptors
from tests.learning.planted import make_state_point

SPLITS = ["train", "test", "validation", "test", "train"]


@pytest.fixture(scope="module")
def point():
    return make_state_point(SPLITS, noise=0.3)


def pooled(point, places, kind):
    """Descriptors (n, M) and displacement labels (n, n_times) of the particles of one type."""
    own = {k: point.configurations[k].types == kind for k in places}
    x = np.concatenate([glassmlp_descriptors(point.inherent[k], point.system)[own[k]] for k in places])
    return x, np.concatenate([point.displacement[k][:, own[k]].T for k in places])


def test_each_descriptor_against_scipy(point):
    found = single_descriptors(point, "displacement", 2)
    assert found.names == glassmlp_descriptor_names(point.system)
    assert found.pearson.shape == found.training.shape == found.errors.shape == (3, 256)
    for places, values in (((1, 3), found.pearson), ((0, 2, 4), found.training)):
        x, y = pooled(point, places, 2)
        for m in (5, 70, 133, 255):
            expected = [pearsonr(x[:, m], labels).statistic for labels in y.T]
            np.testing.assert_allclose(values[:, m], expected, atol=1e-9)
    # A type has no spread of what only it itself counts at L = 0.
    assert np.isnan(found.pearson[:, found.names.index("density L=0 type 2")]).all()
    guess = [glassmlp_descriptors(point.inherent[k], point.system)[:, 70] for k in (1, 3)]
    own = [point.configurations[k].types == 2 for k in (1, 3)]
    labels = [point.displacement[k, 1] for k in (1, 3)]
    expected = bootstrap_error(*([v[o] for v, o in zip(values, own, strict=True)] for values in (guess, labels)))
    assert found.errors[1, 70] == pytest.approx(expected, rel=1e-6)


def test_the_test_split_chooses_nothing(point):
    other = make_state_point(SPLITS, noise=0.3)
    for k in (1, 3):
        halves = other.records[k].displacement_halves
        object.__setattr__(other.records[k], "displacement_halves", halves[:, :, ::-1].copy())
    one, two = (single_descriptors(p, "displacement", 1) for p in (point, other))
    np.testing.assert_array_equal(one.training, two.training)
    assert (np.nan_to_num(one.pearson) != np.nan_to_num(two.pearson)).any()
    for kind in ("", "density", "energy", "perimeter", "energy_variance"):
        for mine, theirs in zip(one.best(kind), two.best(kind), strict=True):
            assert mine["descriptor"] == theirs["descriptor"]
            place = one.names.index(mine["descriptor"])
            own = np.array([name.startswith(kind and f"{kind} ") for name in one.names])
            slot = list(one.times).index(mine["time"])
            assert abs(one.training[slot, place]) == np.nanmax(np.abs(one.training[slot, own]))
            assert mine["training"] > 0
            assert abs(mine["pearson"]) == abs(one.pearson[slot, place])


def test_labels_of_some_times_only():
    short = make_state_point(["train", "test", "test"], times=np.array([1.0, 10.0]))
    long = make_state_point(["test"], seed=1)
    both = type(short)([*short.records, *long.records])
    found = single_descriptors(both, "displacement", 1)
    x, y = pooled(long, [0], 1)
    assert found.pearson[2, 70] == pytest.approx(pearsonr(x[:, 70], y[:, 2]).statistic, abs=1e-9)
    assert found.best()[2] is None
    assert found.best()[0]["time"] == 1.0


def test_each_configuration_is_described_once_and_stopping_keeps_what_is_done(monkeypatch):
    point, calls = make_state_point(SPLITS, seed=3), []

    def counted(*arguments):
        calls.append(1)
        return describe(*arguments)

    monkeypatch.setattr("glassviz.learning.single_descriptors.describe", counted)

    def stop(done, total, stage):
        assert (total, stage) == (5, "descriptors")
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        single_descriptors(point, progress=stop)
    single_descriptors(point)
    single_descriptors(point, "displacement", 3)
    assert len(calls) == 5


def test_refuses(point):
    with pytest.raises(InputError, match="descriptor 'mood' is unknown, expected one of density, energy"):
        single_descriptors(point).best("mood")
    with pytest.raises(InputError, match="no test configuration"):
        single_descriptors(make_state_point(["train"]))
    with pytest.raises(InputError, match="'mood' is unknown"):
        single_descriptors(point, "mood")

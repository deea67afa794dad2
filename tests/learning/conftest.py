"""A state point with planted labels and a model of it, which several tests share."""

import pytest
import torch

from glassviz.learning import Ridge
from tests.learning.planted import make_state_point


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks of this size train fastest on one thread, above all on busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def state_point():
    """Three configurations to train on, one for validation, two for the test."""
    return make_state_point(["train", "test", "train", "validation", "test", "train"], noise=0.02)


@pytest.fixture(scope="session")
def fitted(state_point):
    """A model of the state point."""
    return Ridge.fit(state_point)

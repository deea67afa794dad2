"""A user's folder with a small data set, and one local cluster for all tests of jobs."""

import time

import pytest

from glassviz.jobs import cluster, jobs
from glassviz.record import write_record
from tests.pages.conftest import place, planted

PATIENCE = 180


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    """Workers keep the environment of their start: one folder for all tests."""
    folder = tmp_path_factory.mktemp("jobs")
    for index, split in enumerate(["train", "validation", "test"]):
        write_record(place(folder, 0.8, index), planted(index, split, 0.8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASSVIZ_HOME", str(folder))
        patch.setenv("GLASSVIZ_SLOTS", "1")
        yield folder
        cluster.close()


@pytest.fixture(autouse=True)
def quiet(home):
    """No job outlives its test."""
    yield
    for job in jobs():
        job.cancel()
        until(lambda job=job: not job.is_running)


def until(condition, patience=PATIENCE):
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)

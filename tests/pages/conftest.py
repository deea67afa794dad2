"""A small planted data set with a model, and the app served on it."""

import os
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

from glassviz.library import Library
from glassviz.record import Record, write_record
from glassviz.tasks.train import train
from tests.liquids import REPOSITORY, liquid
from tests.pages.visit import Visit

TIMES = np.array([1.0, 10.0, 100.0, 1000.0])


def planted(index, split, temperature):
    """A record whose propensities decay with time, differ between particles and configurations, and can be learned."""
    start, random = liquid(), np.random.default_rng(10 * index + int(100 * temperature))
    thermal = start.with_positions(np.roll(start.positions, index, axis=1) + 0.3 * index)
    local = 0.5 + 0.45 * np.sin(2 * np.pi * thermal.wrap().positions[:, 0] / start.box[0])
    level = np.array([1.0, 0.85, 0.55, 0.2]) + (temperature - 1.0) * np.array([0, -0.2, -0.4, -0.2])
    halves = np.clip(level[:, None] * (0.4 + 0.6 * local) + 0.03 * random.normal(size=(2, 4, len(local))), 0, 1)
    return Record(
        system="KA2D",
        temperature=temperature,
        index=index,
        split=split,
        seed=1,
        half_replicas=(4, 4),
        thermal=thermal,
        inherent=thermal.with_positions(thermal.positions + 0.05),
        times=TIMES,
        bond_breaking_halves=halves.astype(np.float32),
        displacement_halves=(1 - halves).astype(np.float32),
    )


def fill(home):
    """Two temperatures of three configurations under `home`; a model for the lower one."""
    for temperature in (0.8, 1.0):
        for index, split in enumerate(["train", "validation", "test"]):
            write_record(place(home, temperature, index), planted(index, split, temperature))
    library = Library([home / "data"], [home / "models"])
    train(library.data_sets["small"][0.8], "ridge", home / "models")


def place(home, temperature, index):
    """Where a configuration is stored."""
    return home / "data" / "small" / f"T{temperature:.4f}" / f"{index:04d}.h5"


class Server:
    """`panel serve app.py` on one results folder."""

    def __init__(self, home, log):
        self.home, self.log = home, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/app"
        # The embedded data stay out of these tests: the folder of the package's data is replaced before the app starts.
        code = (
            "import glassviz.dataset, pathlib, sys; glassviz.dataset.EMBEDDED = pathlib.Path(sys.argv.pop(1)); "
            "from panel.command import main; main()"
        )
        command = [sys.executable, "-c", code, str(home / "none"), "serve", str(REPOSITORY / "app.py")]
        self.process = subprocess.Popen(
            [*command, "--port", str(port), "--address", "127.0.0.1"],
            env={**os.environ, "GLASSVIZ_HOME": str(home)},
            cwd=REPOSITORY,
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
        )
        end = time.monotonic() + 60
        while not self._answers(port):
            assert self.process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.05)

    @staticmethod
    def _answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


def serve(tmp_path_factory, name, prepare):
    home = tmp_path_factory.mktemp(name)
    prepare(home)
    server = Server(home, home / "server.log")
    yield server
    server.stop()
    # A tab that closes early leaves tracebacks of the web server in the log; none may lead through our own code.
    log = server.log.read_text()
    assert f"{REPOSITORY}/glassviz/" not in log, log


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app on the planted data; tests that change the data use `changing`."""
    yield from serve(tmp_path_factory, "home", fill)


@pytest.fixture(scope="session")
def changing(tmp_path_factory):
    """The app on planted data of its own, one file of which is damaged."""

    def prepare(home):
        fill(home)
        os.truncate(place(home, 1.0, 2), 100)

    yield from serve(tmp_path_factory, "changing", prepare)


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """The app without any data."""
    yield from serve(tmp_path_factory, "bare", lambda home: None)


@pytest.fixture(scope="module")
def context(browser):
    """One browser profile for a file, so that scripts are fetched and compiled once; its tabs end with it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture
def page(context):
    """A fresh tab."""
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def visitor(server, context):
    """The tab that the tests of a file share."""
    return Visit(server, context.new_page())


@pytest.fixture
def visit(visitor, request):
    """A visitor of the app on the planted data; afterwards the browser must not have complained."""
    if getattr(request.node, "execution_count", 1) > 1:
        visitor.page.goto("about:blank")
    visitor.page.set_default_timeout(30_000)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.complaints.clear()
    yield visitor
    visitor.check()


@pytest.fixture(scope="session")
def library(server):
    """The library that the app shows, read by the tests themselves."""
    return Library([server.home / "data"], [server.home / "models"])

"""The browser that view and page tests share."""

import os
import shutil
from pathlib import Path

import pytest

# The tests compute little: on busy cores several threads would only wait for each other. Torch reads it when loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

FLAGS = (
    "--no-sandbox",
    # Where no GPU is, WebGL in software; all else is painted without it, at a fifth of the cost.
    "--use-gl=angle",
    "--use-angle=swiftshader-webgl",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
)


TOGETHER = {"pages": "browser", "views": "browser", "jobs": "jobs"}
"""Rooms whose tests share a browser, servers or a cluster, which take seconds to start: each in one process."""


def pytest_collection_modifyitems(items):
    """A file's tests stay in one process; a test in a browser is tried twice: on busy cores a page may be late."""
    for item in items:
        seen = "browser" in item.fixturenames
        item.add_marker(
            pytest.mark.xdist_group("browser" if seen else TOGETHER.get(item.path.parent.name, str(item.path)))
        )
        if seen:
            item.add_marker(pytest.mark.flaky(reruns=1))
    # The longest of the groups begins first.
    items.sort(key=lambda item: item.get_closest_marker("xdist_group").args[0] != "browser")


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory):
    """Results of tests never come from, or go to, the user's folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASSVIZ_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("GLASSVIZ_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    fixed = Path("/usr/bin/chromium")
    executable = str(fixed) if fixed.exists() else shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.fail("Chromium was not found: install it (Debian: apt install chromium) to test what the browser shows.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh tab of 1440 x 900 pixels."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    yield tab
    context.close()

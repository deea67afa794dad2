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


def pytest_collection_modifyitems(items):
    """A test in a browser is tried twice: on busy cores a page may be later than any sensible deadline."""
    for item in items:
        if "browser" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Results of tests never come from, or go to, the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
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

"""Make the pictures of docs/images: python docs/screenshots.py [NAME ...] (needs Chromium and playwright).

The app's pages as they are, and the energy of every embedded configuration along its swap run.
"""

import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from bokeh.embed import file_html
from bokeh.layouts import gridplot
from bokeh.plotting import figure
from bokeh.resources import INLINE
from playwright.sync_api import sync_playwright

import glassviz as gv
from glassviz.colours import ACCENTS

ROOT = Path(__file__).resolve().parents[1]
PORT = 5017
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader-webgl",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
]
PICTURES = {
    "dynamics": "page=dynamics&temperature=0.4",
    "bottleneck": "temperature=0.4&third_view=bottleneck&colour_range=data",
    "scores": "page=scores&temperature=0.4",
    "heterogeneity": "page=heterogeneity&temperature=0.4&time=434&level=0.8&md_from=all",
    "network": "page=network&temperature=0.4&time=434&model=ka2d-tglassmlp-bond_breaking-Tmin0.3000",
    "transfer": "page=transfer&temperature=0.4&ladder_model=ka2d-tglassmlp-bond_breaking-Tmin0.4000&decay_level=0.7",
    "snapshots_light": "temperature=0.4&colour_range=data",
    "snapshots_dark": "temperature=0.5&dark=1&third_view=difference&colour_range=data",
    "snapshots_large": "data_set=ka2d_82560&temperature=0.4&time=434&colour_range=data",
}


def main(names):
    """Serve the app, open each address at 1440 x 900, write the pictures."""
    server = subprocess.Popen([sys.executable, "-m", "panel", "serve", str(ROOT / "app.py"), "--port", str(PORT)])
    try:
        wait_for(f"http://localhost:{PORT}/app")
        with sync_playwright() as play:
            path = shutil.which("chromium") or shutil.which("google-chrome")
            browser = play.chromium.launch(executable_path=path, args=FLAGS)
            for name in [name for name in names or PICTURES if name != "equilibration"]:
                page = browser.new_page(viewport={"width": 1440, "height": 900})
                page.goto(f"http://localhost:{PORT}/app?{PICTURES[name]}")
                page.wait_for_selector("canvas")
                page.wait_for_timeout(8000)
                # What a page works out in the background has a bar of progress.
                page.wait_for_function("() => !document.querySelector('[role=progressbar]')", timeout=180_000)
                page.wait_for_timeout(2000)
                page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
                page.close()
            if not names or "equilibration" in names:
                draw_equilibration(browser.new_page(viewport={"width": 1040, "height": 420}))
            browser.close()
    finally:
        server.terminate()


def draw_equilibration(page):
    """E/N against cycles, one line a configuration: amber from above, teal from below, one figure a temperature."""
    data = gv.open(ROOT / "data" / "ka2d")
    figures = []
    for temperature in data.temperatures:
        runs = [record.provenance for record in data[temperature].records]
        late = [run["energies"][-1] for run in runs]
        chart = figure(
            width=340,
            height=270,
            x_axis_type="log",
            toolbar_location=None,
            title=f"T = {temperature:g}",
            x_axis_label="cycles of hybrid Monte Carlo",
            y_axis_label="energy per particle E/N",
            y_range=(min(late) - 0.08, max(late) + 0.2),
        )
        for run in runs:
            colour = ACCENTS[False][1 if run["start"] == "hot" else 0]
            chart.line([max(cycle, 0.5) for cycle in run["cycles"]], run["energies"], color=colour, line_width=1.5)
        figures.append(chart)
    page.set_content(file_html(gridplot(figures, ncols=3, toolbar_location=None), INLINE))
    page.wait_for_selector("canvas")
    page.wait_for_timeout(1000)
    page.locator("canvas").first.wait_for()
    page.screenshot(path=ROOT / "docs" / "images" / "equilibration.png", full_page=True)


def wait_for(address, seconds=60):
    """Until the server answers."""
    deadline = time.time() + seconds
    while time.time() < deadline:
        try:
            urllib.request.urlopen(address, timeout=5)
            return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"no answer from {address} within {seconds} s")


if __name__ == "__main__":
    main(sys.argv[1:])

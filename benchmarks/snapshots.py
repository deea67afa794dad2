"""How long a snapshot takes to change: from a key press in the page to the new colours on the screen.

Serves the app and, as the peer, the same two pictures as Bokeh circles on one shared data source; headless Chromium
presses the right arrow key, and the page itself reads back pixels of particles that must change until they have the
colours that the data and the colour scale give; for Bokeh, whose circles of two pixels mix their colours, until most of
them have changed. Every time value is visited for the first time in its session.

    python benchmarks/snapshots.py
    python benchmarks/snapshots.py --visits 5 --copies 1
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from glassviz.colours import propensity_map
from glassviz.library import Library
from glassviz.session import Session
from glassviz.tasks.train import train
from glassviz.views.particles import quantise

ROOT = Path(__file__).resolve().parents[1]
TARGETS = {1: 150, 8: 400}
WHOLE = 1.008  # width of the view over the edge of the box
EDGE = 520  # of the peer's figures, in pixels
SAMPLES = 24
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--disable-background-networking"]

# Finds canvases inside shadow roots; the first one with something in its middle makes the page usable.
USABLE = """(() => {
  const find = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
    node.tagName === "CANVAS" ? [node] : node.shadowRoot ? find(node.shadowRoot) : []);
  const shows = (canvas) => {
    const gl = canvas.getContext("webgl2"), pixel = new Uint8Array(4);
    gl?.readPixels(canvas.width / 4, canvas.height / 2, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return pixel[3] > 0;
  };
  const poll = () => {
    if (document.body && find(document).some(shows)) window.usable = performance.now();
    else setTimeout(poll, 20);
  };
  poll();
})()"""

# Armed before the key is pressed; the clock runs from the event's own time stamp until the last pixel is read.
# Reading waits for the graphics processor and so disturbs what it measures: it is done only after something was drawn.
ARM = """([canvases, kind, points, colours, tolerance]) => {
  const contexts = canvases.map((canvas) => canvas.getContext(kind)), call = kind === "2d" ? "restore" : "drawArrays";
  let drawn = true;
  for (const context of contexts) {
    context[call] = function (...given) { drawn = true; return Object.getPrototypeOf(this)[call].apply(this, given); };
  }
  const read = (context) => {
    const {width, height} = context.canvas;
    if (kind === "2d") return context.getImageData(0, 0, width, height).data;
    const data = new Uint8Array(4 * width * height);
    context.readPixels(0, 0, width, height, context.RGBA, context.UNSIGNED_BYTE, data);
    return data;
  };
  const before = contexts.map(read);
  const there = () => {
    const data = contexts.map(read);
    const right = points.filter(([k, x, y], n) => {
      const {width, height} = canvases[k], at = 4 * (x + width * (kind === "2d" ? y : height - 1 - y));
      // Smoothed edges mix the colours of Bokeh's small circles: there four pixels of five must have changed.
      if (kind === "2d") return [0, 1, 2].some((j) => Math.abs(before[k][at + j] - data[k][at + j]) > 3);
      return colours[n].every((c, j) => Math.abs(c - data[k][at + j]) <= tolerance);
    });
    return right.length >= (kind === "2d" ? 0.8 : 1) * points.length;
  };
  if (there()) throw new Error("the colours are there before the key is pressed");
  drawn = false;
  window.taken = null;
  window.addEventListener("keydown", (event) => {
    const poll = () => {
      if (drawn) {
        drawn = false;
        if (there()) { window.taken = performance.now() - event.timeStamp; return; }
      }
      setTimeout(poll, 2);
    };
    poll();
  }, {once: true, capture: true});
}"""


def peer():
    """The same pictures by Bokeh: two figures of circles on one data source; the right arrow shows the next time."""
    import panel as pn
    from bokeh.models import ColumnDataSource
    from bokeh.plotting import figure
    from bokeh.transform import linear_cmap

    from glassviz.views.keys import Keys

    chosen = {name: value[0].decode() for name, value in pn.state.session_args.items()}
    session = Session(Library())
    session.choose(copies=int(chosen["copies"]), configuration=int(chosen["configuration"]))
    session.choose(time=session.choices("time")[0])
    structure, (low, high) = session.structure, session.limits()
    x, y = structure.wrap().positions.T
    radius = np.asarray(session.data.system.radii)[structure.types - 1]
    source = ColumnDataSource({"x": x, "y": y, "radius": radius, **columns(session)})
    palette = ["#" + bytes(row).hex() for row in propensity_map(session.observable)[:255]]
    margin = (WHOLE - 1) / 2 * structure.box[0]
    ends = (-margin, structure.box[0] + margin)
    figures = []
    for name in ("measured", "predicted"):
        plot = figure(frame_width=EDGE, frame_height=EDGE, x_range=ends, y_range=ends, toolbar_location=None)
        plot.axis.visible = plot.grid.visible = False
        plot.min_border, plot.outline_line_color = 0, None
        colour = linear_cmap(name, palette, low, high)
        plot.circle("x", "y", radius="radius", source=source, fill_color=colour, line_color=None)
        figures.append(plot)

    def advance(_):
        session.step("time", 1)
        source.data.update(columns(session))

    return pn.Column(pn.Row(*figures), Keys(advance, keys=["ArrowRight"]))


def fields(session):
    """MD and predicted propensity of one copy at the session's time, (2, N)."""
    return np.array([session.measured()[session.slot], session.predicted()[session.slot]])


def columns(session):
    """The fields of all copies, by name."""
    repeated = np.tile(fields(session), session.copies**2)
    return dict(zip(("measured", "predicted"), repeated, strict=True))


@contextmanager
def served(path, environment, pages):
    """Address of `path` under panel serve, in a process that ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "panel", "serve", str(path), "--port", str(port), "--address", "127.0.0.1"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/{path.stem}"
    finally:
        for page in pages:
            page.context.close()
        pages.clear()
        server.terminate()
        server.wait(timeout=30)


class Measurement:
    """One way of drawing: how its pixels are found and how long each change took."""

    def __init__(self, browser, session, kind, tolerance):
        self.browser, self.session, self.kind, self.tolerance = browser, session, kind, tolerance
        self.pages = []

    def open(self, url):
        """A page in a fresh session, drawn; the one before is closed."""
        for page in self.pages:
            page.context.close()
        page = self.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        self.pages[:] = [page]
        page.add_init_script(USABLE)
        page.goto(url)
        page.locator("canvas").first.wait_for(timeout=120_000)
        return page

    def visits(self, address, copies, number, pause):
        """Milliseconds of `number` first visits of a time, over as many sessions as it takes."""
        taken = []
        for configuration in self.session.choices("configuration"):
            self.session.choose(configuration=configuration, copies=copies)
            times = self.session.choices("time")
            self.session.choose(time=times[0])
            page = self.open(f"{address}?configuration={configuration}&copies={copies}&time={times[0]}")
            page.wait_for_timeout(2500 + 200 * copies)
            for _ in times[1:]:
                before = self.colours()
                self.session.step("time", 1)
                taken += self.press(page, before, self.colours())
                if len(taken) == number:
                    return taken
                page.wait_for_timeout(pause * 1000)
        return taken

    def colours(self):
        """Colours of every particle of one copy in both panels, (2, N, 3)."""
        low, high = self.session.limits()
        return propensity_map(self.session.observable)[[quantise(field, low, high) for field in fields(self.session)]]

    def press(self, page, before, after):
        """Press the key once; [milliseconds], or [] where no colour changes enough to be told from the one before."""
        change = np.abs(after.astype(int) - before).max(axis=-1)
        canvases, panels = self.panels(page)
        random, points, colours = np.random.default_rng(0), [], []
        for k, (canvas, left, top, side) in enumerate(panels):
            visible = self.visible(left, top, side)
            seen = visible[change[k][visible % after.shape[1]] > 2 * self.tolerance]
            for i in random.permutation(seen)[:SAMPLES]:
                x, y = self.places(left, top, side)[i]
                points.append([canvas, int(x), int(y)])
                colours.append(after[k][i % after.shape[1]].tolist())
        if len(points) < SAMPLES:
            page.keyboard.press("ArrowRight")
            return []
        page.evaluate(ARM, [canvases, self.kind, points, colours, self.tolerance])
        page.keyboard.press("ArrowRight")
        page.wait_for_function("window.taken !== null", timeout=60_000)
        return [page.evaluate("window.taken")]

    def panels(self, page):
        """Canvases, and (canvas, left, top, side) of both pictures in pixels of their canvas."""
        if self.kind == "2d":
            # Each figure has a second canvas, for overlays.
            return page.locator("canvas").element_handles()[::2], [(k, 0, 0, EDGE) for k in range(2)]
        canvas = page.locator("canvas").first.element_handle()
        origin, boxes = canvas.bounding_box(), [page.locator(".panel").nth(k).bounding_box() for k in range(2)]
        return [canvas], [(0, box["x"] - origin["x"], box["y"] - origin["y"], box["width"]) for box in boxes]

    def places(self, left, top, side):
        """Pixels of the particles' centres in a picture, (N copies^2, 2)."""
        structure = self.session.structure
        scale = side / (WHOLE * structure.box[0])
        return np.array([left, top]) + side / 2 + (structure.wrap().positions - structure.box / 2) * [scale, -scale]

    def visible(self, left, top, side):
        """Particles whose disc alone covers the pixel of its centre."""
        structure, places = self.session.structure, self.places(left, top, side)
        scale = side / (WHOLE * structure.box[0])
        radii = np.asarray(self.session.data.system.radii)[structure.types - 1] * scale
        distances, neighbours = cKDTree(places).query(places, k=7)
        free = (distances[:, 1:] - radii[neighbours[:, 1:]] > 0.85).all(axis=1)
        centred = np.abs(places % 1 - 0.5).max(axis=1) < np.clip(radii - 0.6, 0.12, 0.5)
        inside = ((places > [left + 4, top + 4]) & (places < [left + side - 4, top + side - 60])).all(axis=1)
        return np.flatnonzero(free & centred & inside)


def first_pages(measurement, environment, pause):
    """Milliseconds from request to a drawn canvas: first visitor of a fresh server, and the second."""
    with served(ROOT / "app.py", environment, measurement.pages) as address:
        taken = []
        for _ in range(2):
            page = measurement.open(address)
            page.wait_for_function("window.usable > 0", timeout=120_000)
            taken.append(page.evaluate("window.usable"))
            page.wait_for_timeout(pause * 1000)
    return taken


def compare(browser, session, environment, copies, arguments):
    """Both ways of drawing at one size; prints a line each and their ratio."""
    number = session.data.number * copies**2
    print(f"\nN = {number:,}, from the key press to the colours of both pictures, {arguments.visits} first visits")
    medians = []
    ways = [("glassviz", "webgl2", 2, "app.py"), ("Bokeh circles", "2d", 24, "benchmarks/snapshots.py")]
    for name, kind, tolerance, path in ways:
        measurement = Measurement(browser, session, kind, tolerance)
        with served(ROOT / path, environment, measurement.pages) as address:
            taken = measurement.visits(address, copies, arguments.visits, arguments.pause)
        medians.append(np.median(taken))
        spread = f"{min(taken):5.0f} to {max(taken):5.0f} ms, {len(taken)} visits"
        print(f"  {name:14s} median {medians[-1]:5.0f} ms   {spread}", flush=True)
    target = TARGETS.get(copies)
    judged = "" if target is None else f"; target {target} ms {'met' if medians[0] < target else 'MISSED'}"
    print(f"  Bokeh / glassviz = {medians[1] / medians[0]:.1f}{judged}", flush=True)


def prepare(folder):
    """A session on the embedded data at a temperature with a model; one is trained into `folder` if there is none."""
    os.environ["GLASSVIZ_HOME"] = str(folder)
    session = Session(Library())
    if not session.model:
        print("no stored model for these data: training a ridge regression in a temporary folder", flush=True)
        train(session.point, "ridge", Path(folder) / "models")
        session = Session(Library(), data_set=session.data_set, temperature=session.temperature)
    return session


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visits", type=int, default=20, help="first visits for each size and way (default: 20)")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 8], help="periodic copies (default: 1 8)")
    parser.add_argument("--pause", type=float, default=0.8, help="seconds between key presses (default: 0.8)")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("chromium-browser"))
    arguments = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        session = prepare(folder)
        environment = {**os.environ, "GLASSVIZ_HOME": folder, "PYTHONPATH": str(ROOT)}
        browser = playwright.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
        first, second = first_pages(Measurement(browser, session, "webgl2", 2), environment, arguments.pause)
        print(f"request to drawn snapshots: {first:.0f} ms on a fresh server, {second:.0f} ms for the second visitor")
        for copies in arguments.copies:
            compare(browser, session, environment, copies, arguments)
        browser.close()


if __name__ == "__main__":
    main()
elif __name__.startswith("bokeh_app"):
    peer().servable()

"""What a test of the snapshots needs: a liquid, a served view on a page, and the pixels that it shows."""

import socket
import time
from contextlib import contextmanager

import numpy as np
import panel as pn

from glassviz.configuration import Configuration

RADII = [0.47, 0.43, 0.4]
READ = """(canvas, points) => {
  const gl = canvas.getContext("webgl2"), pixel = new Uint8Array(4);
  return points.map(([x, y]) => {
    gl.readPixels(x, canvas.height - 1 - y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return Array.from(pixel.slice(0, 3));
  });
}"""


def lattice(edge, seed=0):
    """A jittered square lattice of edge^2 particles, spacing 1, three types; particle 0 lies across the left edge."""
    rng = np.random.default_rng(seed)
    positions = np.stack(np.meshgrid(np.arange(edge), np.arange(edge)), axis=-1).reshape(-1, 2) + 0.5
    positions += rng.uniform(-0.04, 0.04, positions.shape)
    positions[0] = 0.1, 0.5
    return Configuration(positions, rng.integers(1, 4, edge**2), float(edge))


class Stage:
    """A view on a page, with what a test asks of both."""

    def __init__(self, view, page):
        self.view, self.page = view, page
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.patches = []
        page.on("websocket", lambda ws: ws.on("framereceived", self.note))
        self.server = pn.serve(view, port=port, address="127.0.0.1", threaded=True, show=False)
        self.until(lambda: self.answers(port))
        page.goto(f"http://127.0.0.1:{port}")
        self.canvas = page.locator("canvas")

    @staticmethod
    def answers(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def note(self, payload):
        if "PATCH-DOC" in str(payload)[:200]:
            self.patches.append(payload)

    def until(self, condition, seconds=40):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "the browser did not answer in time"
            self.page.wait_for_timeout(10)

    def drawn(self):
        """Wait until the last frame is on the screen."""
        self.until(lambda: self.view.drawn == self.view.frame)

    def redrawn(self):
        """Wait until everything that was set before is on the screen."""
        self.view.frame += 1
        self.drawn()

    def reset(self):
        self.view.param.update(selected=[], camera=[], shown_type=0, followed=-1)
        self.page.mouse.move(2, 890)
        self.view.set_fields([np.linspace(0, 1, self.view.number)] * 2)
        self.drawn()

    def panel(self, k):
        # Panels are built anew when the page changes its size.
        boxes = []
        self.until(lambda: boxes.append(self.page.locator(".panel").nth(k).bounding_box()) or boxes[-1])
        return boxes[-1]

    def places(self, k, indices):
        """Page coordinates (n, 2) of particles in panel k."""
        box, positions = self.panel(k), np.frombuffer(self.view.positions, np.float32).reshape(-1, 2)
        edge = max(self.view.box)
        x, y, width = self.view.camera or (edge / 2, edge / 2, 1.008 * edge)
        scale = box["width"] / width
        centre = np.array([box["x"], box["y"]]) + box["width"] / 2
        return centre + (positions[indices] - [x, y]) * [scale, -scale]

    def pixels(self, places):
        box = self.canvas.bounding_box()
        points = np.floor(np.asarray(places) - [box["x"], box["y"]]).astype(int).tolist()
        return np.array(self.canvas.evaluate(READ, points))

    def colours(self, k, indices):
        return self.pixels(self.places(k, indices))


@contextmanager
def served(view, page):
    """A Stage whose server ends with the block: a thread left behind would keep the test run alive."""
    stage = Stage(view, page)
    try:
        stage.drawn()
        yield stage
    finally:
        stage.server.stop()


def close_to(colours, expected):
    return np.abs(np.asarray(colours, dtype=int) - np.asarray(expected, dtype=int)).max() <= 2

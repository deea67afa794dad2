"""How many pictures a second the live liquid draws in a browser, and how many steps it makes meanwhile.

Headless Chromium opens the live liquid alone; the page itself counts the calls that draw discs. The peer is the same
page whose liquid stands still while its pictures are sent: what drawing and sending cost without the simulation.

    python benchmarks/live_liquid.py --seconds 10
"""

import argparse
import shutil
import socket
import threading
import time

import panel as pn
import panel_material_ui  # noqa: F401 - must be imported before the extension
from playwright.sync_api import sync_playwright

pn.extension()

from glassviz.library import Library  # noqa: E402 - after the extension
from glassviz.live.liquid import SEGMENT, LiveLiquid  # noqa: E402
from glassviz.pages.live import LivePanel  # noqa: E402
from glassviz.session import Session  # noqa: E402

FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--disable-background-networking"]
COUNT = """(() => {
  window.drawn = 0;
  const draw = WebGL2RenderingContext.prototype.drawArrays;
  WebGL2RenderingContext.prototype.drawArrays = function (...given) { window.drawn++; return draw.apply(this, given); };
})()"""


class Still(LiveLiquid):
    """A liquid whose pictures are made and sent, but that does not move."""

    def advance(self, segments):
        """Stay."""


def measure(browser, library, kind, seconds, segments):
    """Pictures and time steps a second, and the share of pictures made that were drawn."""
    panels = []

    def page():
        panel = LivePanel(Session(library))
        panel.runner.segments = segments
        if kind is Still:
            panel.runner._make = lambda: Still(library_system(library), 0.5)
        pn.state.onload(panel.start)
        panels.append(panel)
        return pn.Column(panel.panel, height=800, sizing_mode="stretch_width")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = pn.serve(page, port=port, address="127.0.0.1", threaded=True, show=False)
    time.sleep(1)
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.add_init_script(COUNT)
    tab.goto(f"http://127.0.0.1:{port}")
    tab.wait_for_function("window.drawn > 30", timeout=120_000)
    runner = panels[-1].runner
    before, start = (tab.evaluate("window.drawn"), runner.steps, runner.frames), time.monotonic()
    tab.wait_for_timeout(1000 * seconds)
    after, taken = (tab.evaluate("window.drawn"), runner.steps, runner.frames), time.monotonic() - start
    runner.stop()
    tab.close()
    server.stop()
    drawn, steps, made = (b - a for a, b in zip(before, after, strict=True))
    return drawn / taken, steps * SEGMENT / taken, drawn / made


def library_system(library):
    """The glass former of the first data set."""
    return next(iter(library.data_sets.values())).system


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement (default: 10)")
    parser.add_argument("--chromium", default=shutil.which("chromium") or shutil.which("google-chrome"))
    arguments = parser.parse_args()
    library, results = Library(), {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=arguments.chromium, args=FLAGS)
        for name, kind, segments in (("still", Still, 5), ("x 5", LiveLiquid, 5), ("x 25", LiveLiquid, 25)):
            results[name] = frames, steps, share = measure(browser, library, kind, arguments.seconds, segments)
            moving = "" if kind is Still else f"{steps:8,.0f} time steps/s"
            print(f"{name:6s} {frames:5.1f} pictures/s drawn ({share:.0%} of those made)  {moving}", flush=True)
        browser.close()
    print(f"moving / still: {results['x 5'][0] / results['still'][0]:.2f} (15 pictures/s are wanted)")
    assert not [thread for thread in threading.enumerate() if thread.name == "live liquid" and thread.is_alive()]


if __name__ == "__main__":
    main()

"""`glassviz doctor`: what is installed, which device computes, whether the browser draws in software."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from glassviz.cli.common import parser_of, table
from glassviz.dataset import EMBEDDED, home
from glassviz.simulation.gpu.device import found_gpu

PACKAGES = (
    "glassviz",
    "numpy",
    "scipy",
    "numba",
    "h5py",
    "panel",
    "panel-material-ui",
    "bokeh",
    "holoviews",
    "safetensors",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROBE = """<body><script>
const gl = document.createElement('canvas').getContext('webgl2');
const info = gl && gl.getExtension('WEBGL_debug_renderer_info');
document.body.textContent = gl ? 'RENDERER ' + gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER)
  + ' END' : 'RENDERER none END';
</script></body>"""


def add_parser(commands):
    """Register the command."""
    parser_of(commands, "doctor", "Check the installation.", ("glassviz doctor",), run)


def run(arguments):
    """Print what was found."""
    rows = [("python", platform.python_version(), sys.executable)]
    for name in PACKAGES:
        try:
            rows.append((name, version(name), ""))
        except PackageNotFoundError:
            rows.append((name, "missing", "pip install -e ."))
    rows.append(("processor cores", os.cpu_count(), "threads used by simulations"))
    present, note = found_gpu()
    rows.append(("simulation on", "cpu, cuda" if present else "cpu", note))
    rows.append(("WebGL in", *webgl()))
    rows.append(("embedded data", "present" if EMBEDDED.is_dir() else "missing", str(EMBEDDED)))
    rows.append(("results go to", "", str(home())))
    table(("item", "found", "note"), rows)


def webgl():
    """(browser, renderer and what it means) from a headless page; a browser may use another one on a screen."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        return "-", "no Chromium or Chrome found; any browser with WebGL2 shows the app"
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "probe.html"
        page.write_text(PROBE)
        options = ["--headless", "--no-sandbox", "--disable-background-networking", "--enable-unsafe-swiftshader"]
        command = [browser, *options, f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()]
        try:
            shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
        except subprocess.TimeoutExpired:
            return Path(browser).name, "did not answer within a minute"
    _, found, rest = shown.rpartition("RENDERER ")
    renderer = rest.split(" END")[0] if found else "none"
    if renderer == "none":
        return Path(browser).name, "no WebGL2: snapshots cannot be drawn"
    software = any(word in renderer.lower() for word in ("swiftshader", "llvmpipe", "software"))
    return Path(browser).name, f"{renderer} ({'software, slow for large systems' if software else 'hardware'})"

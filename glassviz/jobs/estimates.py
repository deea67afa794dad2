"""How long a job will take on this machine: from rates measured once, or from the first seconds of the very task."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.access import OWNER
from glassviz.dataset import EMBEDDED, Dataset, home, state_folder
from glassviz.dynamics.decay_time import decay_times
from glassviz.errors import Cancelled, GlassvizError, InputError
from glassviz.jobs.requests import request_of
from glassviz.jobs.slots import slot
from glassviz.publish import publish_json
from glassviz.tasks.equilibrate import HOT_SWEEPS
from glassviz.tasks.film_clock import FilmClock
from glassviz.tasks.pilot import CONFIGURATIONS, REPLICAS
from glassviz.tasks.simulate import missing_configurations

TRIAL = 6.0
"""Seconds for which a task is tried, from its first report on."""
LONGEST_TRIAL = 60
PAST = {"predict": "predicted.npz", "film": "film.mp4", "heterogeneity": "heterogeneity.csv"}


def estimate(request):
    """Seconds that a Request takes here without others beside it; nan where nothing tells.

    Simulations are reckoned from the rates of `rates` and the relaxation time; every other task is begun in a process
    of its own, in a folder that goes again, and ended after a few seconds. Raises GlassvizError where it would fail.
    """
    request.check()
    return simulation_time(request) if request.task == "simulate" else _trial(request)


def simulation_time(request):
    """Seconds on the processor: equilibration of each missing configuration, its replicas, a pilot run if none is."""
    plan = request.plan()
    states = [folder / state_folder(plan.temperature) for folder in (request.folder(), *request.beside())]
    missing = missing_configurations(plan, states)
    if not missing:
        return 0.0
    step, cycle = (seconds * plan.particles for seconds in rates())
    cores = os.cpu_count() or 1
    # Every other start is annealed before for as many cycles.
    equilibration = 1.5 * plan.cycles * cycle
    total = len(missing) * equilibration
    last = {split: last_time(plan, plan.last_level(split)) for split in plan.configurations}
    for _, split in missing:
        replicas = plan.replicas[split]
        total += last[split] / plan.system.time_step * step * np.ceil(replicas / cores)
    if plan.until is not None and not any((state / "pilot.json").exists() for state in states):
        replicas = CONFIGURATIONS * REPLICAS
        longest = max(last[split] for split, number in plan.configurations.items() if number)
        total += CONFIGURATIONS * equilibration + longest / plan.system.time_step * step * np.ceil(replicas / cores)
    return float(total)


def last_time(plan, level):
    """Time at which mean C_B falls to `level`; 0 without labels, nan where neither data nor published values tell."""
    if level is None:
        return 0.0
    place = EMBEDDED / plan.system.name.lower()
    if not place.is_dir():
        return float("nan")
    clock = FilmClock(Dataset(place))
    # A hotter liquid than any that was measured relaxes faster than the hottest of them.
    temperature = min(plan.temperature, max(clock.measured, default=plan.temperature))
    times, _ = decay_times(np.array([level]), (), (), clock.tau(temperature)[0], clock.shape)
    return float(times[0])


def rates():
    """(Seconds of a step of molecular dynamics, of a cycle of hybrid Monte Carlo) a particle, on one core here.

    Measured in a second when first asked for, and kept in rates.json of the user's folder.
    """
    path = home() / "rates.json"
    try:
        known = json.loads(path.read_text())
        if known["version"] == __version__ and known["node"] == os.uname().nodename:
            return known["step"], known["cycle"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    step, cycle = _measure()
    publish_json(path, {"version": __version__, "node": os.uname().nodename, "step": step, "cycle": cycle})
    return step, cycle


def _measure():
    from glassviz.simulation import HybridMonteCarlo, MolecularDynamics, swap_monte_carlo
    from glassviz.simulation.swap_monte_carlo import random_configuration
    from glassviz.systems import KA2D

    start = random_configuration(KA2D, None, 1)
    for temperature in (5.0, 1.0):
        start = swap_monte_carlo(start, KA2D, temperature, HOT_SWEEPS, seed=1)
    moving, mixing = MolecularDynamics(start, KA2D, 1.0, 1), HybridMonteCarlo(start, KA2D, 1.0, 1)
    # The first calls compile.
    moving.advance(10)
    mixing.run(1)
    return _seconds(lambda: moving.advance(400)) / 400 / KA2D.number, _seconds(lambda: mixing.run(4)) / 4 / KA2D.number


def _seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _trial(request):
    """Seconds of a task, from its first ones in a process of its own."""
    arguments = {**request.arguments(), "data": [str(folder) for folder in request.data_folders()]}
    if request.task == "predict":
        arguments["model"] = str(request.folder())
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    if request.task == "film":
        arguments["models"] = [str(folder) for folder in request.model_folders()]
    try:
        # One trial at a time on this machine, whichever servers and commands ask.
        with slot("trial", lambda: None):
            ended = _asked(arguments, request.task, paths)
    except subprocess.TimeoutExpired:
        raise GlassvizError(f"the trial told nothing within {LONGEST_TRIAL} s: this machine is busy") from None
    if ended.returncode:
        raise GlassvizError(ended.stderr.strip().splitlines()[-1] if ended.stderr.strip() else "the trial run failed")
    return float(json.loads(ended.stdout)["seconds"])


def _asked(arguments, task, paths):
    """The process that tries a task, ended."""
    return subprocess.run(
        [sys.executable, "-m", "glassviz.jobs.estimates"],
        input=json.dumps({"task": task, "arguments": arguments}),
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=LONGEST_TRIAL, check=False,
    )  # fmt: skip


class _Trial:
    """Hears the progress of a task and ends it after a while; `seconds` is what the whole would take."""

    def __init__(self):
        self.begin, self.first, self.stages, self.seconds = time.monotonic(), None, {}, float("nan")
        self.problems = []

    def progress(self, done, total, stage=""):
        now = time.monotonic()
        if self.first is None or stage != self.first[2]:
            self.first = (now, done, stage)
        begin, before, _ = self.first
        if done > before and now > begin:
            self.seconds = now - self.begin + (now - begin) / (done - before) * (total - done)
            if now - begin > TRIAL:
                raise Cancelled

    def watch(self, *_):
        pass

    picture = say = watch


class _NoJob:
    def __init__(self, folder):
        self.folder = folder

    def note(self, *_):
        pass


def _try(task, arguments):
    with tempfile.TemporaryDirectory(prefix="glassviz-") as folder:
        own = Path(folder) / PAST[task] if task in PAST else Path(folder)
        report = _Trial()
        try:
            request_of(task, {**arguments, "output": str(own)}, OWNER).run(report, _NoJob(Path(folder)))
            report.seconds = time.monotonic() - report.begin
        except Cancelled:
            pass
    print(json.dumps({"seconds": report.seconds}))  # noqa: T201 - read by the process that asked


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    try:
        _try(asked["task"], asked["arguments"])
    except (InputError, GlassvizError) as error:
        sys.exit(str(error))

"""Training of an ensemble of tGlassMLP in groups of members, one after another or each in a process of its own.

The groups are the same however many processes there are, and so is the result, to the last bit on one machine.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from glassviz.errors import Cancelled, DataError, GlassvizError
from glassviz.learning.lessons import Lessons
from glassviz.learning.tglass_gradients import TransferNetworks
from glassviz.learning.tglass_network import initial_parameters
from glassviz.learning.training import Stage, Training, part_of
from glassviz.publish import publish, publish_json

GROUP = 8
"""Members trained together on a processor; on a GPU all are."""
POLL = 0.2
"""Seconds between two looks at the processes."""
STOP = "stop"


def train_members(
    lessons,
    keys,
    schedule,
    seed,
    scaled,
    keep="best",
    device="cpu",
    workers=1,
    progress=None,
    watch=None,
    checkpoint=None,
):
    """Train a network for each of `keys`; returns their parameters {name: (E, ...)} and the history (epochs, 2).

    keep : each network's "best" epoch by the judging lessons, or the "last"
    workers : processes at once, on a processor; each has one thread
    progress(done, total) counts epochs of all groups and may raise Cancelled; watch(history) gets the losses so far
    checkpoint : folder from which the same call goes on
    """
    size = len(keys) if str(device) == "cuda" else GROUP
    groups = [keys[k : k + size] for k in range(0, len(keys), size)]
    with contextlib.ExitStack() as stack:
        if checkpoint is None:
            checkpoint = stack.enter_context(tempfile.TemporaryDirectory(prefix="glassviz-"))
        folder = Path(checkpoint)
        folder.mkdir(parents=True, exist_ok=True)
        if min(workers, len(groups)) > 1:
            stages = [vars(stage) for stage in schedule]
            task = {"groups": groups, "seed": seed, "scaled": scaled, "keep": keep, "schedule": stages}
            _in_processes(folder, lessons, task, workers, progress, watch)
        samples = lessons.samples(device, _whole(schedule))
        runs = []
        for k, group in enumerate(groups):
            run = training_of(samples, group, schedule, seed, scaled, keep, device)
            run.run(part_of(progress, k, len(groups)), _file(folder, k), watch)
            runs.append(run)
    parameters = [{name: value.cpu().numpy() for name, value in run.best.items()} for run in runs]
    joined = {name: np.concatenate([part[name] for part in parameters]) for name in parameters[0]}
    share = [len(group) / len(keys) for group in groups]
    return joined, np.einsum("g,gek->ek", share, np.array([run.history for run in runs]))


def training_of(samples, keys, schedule, seed, scaled, keep="best", device="cpu"):
    """The Training of some members on (samples, validation) of Lessons."""
    width = samples[0][0].inputs[0].shape[1]
    drawn = initial_parameters(width, keys)
    networks = TransferNetworks({name: torch.from_numpy(value).to(device) for name, value in drawn.items()}, scaled)
    names = [f"network {key[-1]}" for key in keys]
    return Training(networks, *samples, schedule, seed, names, error="squared", keep=keep)


def _whole(schedule):
    """Whether any stage needs the correlation's weights."""
    return any(stage.phase == 2 for stage in schedule)


def _file(folder, group):
    return folder / f"group{group}.safetensors"


def _in_processes(folder, lessons, task, workers, progress, watch):
    """Train the groups in processes, which leave their checkpoints in the folder."""
    (folder / STOP).unlink(missing_ok=True)
    lessons.save(folder / "lessons.safetensors")
    publish_json(folder / "task.json", task)
    waiting, running, groups = list(range(len(task["groups"]))), {}, len(task["groups"])
    reports = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                group = waiting.pop(0)
                running[group] = _start(folder, group)
            time.sleep(POLL)
            for k in [k for k, process in running.items() if process.poll() is not None]:
                _check(running.pop(k), folder, k)
            reports |= {k: report for k in range(groups) if (report := _report(folder, k))}
            if watch is not None and reports:
                watch([tuple(row) for row in next(iter(reports.values()))["history"]])
            if progress is not None and reports:
                total = next(iter(reports.values()))["total"]
                progress(sum(report["done"] for report in reports.values()), groups * total)
    finally:
        # Where this is left early, the processes save where they are.
        if running:
            publish(folder / STOP, lambda file: file.write(b"\n"))
            for process in running.values():
                process.wait()


def _start(folder, group):
    """A process that trains one group."""
    command = [sys.executable, "-m", "glassviz.learning.member_groups", str(folder), str(group), str(os.getpid())]
    # The same glassviz as here, wherever it was imported from.
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths}
    with open(folder / f"group{group}.log", "wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)


def _check(process, folder, group):
    """Raise GlassvizError with the last line that a failed process has written."""
    if process.returncode:
        lines = (folder / f"group{group}.log").read_text(errors="replace").strip().splitlines() or ["no word"]
        raise GlassvizError(f"training of networks stopped with status {process.returncode}: {lines[-1]}")


def _report(folder, group):
    """What a process has last told; None before."""
    try:
        return json.loads((folder / f"group{group}.json").read_text())
    except (OSError, ValueError):
        return None


def main(folder, group, parent):
    """Train one group of the task in a folder until it is done, stopped, or the parent is gone."""
    torch.set_num_threads(1)
    folder, group = Path(folder), int(group)
    task = json.loads((folder / "task.json").read_text())
    schedule = [Stage(**stage) for stage in task["schedule"]]
    samples = Lessons.load(folder / "lessons.safetensors").samples(whole=_whole(schedule))
    run = training_of(samples, task["groups"][group], schedule, task["seed"], task["scaled"], task["keep"])
    told = 0.0

    def tell(done, total):
        nonlocal told
        if (folder / STOP).exists() or os.getppid() != int(parent):
            raise Cancelled
        if time.monotonic() - told > 2 * POLL or done == total:
            told = time.monotonic()
            publish_json(folder / f"group{group}.json", {"done": done, "total": total, "history": run.history})

    with contextlib.suppress(Cancelled):
        run.run(tell, _file(folder, group))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (GlassvizError, DataError) as error:
        sys.exit(str(error))

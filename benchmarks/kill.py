"""Kill test: a job that simulates is killed (SIGKILL) again and again while readers look on; nothing may be lost.

python benchmarks/kill.py [--kills 200] [--cluster 20]

Each round goes on with the same job: in a process of its own, or (--cluster of the rounds) on a local cluster whose
worker, whose server, or both are killed. Half of the kills fall within 50 ms of a write: the folder is watched for a
new temporary file. After each kill: the set opens, every file in it is a whole configuration, those that were there
before are the same files, and the indices have no gap. Exit code 1 at the first fault.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np

SMALL = {"temperature": 1.5, "number": 129, "replicas": 2, "validation": 0, "test": 0, "until": 0.94, "cycles": 6}
NEAR = 0.05
"""Seconds around a write within which half of the kills fall."""
RUNNER = """
import sys
from glassviz.jobs import find_job, resume
print("ready", flush=True)
resume(find_job(sys.argv[1]), wait=True)
"""
SERVER = """
import sys, time
from glassviz.jobs import find_job, resume
if __name__ == "__main__":
    print("ready", flush=True)
    job = resume(find_job(sys.argv[1]))
    while job.is_running:
        time.sleep(0.05)
"""


def main():
    """Run the rounds and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cluster", type=int, default=20, help="of them on a cluster")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="glassviz-kill-") as home:
        os.environ["GLASSVIZ_HOME"] = home
        return rounds(Path(home), arguments.kills, arguments.cluster)


def rounds(home, kills, on_cluster):
    """Kill, check, go on; returns the exit code."""
    from glassviz.dataset import Dataset
    from glassviz.jobs import find_job, jobs, start
    from glassviz.jobs.cluster import close

    folder = home / "data" / "small"
    job = start("simulate", **SMALL, train=1000, output=str(folder))
    until(lambda: len(parts(folder)) > 2)
    job.cancel()
    until(lambda: not job.is_running)
    close()
    context = get_context("spawn")
    stop, reads = context.Event(), context.Queue()
    reader = context.Process(target=read_on, args=(str(folder), stop, reads), daemon=True)
    reader.start()
    random.seed(1)
    near, known, begin, waits = 0, {}, time.monotonic(), []
    for count in range(kills):
        cluster = count % max(1, kills // max(1, on_cluster)) == 0 and on_cluster > 0
        at_write = count % 2 == 0
        waits.append(
            kill_once(find_job(job.name), folder, cluster, at_write, ("worker", "server", "both")[count // 10 % 3])
        )
        near += waits[-1] is not None and waits[-1] < NEAR
        known = check(folder, known)
        state = find_job(job.name).state["state"]
        if state not in ("interrupted", "done"):
            raise SystemExit(f"kill {count + 1}: the job is {state}, expected interrupted")
        if state == "done":
            break
        if count % 20 == 19:
            print(f"{count + 1} kills, {len(known)} configurations, {time.monotonic() - begin:.0f} s", flush=True)
    stop.set()
    number, faults = reads.get(timeout=60)
    reader.join()
    left = len(list(folder.rglob("*.part")))
    print(f"{len(waits)} kills ({near} within {1e3 * NEAR:.0f} ms of a write), {len(known)} configurations, none lost,")
    print(f"none half written, none twice; {left} temporary files left of writers that were killed; {len(jobs())} job")
    print(f"a reader beside it opened the set {number} times, {len(faults)} faults {faults[:3]}")
    print(f"E/N of all configurations differ: {distinct(Dataset(folder)[SMALL['temperature']])}")
    return 1 if faults else 0


def kill_once(job, folder, cluster, at_write, whom):
    """Go on with the job, kill it while it works; returns the seconds since a write began, if seen."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER if cluster else RUNNER, job.name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.stdout.readline()
    until(lambda: job.state.get("state") == "running" or process.poll() is not None)
    seen = set(parts(folder))
    wait = None
    if at_write:
        end = time.monotonic() + 20
        while time.monotonic() < end and not (set(parts(folder)) - seen) and process.poll() is None:
            time.sleep(0.0005)
        begun = time.monotonic()
        time.sleep(random.uniform(0, 0.8 * NEAR))
    else:
        time.sleep(random.uniform(0, 0.6))
    worker = job.state.get("pid")
    if cluster and whom in ("worker", "both") and worker:
        os.kill(worker, signal.SIGKILL)
    if not cluster or whom in ("server", "both"):
        process.kill()
    if at_write:
        wait = time.monotonic() - begun
    until(lambda: not job.is_running)
    # A server whose worker alone was killed ends by itself.
    process.wait(timeout=60)
    return wait


def parts(folder):
    """Names of what is being written or has been."""
    try:
        return [entry.name for entry in os.scandir(folder / f"T{SMALL['temperature']:.4f}")]
    except FileNotFoundError:
        return []


def check(folder, known):
    """{path: (inode, size, time)} of the finished configurations; SystemExit at a fault."""
    from glassviz.dataset import Dataset

    data = Dataset(folder)
    if data.problems:
        raise SystemExit(f"left out: {data.problems}")
    found = {}
    for path in sorted(folder.glob("T*/[0-9]*.h5")):
        status = path.stat()
        found[path] = status.st_ino, status.st_size, status.st_mtime_ns
    indices = [record.index for record in data[SMALL["temperature"]].records]
    if indices != list(range(len(found))):
        raise SystemExit(f"indices are {indices}, expected 0..{len(found) - 1} without gaps")
    for path, status in known.items():
        if found.get(path) != status:
            raise SystemExit(f"{path}: was {status}, is {found.get(path)}, expected the same file")
    return found


def read_on(folder, stop, reads):
    """Open the set over and over, as a page does, and note what goes wrong."""
    from glassviz.dataset import Dataset
    from glassviz.errors import DataError

    number, faults, data = 0, [], None
    while not stop.is_set():
        try:
            if data is None or number % 10 == 0:
                data = Dataset(folder)
            data.refresh()
            faults += data.problems
            number += 1
        except DataError as error:
            if "holds no usable configuration" not in str(error) and "is missing" not in str(error):
                faults.append(str(error))
        time.sleep(0.02)
    reads.put((number, faults))


def distinct(point):
    """Whether no two configurations are the same."""
    positions = np.array([record.thermal.positions.sum() for record in point.records])
    return len(np.unique(positions)) == len(positions)


def until(condition, patience=120):
    """Wait for something."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("waited in vain")
        time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())

"""How a server bears a class: sessions that each make one move every two seconds, all on one `glassviz serve`.

Every session opens the app as a browser does (page, token, WebSocket), changes the time, the temperature, the
configuration, the model or the page, and reports pictures as drawn. The clock runs from sending the change of a widget
to receiving the patch that changes the picture; drawing in the browser is not in it (benchmarks/snapshots.py has it).
First one session alone, then all, twice: the second round tells whether memory grows. The sessions run beside the
server on the same processor cores.

    python benchmarks/load.py
    python benchmarks/load.py --processes 1
    python benchmarks/load.py --sessions 5 --seconds 20 --rounds 1
"""

import argparse
import asyncio
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from load_session import LoadSession

ROOT = Path(__file__).resolve().parents[1]
MEDIAN, HIGH, MEMORY = 300, 1000, 25
# A session that nobody watches any more is released after 15 s, which the server checks every 17 s.
RELEASED = 40


class Server:
    """`glassviz serve` in a process of its own, with an empty folder for results."""

    def __init__(self, folder, cores, processes):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "glassviz.cli.main", "serve", "--port", str(self.port)]
        command += ["--processes", str(processes)]
        environment = {**os.environ, "GLASSVIZ_HOME": str(folder), "PYTHONPATH": str(ROOT)}
        self.log = Path(folder) / "log"
        self.process = subprocess.Popen(
            command, env=environment, stdout=self.log.open("w"), stderr=subprocess.STDOUT, cwd=folder
        )
        os.sched_setaffinity(self.process.pid, cores)
        self.address = f"127.0.0.1:{self.port}"
        end = time.monotonic() + 120
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(self.log.read_text())
            time.sleep(0.1)

    def processes(self):
        """Its processes: itself and those that it has started."""
        own = self.process.pid
        return [own, *map(int, Path(f"/proc/{own}/task/{own}/children").read_text().split())]

    def memory(self):
        """Memory in MB; what processes share counts once."""
        parts = [Path(f"/proc/{number}/smaps_rollup").read_text() for number in self.processes()]
        return sum(int(line.split()[1]) for part in parts for line in part.splitlines() if line[:4] == "Pss:") / 1024

    def busy(self):
        """Seconds of processor time so far."""
        parts = [Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split() for number in self.processes()]
        return sum(int(fields[11]) + int(fields[12]) for fields in parts) / os.sysconf("SC_CLK_TCK")

    def complaints(self):
        """Tracebacks and errors in the server's log."""
        return [line for line in self.log.read_text().splitlines() if "Traceback" in line or "ERROR" in line]

    def stop(self):
        """End it."""
        self.process.terminate()
        self.process.wait(timeout=60)


async def round_of(server, number, arguments, seconds):
    """Taken [(kind, milliseconds, when)] and errors of `number` sessions; memory in MB while they are open."""
    sessions = [LoadSession(server.address, random.Random(arguments.seed + k)) for k in range(number)]
    # They come one after the other, as a class does.
    for session in sessions:
        await session.open()
    before, start = server.busy(), time.monotonic()
    await asyncio.gather(*(session.live(seconds, arguments.pause) for session in sessions))
    load = (server.busy() - before) / (time.monotonic() - start)
    memory = server.memory()
    for session in sessions:
        await session.close()
    taken = [entry for session in sessions for entry in session.taken]
    return taken, [error for session in sessions for error in session.errors], memory, load


def report(name, taken, errors, load):
    """Print a table of the moves; (median, 95th percentile) of all."""
    print(f"\n{name}: {len(taken)} moves, {len(errors)} errors, server busy {100 * load:.0f} % of a core")
    first, rows = min(when for *_, when in taken), {"all": [ms for _, ms, _ in taken]}
    for kind, ms, when in taken:
        for row in (f" minute {int((when - first) // 60) + 1}", kind):
            rows.setdefault(row, []).append(ms)
    for kind, times in sorted(rows.items(), key=lambda row: (row[0] != "all", row[0])):
        low, high = np.percentile(times, (50, 95))
        print(
            f"  {kind:26s} {len(times):5d}   median {low:6.0f} ms   95 % {high:6.0f} ms   longest {max(times):6.0f} ms"
        )
    for error in sorted(set(errors))[:5]:
        print(f"  error: {error} ({errors.count(error)} times)")
    return np.percentile(rows["all"], (50, 95))


async def warm_up(server, arguments):
    """Let one session of each process see every page at every temperature: what the first waits for is kept for all."""
    start = time.monotonic()
    sessions = [LoadSession(server.address, random.Random(arguments.seed)) for _ in range(arguments.processes)]
    for session in sessions:
        await session.open()
    for session in sessions:
        for temperature in session.widgets["temperature"]["options"]:
            for page in (*session.page["options"][1:], session.page["options"][0]):
                await session.change("page", page)
                await rest(server)
            await session.change("temperature", temperature)
    for session in sessions:
        await session.close()
    await rest(server)
    print(f"the first visitor of each process, who saw everything once: {time.monotonic() - start:.0f} s")


async def rest(server):
    """Wait until the server does next to nothing."""
    busy = 1.0
    while busy > 0.2:
        before = server.busy()
        await asyncio.sleep(1)
        busy = server.busy() - before


async def measure(server, arguments):
    """The whole comparison."""
    await warm_up(server, arguments)
    taken, errors, alone, load = await round_of(server, 1, arguments, max(20, arguments.seconds / 3))
    single = report("one session", taken, errors, load)
    levels = []
    for turn in range(arguments.rounds):
        taken, errors, memory, load = await round_of(server, arguments.sessions, arguments, arguments.seconds)
        found = report(f"{arguments.sessions} sessions, round {turn + 1}", taken, errors, load)
        each = (memory - alone) / max(1, arguments.sessions - 1)
        await asyncio.sleep(RELEASED)
        levels.append(server.memory())
        print(f"  memory {alone:.0f} MB with one, {memory:.0f} MB with all: {each:.1f} MB each beyond the first; "
              f"{levels[-1]:.0f} MB after all have left")  # fmt: skip
        verdicts = {
            f"median < {MEDIAN} ms": found[0] < MEDIAN,
            f"95 % < {HIGH} ms": found[1] < HIGH,
            f"< {MEMORY} MB each": each < MEMORY,
            "no error": not errors and not server.complaints(),
        }
        print("  " + ", ".join(f"{what} {'met' if met else 'MISSED'}" for what, met in verdicts.items()))
        ratios = found / single
        print(
            f"  {arguments.sessions} sessions / one session: median x {ratios[0]:.2f}, 95 % x {ratios[1]:.2f}",
            flush=True,
        )
    if len(levels) > 1:
        print(f"\nmemory after the rounds: {', '.join(f'{level:.0f}' for level in levels)} MB")
    for line in server.complaints()[:5]:
        print(f"server: {line}")


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=30, help="default: 30")
    parser.add_argument("--seconds", type=float, default=180, help="length of a round (default: 180)")
    parser.add_argument("--pause", type=float, default=2, help="seconds from one move to the next (default: 2)")
    parser.add_argument("--rounds", type=int, default=2, help="default: 2")
    parser.add_argument("--processes", type=int, default=2, help="of the server (default: 2)")
    parser.add_argument("--cores", type=int, default=2, help="processor cores of the server (default: 2)")
    parser.add_argument("--seed", type=int, default=1, help="of the moves (default: 1)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        cores = sorted(os.sched_getaffinity(0))[: arguments.cores]
        server = Server(folder, cores, arguments.processes)
        try:
            print(f"{len(cores)} cores, others' load {os.getloadavg()[0]:.1f}", flush=True)
            asyncio.run(measure(server, arguments))
        finally:
            server.stop()


if __name__ == "__main__":
    main()

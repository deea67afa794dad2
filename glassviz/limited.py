"""Call a function of the package in a process with limits: whatever a file of strangers does there ends in a sentence.

The process has its own address space, CPU time, size of files and wall-clock time, no core dumps and a clean
environment; arguments, reports of progress and the result travel as JSON.
"""

import errno
import json
import os
import queue
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread

from glassviz import errors
from glassviz.errors import Cancelled, DataError, GlassvizError

GIBIBYTE = 2**30
GRACE = 0.8
"""Seconds that a cancelled process has to end what it writes; less than a job has."""
LOOK = 0.2
"""Seconds between two looks at whether the caller still wants the result."""
LONGEST_LINE = 2**24
# What the interpreter needs to start; keys, tokens and addresses of the server stay with the server.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "NUMBA_CACHE_DIR", "SYSTEMROOT")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What the process may use: bytes of address space, seconds of CPU and on the clock, bytes of each file it writes.

    Address space is what is reserved: the libraries alone take about one GiB of it.
    """

    memory: int = 6 * GIBIBYTE
    cpu: int = 120
    seconds: float = 180.0
    file: int = 4 * GIBIBYTE


def call(name, arguments, limits=Limits(), what=None, progress=None):
    """The result of a module-level function "glassviz.room.module:function" called with `arguments` in a process.

    arguments : {name: JSON-ready value}; the function gets `progress` as well where one is given here
    what : is being worked on, the beginning of every sentence about a limit; None: the stage last reported
    progress : called as progress(done, total, stage) after each report and several times a second between them; may
        raise Cancelled, and then the process ends

    Raises the GlassvizError that the function raised; DataError for a limit that was reached or a process that broke.
    """
    request = {"name": name, "arguments": arguments, "progress": progress is not None}
    request["limits"] = {"memory": limits.memory, "cpu": limits.cpu, "file": limits.file}
    process = subprocess.Popen(
        [sys.executable, "-m", "glassviz.limited"],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Ctrl-C at the server is not meant for it; it is ended from here.
        start_new_session=True,
    )
    last = [0, 1, ""]
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request).encode())
            process.stdin.close()
        answer = _answer(process, limits, last, progress)
    finally:
        _end(process)
    return _result(answer, process.returncode, limits, what or last[2] or "the files")


def _environment():
    package = str(Path(__file__).resolve().parents[1])
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": package, "PYTHONSAFEPATH": "1"}


def _answer(process, limits, last, progress):
    """The last line of a process, {} when it ended without; `last` is kept at the last report."""
    lines, end = queue.Queue(), time.monotonic() + limits.seconds
    Thread(target=_listen, args=(process.stdout, lines), daemon=True).start()
    while True:
        if time.monotonic() > end:
            return {"fault": "Timeout"}
        with suppress(queue.Empty):
            line = lines.get(timeout=LOOK)
            if line is None:
                return {}
            message = json.loads(line)
            if "progress" not in message:
                # On a busy machine the interpreter takes its time to close; what it has answered counts.
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=GRACE)
                return message
            last[:] = message["progress"]
        if progress is not None:
            progress(*last)


def _listen(stream, lines):
    """Hand over the lines of a stream as they come, and None at its end."""
    while line := stream.readline(LONGEST_LINE):
        lines.put(line)
    lines.put(None)


def _end(process):
    """End a process, gently at first: what it is writing it may finish or remove."""
    for ask, patience in ((process.terminate, GRACE), (process.kill, None)):
        if process.poll() is None:
            ask()
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
    process.stdout.close()


def _result(answer, code, limits, what):
    """The result in an answer, or the error that it, or the end of the process, stands for."""
    if "result" in answer:
        return answer["result"]
    if "error" in answer:
        raise getattr(errors, answer["error"], DataError)(answer["sentence"])
    if answer.get("fault") == "Timeout":
        raise DataError(f"{what}: took longer than {limits.seconds:g} s, the limit")
    memory = f"{what}: needs more than {limits.memory / GIBIBYTE:.3g} GiB of memory, the limit"
    if answer.get("fault") == "MemoryError" or code == -signal.SIGKILL:
        raise DataError(memory)
    if code == -signal.SIGXCPU:
        raise DataError(f"{what}: needs more than {limits.cpu} s of computing, the limit")
    if answer.get("errno") == errno.EFBIG:
        raise DataError(f"{what}: needs to write more than {limits.file} bytes into a file, the limit")
    if "fault" in answer:
        raise DataError(f"{what}: cannot be used ({answer['fault']}: {answer['sentence']})")
    ended = signal.Signals(-code).name if code and code < 0 else f"exit code {code}"
    raise DataError(f"{what}: the process that read it broke ({ended}); the file is damaged, or needs too much memory")


class _Report:
    """What the function calls in the process: progress becomes a line; a request to end becomes Cancelled."""

    def __init__(self, channel):
        self._channel, self._stop = channel, False
        signal.signal(signal.SIGTERM, self._asked)

    def _asked(self, *_):
        # Raised here it would surface in the middle of compiled code as another error.
        self._stop = True

    def __call__(self, done, total, stage=""):
        if self._stop:
            raise Cancelled
        self.send({"progress": [done, total, stage]})

    def send(self, message):
        """Write one line."""
        self._channel.write(json.dumps(message).encode() + b"\n")
        self._channel.flush()


def _restrict(memory, cpu, file):
    """Set the limits of this process; a system without them (Windows) keeps those of the clock alone."""
    try:
        import resource
    except ImportError:
        return
    for limit, soft, hard in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, cpu, cpu + 5),
        (resource.RLIMIT_FSIZE, file, file),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        most = resource.getrlimit(limit)[1]
        allowed = [value if most == resource.RLIM_INFINITY else min(value, most) for value in (soft, hard)]
        resource.setrlimit(limit, tuple(allowed))


def main():
    """The process: one request on standard input, lines of JSON on what was standard output."""
    # Whatever a library prints must not look like an answer.
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.read())
    report = _Report(channel)
    _restrict(**request["limits"])
    module, _, function = request["name"].partition(":")
    try:
        if not module.startswith("glassviz."):
            raise GlassvizError(f"function is {request['name']!r}, expected one of glassviz")
        extra = {"progress": report} if request["progress"] else {}
        answer = {"result": getattr(import_module(module), function)(**request["arguments"], **extra)}
        json.dumps(answer)
    except GlassvizError as error:
        answer = {"error": type(error).__name__, "sentence": str(error)}
    except MemoryError:
        answer = {"fault": "MemoryError"}
    except Exception as error:
        answer = {"fault": type(error).__name__, "sentence": " ".join(str(error).split())}
        answer["errno"] = getattr(error, "errno", None)
    report.send(answer)


if __name__ == "__main__":
    main()

"""Several interpreters behind one address: a visitor's page lives in one of them, and all of its traffic goes there.

Python runs one piece of a program at a time: one process uses one core, and a page made for one visitor holds up the
moves of all. The process here takes in connections and looks at the head of the first request without consuming it. A
WebSocket bears the token of its page, in which the process that made it has written its number; all else is dealt out
in turn. The connection itself is handed on, so nothing travels through this process.
"""

import atexit
import gc
import os
import re
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from itertools import cycle

from bokeh.application.handlers.handler import Handler
from bokeh.util.token import check_token_signature, get_token_payload
from tornado.iostream import IOStream

LARGEST_HEAD = 2**15
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
PATIENCE = 60
"""Seconds for which a connection may stay silent: browsers open some ahead."""
WHOLE = 5
"""Seconds within which the rest of a head must come."""
LOOK_AGAIN = 0.1
MOST = 500
"""Connections that may be silent at once; beyond, the oldest gives way."""
FAREWELL = 10
SHORTEST_LIFE = 20
"""Seconds: where a process ends sooner after the start of all, it would end again."""


class Worker:
    """A process with a server of its own, and the channel through which it gets connections."""

    def __init__(self, number, serve, others):
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.number, self.began = number, time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            _live(lambda: serve(number, there), (here, *others))
        there.close()
        here.setblocking(False)
        self.channel = here

    def take(self, connection):
        """Hand a connection on; one that finds no room is refused."""
        with suppress(OSError):
            socket.send_fds(self.channel, [b"c"], [connection.fileno()])

    def end(self, force=False):
        """Ask it to stop, or make it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL if force else signal.SIGTERM)

    def ended(self):
        """Whether it has stopped."""
        try:
            return os.waitpid(self.pid, os.WNOHANG)[0] != 0
        except ChildProcessError:
            return True


def _live(serve, inherited):
    """All that a forked process does; it never returns to what its parent was doing."""
    code = 1
    try:
        for other in inherited:
            other.close()
        # Ctrl-C reaches all processes of a terminal; the first one ends the others.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        serve()
        code = 0
    except BaseException as error:
        print(f"glassviz: {error}", file=sys.stderr, flush=True)
    finally:
        with suppress(Exception):
            atexit._run_exitfuncs()
            sys.stdout.flush()
        os._exit(code)


class Front:
    """Takes in connections at `sockets` for `number` processes that run serve(k, channel); secret : of the tokens."""

    def __init__(self, sockets, number, serve, secret):
        self.sockets, self._serve, self._secret = sockets, serve, secret
        self._selector, self._waiting, self._again = selectors.DefaultSelector(), {}, []
        self._began = time.monotonic()
        # What all have in common stays so: looking for garbage would write to, and thereby copy, every page of it.
        gc.collect()
        gc.freeze()
        self.workers = []
        for k in range(number):
            self.workers.append(self._start(k))
        # Pages are dealt out for themselves: with the files that they fetch, one process could get all of them.
        self._turns = {kind: cycle(range(number)) for kind in ("page", "file")}
        for listening in sockets:
            listening.setblocking(False)
            self._selector.register(listening, selectors.EVENT_READ, self._accept)

    def _start(self, number):
        others = [worker.channel for worker in self.workers]
        worker = Worker(number, self._serve, (*self.sockets, *others, *self._waiting))
        self._selector.register(worker.channel, selectors.EVENT_READ, lambda _: self._ended(worker))
        return worker

    def run(self):
        """Until SIGTERM or Ctrl-C."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            while True:
                self.turn()
        except KeyboardInterrupt:
            print("\nInterrupted, shutting down")
        finally:
            self._end()

    def _end(self):
        """End all processes; one that is busy is given a while."""
        for worker in self.workers:
            worker.end()
        left, last = list(self.workers), time.monotonic() + FAREWELL
        while left := [worker for worker in left if not worker.ended()]:
            if time.monotonic() > last:
                for worker in left:
                    worker.end(force=True)
            time.sleep(LOOK_AGAIN)

    def turn(self):
        """Wait for the next events, at most a second, and answer them."""
        for key, _ in self._selector.select(LOOK_AGAIN if self._again else 1):
            key.data(key.fileobj)
        again, self._again = self._again, []
        for connection in again:
            self._look(connection)
        now = time.monotonic()
        for connection in [c for c, last in self._waiting.items() if now > last]:
            self._close(connection)

    def _accept(self, listening):
        with suppress(OSError):
            connection, _ = listening.accept()
            connection.setblocking(False)
            if len(self._waiting) >= MOST:
                self._close(next(iter(self._waiting)))
            self._waiting[connection] = time.monotonic() + PATIENCE
            self._selector.register(connection, selectors.EVENT_READ, self._heard)

    def _heard(self, connection):
        # It may have given way to another in this very turn.
        if connection in self._waiting:
            self._selector.unregister(connection)
            self._look(connection)

    def _look(self, connection):
        """Hand on a connection whose first request has a whole head; look again soon where it has none yet."""
        try:
            head = connection.recv(LARGEST_HEAD, socket.MSG_PEEK)
        except BlockingIOError:
            head = None
        except OSError:
            head = b""
        whole = END_OF_HEAD.search(head or b"")
        if head == b"" or (head and len(head) == LARGEST_HEAD and not whole):
            self._close(connection)
        elif not whole:
            self._waiting[connection] = min(self._waiting[connection], time.monotonic() + WHOLE)
            self._again.append(connection)
        else:
            self.workers[self._place(head)].take(connection)
            self._close(connection)

    def _close(self, connection):
        self._waiting.pop(connection, None)
        with suppress(KeyError, ValueError):
            self._selector.unregister(connection)
        if connection in self._again:
            self._again.remove(connection)
        connection.close()

    def _place(self, head):
        """Number of the process for a request: the one that made the page of a WebSocket, else the next."""
        made_by = process_of(head, self._secret)
        if made_by is not None and made_by < len(self.workers):
            return made_by
        return next(self._turns["file" if b"/static/" in head.partition(b"\n")[0] else "page"])

    def _ended(self, worker):
        """Begin anew where a process has ended; its visitors must load their pages again."""
        self._selector.unregister(worker.channel)
        worker.channel.close()
        worker.end(force=True)
        os.waitpid(worker.pid, 0)
        if time.monotonic() - self._began < SHORTEST_LIFE:
            sys.exit(f"process {worker.number + 1} ended as soon as it had begun")
        if time.monotonic() - worker.began < SHORTEST_LIFE:
            # Not again and again without a pause.
            time.sleep(1)
        print(f"process {worker.number + 1} ended unexpectedly and is started anew", flush=True)
        self.workers[worker.number] = self._start(worker.number)


class _Signed(Handler):
    """Writes the number of the process into the tokens of its pages."""

    def __init__(self, number):
        super().__init__()
        self._number = number

    def modify_document(self, doc):
        """Add nothing to the page."""

    def process_request(self, request):
        """What the token says beside what Bokeh puts into it."""
        return {"process": self._number}


def serve_connections(server, number, channel):
    """Serve the connections that come through `channel` with a Bokeh server that listens nowhere else."""
    server._http.stop()
    for context in server._tornado.applications.values():
        context.application.add(_Signed(number))

    def take():
        try:
            word, handed, *_ = socket.recv_fds(channel, 1, 1)
        except OSError:
            word, handed = b"", []
        if not word:
            # The process that takes in connections is gone.
            server.io_loop.stop()
        for connection in map(_connection, handed):
            try:
                address = connection.getpeername()
            except OSError:
                connection.close()
            else:
                server._http.handle_stream(IOStream(connection), address)

    server.io_loop.asyncio_loop.add_reader(channel, take)
    server.run_until_shutdown()


def _connection(descriptor):
    connection = socket.socket(fileno=descriptor)
    connection.setblocking(False)
    return connection


def process_of(head, secret):
    """The process that the token of a request names, None without one of ours; head : bytes of its first lines."""
    for line in END_OF_HEAD.split(head, 1)[0].splitlines()[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"sec-websocket-protocol":
            token = value.decode("ascii", "replace").rpartition(",")[2].strip()
            try:
                # Only what this server has signed is unpacked.
                known = check_token_signature(token, secret, signed=True)
                number = get_token_payload(token).get("process") if known else None
            except Exception:
                # Strangers send anything: the process that gets it says what is wrong with it.
                return None
            return number if isinstance(number, int) and number >= 0 else None
    return None

"""Runner: a thread that keeps one visitor's liquid going; seats limit how many run at once."""

import os
import time
from collections import deque
from threading import Event, RLock, Thread

from glassviz.errors import GlassvizError, Refused

MOST = 2 * (os.cpu_count() or 1)
"""Liquids of all visitors that run at once, by default."""
IDLE = 300.0
"""Seconds without input after which a liquid stops."""
FRAME = 1 / 30
"""Seconds between two pictures at least."""
AHEAD = 8
"""Pictures that may be on their way to the browser: where none is drawn, in a hidden tab, time stops."""
AGAIN = 1.0
"""Seconds after which a picture that nobody has drawn is sent again."""
PICTURES_PER_POINT, MOST_POINTS = 3, 1200
"""Of the curves: so they hold the last two minutes."""


class Seats:
    """Who may have a liquid running: one each, `most` in all."""

    def __init__(self, most=MOST):
        self.most, self._taken, self._lock = most, {}, RLock()

    def take(self, who, leave):
        """A seat for `who`; the same visitor's other liquid is told to `leave`. Raises Refused when all are taken."""
        with self._lock:
            before = self._taken.pop(who, None)
            if before is None and len(self._taken) >= self.most:
                raise Refused(f"{self.most} liquids of other visitors are running, the most at once: try again later")
            self._taken[who] = leave
        if before is not None and before != leave:
            before()

    def give_back(self, who, leave):
        """Free the seat of `who`, if it is still the one that was taken with `leave`."""
        with self._lock:
            if self._taken.get(who) == leave:
                del self._taken[who]

    def __len__(self):
        return len(self._taken)


SEATS = Seats()


class Runner:
    """Runs a liquid in a thread of its own and hands each picture on.

    make() : the LiveLiquid, made in the thread; who : the visitor, any key of Seats
    show(moment) : called in the thread, for each picture; stopped(sentence) : when the thread has ended, why
    segments : thermostat segments between two pictures; curve : the last (time, energy, mean C_B)
    """

    def __init__(self, make, who, show, stopped, seats=SEATS, idle=IDLE):
        self._make, self._who, self._show, self._stopped = make, who, show, stopped
        self._seats, self._idle = seats, idle
        self._lock, self._wake, self._ending = RLock(), Event(), Event()
        self._thread = self.liquid = None
        self._asked = deque()
        self.segments, self.curve = 2, deque(maxlen=MOST_POINTS)
        self.frames = self.drawn = self.steps = 0
        self._input = time.monotonic()

    @property
    def running(self):
        """Whether the thread is at work."""
        return self._thread is not None and self._thread.is_alive() and not self._ending.is_set()

    def start(self):
        """Go on, or begin. Raises Refused when too many liquids are running."""
        self.touch()
        if self.running:
            return
        self._seats.take(self._who, self._leave)
        self._ending = Event()
        self.drawn = self.frames
        self._thread = Thread(target=self._run, args=(self._ending,), name="live liquid", daemon=True)
        self._thread.start()

    def stop(self):
        """Pause; the liquid stays as it is."""
        self._end("")

    def touch(self):
        """Note that the visitor is there."""
        self._input = time.monotonic()

    def acknowledge(self, frame):
        """The browser has drawn this picture."""
        self.drawn = max(self.drawn, frame)
        self._wake.set()

    def do(self, action):
        """Call action(liquid) between two steps and show what has become of it; nothing where there is no liquid.

        The caller, an event loop, waits for no step, nor for a liquid that is being made: the thread does it then.
        """
        self.touch()
        if self.running or self.liquid is not None:
            self._asked.append(action)
            self._catch_up()

    def _catch_up(self):
        """Do what was asked for, unless the other thread has the liquid: it looks again when it has let go."""
        while self._asked and self._lock.acquire(blocking=False):
            try:
                if self.liquid is None:
                    return
                while self._asked:
                    self._asked.popleft()(self.liquid)
                self._picture()
            finally:
                self._lock.release()

    def _leave(self):
        self._end("Another page of yours runs a liquid now.")

    def _end(self, sentence):
        ending = self._ending
        if ending.is_set() or self._thread is None:
            return
        ending.set()
        self._wake.set()
        self._seats.give_back(self._who, self._leave)
        self._stopped(sentence)

    def _run(self, ending):
        try:
            with self._lock:
                if self.liquid is None:
                    self.liquid = self._make()
            while not ending.is_set():
                began = time.monotonic()
                if began - self._input > self._idle:
                    self._end(f"Stopped after {self._idle / 60:g} minutes without input.")
                    return
                if self.frames - self.drawn >= AHEAD:
                    # A page that was not there yet when pictures came must be given one again, or it never answers.
                    if not self._wake.wait(AGAIN):
                        self._show_again()
                    self._wake.clear()
                    continue
                with self._lock:
                    if ending.is_set():
                        return
                    self.liquid.advance(self.segments)
                    self.steps += self.segments
                    self._picture()
                self._catch_up()
                ending.wait(max(0.002, FRAME - (time.monotonic() - began)))
        except GlassvizError as error:
            self.liquid = None
            self._end(str(error))
        finally:
            self._catch_up()

    def _picture(self):
        """Show the present moment; now and then a point of the curves."""
        self._moment = moment = self.liquid.moment()
        if self.curve and moment.time < self.curve[-1][0]:
            self.curve.clear()
        if self.frames % PICTURES_PER_POINT == 0:
            self.curve.append((moment.time, moment.energy, moment.mean_kept))
        self._show_again()

    def _show_again(self):
        self.frames += 1
        self._show(self._moment)

"""Work of a page that takes seconds: done in a thread, drawn after each part, dropped when other choices are made."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import panel as pn

from glassviz.colours import NEUTRALS
from glassviz.errors import Cancelled, GlassvizError
from glassviz.pages.model_search import one_batch

# What takes long must not hold up the visitors' clicks.
_workers = ThreadPoolExecutor(2, thread_name_prefix="page")


class Background:
    """Does what is missing for the present choices of a page and draws.

    draw() : shows what is known; jobs() : functions of `progress` that make what is missing
    wanted() : the choices that decide what is to be done; name : of the bar, for screen readers
    shown() : whatever else decides the pictures: a page that comes back as it was is not drawn again
    Drawing reads the choices of its own moment: whichever thread asks for it, the picture is of the present ones.
    """

    def __init__(self, draw, jobs, wanted, name, shown=None):
        self._draw_all, self._jobs, self._wanted, self._name = draw, jobs, wanted, name
        self._shown, self._whole = shown, None
        self._busy, self._done, self._total = None, 0, 0
        self.problem = ""
        self.panel = pn.pane.HTML("", height=3, sizing_mode="stretch_width", margin=0)

    @property
    def waiting(self):
        """Whether something is still to come."""
        return self._total > 0

    def start(self):
        """Draw what is known; work out the rest in a thread and draw again after each part."""
        if self._whole is not None and self._whole == self._key():
            return
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            self._work(lambda draw: draw())
        elif pn.state.loaded:
            _workers.submit(self._work, document.add_next_tick_callback)
        else:
            # The page itself comes first: work on the same processor would hold it up, grey, for as long as it takes.
            pn.state.onload(lambda: _workers.submit(self._work, document.add_next_tick_callback))

    @staticmethod
    def soon(draw):
        """Draw in a turn of the event loop of the visitor's page, for a callback may run in any thread."""

        def whole():
            with one_batch():
                draw()

        document = pn.state.curdoc
        if document is None or document.session_context is None:
            draw()
        else:
            document.add_next_tick_callback(whole)

    def line(self, dark):
        """Bring the thin line that grows with the work up to date; it is gone when all is there."""
        line = ""
        if self._total:
            share = 100 * (self._done + 0.3) / self._total
            style = f"width:{share:.0f}%;height:3px;background:{NEUTRALS[dark]['quiet']}"
            values = f"aria-valuenow={self._done} aria-valuemax={self._total}"
            line = f"<div role=progressbar aria-label='{self._name}' {values} style='{style}'></div>"
        self.panel.object = line

    def _draw(self):
        key = self._key()
        with one_batch():
            self._draw_all()
        # Choices that were made meanwhile are drawn next.
        self._whole = key if not (self._total or self.problem) and key == self._key() else None

    def _key(self):
        return None if self._shown is None else (self._wanted(), self._shown())

    def _work(self, draw):
        """Do what is missing for the present choices, unless a thread is at it already."""
        wanted, jobs = self._wanted(), self._jobs()
        if wanted == self._busy:
            draw(self._draw)
            return
        self._busy, self._total, self._done, self.problem = wanted, len(jobs), 0, ""
        draw(self._draw)
        try:
            for self._done, job in enumerate(jobs):
                self._do(partial(job, progress=partial(self._go_on, wanted)))
                draw(self._draw)
        except Cancelled:
            return
        finally:
            if self._busy == wanted:
                self._busy, self._total = None, 0
                if jobs:
                    draw(self._draw)

    def _do(self, job):
        try:
            job()
        except GlassvizError as error:
            if isinstance(error, Cancelled):
                raise
            self.problem = str(error)

    def _go_on(self, wanted, *_):
        if wanted != self._busy:
            raise Cancelled

"""Page *Jobs*: make what is missing. A form for each task, the queue and its history, the chosen job."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from glassviz.errors import GlassvizError
from glassviz.jobs import REQUESTS, jobs, start
from glassviz.jobs.estimates import estimate
from glassviz.pages.background import Background
from glassviz.pages.job_detail import JobDetail
from glassviz.pages.job_form import JobForm
from glassviz.pages.job_words import COLUMNS, table_rows
from glassviz.pages.libraries import renew
from glassviz.pages.visitor import current_visitor
from glassviz.views.inspector import TextView
from glassviz.views.score_table import ScoreTable
from glassviz.views.style import UNLABELLED
from glassviz.words import amount, span

POLL = 1000
"""Milliseconds between two looks at the jobs."""
MOST_SHOWN = 200
# One trial at a time: it takes a core.
_workers = ThreadPoolExecutor(1, thread_name_prefix="estimate")


class JobsPage:
    """Starts jobs of the visitor and follows all that the visitor may see."""

    def __init__(self, session):
        self.session = session
        self._jobs, self._chosen, self._sizes, self._turn, self._seen = [], "", {}, 0, {}
        allowed = [task for task in REQUESTS if task in self.visitor.rights.tasks and REQUESTS[task].form]
        self.tasks = pmui.RadioButtonGroup(
            label="Task", options={task.capitalize(): task for task in allowed}, value=allowed[0] if allowed else None,
            size="small", stylesheets=UNLABELLED, width=430, margin=(8, 8), sx={".MuiToggleButton-root": {"px": "6px"}},
        )  # fmt: skip
        self.words, self.place = TextView(), pn.Column(margin=0)
        self.go = pmui.Button(label="Start", color="primary", variant="contained", width=110, margin=(6, 8))
        self.guess = pmui.Button(label="How long?", variant="outlined", width=110, margin=(6, 8))
        self.note = TextView()
        self.table = ScoreTable(self._open, label="Jobs")
        self.detail = JobDetail(session, current_visitor, self._use, self._look)
        self.tasks.param.watch(lambda event: self._fill(event.new), "value")
        self.go.on_click(lambda _: self._start())
        self.guess.on_click(lambda _: self._guess())
        session.param.watch(lambda event: self._asked(*event.new), "asked")
        session.param.watch(lambda *_: self._look(), ["page", "dark"])
        self.panel = self._layout(bool(allowed))
        if allowed:
            self._asked(*session.asked) if session.asked[0] else self._fill(allowed[0])
        self._look()
        if pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            pn.state.add_periodic_callback(self._look, period=POLL)

    @property
    def visitor(self):
        """Who asks, with the rights of now: accounts change while a page is open."""
        return current_visitor()

    def _layout(self, allowed):
        refused = "<p>Jobs are only for those who have logged in or sit at the machine that serves the app.</p>"
        if not allowed:
            self.note.update(refused, self.session.dark)
        form = [self.tasks, self.words.panel, self.place, pmui.Row(self.go, self.guess, margin=0), self.note.panel]
        left = pn.Column(
            *(form if allowed else form[-1:]), width=450, scroll=True, sizing_mode="stretch_height", margin=0
        )
        table = pn.Column(self.table, sizing_mode="stretch_both", min_height=200, margin=0)
        right = pn.Column(table, self.detail.panel, sizing_mode="stretch_both", margin=(0, 0, 0, 12))
        return pn.Row(left, right, sizing_mode="stretch_both", margin=(8, 12))

    # Form ------------------------------------------------------------------------------------------------------------

    def _asked(self, task, arguments):
        """Fill in what another page asks for."""
        try:
            self.visitor.require_task(task)
        except GlassvizError as error:
            self._say(str(error))
            return
        if self.tasks.value == task:
            self._fill(task, arguments)
        else:
            self._waiting = arguments
            self.tasks.value = task

    _waiting = None

    def _fill(self, task, arguments=None):
        arguments, self._waiting = arguments or self._waiting, None
        self.form = JobForm(self.session, self.visitor, task, arguments)
        self.place[:] = [self.form.panel]
        self.words.update(f"<p>{REQUESTS[task].summary}</p>", self.session.dark)
        self._say("")

    def _say(self, sentence):
        self.note.update(f"<p>{sentence}</p>", self.session.dark)

    def _start(self):
        try:
            request = self.form.request()
            job = start(request.task, self.visitor, **request.arguments())
        except (GlassvizError, OSError) as error:
            self._say(str(error))
            return
        self._chosen = job.name
        self._say("Started.")
        self._look()

    def _guess(self):
        """Estimate in a thread: it takes seconds."""
        try:
            request = self.form.request()
            self.visitor.require_task(request.task)
        except GlassvizError as error:
            self._say(str(error))
            return
        self._turn += 1
        self._say("Trying for a few seconds …")
        self.guess.disabled = True
        document = pn.state.curdoc
        _workers.submit(self._estimate, request, self._turn, document)

    def _estimate(self, request, turn, document):
        try:
            seconds = estimate(request)
            size = request.disk()
            words = f"About {span(seconds)}" if seconds == seconds else "Nothing tells how long it takes here"
            words += f" and {amount(size)} on disk." if size else "."
        except (GlassvizError, OSError, ValueError) as error:
            words = str(error)

        def tell():
            self.guess.disabled = False
            if turn == self._turn:
                self._say(words)

        if document is None or document.session_context is None:
            tell()
        else:
            document.add_next_tick_callback(tell)

    # Jobs ------------------------------------------------------------------------------------------------------------

    def _open(self, place):
        self._chosen = self._jobs[place].name
        self._look()

    def _look(self):
        """Read the jobs anew while the page is seen."""
        if self.session.page != "jobs":
            return
        Background.soon(self._draw)

    def _draw(self):
        self._jobs = jobs(self.visitor)[:MOST_SHOWN]
        names = [job.name for job in self._jobs]
        if self._chosen not in names:
            self._chosen = names[0] if names else ""
        for job in self._jobs:
            state = job.state.get("state")
            # A folder that rests keeps its size.
            if self._seen.get(job.name) != state or state == "running":
                self._seen[job.name], self._sizes[job.name] = state, job.size
        rows = table_rows(self._jobs, self._chosen, self._sizes, self.session.dark)
        self.table.update(COLUMNS, rows, "no job yet: choose a task and start one", self.session.dark)
        self.detail.show(next((job for job in self._jobs if job.name == self._chosen), None))

    def _use(self, job):
        """Show on its page what a job has made."""
        session, request, result = self.session, job.request, Path(job.state["result"])
        renew(session, self.visitor)
        arguments = request["arguments"]
        if request["task"] in ("simulate", "import"):
            session.choose(data_set=result.name, page="snapshots")
            session.choose(
                temperature=arguments.get("temperature", REQUESTS[request["task"]].param.temperature.default)
            )
            return
        entry = next((e for e in session.library.models if e["path"].resolve() == result.resolve()), None)
        if entry is None:
            raise GlassvizError(f"{result}: the model is gone")
        if request["task"] == "transfer":
            session.choose(ladder_model=entry["name"], page="transfer")
            return
        session.choose(temperature=entry["temperature"], observable=entry["observable"], page="snapshots")
        session.choose(model=entry["name"])
        # One of the same name has been replaced.
        session.param.trigger("model")

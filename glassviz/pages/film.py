"""The dialog that renders a film of the chosen temperature and hands it to the browser."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from glassviz.choices import COPIES
from glassviz.errors import Cancelled, GlassvizError
from glassviz.ladder import ladder_entry
from glassviz.pages.save_button import save_button
from glassviz.tasks.film import FRAMES, RATE, film
from glassviz.views.style import UNLABELLED

FORMATS = {"MP4": ".mp4", "GIF": ".gif"}
SIZES = {"360 pixels": 360, "720 pixels": 720, "1080 pixels": 1080}
WIDE = {"size": "small", "margin": (6, 10), "sizing_mode": "stretch_width"}
# Two films at once leave the pages their share of the processor.
_workers = ThreadPoolExecutor(2, thread_name_prefix="film")


class FilmDialog:
    """`button` opens it, `panel` is the dialog; one film a visitor at a time, which another choice does not stop."""

    def __init__(self, session):
        self.session, self._content, self._turn, self._told = session, None, 0, -1
        self.button = pmui.Button(
            label="Render film", icon="movie", variant="outlined", size="small", width=150, margin=(2, 6)
        )
        self.format = pmui.RadioButtonGroup(
            label="Format", options=FORMATS, value=".mp4", stylesheets=UNLABELLED, **WIDE
        )
        self.size = pmui.Select(label="Edge of a snapshot", options=SIZES, value=720, **WIDE)
        self.copies = pmui.Select(label="Periodic copies", options=COPIES, value=1, **WIDE)
        self.frames = pmui.IntInput(label="Pictures", value=FRAMES, start=2, end=1000, **WIDE)
        self.beside = pmui.Switch(label="Molecular dynamics beside it", value=True, **WIDE)
        self.go = pmui.Button(label="Render", color="primary", variant="contained", width=120, margin=(8, 10))
        self.cancel = pmui.Button(label="Cancel", width=120, margin=(8, 10), disabled=True)
        self.save = save_button(self._file, label="Save", variant="contained", width=120, margin=(8, 10), disabled=True)
        self.bar = pmui.LinearProgress(value=0, variant="determinate", margin=(4, 10), sizing_mode="stretch_width")
        self.words = pn.pane.Markdown("", margin=(0, 10), sizing_mode="stretch_width")
        self.panel = pmui.Dialog(
            self.format,
            pmui.Row(self.size, self.copies, self.frames, margin=0, sizing_mode="stretch_width"),
            self.beside,
            pmui.Row(self.go, self.cancel, self.save, margin=0),
            self.bar,
            self.words,
            title="Render a film",
            show_close_button=True,
            close_on_click=True,
            width_option="sm",
        )
        self.button.on_click(lambda _: self.open())
        self.go.on_click(lambda _: self._start())
        self.cancel.on_click(lambda _: self._stop())

    def open(self):
        """Open for the chosen temperature; a film that is being made goes on."""
        if self.cancel.disabled:
            self.panel.title = f"Render a film of T = {self.session.temperature:g}"
        self.panel.open = True

    def _start(self):
        session, entry = self.session, ladder_entry(self.session)
        document = pn.state.curdoc
        self._turn += 1
        self._content, self._told = None, -1
        self.go.disabled, self.cancel.disabled, self.save.disabled = True, False, True
        self.bar.value, self.words.object = 0, "The networks predict …"
        suffix = self.format.value
        self.save.filename = f"film_{session.data_set}_T{session.temperature:.4f}{suffix}"
        # Choices as they are now: the visitor may go on while the film is made.
        arguments = session.data, session.temperature
        settings = {"size": self.size.value, "copies": self.copies.value, "frames": self.frames.value}
        settings |= {"md": None if self.beside.value else False, "place": session.configuration, "entry": entry}
        turn = self._turn

        def later(change):
            if document is None or document.session_context is None:
                change()
            else:
                document.add_next_tick_callback(change)

        def work():
            self._end(later, *self._made(arguments, suffix, settings, turn, later))

        if document is None or document.session_context is None:
            work()
        else:
            _workers.submit(work)

    def _made(self, arguments, suffix, settings, turn, later):
        """(The film's bytes or None, what is said)."""

        def progress(done, total, _):
            if turn != self._turn:
                raise Cancelled
            share = 100 * done // total
            if share != self._told:
                self._told = share
                later(lambda: self._show(share, done, total))

        try:
            with tempfile.TemporaryDirectory() as folder:
                path = film(*arguments, Path(folder) / f"film{suffix}", fps=RATE, progress=progress, **settings)
                content = path.read_bytes()
        except Cancelled:
            return None, "Cancelled."
        except (GlassvizError, OSError) as error:
            return None, f"**{error}**"
        return content, f"{self.save.filename}, {len(content) / 1e6:.1f} MB"

    def _show(self, share, done, total):
        if self.go.disabled:
            self.bar.value, self.words.object = share, f"Picture {done} of {total}"

    def _end(self, later, content, words):
        def change():
            self._content, self.words.object = content, words
            self.go.disabled, self.cancel.disabled, self.save.disabled = False, True, content is None
            self.bar.value = 100 if content else 0

        later(change)

    def _stop(self):
        self._turn += 1
        self.cancel.disabled, self.words.object = True, "Stopping …"

    def _file(self):
        """The film, in memory."""
        return BytesIO(self._content or b"")

"""The dialog that saves the figures of the present page for print, as numbers, or as Python lines."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import panel as pn
import panel_material_ui as pmui

from glassviz.errors import GlassvizError
from glassviz.exports.make import exported
from glassviz.exports.registry import FIGURES
from glassviz.pages.save_button import save_button
from glassviz.views.style import UNLABELLED

FORMATS = {"PDF": ".pdf", "SVG": ".svg", "PNG": ".png", "CSV": ".csv", "Python": ".py"}
PREVIEW = 160
"""Dots per inch of the picture in the dialog."""
WIDE = {"size": "small", "margin": (6, 10), "sizing_mode": "stretch_width"}
# Figures of scores may take as long as the page itself; they must not hold up the visitors' clicks.
_workers = ThreadPoolExecutor(2, thread_name_prefix="figures")


class FiguresDialog:
    """`button` opens it, `panel` is the dialog; a figure is made from the Session's choices when it is chosen."""

    def __init__(self, session):
        self.session, self._turn, self._made = session, 0, None
        self.button = pmui.IconButton(
            icon="save_alt", label="", description="Export a figure of this page", size="small", margin=0
        )
        self.which = pmui.Select(label="Figure", options=self._options(), **WIDE)
        self.format = pmui.RadioButtonGroup(
            label="Format", options=FORMATS, value=".pdf", stylesheets=UNLABELLED, **WIDE
        )
        self.words = pn.pane.Markdown("", margin=(0, 10), sizing_mode="stretch_width")
        self.preview = pn.pane.PNG(None, alt_text="The figure", sizing_mode="scale_both", margin=0)
        self.save = save_button(
            self._content, label="Save", color="primary", variant="contained", width=140, margin=(8, 10), disabled=True
        )
        place = pn.Column(self.preview, height=330, sizing_mode="stretch_width", margin=(0, 10))
        self.panel = pmui.Dialog(
            self.which,
            self.format,
            place,
            self.words,
            self.save,
            title="Export a figure",
            show_close_button=True,
            close_on_click=True,
            width_option="sm",
        )
        self.button.on_click(lambda _: self.open())
        self.which.param.watch(lambda _: self._make(), "value")
        self.format.param.watch(lambda _: self._name(), "value")
        session.param.watch(self._show_button, "page")
        self._show_button()

    def _show_button(self, *_):
        """A page without figures has nothing to export."""
        self.button.disabled = not self._options()

    def open(self):
        """Open with the figures of the present page."""
        options = self._options()
        if self.which.options != options:
            # The change of the value makes the figure.
            self.which.param.update(options=options, value=next(iter(options.values())))
        else:
            self._make()
        self.panel.open = True

    def _options(self):
        return {entry.title: name for name, entry in FIGURES.items() if entry.page == self.session.page}

    def _make(self):
        """Make the chosen figure in a thread and show it in a turn of the event loop; the last one counts."""
        self._turn += 1
        self._made, self.save.disabled, self.words.object = None, True, "being made …"
        self._name()
        turn, document, name = self._turn, pn.state.curdoc, self.which.value
        if document is None or document.session_context is None:
            self._work(name)()
            return

        def work():
            show = self._work(name)
            document.add_next_tick_callback(lambda: show() if turn == self._turn else None)

        _workers.submit(work)

    def _work(self, name):
        """Make a figure; returns a function that shows it, or the sentence that says what is missing."""
        try:
            made = exported(name, self.session)
            picture = made.content(".png", dpi=PREVIEW)
        except GlassvizError as error:
            sentence = str(error)
            return lambda: self._show(None, None, sentence)
        return lambda: self._show(made, picture, "")

    def _show(self, made, picture, words):
        self._made, self.preview.object, self.words.object = made, picture, words
        self.save.disabled = made is None

    def _name(self):
        session, name = self.session, self.which.value
        T = f"_T{session.temperature:.4f}" if "temperature" in FIGURES[name].choices else ""
        self.save.filename = f"{name}_{session.data_set}{T}{self.format.value}"

    def _content(self):
        """The file, in memory; a click may come before the preview is there, or is gone."""
        made = self._made or exported(self.which.value, self.session)
        return BytesIO(made.content(self.format.value))

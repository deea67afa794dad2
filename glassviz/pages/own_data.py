"""The dialog that brings one's own data: upload or a folder, what was understood, what is missing, the import."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import panel as pn
import panel_material_ui as pmui

from glassviz.errors import GlassvizError, InputError
from glassviz.jobs import start
from glassviz.jobs.requests.import_ import RESULT
from glassviz.pages.job_words import told
from glassviz.pages.libraries import renew
from glassviz.pages.own_fields import FIELD, OwnFields
from glassviz.pages.understood import bold, one_kind, picture_svg, plain, table_html, words
from glassviz.pages.uploads import Uploads, in_words
from glassviz.pages.visitor import require_unchanged
from glassviz.tasks.understand import safe_name, understand
from glassviz.views.upload import UploadView

POLL = 500
"""Milliseconds between two looks at the import."""
HELP = (
    "Extended XYZ, LAMMPS text dumps, GSD, `.npz` of GlassBench and BOTAN, predictions as `.npz`, and glassviz's own "
    "`.h5`. Nothing is taken over before you press *Import*."
)
# Reading and importing take seconds; clicks of other visitors must not wait for them.
_workers = ThreadPoolExecutor(2, thread_name_prefix="own data")


class OwnDataDialog:
    """`button` opens it, `panel` is the dialog; what was imported is chosen in the session."""

    def __init__(self, session, visitor):
        self.session, self.visitor, self.uploads = session, visitor, Uploads(visitor)
        self._source, self._found, self._turn = None, None, 0
        self._job, self._name, self._watching = None, "", None
        self.button = pmui.IconButton(
            icon="upload_file", label="", description="Bring your own data", size="small", margin=0
        )
        self.upload = UploadView(self._begin, self._take, self._uploaded, self._stopped)
        self.folder = pmui.TextInput(label="or a folder on this machine", **FIELD)
        self.look = pmui.Button(label="Look", variant="outlined", width=110, margin=(10, 10))
        self.words = pn.pane.Markdown(HELP, margin=(0, 10), sizing_mode="stretch_width")
        self.table, self.picture = pn.pane.HTML("", margin=(0, 10)), pn.pane.HTML("", margin=(0, 10))
        self.fields = OwnFields()
        self.go = pmui.Button(label="Import", color="primary", variant="contained", width=120, margin=(8, 10))
        self.again = pmui.Button(label="Look again", variant="outlined", width=120, margin=(8, 10))
        self.cancel = pmui.Button(label="Cancel", width=120, margin=(8, 10), disabled=True)
        self.bar = pmui.LinearProgress(value=0, variant="determinate", margin=(4, 10), sizing_mode="stretch_width")
        self.wizard = pmui.Column(
            pmui.Row(self.table, self.picture, margin=0, sizing_mode="stretch_width"),
            self.fields.panel,
            pmui.Row(self.go, self.again, self.cancel, margin=0),
            self.bar,
            sizing_mode="stretch_width",
            margin=0,
            visible=False,
        )
        self.panel = pmui.Dialog(
            *self._entrance(),
            self.words,
            self.wizard,
            title="Own data",
            show_close_button=True,
            close_on_click=True,
            width_option="lg",
        )
        self.button.on_click(lambda _: self.open())
        self.look.on_click(lambda _: self._look_into(self.folder.value.strip()))
        self.again.on_click(lambda _: self._understand())
        self.go.on_click(lambda _: self._import())
        self.cancel.on_click(lambda _: self._cancel())
        self.fields.kind.param.watch(lambda _: self._name_set(), "value")

    def _entrance(self):
        """Where files come from; a folder on this machine is for its owner alone."""
        if in_words(lambda: self.visitor.require_upload(0)):
            return []
        row = pmui.Row(self.folder, self.look, margin=0, sizing_mode="stretch_width")
        return [self.upload, row] if self.visitor.role == "owner" else [self.upload]

    def open(self):
        """Open; who may not bring anything reads why."""
        refusal = in_words(lambda: self.visitor.require_upload(0))
        if refusal:
            self.words.object = f"{refusal[0].upper()}{refusal[1:]}."
        self.upload.dress(self.session.dark)
        self.panel.open = True

    # Upload ----------------------------------------------------------------------------------------------------------

    def _begin(self, files):
        self._fresh()

        def begin():
            require_unchanged(self.visitor)
            if self._watching is not None:
                raise InputError("an import is at work, which needs its files: wait for it or cancel it first")
            self.uploads.begin(files)

        return in_words(begin)

    def _take(self, file, offset, data):
        return in_words(lambda: self.uploads.take(file, offset, data))

    def _uploaded(self):
        refusal = in_words(self.uploads.finish)
        if refusal:
            return refusal
        self._source = self.uploads.folder
        self._understand()
        number = len(self.uploads.names)
        return self.uploads.names[0] if number == 1 else f"{number} files"

    def _stopped(self):
        self.uploads.remove()

    def _look_into(self, folder):
        """A folder on this machine: the owner's choice, looked at like any other."""
        if self.visitor.role != "owner":
            return
        if not Path(folder).is_absolute() or not Path(folder).is_dir():
            self.words.object = bold(f"folder is {folder!r}, expected the whole path of a folder on this machine")
            return
        self.uploads.remove()
        self._fresh()
        self._source = Path(folder)
        self._understand()

    def _fresh(self):
        """Other files: what was said of the last ones does not hold for them."""
        self.wizard.visible, self._turn = False, self._turn + 1
        self.fields.clear()

    # What was understood ---------------------------------------------------------------------------------------------

    def _understand(self):
        """Read the files in a process with limits and show what they are; the last request counts."""
        try:
            options = self.fields.options()
        except InputError as error:
            self.words.object = bold(error)
            return
        self._turn += 1
        self._busy("being read …")
        source, turn, largest = self._source, self._turn, self.visitor.rights.upload

        def work():
            try:
                found = understand(source, largest=largest, options=options)
            except GlassvizError as error:
                sentence = str(error)
                return lambda: self._free(bold(sentence))
            return lambda: self._show(found) if turn == self._turn else None

        self._in_thread(work)

    def _show(self, found):
        self._found = found
        self.table.object, self.picture.object = table_html(found), picture_svg(found["picture"])
        self.wizard.visible = bool(found["files"])
        self._free(words(found) or "Nothing is missing.")
        if not found["files"]:
            return
        kinds = {entry["kind"] for entry in found["files"]}
        self.fields.kind.value = "predictions" if kinds == {"predictions"} else "structures"
        kind = one_kind(found)
        if kind and not self.fields.name.value:
            self.fields.name.value = f"{kind[0].lower()}-n{kind[1]}"
        if kinds == {"predictions"} and not self.fields.temperature.value:
            self.fields.temperature.value = f"{self.session.temperature:g}"

    def _name_set(self):
        """Predictions join the set that is shown."""
        if self.fields.kind.value == "predictions":
            self.fields.name.value = self.session.data_set

    # Import ----------------------------------------------------------------------------------------------------------

    def _import(self):
        try:
            require_unchanged(self.visitor)
            job = start("import", self.visitor, **self._arguments())
        except (GlassvizError, OSError) as error:
            self.words.object = bold(error)
            return
        self._busy("being imported …")
        self.cancel.disabled = False
        self._job, self._name = job, self.fields.name.value.strip()
        self._watching = pn.state.add_periodic_callback(self._follow, period=POLL)

    def _arguments(self):
        """Arguments of the job *import* from the fields; a GlassvizError says which cannot be used."""
        if self._found is None:
            raise InputError("no file has been looked at, expected one or more")
        options, fields = self.fields.options(), self.fields
        kind, name = fields.kind.value, safe_name(fields.name.value.strip())
        known, found = self.session.library.data_sets.get(name), one_kind(self._found)
        asked = {"source": str(self._source), "files": self._wanted(), "name_of_set": name, "kind": kind}
        if kind == "structures":
            if known is not None and found is not None and (known.system.name, known.number) != found:
                raise InputError(
                    f"data set {name} holds {known.number} particles of {known.system.name}, the files {found[1]} of "
                    f"{found[0]}, expected another name"
                )
            return {**asked, **options}
        if known is None:
            there = ", ".join(self.session.library.data_sets)
            raise InputError(f"data set is {name!r}, expected one that is there: {there}")
        T = self.session.temperature if options["temperature"] is None else options["temperature"]
        data = [str(folder.resolve()) for folder in known.folders]
        own = {"method": fields.method.value.strip(), "observable": fields.observable.value}
        return {**asked, "data": data, "temperature": known[T].temperature, "times": options["times"], **own}

    def _wanted(self):
        """Names of the files that are of the chosen kind; what was refused stays out."""
        own = "glassviz predictions"
        if self.fields.kind.value == "predictions":
            names = [entry["name"] for entry in self._found["files"] if entry["predictions"]]
        else:
            kinds = [(e["name"], e["kind"] != "predictions" or e["format"] == own) for e in self._found["files"]]
            names = [name for name, wanted in kinds if wanted]
        if not names:
            raise InputError(f"the files hold no {self.fields.kind.value}, expected some")
        return names

    def _follow(self):
        """Show how far the import is; at its end the new data are chosen."""
        if self._watching is None:
            return
        state, progress = self._job.state, self._job.progress
        if progress:
            self.bar.value = int(100 * progress["done"] / max(progress["total"], 1))
        if state.get("state") in ("queued", "running"):
            if not self.cancel.disabled:
                self.words.object = plain(told(self._job))
            return
        self._watching.stop()
        self._watching = None
        if state.get("state") == "done":
            self._end(json.loads((self._job.folder / "result" / RESULT).read_text()))
        elif state.get("state") == "cancelled":
            self._free("Cancelled: what is finished is kept.")
        else:
            self._free(bold(state.get("sentence", "The import has failed.")))

    def _end(self, result):
        """Show the new data on every page."""
        number, session, name = len(result["written"]), self.session, self._name
        self.uploads.remove()
        self.wizard.visible = False
        first = f"{number} file{'s' * (number != 1)} written into the data set {name}."
        self._free("\n\n".join([first, *map(plain, result["left_out"])]))
        self.bar.value = 100
        renew(session, self.visitor)
        if name in session.library.data_sets:
            session.choose(data_set=name)
            session.param.trigger("configuration", "model")

    def _cancel(self):
        self.cancel.disabled, self.words.object = True, "Stopping …"
        self._job.cancel()

    # Threads ---------------------------------------------------------------------------------------------------------

    def _busy(self, text):
        for button in (self.go, self.again, self.look):
            button.disabled = True
        self.bar.value, self.words.object = 0, text

    def _free(self, text):
        for button in (self.go, self.again, self.look):
            button.disabled = False
        self.cancel.disabled, self.words.object = True, text

    def _in_thread(self, work):
        """Do work in a thread; the function that it returns runs in a turn of the visitor's page."""
        document = pn.state.curdoc
        if document is None or document.session_context is None:
            work()()
            return
        _workers.submit(lambda: _soon(document, work()))


def _soon(document, show):
    if document is None or document.session_context is None:
        show()
    else:
        document.add_next_tick_callback(show)

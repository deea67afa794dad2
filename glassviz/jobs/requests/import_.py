"""The job *import*: files of other people, uploaded or in a folder, join a data set of the visitor."""

import shutil
from pathlib import Path

import param

from glassviz.errors import InputError, Refused
from glassviz.jobs.request import Request
from glassviz.publish import publish_json
from glassviz.record import OBSERVABLES, SPLITS
from glassviz.systems import SYSTEMS
from glassviz.tasks.bring import bring
from glassviz.tasks.import_ import ImportOptions
from glassviz.tasks.understand import chosen_files, safe_name

RESULT = "imported.json"
"""What came of it, in the job's folder `result`: the files written, and sentences about what was left out."""


class Import(Request):
    """Read files in a process with limits and write what they hold into a data set of the visitor."""

    task, lane_of_task = "import", "short"
    summary = "Bring files of other people into a data set: the dialog Own data fills this in."

    source = param.String(label="Folder of the files", doc="an upload's; any folder for the owner of the machine")
    files = param.List([], item_type=str, label="Files", doc="names in the folder; none: all")
    name_of_set = param.String(label="Data set", doc="small letters, digits, _ and -")
    kind = param.Selector(default="structures", objects=["structures", "predictions"], label="What they hold")
    system = param.Selector(default=None, objects=[None, *SYSTEMS], label="Glass former", doc="none: the one that fits")
    temperature = param.Number(
        None,
        allow_None=True,
        bounds=(0, None),
        inclusive_bounds=(False, True),
        label="Temperature T (ε₁₁/k)",
        doc="none: as the files say",
    )
    split = param.Selector(
        default=None, objects=[None, *SPLITS], label="Split", doc="none: as the files say, else test"
    )
    times = param.List([], item_type=(int, float), label="Times t of the labels", doc="none: as the files say")
    mean_of = param.Integer(
        None, allow_None=True, bounds=(2, None), label="Replicas behind means", doc="none: left out"
    )
    method = param.String(label="Name of the method", doc="of predictions")
    observable = param.Selector(default=OBSERVABLES[0], objects=list(OBSERVABLES), label="Propensity predicted")

    def folder(self):
        """The data set's folder, below what is the visitor's own."""
        return self.visitor.home / "data" / safe_name(self.name_of_set)

    def place_of_files(self):
        """The folder of the files; Refused for one that is neither the visitor's upload nor the owner's choice."""
        found, uploads = Path(self.source), (self.visitor.home / "uploads").resolve()
        if not self.source or not found.is_absolute():
            raise InputError(f"source is {self.source!r}, expected the whole path of a folder")
        if self.visitor.role != "owner" and found.resolve().parent != uploads:
            raise Refused(f"{self.source} is no upload of {self.visitor.name or 'a guest'}")
        return found

    def options(self):
        """Fields of ImportOptions, checked."""
        names = ("system", "temperature", "split", "mean_of")
        options = {**{name: getattr(self, name) for name in names}, "times": self.times}
        ImportOptions(**{**options, "times": tuple(self.times)})
        return options

    def predictions(self):
        """Fields of what tasks.bring needs for predictions."""
        data = [str(folder) for folder in self.data_folders()]
        if self.temperature is None:
            raise InputError("temperature is missing, expected that of the state point that is predicted")
        own = {"temperature": self.temperature, "observable": self.observable, "name": self.method}
        return {"data": data, **own, "times": self.times}

    def check(self):
        """As Request."""
        largest = self.visitor.rights.upload
        self.visitor.require_upload(0)
        self.folder()
        chosen_files(self.place_of_files(), self.files, largest)
        self.options() if self.kind == "structures" else self.predictions()

    def run(self, report, job):
        """Import; returns the data set's folder. An upload is removed when it has been read."""
        source, folder = self.place_of_files(), self.folder()
        own = {"structures": self.options()} if self.kind == "structures" else {"predictions": self.predictions()}
        found = bring(source, folder, self.files, self.visitor.rights.upload, **own, progress=report.progress)
        for sentence in found["left_out"]:
            report.say(sentence)
        publish_json(job.folder / "result" / RESULT, found)
        if source.resolve().parent == (self.visitor.home / "uploads").resolve():
            shutil.rmtree(source, ignore_errors=True)
        return folder

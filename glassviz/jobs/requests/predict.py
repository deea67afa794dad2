"""The job *predict*: propensities of stored configurations from a model."""

from pathlib import Path

import param

from glassviz.errors import InputError
from glassviz.jobs.request import Request
from glassviz.learning import load_model
from glassviz.record import SPLITS
from glassviz.tasks.predict import predict


class Predict(Request):
    """Predict every configuration of a temperature and write an .npz archive."""

    task, lane_of_task = "predict", "short"
    summary = "Predict the propensities of all configurations of a temperature and keep them as an archive."
    form = ("model", "temperature", "split", "levels")

    model = param.String(label="Model", doc="name of a stored one, or its folder")
    temperature = param.Number(
        None,
        allow_None=True,
        bounds=(0, None),
        inclusive_bounds=(False, True),
        label="Temperature T (ε₁₁/k)",
        doc="none: the model's own",
    )
    split = param.Selector(default=None, objects=[None, *SPLITS], label="Configurations", doc="none: all")
    levels = param.List(
        None,
        item_type=(int, float),
        allow_None=True,
        label="Mean propensities",
        doc="of tGlassMLP; none: of the label times",
    )
    output = param.String(doc="Archive to write (.npz), none: in the job's folder.")

    def folder(self):
        """Folder of the model, found by name or given."""
        for parent in self.model_folders():
            if self.model and Path(self.model).name == self.model and (parent / self.model).is_dir():
                return parent / self.model
        if not self.model or self.visitor.role != "owner" or not Path(self.model).is_dir():
            raise InputError(f"model is {self.model!r}, expected the name of a stored model or its folder")
        return Path(self.model).resolve()

    def state_point(self):
        """The state point that is predicted."""
        temperature = self.temperature or load_model(self.folder()).temperature
        if temperature is None:
            raise InputError("temperature is missing: the model is one of all temperatures")
        return self.dataset()[temperature]

    def check(self):
        """As Request."""
        self.place("output", None)
        self.folder()
        self.state_point()

    def run(self, report, job):
        """Predict; returns the archive."""
        path = self.place("output", job.folder / "result" / "predicted.npz")
        return predict(self.folder(), self.state_point(), path, self.split, self.levels, report.progress)

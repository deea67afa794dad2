"""The job *train*: a model of one state point."""

import param

from glassviz.errors import InputError
from glassviz.jobs.request import Request, torch_gpu
from glassviz.learning.glass_mlp import SEEDS
from glassviz.record import OBSERVABLES
from glassviz.tasks.train import KINDS, model_name, options_of, train

OPTIONS = ("types", "times", "lengths", "observables", "seeds", "seed", "schedule", "device")


class Train(Request):
    """Fit GlassMLP or a ridge regression; one trained by epochs goes on from its checkpoint."""

    task, summary = "train", "Fit a model to the training configurations of a temperature."
    form = ("temperature", "kind", "observable", "seeds", "schedule", "device", "seed", "overwrite")

    temperature = param.Number(
        0.4, bounds=(0, None), inclusive_bounds=(False, True), label="Temperature T (ε₁₁/k)", doc="one with labels"
    )
    kind = param.Selector(objects=list(KINDS), label="Model kind")
    observable = param.Selector(objects=list(OBSERVABLES), label="Propensity to learn")
    seeds = param.Integer(SEEDS, bounds=(1, 64), label="Networks", doc="GlassMLP: of each type and time")
    schedule = param.Selector(
        default="published",
        objects=["published", "quick"],
        label="Schedule",
        doc="GlassMLP; quick: a fifth of the epochs",
    )
    seed = param.Integer(0, bounds=(0, 2**31 - 1), label="Seed", doc="GlassMLP")
    device = param.Selector(objects=["cpu", "cuda"], label="Train on", doc="GlassMLP")
    types = param.List(None, item_type=int, allow_None=True, doc="Particle types, none: all.")
    times = param.List(None, item_type=(int, float), allow_None=True, doc="Label times, none: all.")
    lengths = param.List(None, item_type=(int, float), allow_None=True, doc="Coarse-graining lengths.")
    observables = param.List(None, item_type=str, allow_None=True, doc="Descriptors.")
    overwrite = param.Boolean(False, label="Replace one of that name")
    output = param.String(doc="Folder of models, none: the visitor's own.")

    def check(self):
        """As Request: the state point, the options of the kind, and the name must be free."""
        self.store()
        for name in self._options():
            if name not in options_of(self.kind):
                raise InputError(
                    f"{name} is no option of {self.kind}, expected some of {', '.join(options_of(self.kind))}"
                )
        point = self.dataset()[self.temperature]
        if "train" not in point.split or not len(point.times):
            raise InputError(
                f"T = {self.temperature:g} has no training configuration with labels, expected one or more"
            )
        path = self.store() / model_name(point, self.kind, self.observable)
        if path.exists() and not self.overwrite:
            raise InputError(f"{path}: exists already, expected a new name, overwrite=True or --overwrite")

    def store(self):
        """Folder of models that it is put into."""
        return self.place("output", self.visitor.home / "models")

    def _options(self):
        """What is not as always; what a kind does not know is left at that."""
        found = {name: getattr(self, name) for name in OPTIONS}
        return {name: value for name, value in found.items() if value != self.param[name].default}

    def gpu(self):
        """As Request, of torch."""
        return torch_gpu()

    def run(self, report, job):
        """Train; returns the model's folder."""
        point = self.dataset()[self.temperature]
        told = {"progress": lambda done, total: report.progress(done, total, "train"), "watch": report.watch}
        return train(point, self.kind, self.store(), self.observable, self.overwrite, **told, **self._options())

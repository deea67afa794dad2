"""The job *transfer*: tGlassMLP on all temperatures with labels, and on its own labels below them."""

import os

import param

from glassviz.errors import InputError
from glassviz.jobs.request import Request, torch_gpu
from glassviz.learning.tglass_mlp import NETWORKS
from glassviz.tasks.transfer import transfer, transferred_name
from glassviz.tasks.transfer_plan import TransferPlan, plan_for

SETTINGS = ("levels", "least", "networks", "kept", "tolerance", "scaling", "seed", "structures", "keep", "schedule")


class Transfer(Request):
    """Train tGlassMLP in two steps; every stage is a file from which it goes on."""

    task, summary = "transfer", "Train one network for all temperatures, and carry it below those simulated."
    form = ("to", "networks", "kept", "schedule", "keep", "device", "workers", "seed", "overwrite")

    to = param.List(
        [],
        item_type=(int, float),
        label="To temperatures T",
        doc="whose structures are used and labels are not; none: all labels train",
    )
    minimum = param.Number(None, allow_None=True, bounds=(0, None), inclusive_bounds=(False, True), doc="T_min.")
    networks = param.Integer(NETWORKS, bounds=(1, 512), label="Networks", doc="of each training")
    kept = param.Number(
        0.25, bounds=(0, 1), inclusive_bounds=(False, True), label="Share that is kept", doc="by self-consistency"
    )
    schedule = param.Selector(default="quick", objects=["quick", "published"], label="Schedule")
    keep = param.Selector(
        objects=["best", "last"], label="Epoch that is kept", doc="best by validation; published: last"
    )
    levels = param.List(None, item_type=(int, float), allow_None=True, doc="Mean propensities, none: the paper's.")
    least = param.Number(None, allow_None=True, bounds=(0, 1), inclusive_bounds=(False, False))
    tolerance = param.Number(None, allow_None=True, bounds=(0, 1), inclusive_bounds=(False, True))
    structures = param.Integer(None, allow_None=True, bounds=(1, 10**6))
    scaling = param.Selector(default=None, objects=[None, "together", "temperature"])
    seed = param.Integer(0, bounds=(0, 2**31 - 1), label="Seed")
    device = param.Selector(objects=["cpu", "cuda"], label="Train on")
    workers = param.Integer(os.cpu_count() or 1, bounds=(1, 256), label="Processes", doc="of one thread each")
    overwrite = param.Boolean(False, label="Replace one of that name")
    output = param.String(doc="Folder of models, none: the visitor's own.")
    stages = param.String(doc="Folder that keeps the stages, none: one that goes when the model is stored.")

    def plan(self, data):
        """The TransferPlan."""
        settings = {name: getattr(self, name) for name in SETTINGS if getattr(self, name) is not None}
        if "levels" in settings:
            settings["levels"] = tuple(settings["levels"])
        targets = tuple(float(T) for T in self.to)
        if self.minimum is None:
            return plan_for(data, targets, **settings)
        return TransferPlan(minimum=self.minimum, targets=targets, **settings)

    def store(self):
        """Folder of models that it is put into."""
        return self.place("output", self.visitor.home / "models")

    def check(self):
        """As Request."""
        self.place("stages", None)
        data = self.dataset()
        plan = self.plan(data)
        plan.temperatures(data)
        path = self.store() / transferred_name(data, plan)
        if path.exists() and not self.overwrite:
            raise InputError(
                f"{path}: exists already, expected another folder of models, overwrite=True or --overwrite"
            )

    def gpu(self):
        """As Request, of torch."""
        return torch_gpu()

    def run(self, report, job):
        """Train; returns the model's folder."""
        data = self.dataset()
        how = (self.overwrite, self.place("stages", None), self.device, self.workers)
        return transfer(data, self.plan(data), self.store(), *how, report.progress, report.watch)

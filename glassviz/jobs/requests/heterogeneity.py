"""The job *heterogeneity*: chi_4, S_4(q) with its fit, chords and clusters of every method, as a table."""

import param

from glassviz.errors import InputError
from glassviz.jobs.request import Request
from glassviz.learning.store import methods_for, opened_models
from glassviz.record import OBSERVABLES
from glassviz.tasks.heterogeneity import FIT_RANGE, Q_MAX, heterogeneity
from glassviz.tasks.heterogeneity_csv import write_heterogeneity


class Heterogeneity(Request):
    """Collective quantities of molecular dynamics and of every method at a temperature, written as CSV."""

    task, lane_of_task = "heterogeneity", "short"
    summary = "Work out χ₄, S₄(q) with its fit, chords and clusters of every method and keep them as a table."
    form = ("temperature", "observable", "type", "split", "low", "high", "cubic")

    temperature = param.Number(
        0.4, bounds=(0, None), inclusive_bounds=(False, True), label="Temperature T (ε₁₁/k)", doc="one with labels"
    )
    observable = param.Selector(objects=list(OBSERVABLES), label="Propensity")
    type = param.Integer(1, bounds=(1, 10), label="Particle type")
    split = param.Selector(objects=["test", "all"], label="Molecular dynamics of", doc="test or all configurations")
    low = param.Number(FIT_RANGE[0], bounds=(0, Q_MAX), inclusive_bounds=(False, True), label="Fit from q (1/σ₁₁)")
    high = param.Number(FIT_RANGE[1], bounds=(0, Q_MAX), inclusive_bounds=(False, True), label="Fit up to q (1/σ₁₁)")
    cubic = param.Boolean(True, label="Fit with the shape A", doc="else A = 0")
    output = param.String(doc="Table to write (.csv), none: in the job's folder.")

    def check(self):
        """As Request."""
        self.place("output", None)
        data = self.dataset()
        if self.type > data.system.types:
            raise InputError(f"type is {self.type}, expected 1..{data.system.types}")
        if not self.low < self.high:
            raise InputError(f"low is {self.low:g} and high is {self.high:g}, expected low below high")
        if not len(data[self.temperature].times):
            raise InputError(f"T = {self.temperature:g} has no labels, expected a temperature with labels")

    def run(self, report, job):
        """Work it out; returns the table."""
        data = self.dataset()
        point, known = data[self.temperature], []
        methods = [None, *methods_for(opened_models(*self.model_folders()), point, self.observable)]
        for count, entry in enumerate(methods, 1):
            stage = f"{'molecular dynamics' if entry is None else entry['name']} ({count} of {len(methods)})"
            progress = lambda done, total, *_, stage=stage: report.progress(done, total, stage)  # noqa: E731
            found = heterogeneity(point, entry, self.observable, self.type, self.split, progress)
            fits = [found.fit(slot, (self.low, self.high), self.cubic) for slot in range(len(found.times))]
            known.append((found, point.temperature, fits))
        path = self.place("output", job.folder / "result" / "heterogeneity.csv")
        job.note(f"{write_heterogeneity(known, data, path)} rows")
        return path

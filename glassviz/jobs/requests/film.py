"""The job *film*: a structure at every mean propensity from frozen to relaxed."""

from itertools import count

import param

from glassviz.errors import InputError
from glassviz.figures.preview import png
from glassviz.jobs.request import Request
from glassviz.learning.store import models_of_all_temperatures, opened_models
from glassviz.tasks.export import place_of
from glassviz.tasks.film import FRAMES, RATE, SIZE, film

EACH = 10
"""Pictures from one that is shown to the next."""


class Film(Request):
    """Render the liquid as a tGlassMLP predicts it, molecular dynamics beside it where there is one."""

    task, lane_of_task = "film", "short"
    summary = "Render a structure from frozen to relaxed, as one network for all temperatures predicts it."
    form = ("temperature", "configuration", "model", "format", "frames", "fps", "size", "copies", "md")

    temperature = param.Number(0.3, bounds=(0, None), inclusive_bounds=(False, True), label="Temperature T (ε₁₁/k)")
    configuration = param.Integer(
        None,
        allow_None=True,
        bounds=(0, None),
        label="Configuration",
        doc="its index; none: the first of the test split",
    )
    model = param.String(label="Model", doc="name of a tGlassMLP; none: the first")
    format = param.Selector(objects=[".mp4", ".gif"], label="Format")
    frames = param.Integer(FRAMES, bounds=(2, 5000), label="Pictures")
    fps = param.Integer(RATE, bounds=(1, 60), label="Pictures a second")
    size = param.Integer(SIZE, bounds=(64, 4096), step=2, label="Edge of a snapshot (pixels)")
    copies = param.Integer(1, bounds=(1, 8), label="Periodic copies along each axis")
    md = param.Boolean(None, allow_None=True, label="Molecular dynamics beside it", doc="none: where there are labels")
    network = param.Integer(None, allow_None=True, bounds=(0, None), doc="One network, none: the mean of all.")
    models = param.List([], item_type=str, doc="Further folders with models.")
    output = param.String(doc="Film to write (.mp4 or .gif), none: in the job's folder.")

    def entry(self, system):
        """The chosen tGlassMLP; InputError lists those there are."""
        folders = [*self.model_folders(), *map(self.allowed, self.models)]
        known = models_of_all_temperatures(opened_models(*folders), system)
        if not known:
            raise InputError(f"no tGlassMLP of {system.name} is stored; glassviz transfer --quick makes one")
        if self.model and self.model not in known:
            raise InputError(f"model is {self.model!r}, expected one of {', '.join(known)}")
        return known[self.model] if self.model else next(iter(known.values()))

    def where(self, point):
        """Place of the configuration in the state point."""
        if self.configuration is not None:
            return place_of(point, self.configuration)
        return point.split.index("test") if "test" in point.split else 0

    def check(self):
        """As Request."""
        self.place("output", None)
        data = self.dataset()
        self.where(data[self.temperature])
        self.entry(data.system)

    def run(self, report, job):
        """Render; returns the film."""
        data = self.dataset()
        point = data[self.temperature]
        path = self.place("output", job.folder / "result" / f"film{self.format}")
        names = ("frames", "fps", "size", "md", "copies", "network")
        settings = {name: getattr(self, name) for name in names}
        where = (path, self.entry(data.system), self.where(point))
        return film(data, point.temperature, *where, **settings, progress=report.progress, watch=_show(report))


def _show(report):
    """Shows every so many pictures of the film, the first one at once."""
    seen = count()

    def watch(picture):
        if next(seen) % EACH == 0:
            report.picture(png(picture))

    return watch

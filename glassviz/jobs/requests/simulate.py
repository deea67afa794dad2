"""The job *simulate*: configurations of a temperature, with labels of molecular dynamics."""

import param

from glassviz.dataset import EMBEDDED, state_folder
from glassviz.figures.preview import preview
from glassviz.jobs.request import Request
from glassviz.systems import SYSTEMS, system_named
from glassviz.tasks.pilot import LEVELS, SHORT_TIMES
from glassviz.tasks.simulate import HOTTEST, MOST_PARTICLES, SimulationPlan, missing_configurations, simulate

MOST = 1000
SPLITS = ("train", "validation", "test")


class Simulate(Request):
    """Equilibrate, quench and run the isoconfigurational ensemble; what is finished counts when it goes on."""

    task, summary = "simulate", "Make configurations of a temperature and run their molecular dynamics."
    form = ("system", "temperature", "number", "until", "train", "validation", "test", "replicas", "test_replicas",
            "cycles", "device", "seed")  # fmt: skip

    system = param.Selector(objects=list(SYSTEMS), label="Glass former")
    temperature = param.Number(
        0.45, bounds=(0, HOTTEST), inclusive_bounds=(False, True), step=0.01, label="Temperature T (ε₁₁/k)"
    )
    train = param.Integer(6, bounds=(0, MOST), label="Training configurations", doc="in all; those there count")
    validation = param.Integer(2, bounds=(0, MOST), label="Validation configurations", doc="in all; those there count")
    test = param.Integer(4, bounds=(0, MOST), label="Test configurations", doc="in all; those there count")
    replicas = param.Integer(8, bounds=(2, MOST), step=2, label="Replicas", doc="of training and validation, even")
    test_replicas = param.Integer(20, bounds=(2, MOST), step=2, label="Replicas of test", doc="even")
    until = param.Selector(
        default=0.5,
        objects=[*LEVELS, None],
        label="Labels down to mean C_B",
        doc="the lower, the longer; none: structures alone",
    )
    test_until = param.Selector(default=None, objects=[None, *LEVELS], doc="The same for test, none: like the others.")
    cycles = param.Integer(
        600, bounds=(2, 10**7), label="Monte Carlo cycles", doc="of equilibration at T; cold liquids need more"
    )
    number = param.Integer(
        None, allow_None=True, bounds=(2, MOST_PARTICLES), label="Particles N", doc="none: the system's own"
    )
    device = param.Selector(objects=["cpu", "cuda"], label="Replicas on", doc="cuda: an NVIDIA GPU")
    seed = param.Integer(1, bounds=(0, 2**31 - 1), label="Seed", doc="same seed, same configurations")
    output = param.String(doc="Data set folder, none: the visitor's own.")

    def plan(self):
        """The SimulationPlan."""
        replicas = dict.fromkeys(("train", "validation"), self.replicas) | {"test": self.test_replicas}
        return SimulationPlan(
            system=system_named(self.system),
            temperature=self.temperature,
            configurations={split: getattr(self, split) for split in SPLITS},
            replicas=replicas,
            until=self.until,
            test_until=None if self.until is None else self.test_until,
            cycles=self.cycles,
            seed=self.seed,
            device=self.device,
            number=self.number,
        )

    def folder(self):
        """Where the configurations go."""
        system = system_named(self.system)
        # A data set is of one N.
        name = system.name.lower() + f"_{self.number}" * (self.number not in (None, system.number))
        return self.place("output", self.visitor.home / "data" / name)

    def beside(self):
        """Folders whose configurations count: those that come with the repository, where one's own extend them."""
        embedded, own = EMBEDDED / self.system.lower(), self.number in (None, system_named(self.system).number)
        return [embedded] if not self.output and own and embedded.is_dir() else []

    def check(self):
        """As Request."""
        plan, folders = self.plan(), [self.folder(), *self.beside()]
        missing_configurations(plan, [folder / state_folder(plan.temperature) for folder in folders])

    def run(self, report, job):
        """Write what is missing; returns the folder of the data set."""
        folder, plan = self.folder(), self.plan()
        written = simulate(plan, folder, report.progress, self.beside(), _show(report, plan))
        report.say(
            f"{len(written)} configurations written to {folder}" if written else f"nothing is missing in {folder}"
        )
        return folder

    def disk(self):
        """Positions twice in double precision, two propensities of two halves in single, little of it compressible."""
        plan = self.plan()
        levels = 0 if self.until is None else len(SHORT_TIMES) + sum(level >= self.until - 1e-9 for level in LEVELS)
        each = plan.particles * (16 * plan.system.dimension + 16 * levels)
        return sum(plan.configurations.values()) * each


def _show(report, plan):
    """Draws each configuration as soon as it is finished."""

    def written(record):
        halves = record.bond_breaking_halves.mean(axis=0)
        values = halves[-1] if len(halves) else None
        report.picture(preview(record.thermal, plan.system, values))

    return written

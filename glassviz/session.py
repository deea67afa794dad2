"""Session: what one user has chosen, and the arrays that follow from it; no widget and no file of its own."""

import numpy as np
import param

from glassviz.choices import (
    ACROSS,
    AVERAGES,
    CLOUDS,
    COLLECTIVE,
    COLOUR_RANGES,
    COLOURINGS,
    COPIES,
    DESCRIPTOR,
    LENGTH_RULES,
    LEVELS,
    MAPPED,
    MD_FROM,
    METRICS,
    OBSERVABLES,
    PAGES,
    PARTS,
    POSITIONS,
    STATIC_VIEWS,
    THIRD_VIEWS,
    TIME_AXES,
    WAVES,
    WEIGHINGS,
)
from glassviz.configuration import tile
from glassviz.interactions.energy import potential_energy
from glassviz.structure import glassmlp_descriptor_names, radical_cells
from glassviz.tasks.film_curves import HIGHEST, LOWEST
from glassviz.tasks.heterogeneity import FIT_RANGE, Q_MAX


class Session(param.Parameterized):
    """What a user has chosen. Every choice is always valid: `choose` corrects those that depend on another."""

    data_set = param.String(doc="Name of the data set.")
    temperature = param.Number(doc="Temperature of the state point.")
    time = param.Number(doc="Time of the labels; 0 without labels.")
    configuration = param.Integer(doc="Place of the configuration in the state point, from 0.")
    model = param.String(doc="Name of the model; empty: none.")
    observable = param.Selector(objects=list(OBSERVABLES.values()))
    shown_type = param.Integer(default=0, bounds=(0, None), doc="0: all types.")
    positions = param.Selector(objects=list(POSITIONS.values()))
    copies = param.Selector(objects=list(COPIES.values()), doc="Periodic copies along each axis.")
    third_view = param.Selector(objects=list(THIRD_VIEWS.values()))
    second_model = param.String(doc="Model of the third view; empty where there is no other.")
    descriptor = param.String(default=DESCRIPTOR, doc="Name of a descriptor, as of glassmlp_descriptor_names.")
    seed = param.Integer(default=0, bounds=(0, None), doc="Which of the model's networks is looked into, from 0.")
    coloured_by = param.Selector(objects=list(COLOURINGS.values()), doc="Colours in the bottleneck plane.")
    cloud = param.Selector(objects=list(CLOUDS.values()), doc="Configurations in the bottleneck plane.")
    colour_range = param.Selector(objects=list(COLOUR_RANGES.values()), doc="full: 0..1 for C_B, from 0 for R.")
    selected = param.List(default=[], item_type=int, doc="Particles of one periodic copy, from 0.")
    followed = param.Integer(default=-1, doc="Particle whose own curve is shown; -1: none.")
    camera = param.List(default=[], doc="Centre and width of the view; empty: whole box.")
    dark = param.Boolean(default=False)
    page = param.Selector(objects=list(PAGES.values()))
    time_axis = param.Selector(objects=list(TIME_AXES.values()), doc="scaled: in relaxation times.")
    static_view = param.Selector(objects=list(STATIC_VIEWS.values()))
    pair = param.String(doc='Two types, as "12", of the static curves; empty: all particles.')

    metric = param.Selector(objects=list(METRICS.values()), doc="The score that is drawn.")
    level = param.Selector(objects=list(LEVELS.values()), doc="Mean C_B at which temperatures are compared.")
    published = param.Boolean(default=True, doc="Whether published scores are drawn.")

    collective = param.Selector(objects=list(COLLECTIVE.values()), doc="What is drawn against time and temperature.")
    waves = param.Selector(objects=list(WAVES.values()), doc="What is drawn beside it.")
    md_from = param.Selector(objects=list(MD_FROM.values()), doc="Configurations of molecular dynamics that count.")
    q_range = param.List(default=list(FIT_RANGE), item_type=float, doc="Lowest and highest q of the fit of S_4.")
    cubic = param.Boolean(default=True, doc="Whether the fit of S_4 has the cubic term.")
    smoothing = param.Number(default=1.5, bounds=(0, 10), doc="Length over which the field is smoothed.")

    across = param.Selector(objects=list(ACROSS.values()), doc="Along what a network of all temperatures is shown.")
    weighing = param.Selector(objects=list(WEIGHINGS.values()), doc="What a descriptor weighs: w, or w |B|.")
    part = param.Selector(objects=list(PARTS.values()), doc="Observable whose descriptors are counted.")
    averaged = param.Selector(objects=list(AVERAGES.values()), doc="Averages that are counted: over which particles.")
    length_rule = param.Selector(objects=list(LENGTH_RULES.values()), doc="How xi_int is formed.")
    mapped = param.Selector(objects=list(MAPPED.values()), doc="What is mapped over observables and lengths.")
    ladder_model = param.String(doc="tGlassMLP of the ladder of temperatures; empty: the first.")
    decay_level = param.Number(default=0.8, bounds=(LOWEST, HIGHEST), doc="Mean C_B that the ladder shows.")
    playing = param.Boolean(default=False, doc="Whether the ladder plays; no choice that a link should hold.")
    asked = param.Tuple(default=("", {}), doc="Task and arguments that the form of the page Jobs shall hold.")
    tour = param.Integer(default=0, bounds=(0, 10), doc="Step of the tour that is on; 0: none.")
    large = param.Boolean(default=False, doc="Presentation mode: large type.")

    # In this order a choice comes after those that it depends on.
    DEPENDENT = ("data_set", "temperature", "observable", "configuration", "time", "model", "shown_type",
                 "second_model", "seed", "descriptor")  # fmt: skip

    def __init__(self, library, **state):
        super().__init__()
        self.library = library
        self.choose(**state)
        self.seen = self.stamp()

    def ask(self, task, **arguments):
        """Open the form of a task on the page Jobs with these arguments filled in."""
        self.choose(asked=(task, arguments), page="jobs")

    def stamp(self):
        """What changes when the chosen data set or the stored models do on disk."""
        return id(self.data), self.data.generation, self.library.models_opened

    def values(self, names):
        """The choices of these names, as what tells one picture from another."""
        return tuple(repr(getattr(self, name)) for name in names)

    def choices(self, name):
        """What may be chosen for one of DEPENDENT, given the choices before it, in order."""
        if name == "data_set":
            return list(self.library.data_sets)
        if name == "temperature":
            return self.data.temperatures
        if name == "observable":
            return list(OBSERVABLES.values())
        if name == "configuration":
            return list(range(len(self.point)))
        if name == "time":
            return [float(time) for time in self.point.times] or [0.0]
        if name == "model":
            return [*(entry["name"] for entry in self._methods()), ""]
        if name == "second_model":
            return [entry["name"] for entry in self._methods() if entry["name"] != self.model] or [""]
        if name == "seed":
            return list(range(getattr(self.entry["model"], "seeds", 1))) if self.model else [0]
        if name == "descriptor":
            own = getattr(self.entry["model"], "descriptor_names", ()) if self.model else ()
            return list(dict.fromkeys([*glassmlp_descriptor_names(self.data.system), *own]))
        return list(range(self.data.system.types + 1))

    def choose(self, **state):
        """Change any choices in one go; what does not exist is replaced by the nearest or the default.

        A change of temperature stays at the same point of the decay: the time of the closest mean C_B.
        """
        fresh = not self.data_set
        level = 0.5 if fresh else self._level()
        moved = fresh or any(state.get(name, getattr(self, name)) != getattr(self, name) for name in self.DEPENDENT[:2])
        renewed = ("configuration", "time", "model") if moved else ("model",) if "observable" in state else ()
        with param.parameterized.batch_call_watchers(self):
            for name in self.DEPENDENT:
                wanted = state.pop(name, None if name in renewed else getattr(self, name))
                setattr(self, name, self._nearest(name, wanted, level))
            if moved:
                state = {"selected": [], "followed": -1, **state}
            number = self.record.thermal.number
            state.setdefault("pair", self.pair)
            for name, value in state.items():
                if name == "selected":
                    value = [index for index in value if 0 <= index < number]
                if name == "followed":
                    value = value if 0 <= value < number else -1
                if name == "pair":
                    value = value if value in self.pairs else ""
                if name == "q_range" and not (len(value) == 2 and 0 < value[0] < value[1] <= Q_MAX):
                    value = list(FIT_RANGE)
                if name == "camera" and not (len(value) == 3 and np.isfinite(value).all() and value[2] > 0):
                    value = []
                try:
                    setattr(self, name, value)
                except (ValueError, TypeError, AttributeError):
                    continue

    def step(self, name, by):
        """Move a choice by one place; stops at the ends."""
        options = self.choices(name)
        place = min(max(options.index(getattr(self, name)) + by, 0), len(options) - 1)
        if options[place] != getattr(self, name):
            self.choose(**{name: options[place]})

    @property
    def data(self):
        """The chosen Dataset."""
        return self.library.data_sets[self.data_set]

    @property
    def point(self):
        """The chosen StatePoint."""
        return self.data[self.temperature]

    @property
    def record(self):
        """The chosen configuration with its labels."""
        return self.point.records[self.configuration]

    @property
    def structure(self):
        """The Configuration that is drawn: thermal or inherent, repeated."""
        record = self.record
        return tile(record.thermal if self.positions == "thermal" else record.inherent, self.copies)

    @property
    def slot(self):
        """Index of the chosen time among the state point's; None without labels."""
        return self.choices("time").index(self.time) if len(self.point.times) else None

    @property
    def entry(self):
        """The chosen method's entry in the library; None without one."""
        return self._entry(self.model)

    def _entry(self, name):
        return next((entry for entry in self._methods() if entry["name"] == name), None)

    def _methods(self):
        return self.library.methods(self.data, self.temperature, self.observable)

    @property
    def pairs(self):
        """What `pair` may be."""
        types = range(1, self.data.system.types + 1)
        return ["", *(f"{a}{b}" for a in types for b in types if a <= b)]

    @property
    def pair_of_types(self):
        """The chosen pair as two numbers; None: all particles."""
        return tuple(map(int, self.pair)) or None

    @property
    def scored_type(self):
        """Type whose particles are compared, the shown one or type 1: never a mixture."""
        return self.shown_type or 1

    def of_type(self):
        """Mask of the particles of the scored type, (N,)."""
        return self.record.thermal.types == self.scored_type

    def measured(self):
        """MD propensity of the chosen configuration at every time, (n_times, N)."""
        return getattr(self.point, self.observable)[self.configuration]

    def predicted(self, place=None, model=None):
        """Predicted propensity at every time of the state point, (n_times, N); None without a model.

        place : of the configuration in the state point; model : name; default the chosen ones
        """
        entry = self._entry(self.model if model is None else model)
        if entry is None:
            return None
        point = self.point
        place = self.configuration if place is None else place
        return self.library.prediction(entry, point, place)

    def now(self):
        """MD and predicted propensity at the present time, (N,) each; nan where there is none."""
        slot, predicted = self.slot, self.predicted()
        unknown = np.full(self.record.thermal.number, np.nan)
        measured = unknown if slot is None else self.measured()[slot]
        return measured, unknown if predicted is None or slot is None else predicted[slot]

    def means(self):
        """Mean propensity over the scored type of every configuration, (n_configurations, n_times)."""
        return self.library.means(self.point, self.observable, self.scored_type)

    def structure_facts(self):
        """Inherent energy, local density and Voronoi perimeter of every particle: name -> (N,)."""
        record, system = self.record, self.data.system

        def compute():
            perimeter, area = radical_cells(record.inherent, system)
            energy = potential_energy(record.inherent, system)
            return {"energy E": energy, "density 1/A": 1 / area, "perimeter p": perimeter}

        return self.library.kept.once(("facts", record), compute)

    def limits(self):
        """Ends of the colour scale at the present time, the same for MD and prediction.

        full : 0..1 for C_B, 0..99th percentile for R; data : 1st..99th percentile of MD over all configurations
        """
        slot = self.slot
        if (self.colour_range == "full" and self.observable == "bond_breaking") or slot is None:
            return 0.0, 1.0
        low, high = self.library.spread(self.point, self.observable, slot)
        if not np.isfinite(high):
            return 0.0, 1.0
        low = 0.0 if self.colour_range == "full" else float(low)
        # Before anything has moved all values are alike: no colours are made of rounding.
        return min(low, 0.98 * float(high)), float(high) or 1.0

    def _level(self):
        """Mean C_B at the present time."""
        slot = self.slot
        return 0.5 if slot is None else float(np.nanmean(self.point.mean_correlation()[:, slot]))

    def _preference(self, temperature):
        """The coldest temperature whose labels reach tau comes first, then the coldest with labels."""
        point = self.data[temperature]
        return self.library.relaxation_time(point) is None, len(point.times) == 0, temperature

    def _nearest(self, name, wanted, level):
        """`wanted` where it may be chosen, else the nearest number, else the default."""
        options = self.choices(name)
        if wanted in options:
            return wanted
        if name in ("temperature", "time") and isinstance(wanted, int | float) and wanted > 0:
            return min(options, key=lambda option: abs(option - wanted))
        if name == "temperature":
            return min(options, key=self._preference)
        if name == "time" and len(self.point.times):
            return options[int(np.nanargmin(np.abs(np.nanmean(self.point.mean_correlation(), axis=0) - level)))]
        if name == "configuration" and "test" in self.point.split:
            # A test configuration first: there a prediction is a prediction.
            return self.point.split.index("test")
        return DESCRIPTOR if name == "descriptor" and DESCRIPTOR in options else options[0]

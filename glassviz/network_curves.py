"""What the page Network draws: the inside of a tGlassMLP over temperatures, or over levels of the decay."""

from functools import cached_property, partial

import numpy as np

from glassviz.colours import ACCENTS, NEUTRALS, temperature_colours
from glassviz.learning.conditioning import attention_shift, conditioning
from glassviz.learning.length_weights import length_distribution, mean_length
from glassviz.learning.mean_attention import through_bottleneck
from glassviz.learning.tglass_inside import levels_of
from glassviz.tasks.judge import slot_of_level
from glassviz.words import descriptor_parts

MOST_PANELS, MOST_CONFIGURATIONS = 5, 3
"""Planes side by side, and the test configurations whose particles are in each."""
OUTPUTS = ("o₁", "o₂", "j₁", "j₂", "j₃", "j₄")
"""Of MLP1, which shift attention, and of MLP2, which join the bottleneck."""
SHIFT = "reordering of attention"
DASHES = ("solid", "dashed", "solid", "dashed", "dotdash", "dotted")


class NetworkCurves:
    """The inside of one tGlassMLP at the session's choices: of those that are chosen or stored the first."""

    def __init__(self, session, across=None, mapped=None):
        """across, mapped : in place of the session's."""
        self.session, self.library, self.data = session, session.library, session.data
        self.across, self.what = across or session.across, mapped or session.mapped
        own = self.library.models_of_all_temperatures(self.data)
        self.entry = own.get(session.model) or next(iter(own.values()), None)
        self.model = self.entry["model"] if self.entry else None
        self.number = session.scored_type
        self.levels = levels_of(self.model) if self.model else ()

    def lacking(self):
        """Why there is nothing to show, and what changes that; "" where there is."""
        if self.model is None:
            return "No tGlassMLP is stored: glassviz transfer --quick trains one."
        if self.number not in self.model.types:
            known = ", ".join(map(str, self.model.types))
            return f"The model has no network for type {self.number}, only for {known}."
        return ""

    # Places ----------------------------------------------------------------------------------------------------------

    @cached_property
    def slot(self):
        """Place of the level nearest to the mean C_B at the session's time; near 0.8 where it has no labels."""
        level = 0.8
        if self.session.slot is not None:
            level = self.session.point.decay(self.number)[self.session.slot]
            level = 1.0 if np.isnan(level) else level
        return int(np.abs(np.array(self.levels) - level).argmin())

    @property
    def level(self):
        """The mean C_B at which temperatures are compared."""
        return self.levels[self.slot]

    @property
    def member(self):
        """Number of the network whose own plane and outputs are drawn."""
        return min(self.session.seed, self.model.seeds - 1)

    def state_points(self):
        """[(T, slot of the level)] along which the inside is shown, the present one among them."""
        if self.across == "temperature":
            return [(T, self.slot) for T in self.data.temperatures]
        return [(self.session.temperature, slot) for slot in range(len(self.levels))]

    def colours(self):
        """Hex colour of each of `state_points`."""
        temperatures, dark = self.across == "temperature", self.session.dark
        found = temperature_colours(self.data.temperatures if temperatures else self.levels, dark)
        return [found[T if temperatures else self.levels[slot]] for T, slot in self.state_points()]

    def place(self, T, slot):
        """A state point's temperature or level, whichever the session follows."""
        return T if self.across == "temperature" else self.levels[slot]

    def name(self, T, slot):
        """A state point as the page names it."""
        return f"T = {T:g}" if self.across == "temperature" else f"C = {self.levels[slot]:g}"

    def is_now(self, T, slot):
        """Whether it is the session's own state point."""
        return self.session.temperature == T and slot == self.slot

    # Work ------------------------------------------------------------------------------------------------------------

    def inside(self, T, name="attention"):
        """Inside of the model at a temperature where that array is known, else None."""
        found = self.library.known_inside(self.model, self.data[T], self.number)
        return found if found is not None and found.known(name) else None

    def jobs(self):
        """What is still to be worked out, as functions of progress: the session's temperature first."""
        if self.lacking():
            return []
        here = self.session.temperature
        wanted = [(here, "attention")] + [(here, "sensitivity")] * (self.what == "sensitivity")
        wanted += [(T, "attention") for T, _ in self.state_points() if here != T]
        return [partial(self._work, T, name) for T, name in dict.fromkeys(wanted) if self.inside(T, name) is None]

    def work(self):
        """Do all of `jobs`."""
        for job in self.jobs():
            job()

    def _work(self, T, name, progress=None):
        if progress is not None:
            progress(0, 1, name)
        getattr(self.library.inside(self.model, self.data[T], self.number), name)

    # Lengths ---------------------------------------------------------------------------------------------------------

    def weights(self, T):
        """What each descriptor weighs at a temperature, (networks, n_levels, m): attention, or that times |B|."""
        found = self.inside(T)
        if self.session.weighing == "bottleneck":
            return through_bottleneck(found.model, found.attention, self.number)
        return found.attention

    def distribution(self, T, slot):
        """P_int(L) of every network, (networks, n_lengths), and the lengths; InputError without such descriptors."""
        session = self.session
        observable = None if session.part == "all" else session.part
        if observable == "perimeter" and self.data.system.dimension == 3:
            observable = "surface"
        over = None if session.averaged == "each" else session.averaged
        return length_distribution(self.weights(T)[:, slot], self.inside(T).names, observable, over)

    def ridges(self):
        """P_int(L) at each state point: dicts with name, x, mean, spread (n,), colour, now."""
        rows = []
        for (T, slot), colour in zip(self.state_points(), self.colours(), strict=True):
            if self.inside(T) is not None:
                found, lengths = self.distribution(T, slot)
                about = {"name": self.name(T, slot), "colour": colour, "now": self.is_now(T, slot)}
                rows.append({"x": lengths, "mean": found.mean(axis=0), "spread": spread_of(found), **about})
        return rows

    def mean_lengths(self):
        """xi_int against temperature or level: a curve of CurvesView, and the value that equal weights would give."""
        rows, guide = [], None
        for T, slot in self.state_points():
            if self.inside(T) is not None:
                found, lengths = self.distribution(T, slot)
                guide = float(mean_length(np.full(len(lengths), 1 / len(lengths)), lengths, self.session.length_rule))
                each = mean_length(found, lengths, self.session.length_rule)
                rows.append((T, slot, float(each.mean()), float(spread_of(each)), each))
        if not rows:
            return [], None
        x, y, error = [self.place(T, slot) for T, slot, *_ in rows], [row[2] for row in rows], [row[3] for row in rows]
        text = [f"{self.name(*r[:2])}: ξ_int = {r[2]:.3f} ± {r[3]:.3f} over {len(r[4])} networks" for r in rows]
        now = [k for k, row in enumerate(rows) if self.is_now(*row[:2])]
        about = {"now": (x[now[0]], y[now[0]]) if now else None, "each": [row[4] for row in rows]}
        return [_curve(x, y, error, ACCENTS[self.session.dark][0], text, **about)], guide

    # Map -------------------------------------------------------------------------------------------------------------

    def mapped(self):
        """Mean over networks and spread of what is mapped at the session's state point, (2, observables, lengths,
        types + 1); nan where a descriptor is no input. None where it is not known yet."""
        session = self.session
        what = "sensitivity" if self.what == "sensitivity" else "attention"
        found = self.inside(session.temperature, what)
        if found is None:
            return None
        every = found.sensitivity if what == "sensitivity" else self.weights(session.temperature)
        # As a multiple of equal weights: the share itself depends on how many descriptors there are.
        every = every[:, self.slot] * (1 if what == "sensitivity" else len(found.names))
        return np.stack([self.in_cells(every.mean(axis=0)), self.in_cells(spread_of(every))])

    def in_cells(self, values):
        """Values (m,) of the inputs as (observables, lengths, types + 1), the last type being all; others nan."""
        model, kinds = self.model, self.data.system.types + 1
        over = [f"type {k}" for k in range(1, kinds)] + ["all"]
        every = model.descriptor_names
        names = list(dict.fromkeys(descriptor_parts(name)[0] for name in every))
        cells = np.full((len(names), len(model.lengths), kinds), np.nan)
        for k, value in zip(model.kept[self.number], values, strict=True):
            observable, length, average = descriptor_parts(every[k])
            column = int(np.abs(np.array(model.lengths) - float(length)).argmin())
            cells[names.index(observable), column, over.index(average)] = value
        return cells

    # Bottleneck ------------------------------------------------------------------------------------------------------

    def planes(self):
        """Particles in the bottleneck of the chosen network at up to MOST_PANELS state points.

        Dicts with name, place (T, slot), points (n, 2), values (n,), source ("MD" or "predicted"), now.
        """
        shown = [place for place in self.state_points() if self.inside(place[0]) is not None]
        if len(shown) > MOST_PANELS:
            rows = np.linspace(0, len(shown) - 1, MOST_PANELS).round().astype(int)
            here = next((k for k, place in enumerate(shown) if self.is_now(*place)), rows[0])
            rows[np.abs(rows - here).argmin()] = here
            shown = [shown[row] for row in rows]
        return [self.plane(T, slot) for T, slot in shown]

    def plane(self, T, slot):
        """Particles of the first test configurations of a temperature, at most MOST_CONFIGURATIONS, as `planes`."""
        point = self.data[T]
        places = [k for k, split in enumerate(point.split) if split == "test"] or [0]
        parts = [self.cloud(T, slot, k) for k in places[:MOST_CONFIGURATIONS]]
        points, values = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
        about = {"name": self.name(T, slot), "place": (T, slot), "source": parts[0][2]}
        return {"points": points, "values": values, "now": self.is_now(T, slot), **about}

    def cloud(self, T, slot, place):
        """Bottleneck values (n, 2) of one configuration's particles, their propensities (n,) and whose these are.

        Those of molecular dynamics at the label time at that level, else those that this network predicts.
        """
        inside, point = self.inside(T), self.data[T]
        record = point.records[place]
        own = record.thermal.types == self.number
        points = inside.bottleneck(record, slot, self.member)[own]
        time = slot_of_level(point, self.levels[slot], self.number)
        if time is not None and np.isfinite(point.bond_breaking[place, time][own]).all():
            return points, point.bond_breaking[place, time][own], "MD"
        return points, inside.output(points, slot, self.member), "predicted"

    def scale(self, planes):
        """Ends of the colours of propensities: the 2nd and 98th percentile of all that is shown."""
        values = np.concatenate([plane["values"] for plane in planes]) if planes else np.array([0.0, 1.0])
        low, high = (float(f"{end:.2g}") for end in np.nanpercentile(values, (2, 98)))
        return (low, high) if high > low else (0.0, 1.0)

    def output(self, values):
        """Propensity that the chosen network gives bottleneck values (..., 2) at the session's state point."""
        values = np.asarray(values)
        inside = self.inside(self.session.temperature)
        return inside.output(values.reshape(-1, 2), self.slot, self.member).reshape(values.shape[:-1])

    # Conditioning ----------------------------------------------------------------------------------------------------

    def conditions(self, places):
        """Outputs of both small networks at temperatures or levels (n,): (networks, n, 6), and the attention's
        reordering (networks, n)."""
        along = np.asarray(places, dtype=float)
        state = (along, self.level) if self.across == "temperature" else (self.session.temperature, along)
        first, joined = conditioning(self.model, *state, self.number)
        return np.concatenate([first, joined], axis=2), attention_shift(self.model, first, self.number)

    def conditioning(self):
        """Curves of CurvesView: the chosen network's outputs, and the reordering as mean and spread over networks."""
        dark = self.session.dark
        at = [self.place(T, slot) for T, slot in self.state_points()]
        fine = np.linspace(min(at), max(at), 60)
        outputs, _ = self.conditions(fine)
        colours = [ACCENTS[dark][k] for k in (0, 0, 1, 1, 1, 1)]
        named = zip(OUTPUTS, colours, DASHES, np.moveaxis(outputs[self.member], -1, 0), strict=True)
        lines = [_curve(fine, y, [], colour, [], dash=dash, thin=True, name=name) for name, colour, dash, y in named]
        _, every = self.conditions(at)
        mean, spread = every.mean(axis=0), spread_of(every)
        symbol = "T" if self.across == "temperature" else "C"
        text = [f"{symbol} = {x:g}: {m:.3f} ± {s:.3f}" for x, m, s in zip(at, mean, spread, strict=True)]
        now = [k for k, place in enumerate(self.state_points()) if self.is_now(*place)]
        about = {"now": (at[now[0]], mean[now[0]]) if now else None, "name": SHIFT, "each": every}
        return [*lines, _curve(at, mean, spread, NEUTRALS[dark]["text"], text, **about)]


def spread_of(values):
    """Standard deviation over networks, the first axis; 0 for a single one."""
    return values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(values.shape[1:])


def _curve(x, y, error, colour, text, **more):
    return {"x": x, "y": y, "error": error, "colour": colour, "chosen": False, "tau": None, "now": None, "text": text,
            "temperature": 0.0, "time": 0.0, **more}  # fmt: skip

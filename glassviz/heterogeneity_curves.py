"""What the page Heterogeneity draws: collective quantities of molecular dynamics and of every method as curves."""

from functools import partial

import numpy as np

from glassviz.colours import method_colour
from glassviz.dynamics import propensity_distribution, smoothed
from glassviz.dynamics.propensity_distribution import EDGES as BOND_BREAKING_EDGES
from glassviz.heterogeneity_words import MARKS
from glassviz.score_curves import labels, method_name, series_name, with_error
from glassviz.tasks.judge import slot_of_level

FITTED = ("xi", "chi", "A")
"""Quantities that come from the fit of S_4(q)."""
NAMES = {
    "chi_4": "susceptibility χ₄",
    "chord": "chord length / σ₁₁",
    "cluster": "mean size of a mobile cluster",
    "xi": "length ξ / σ₁₁",
    "chi": "strength χ",
    "A": "shape A",
}
PERMUTED, PERMUTED_NAME = ("chord", "cluster"), "MD, permuted"
"""Quantities that are worked out of permuted propensities too, and what that curve is called."""
EDGES = {"bond_breaking": BOND_BREAKING_EDGES, "displacement": np.linspace(0, 3, 61)}


class HeterogeneityCurves:
    """Curves, as CurvesView takes them, of what the library knows at the session's choices."""

    def __init__(self, session):
        self.session, self.library, self.data = session, session.library, session.data

    @property
    def fit_of(self):
        """What decides a fit of S_4(q) besides its data."""
        return tuple(self.session.q_range), self.session.cubic

    @property
    def labelled(self):
        """Temperatures with labels."""
        return [T for T in self.data.temperatures if len(self.data[T].times)]

    def methods(self, T):
        """[(entry, label, dash)] of a temperature, molecular dynamics, whose entry is None, first."""
        entries = self.library.methods(self.data, T, self.session.observable)
        known = labels(entries)
        return [(None, "MD", "solid"), *((entry, *known[series_name(entry)]) for entry in entries)]

    def about(self, entry, T):
        """What names a Heterogeneity in the library."""
        session = self.session
        return entry, self.data[T], session.observable, session.scored_type, session.md_from

    def found(self, entry, T):
        """Heterogeneity where it is known, else None."""
        return self.library.known_heterogeneity(*self.about(entry, T))

    def level_slot(self, T):
        """Place of the label time at the chosen level of C_B; None where none is near."""
        return slot_of_level(self.data[T], self.session.level, self.session.scored_type)

    def fit(self, found, slot):
        """The fit of S_4(q) where it is known and there is one, else None."""
        return self.library.known_fit(found, slot, *self.fit_of)

    def value(self, found, slot):
        """Value and error of the chosen quantity at one label time; nan where there is none."""
        quantity = self.session.collective
        if quantity in FITTED:
            fit = None if quantity == "A" and not self.session.cubic else self.fit(found, slot)
            return (np.nan, np.nan) if fit is None else (getattr(fit, quantity), fit.error(quantity))
        return getattr(found, quantity)[slot], getattr(found, f"{quantity}_error")[slot]

    # Work ------------------------------------------------------------------------------------------------------------

    def jobs(self, slots):
        """What is still to be worked out at some temperatures, as functions of progress: all values, then the fits.

        slots : {T: places of the label times whose S_4(q) is fitted}, in the order of the work
        """
        session, jobs, fits = self.session, [], []
        for T, own in slots.items():
            point = self.data[T]
            # A configuration without labels has no replicas.
            scored = any(split == "test" and n for split, n in zip(point.split, point.replicas, strict=True))
            entries = [e for e, *_ in self.methods(T) if scored or (e is None and session.md_from == "all")]
            new = [entry for entry in entries if self.found(entry, T) is None]
            jobs += [partial(self.library.heterogeneity, *self.about(entry, T)) for entry in new]
            known = [found for entry in entries if (found := self.found(entry, T)) is not None]
            if own and (new or any(self._unfitted(found, slot) for found in known for slot in own)):
                fits.append(partial(self._fit_all, T, own))
        return jobs + fits

    def _unfitted(self, found, slot):
        """Whether S_4(q) is there and its fit is not."""
        return found.rings[slot] is not None and self.fit(found, slot) is None

    def _fit_all(self, T, slots, progress=None):
        for entry, *_ in self.methods(T):
            found = self.found(entry, T)
            for slot in slots if found is not None else ():
                self.library.four_point_fit(found, slot, *self.fit_of, progress)

    def collapse_slots(self, T):
        """Places of the label times that a collapse shows: the level's, and all of the chosen temperature."""
        level = self.level_slot(T)
        every = range(len(self.data[T].times)) if self.session.temperature == T else ()
        return list(dict.fromkeys([*([] if level is None else [level]), *every]))

    # Curves ----------------------------------------------------------------------------------------------------------

    def against_time(self):
        """The chosen quantity of every method at the session's temperature."""
        T, curves = self.session.temperature, []
        for entry, label, dash in self.methods(T):
            found = self.found(entry, T)
            if found is not None:
                points = [(T, slot, found) for slot, time in enumerate(found.times) if time > 0]
                curves.append(self._curve(entry, label, dash, points, "time"))
        return self._with_permuted([curve for curve in curves if len(curve["x"])])

    def against_temperature(self):
        """The chosen quantity over the temperatures where a label time lies near the chosen level of C_B."""
        series = {}
        for T in self.data.temperatures:
            slot = self.level_slot(T)
            for entry, label, dash in self.methods(T) if slot is not None else ():
                found = self.found(entry, T)
                if found is not None:
                    key = series_name(entry) if entry else "MD"
                    series.setdefault(key, (entry, label, dash, []))[3].append((T, slot, found))
        curves = [self._curve(*own, "temperature") for own in series.values()]
        return self._with_permuted([curve for curve in curves if len(curve["x"])])

    def spectra(self):
        """S_4(q) at the session's time as points with errors, and the fits as lines."""
        curves, slot, T = [], self.session.slot, self.session.temperature
        for entry, label, dash in self.methods(T) if slot is not None else ():
            found = self.found(entry, T)
            rings = found.rings[slot] if found is not None else None
            if rings is None:
                continue
            shown = rings.s4 > 0
            q, values, errors = rings.q[shown], rings.s4[shown], rings.errors[shown]
            colour = self._colour(entry)
            text = [f"{label}: q = {x:.3g}, S₄ = {with_error(*y, 4)}" for x, *y in zip(q, values, errors, strict=True)]
            about = {"name": label, "found": found, "slot": slot}
            points = {"error": errors, "text": text, "joined": False, "left_out": int((~shown).sum())}
            curves.append(_plain(q, values, colour, **points, **about))
            fit = self.fit(found, slot)
            if fit is not None and not fit.message:
                line = np.geomspace(*fit.q_range, 60)
                curves.append(_plain(line, fit(line), colour, thin=True, dash=dash, **about))
        return curves

    def collapse(self):
        """S_4 / chi against xi q wherever a fit gives both, at the times of `collapse_slots` of every temperature.

        Colours tell methods apart, marks temperatures.
        """
        curves, marks = [], list(MARKS)
        for place, T in enumerate(self.labelled):
            for entry, label, _ in self.methods(T):
                found = self.found(entry, T)
                for slot in self.collapse_slots(T) if found is not None else ():
                    fit = self.fit(found, slot)
                    if fit is None or fit.message:
                        continue
                    rings = found.rings[slot]
                    near = rings.q <= fit.q_range[1]
                    shown = (rings.s4 > 0) & near
                    x, y = fit.xi * rings.q[shown], rings.s4[shown] / fit.chi
                    name = f"{label}, T = {T:g}, t = {found.times[slot]:g}"
                    text = [f"{name}: S₄/χ = {value:.3g} at ξq = {at:.3g}" for at, value in zip(x, y, strict=True)]
                    errors = rings.errors[shown] / fit.chi
                    about = {"name": label, "found": found, "slot": slot, "temperature": T}
                    about |= {"marker": marks[place % len(marks)], "left_out": int((near & ~shown).sum())}
                    curves.append(_plain(x, y, self._colour(entry), error=errors, text=text, joined=False, **about))
        return curves

    def correlations(self):
        """G_4(r) / G_4(0) of every method at the session's time."""
        curves, slot, T = [], self.session.slot, self.session.temperature
        for entry, label, dash in self.methods(T) if slot is not None else ():
            found = self.found(entry, T)
            known = None if found is None else found.four_point_correlation(slot)
            if known is None:
                continue
            r, value, error = (column[np.isfinite(known[1])] for column in known)
            text = [f"{label}: {with_error(v, e)} at r = {x:.3g}" for x, v, e in zip(r, value, error, strict=True)]
            more = {"error": error, "text": text, "dash": dash, "name": label, "found": found}
            curves.append(_plain(r, value, self._colour(entry), **more))
        return [curve for curve in curves if len(curve["x"])]

    def distributions(self):
        """P(C) of every method at the session's time."""
        curves, slot, T = [], self.session.slot, self.session.temperature
        edges = EDGES[self.session.observable]
        middle = (edges[1:] + edges[:-1]) / 2
        for entry, label, dash in self.methods(T) if slot is not None else ():
            found = self.found(entry, T)
            values = [] if found is None else [v[:, slot].mean(axis=0) for v in found.values]
            values = [v for v in values if np.isfinite(v).all()]
            if values:
                density, error, _ = propensity_distribution(values, edges)
                rows = zip(middle, density, error, strict=True)
                text = [f"{label}: P = {with_error(p, e)} at {x:.3g}" for x, p, e in rows]
                about = {"name": label, "found": found, "dash": dash}
                curves.append(_plain(middle, density, self._colour(entry), error=error, text=text, **about))
        return curves

    # Parts -----------------------------------------------------------------------------------------------------------

    def _colour(self, entry):
        return method_colour("MD" if entry is None else method_name(entry), self.session.dark)

    def _curve(self, entry, label, dash, points, along):
        """Points (T, slot, Heterogeneity) of a method as a curve along "time" or "temperature"."""
        session, rows = self.session, []
        for T, slot, found in points:
            value, error = self.value(found, slot)
            if np.isfinite(value):
                level = f", C_B = {found.correlation[slot]:.3f}, {found.configurations[slot]} configurations"
                text = f"{label}, T = {T:g}, t = {found.times[slot]:g}{level}: {NAMES[session.collective]} "
                rows.append((T, float(found.times[slot]), value, error, text + with_error(value, error), found, slot))
        column = {"temperature": [row[0] for row in rows], "time": [row[1] for row in rows]}
        x, y = column[along], [row[2] for row in rows]
        present = getattr(session, along)
        now = [k for k, at in enumerate(x) if abs(at - present) <= 1e-6 * present]
        return {
            **_plain(x, y, self._colour(entry), error=[r[3] for r in rows], text=[r[4] for r in rows], dash=dash),
            # Between two points that are identified there may be many that are not.
            "joined": session.collective not in FITTED,
            **column,
            "name": label,
            "found": [row[5] for row in rows],
            "slot": [row[6] for row in rows],
            "now": (x[now[0]], y[now[0]]) if now else None,
            "chosen": entry is not None and entry["name"] == session.model,
        }

    def _with_permuted(self, curves):
        """The curves, and the chosen length of MD with permuted propensities: what it is without correlation."""
        quantity = self.session.collective
        if quantity not in PERMUTED or not curves or curves[0]["name"] != "MD":
            return curves
        md = curves[0]
        y = [float(getattr(f, f"{quantity}_permuted")[slot]) for f, slot in zip(md["found"], md["slot"], strict=True)]
        look = {"colour": method_colour(PERMUTED_NAME, self.session.dark), "dash": "dashed", "thin": True}
        return [*curves, md | look | {"name": PERMUTED_NAME, "y": y, "error": [np.nan] * len(y), "now": None}]


def heights(curves):
    """Limits of the vertical axis around points and errors, of which a huge one does not squeeze the rest; or None."""
    y = np.concatenate([np.asarray(curve["y"], dtype=float) for curve in curves] or [[]])
    if not len(y):
        return None
    error = np.nan_to_num(np.concatenate([np.asarray(curve["error"], dtype=float) for curve in curves]))
    error = np.minimum(error, max(np.ptp(y), np.abs(y).max() / 2))
    low, high = min(0.0, (y - error).min()), (y + error).max()
    room = 0.05 * (high - low) or 1.0
    return low - room * (low < 0), high + room


def smoothed_fields(session):
    """The propensity of the scored type smoothed over the chosen length, {"MD" or "predicted": (n_x, n_y)}.

    Empty where there is no such field: without labels, or in three dimensions, in which no field is drawn.
    """
    configuration, own = session.record.thermal, session.of_type()
    if len(configuration.box) != 2 or session.slot is None:
        return {}
    measured, predicted = session.now()
    return {
        name: smoothed(configuration.positions[own], field[own], configuration.box, session.smoothing)
        for name, field in (("MD", measured), ("predicted", predicted))
        if np.isfinite(field[own]).all()
    }


def ends(fields):
    """Ends of the colour scale of smoothed fields: averages differ less than particles do, so it is their own."""
    both = np.concatenate([field.ravel() for field in fields.values()])
    return float(both.min()), float(both.max())


def _plain(x, y, colour, error=(), text=(), **more):
    """A curve of CurvesView."""
    return {"x": x, "y": y, "colour": colour, "chosen": False, "tau": None, "now": None, "error": error, "text": text,
            "temperature": 0.0, "time": 0.0, **more}  # fmt: skip

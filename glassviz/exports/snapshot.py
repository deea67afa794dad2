"""Figure *snapshot*: molecular dynamics beside the prediction, and the third view where it is a snapshot."""

import numpy as np

from glassviz import inside
from glassviz.colours import DIFFERENCE, SEQUENTIAL, propensity_map
from glassviz.errors import InputError
from glassviz.exports.origin import LENGTH, MATH, UNITS, columns, of_method, of_points
from glassviz.figures.discs import Snapshot, draw_discs
from glassviz.score_curves import method_name


def make(session):
    """Discs of true size, one colour scale for all that are compared."""
    measured, predicted = session.now()
    if not np.isfinite(measured).any() and not np.isfinite(predicted).any():
        raise InputError(f"T = {session.temperature:g} has neither labels nor a model; glassviz simulate makes labels")
    low, high = session.limits()
    label, colours = MATH[session.observable], propensity_map(session.observable)
    shown = [Snapshot(measured, "molecular dynamics", low, high, colours, label)]
    values = {"molecular dynamics": measured}
    if session.entry is not None:
        shown.append(Snapshot(predicted, f"predicted, {method_name(session.entry)}", low, high, colours, ""))
        values["prediction"] = predicted
    third = _third(session, measured, predicted, (low, high))
    if third is not None:
        shown.append(third)
        values["third: " + third.title] = third.values
    return _drawer(session, shown), _columns(session, values), _origin(session)


def _third(session, measured, predicted, limits):
    if session.third_view == "difference":
        reach = 0.5 * (limits[1] - limits[0])
        return Snapshot(predicted - measured, "prediction − MD", -reach, reach, DIFFERENCE, "difference")
    if session.third_view == "model" and session.second_model and session.slot is not None:
        second = session.predicted(model=session.second_model)[session.slot]
        title = f"predicted, {method_name(_second(session))}"
        return Snapshot(second, title, *limits, propensity_map(session.observable), "")
    if session.third_view == "descriptor":
        title = session.descriptor.replace("_", " ")
        return Snapshot(inside.descriptor(session), title, *inside.descriptor_limits(session), SEQUENTIAL, title)
    return None


def _drawer(session, shown):
    copies = session.copies**session.data.system.dimension
    structure = session.structure
    tiled = [Snapshot(np.tile(s.values, copies), s.title, s.low, s.high, s.table, s.label) for s in shown]
    radii = session.data.system.radii[structure.types - 1]
    view = tuple(session.camera) or None
    return lambda: draw_discs(structure.wrap().positions, radii, structure.box, tiled, view)


def _columns(session, values):
    record = session.record
    structure = (record.thermal if session.positions == "thermal" else record.inherent).wrap()
    rows = zip(range(structure.number), structure.types.tolist(), *structure.positions.T, *values.values(), strict=True)
    names = {"particle": "", "type": ""} | dict.fromkeys("xyz"[: structure.dimension], LENGTH)
    unit = UNITS[session.observable]
    own = {name: "1" if session.third_view == "descriptor" and "third" in name else unit for name in values}
    return columns(list(rows), names | own)


def _origin(session):
    record = session.record
    origin = of_points([session.point]) | {
        "configuration": f"{record.index} ({record.split}), {session.positions} positions",
        "time": f"{session.time:g}",
        "observable": session.observable,
    }
    origin |= of_method(session.entry)
    if session.third_view == "model" and session.second_model:
        origin |= of_method(_second(session))
    return origin


def _second(session):
    """Entry of the other model."""
    methods = session.library.methods(session.data, session.temperature, session.observable)
    return next(entry for entry in methods if entry["name"] == session.second_model)

"""What the chosen model does inside, and the structure that it sees: functions of a Session; no widget, no file."""

import numpy as np

from glassviz.colours import SEQUENTIAL, propensity_map, type_colours
from glassviz.learning.inputs import describe

MOST_TESTED = 200
"""Largest number of test configurations shown in one cloud."""


def lacking(session):
    """Why the chosen model has no bottleneck to show, and what gives one; "" where it has."""
    entry, number = session.entry, session.scored_type
    command = f"glassviz train glassmlp --temperature {session.temperature:g}"
    command += f" --observable {session.observable}" * (session.observable != "bond_breaking")
    if entry is None:
        return f"No model is chosen: {command} trains one with a bottleneck."
    model = entry["model"]
    if not hasattr(model, "bottleneck"):
        return f"{_named(entry)} has no bottleneck: {command} trains one that has."
    return _absent(model, number, session.time, "network")


def bottleneck(session, place=None):
    """Bottleneck values of the chosen network at the present time, (N, 2); nan for types without one.

    place : of the configuration in the state point, default the chosen one. All seeds and times are worked out at once.
    """
    entry, record = session.entry, _record(session, place)
    model = entry["model"]

    def compute():
        return model.bottleneck_each(record.thermal, record.inherent).astype(np.float32)

    every = session.library.kept.once(("bottleneck", entry["path"], model, record), compute)
    return every[session.seed, _slot(model.times, session.time)].astype(float)


def output(session, values):
    """Propensity that the chosen network gives bottleneck values (..., 2), (...)."""
    values = np.asarray(values)
    flat = session.entry["model"].output(values.reshape(-1, 2), session.time, session.scored_type, session.seed)
    return flat.reshape(values.shape[:-1])


def nearest(session, index):
    """The particle of the chosen configuration that the network takes for the most similar one: (index, distance).

    Distance in the bottleneck plane, among the particles of one type; None where there is no other.
    """
    types = session.record.thermal.types
    number = types[index]
    if lacking(session) or number not in session.entry["model"].types:
        return None
    distances = np.linalg.norm(bottleneck(session) - bottleneck(session)[index], axis=1)
    distances[(types != number) | (np.arange(len(types)) == index)] = np.inf
    found = int(distances.argmin())
    return (found, float(distances[found])) if np.isfinite(distances[found]) else None


def weights_lacking(session):
    """Why there are no weights to show; "" where there are."""
    if session.entry is None:
        return f"No model is chosen: glassviz train ridge --temperature {session.temperature:g} trains one."
    model = session.entry["model"]
    if not hasattr(model, "input_weights"):
        return f"{_named(session.entry)} has no weights of single descriptors."
    return _absent(model, session.scored_type, session.time, "weights")


def weights(session):
    """Weights of the descriptors for each node, (nodes, observables, lengths, types + 1); nan where dropped."""
    model = session.entry["model"]
    chosen = {"seed": session.seed} if hasattr(model, "seeds") else {}
    found = model.input_weights(session.time, session.scored_type, **chosen)
    return found.reshape(len(found), len(model.observables), len(model.lengths), -1)


def descriptor(session, place=None):
    """The chosen descriptor of every particle of a configuration, (N,), default the chosen one."""
    record, system = _record(session, place), session.data.system
    # A name such as "energy L=1.5 type 2", see glassmlp_descriptor_names.
    observable, rest = session.descriptor.split(" L=")
    length, kind = rest.split(" ", 1)
    column = -1 if kind == "all" else int(kind.removeprefix("type ")) - 1

    def compute():
        return describe(record.thermal, system, (float(length),), (observable,), record.inherent)

    return session.library.kept.once(("descriptor", observable, length, record), compute)[:, column]


def descriptor_limits(session):
    """Ends of the colour scale of the chosen descriptor: 1st..99th percentile over the scored type."""
    low, high = np.percentile(descriptor(session)[session.of_type()], (1, 99))
    return float(low), float(high)


def distributed(session):
    """What the distribution of the third view shows: {name: (n,)} of the scored type, and limits of the axis."""
    measured, predicted = session.now()
    own, (low, high) = session.of_type(), session.limits()
    if session.third_view == "difference":
        return {"predicted − MD": (predicted - measured)[own]}, ((low - high) / 2, (high - low) / 2)
    return {"MD": measured[own], "predicted": predicted[own]}, (low, high)


def density(values, limits, bins=40):
    """Normalised histogram: centres and density, each (bins,); what lies outside counts into the outermost bins."""
    values, edges = values[np.isfinite(values)], np.linspace(*limits, bins + 1)
    counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
    return (edges[1:] + edges[:-1]) / 2, counts / max(len(values), 1) / (edges[1] - edges[0])


def followed(session):
    """The followed particle's propensity: halves of the replicas (2, n_times), predicted (n_times,) or None.

    None where no particle is followed.
    """
    particle = session.followed
    if particle < 0:
        return None
    halves = getattr(session.point, f"{session.observable}_halves")[session.configuration][:, :, particle]
    predicted = session.predicted()
    return halves, None if predicted is None else predicted[:, particle]


def colouring(session, place=None):
    """The values (N,) by which the points of a configuration are coloured; nan where there are none."""
    record, slot = _record(session, place), session.slot
    if session.coloured_by == "descriptor":
        return descriptor(session, place)
    if session.coloured_by == "type":
        return record.thermal.types.astype(float)
    if slot is None:
        return np.full(record.thermal.number, np.nan)
    if session.coloured_by == "measured":
        place = session.configuration if place is None else place
        return getattr(session.point, session.observable)[place, slot]
    # What this network says, as the lines and the ground do; the snapshots show the mean over all networks.
    own = (record.thermal.types == session.scored_type)[:, None]
    return output(session, np.where(own, bottleneck(session, place), np.nan))


def colour_scale(session):
    """(low, high, table of colours) of the points in the plane."""
    if session.coloured_by == "descriptor":
        return *descriptor_limits(session), SEQUENTIAL
    if session.coloured_by == "type":
        return 0.5, session.data.system.types + 0.5, type_colours(session.data.system.types)
    return *session.limits(), propensity_map(session.observable)


def in_plane(session, place=None):
    """Which particles of a configuration are points of the plane, (N,) bool: those of the scored type.

    Coloured by type those of all types are, each in the bottleneck of its own type's network.
    """
    types = _record(session, place).thermal.types
    if session.coloured_by == "type":
        return np.isin(types, session.entry["model"].types)
    return types == session.scored_type


def tested(session):
    """Places of the test configurations of the state point without the chosen one, at most MOST_TESTED."""
    places = [k for k, split in enumerate(session.point.split) if split == "test" and k != session.configuration]
    return places[:MOST_TESTED]


def cloud(session, place=None):
    """Bottleneck values (n, 2) and colouring (n,) of the particles of one configuration that are `in_plane`."""
    own = in_plane(session, place)
    return bottleneck(session, place)[own], colouring(session, place)[own]


def _named(entry):
    """What a method without such an inside is called."""
    return f"A {entry['kind']} model" if entry["model"] is not None else f"{entry['name']}, predicted elsewhere,"


def _record(session, place):
    return session.record if place is None else session.point.records[place]


def _slot(times, time):
    """Index of a time among a model's."""
    return int(np.abs(np.asarray(times) - time).argmin())


def _absent(model, number, time, what):
    """Sentence that a model has nothing for a type or a time; "" where it has."""
    if number not in model.types:
        known = ", ".join(map(str, model.types))
        return f"The model has no {what} for type {number}, only for {known}."
    if not np.isclose(model.times, time, rtol=1e-6, atol=0).any():
        known = ", ".join(f"{t:g}" for t in model.times)
        return f"The model has no {what} for t = {time:g}, only for {known}."
    return ""

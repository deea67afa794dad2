"""The tour: ten steps for a lecture, each a state of a real page and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from glassviz import tour_words as words
from glassviz.choices import THIRD_VIEWS
from glassviz.tour_words import labelled, learnt_at, networks_of_all, reaching

PLAIN = {
    "observable": "bond_breaking",
    "shown_type": 0,
    "positions": "thermal",
    "copies": 1,
    "third_view": next(iter(THIRD_VIEWS.values())),
    "colour_range": "data",
    "selected": [],
    "followed": -1,
    "camera": [],
    "playing": False,
    "decay_level": 0.8,
}
"""What every step begins with, so that it looks the same whatever was shown before."""


@dataclass(frozen=True)
class Step:
    """One step: a title, what the card says of it, the choices of a Session, and words worked out from its data.

    state(session) -> choices; words(session, progress) -> HTML, or InputError that says what the data lack
    """

    title: str
    about: str
    state: Callable
    words: Callable


def go(session, number):
    """Show a step, from 1: its choices, as far as the data have them; 0 ends the tour and leaves the page as it is."""
    if number:
        session.choose(**{"tour": number, **PLAIN, **STEPS[number - 1].state(session)})
    else:
        session.choose(tour=0, playing=False)


def step(session, by):
    """The next or an earlier step, while a tour is on; stops at the ends."""
    if session.tour:
        go(session, min(max(session.tour + by, 1), len(STEPS)))


def _test_place(session, temperature):
    split = session.data[temperature].split
    return split.index("test") if "test" in split else 0


def _time_near(session, temperature, level):
    """Label time whose mean C_B is nearest to `level`; 0 without labels."""
    point = session.data[temperature]
    decay = point.decay() if len(point.times) else np.empty(0)
    return float(point.times[np.nanargmin(np.abs(decay - level))]) if np.isfinite(decay).any() else 0.0


def _model(session, temperature, kinds):
    """Name of the first method of these kinds, in their order, at a temperature; else of any; "" without one."""
    methods = session.library.methods(session.data, temperature, "bond_breaking")
    for kind in kinds:
        for entry in methods:
            if entry["kind"] == kind:
                return entry["name"]
    return methods[0]["name"] if methods else ""


def _main_temperature(session):
    """Where most is known: among the temperatures whose labels reach tau the one with most configurations."""
    known = list(reaching(session)) or labelled(session) or session.data.temperatures
    return max(known, key=lambda T: (len(session.data[T]), -T))


def _snapshots(session, level, **more):
    T = _main_temperature(session)
    return {
        "page": "snapshots",
        "temperature": T,
        "configuration": _test_place(session, T),
        "time": _time_near(session, T, level),
        "model": _model(session, T, ("glassmlp", "ridge")),
        **more,
    }


def _dynamics(session):
    T = min(reaching(session), default=min(session.data.temperatures))
    return {"page": "dynamics", "temperature": T, "static_view": "pair_correlation", "time_axis": "absolute"}


def _liquid(_):
    return {"page": "tour"}


def _descriptor(session):
    return _snapshots(session, 0.5, third_view="descriptor", descriptor="energy L=0 all", coloured_by="measured")


def _network(session):
    state = _snapshots(session, 0.5)
    methods = session.library.methods(session.data, state["temperature"], "bond_breaking")
    model = next((entry["model"] for entry in methods if entry["name"] == state["model"]), None)
    return state | {"third_view": "bottleneck" if hasattr(model, "bottleneck") else "scatter", "cloud": "one"}


def _attention(session):
    T = _main_temperature(session)
    # The one that has learnt from most temperatures has something to say of each.
    models = sorted(networks_of_all(session), key=lambda entry: -len(learnt_at(entry["model"])))
    name = models[0]["name"] if models else ""
    time = _time_near(session, T, 0.8)
    return {"page": "network", "temperature": T, "time": time, "model": name, "across": "temperature",
            "weighing": "attention", "part": "all", "averaged": "each", "length_rule": "sum",
            "mapped": "weights"}  # fmt: skip


def _ladder(session, **more):
    # The one that has learnt from fewest temperatures is asked for most where it has seen nothing.
    models = sorted(networks_of_all(session), key=lambda entry: len(learnt_at(entry["model"])))
    state = {"page": "transfer", "temperature": _main_temperature(session), **more}
    return state | ({"ladder_model": words.transferred_model(session, models)} if models else {})


def _film(session):
    return _ladder(session, decay_level=1.0, playing=True)


def _own(session):
    return {"page": "jobs", "asked": ("simulate", {"temperature": words.own_temperature(session)})}


STEPS = (
    Step("What is a glass former?", "A liquid that grows slower, not different.", _dynamics, words.glass_former),
    Step("Heat and watch", "A live liquid and its thermostat.", _liquid, words.heat),
    Step("Swap Monte Carlo", "A shorter way to the same equilibrium.", _liquid, words.swap),
    Step(
        "The isoconfigurational ensemble",
        "One structure, many velocities: what is left is due to structure.",
        lambda session: _snapshots(session, 0.5),
        words.ensemble,
    ),
    Step("Structure seems to say nothing", "No single number tells where it will relax.", _descriptor, words.structure),
    Step("The network", "Many numbers about the neighbourhood, one prediction.", _network, words.network),
    Step("What it looks at", "Lengths over which attention spreads.", _attention, words.attention),
    Step("Colder", "Prediction where it has read no labels.", _ladder, words.colder),
    Step("The film", "From frozen to relaxed, at every temperature.", _film, words.film),
    Step("Make your own", "A temperature that nobody has simulated yet.", _own, words.own),
)
"""The steps, in order."""

"""From a name and choices to a figure, and from the state of the app to the same figure."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.dataset import default_data
from glassviz.errors import InputError
from glassviz.exports.registry import entry_named
from glassviz.figures.product import Figure
from glassviz.heterogeneity_curves import FITTED
from glassviz.library import Library, default_models
from glassviz.session import Session
from glassviz.tasks.export import place_of
from glassviz.tasks.heterogeneity import Q_MAX

# What users call a choice -> its name in the Session.
OWN_NAMES = {"type": "shown_type", "score": "metric", "particle": "followed"}
SHORT = 90
RANGES = {"q_range": f"0 < lowest < highest <= {Q_MAX:g}", "smoothing": "a length from 0 to 10",
          "followed": "the number of a particle, from 0 to {last}"}  # fmt: skip
# A choice that matters only where another has this value.
NEEDED_BY = {"second_model": ("third_view", "model"), "camera": ("copies", 1)}


def figure(name, *folders, models=None, **choices):
    """A publication figure, as the app would export it, as a `figures.product.Figure` with .save(path).

    name : in exports.registry.FIGURES (`glassviz figure` lists them)
    folders : of one data set, opened as their union; default: KA2D, embedded and the user's
    models : folders with models; default: the embedded ones and the user's
    choices : temperature, time, configuration (its index, as of 0007.h5), model, observable, type, score, level, ...,
        those that the figure depends on, as the Session has them; the rest is chosen as the app would
    Raises InputError for another name or choice, one that the data do not have, and where something is missing.
    """
    entry = entry_named(name)
    unknown = sorted(set(choices) - set(entry.choices))
    if unknown:
        known = ", ".join(entry.choices) or "none"
        raise InputError(f"figure {name} does not depend on {', '.join(unknown)}, expected choices among: {known}")
    folders = [Path(folder) for folder in folders or default_data()]
    library = Library(model_folders=models, data_sets={folders[0].resolve().name: folders})
    return _made(name, _session(library, next(iter(library.data_sets)), choices))


def exported(name, session):
    """The figure at the present choices of a Session of the app, always for a light page."""
    return _made(name, _session(session.library, session.data_set, _choices(name, session)))


def _made(name, session):
    entry = entry_named(name)
    draw, columns, origin = import_module(f"glassviz.exports.{name}").make(session)
    data = session.data
    provenance = {
        "data set": f"{session.data_set}: {data.system.name}, N = {data.number}, units sigma_11, eps_11, m, k_B",
        **origin,
        "software": f"glassviz {__version__}",
    }
    return Figure(name, entry.title, draw, columns, provenance, _lines(name, session))


def _session(library, data_set, choices):
    """A Session with these choices; InputError for one that the data do not have."""
    own = {OWN_NAMES.get(name, name): value for name, value in choices.items() if value is not None}
    index = own.pop("configuration", None)
    if "q_range" in own:
        # A Session holds a list of float.
        own["q_range"] = np.asarray(own["q_range"], dtype=float).tolist()
    session = Session(library, data_set=data_set, **own)
    if index is not None:
        session.choose(configuration=place_of(session.point, index))
    for name, value in own.items():
        if not _same(getattr(session, name), value):
            known = RANGES.get(name) or "one of " + ", ".join(map(str, _known(session, name)))
            known = known.format(last=session.record.thermal.number - 1)
            called = {own: name for name, own in OWN_NAMES.items()}.get(name, name)
            raise InputError(f"{called} is {value!r}, expected {known}")
    return session


def _same(found, wanted):
    """Whether a choice was taken; of numbers the digits that tables print suffice."""
    if isinstance(found, float) and isinstance(wanted, int | float):
        return bool(np.isclose(found, wanted, rtol=1e-5, atol=0))
    return found == wanted


def _known(session, name):
    if name in session.DEPENDENT:
        return session.choices(name)
    return session.pairs if name == "pair" else getattr(session.param[name], "objects", [getattr(session, name)])


def _choices(name, session):
    """Present choices that a figure depends on, in the user's words."""
    found = {}
    for choice in entry_named(name).choices:
        needed, value = NEEDED_BY.get(choice, (None, None))
        if needed is not None and getattr(session, needed) != value:
            continue
        if choice in ("q_range", "cubic") and "collective" in found and session.collective not in FITTED:
            continue
        if choice == "descriptor" and "descriptor" not in (session.third_view, session.coloured_by):
            continue
        found[choice] = getattr(session, OWN_NAMES.get(choice, choice))
    if "type" in found:
        found["type"] = session.scored_type
    if "configuration" in found:
        found["configuration"] = session.record.index
    # Without labels there is no time to choose; an empty camera is the whole box.
    empty = {"time"} if session.slot is None else set()
    empty |= {choice for choice in ("camera", "second_model") if not found.get(choice)}
    return {choice: value for choice, value in found.items() if choice not in empty}


def _lines(name, session):
    """Python source that makes the figure of a Session; default folders are left out."""
    folders, library = session.data.folders, session.library
    arguments = [json.dumps(name)]
    if list(folders) != default_data():
        arguments += [json.dumps(str(folder)) for folder in folders]
    if library.model_folders != default_models():
        arguments.append(f"models={json.dumps([str(folder) for folder in library.model_folders])}")
    arguments += [f"{choice}={_python(value)}" for choice, value in _choices(name, session).items()]
    inside = ", ".join(arguments)
    if len(inside) > SHORT:
        inside = "".join(f"\n    {argument}," for argument in arguments) + "\n"
    return f'import glassviz as gv\n\nfigure = gv.figure({inside})\nfigure.save("{name}.pdf")\n'


def _python(value):
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)

"""Every figure: its name, the page that shows it, and the choices that it depends on.

A new one is an entry here and a file exports/NAME.py with `make(session)`, which returns (draw, columns, origin) as of
figures.product.Figure; what a user lacks is an InputError that says what makes it.
"""

from dataclasses import dataclass

from glassviz.errors import InputError


@dataclass(frozen=True)
class Entry:
    """A figure of a page of the app (a value of choices.PAGES); choices : names of Session, in the user's words."""

    page: str
    title: str
    choices: tuple


_STATE = ("temperature", "observable", "type", "configuration", "time", "model")
_JUDGED = ("temperature", "observable", "type")
_INSIDE = (*_JUDGED, "time", "model")
_FIT = ("md_from", "q_range", "cubic")
FIGURES = {
    "snapshot": Entry(
        "snapshots",
        "Molecular dynamics beside the prediction, discs of true size",
        (*_STATE, "positions", "copies", "colour_range", "third_view", "second_model", "descriptor", "camera"),
    ),
    "configurations": Entry("snapshots", "Decay of every configuration and their mean", _STATE[:4]),
    "agreement": Entry("snapshots", "Predicted against measured propensity", (*_STATE, "colour_range")),
    "histogram": Entry(
        "snapshots",
        "Distribution of the propensity of one configuration, or of its error",
        (*_STATE, "colour_range", "third_view"),
    ),
    "descriptor": Entry(
        "snapshots", "Propensity against one descriptor", (*_STATE[:5], "third_view", "coloured_by", "descriptor")
    ),
    "bottleneck": Entry(
        "snapshots",
        "Particles in the bottleneck of a network, with its output",
        (*_STATE, "seed", "coloured_by", "descriptor", "cloud", "colour_range"),
    ),
    "weights": Entry(
        "snapshots",
        "Weights of the descriptors in a model",
        ("temperature", "observable", "type", "time", "model", "seed"),
    ),
    "followed": Entry(
        "snapshots",
        "Propensity of a followed particle against time",
        (*_STATE[:2], "configuration", "model", "particle"),
    ),
    "losses": Entry("snapshots", "Losses of the training of a model", (*_STATE[:2], "model")),
    "scores": Entry("scores", "Score of every method against time", (*_JUDGED, "score", "published")),
    "temperatures": Entry(
        "scores", "Score of every method against temperature", ("observable", "type", "score", "level")
    ),
    "descriptors": Entry("scores", "Correlation of every single descriptor", (*_JUDGED, "time")),
    "collective": Entry(
        "heterogeneity", "Collective quantity of every method against time", (*_JUDGED, "collective", *_FIT)
    ),
    "collective_temperatures": Entry(
        "heterogeneity",
        "Collective quantity of every method against temperature",
        ("observable", "type", "collective", "level", *_FIT),
    ),
    "s_4": Entry("heterogeneity", "Four-point structure factor with its fits", (*_JUDGED, "time", *_FIT)),
    "collapse": Entry("heterogeneity", "Collapse of the four-point structure factors", (*_JUDGED, "level", *_FIT)),
    "g_4": Entry("heterogeneity", "Correlation of the propensity over distance", (*_JUDGED, "time", "md_from")),
    "distribution": Entry("heterogeneity", "Distribution of the propensity", (*_JUDGED, "time", "md_from")),
    "field": Entry("heterogeneity", "Smoothed field, measured beside predicted", (*_STATE, "smoothing")),
    "attention": Entry(
        "network",
        "Over which lengths tGlassMLP looks",
        (*_INSIDE, "across", "weighing", "part", "averaged", "length_rule"),
    ),
    "bottleneck_temperatures": Entry("network", "Bottleneck of tGlassMLP at several temperatures", (*_INSIDE, "seed")),
    "bottleneck_levels": Entry("network", "Bottleneck of tGlassMLP along the decay", (*_INSIDE, "seed")),
    "conditioning": Entry(
        "network", "What tGlassMLP's small networks make of the state point", (*_INSIDE, "seed", "across")
    ),
    "lengths": Entry(
        "network",
        "Dynamic lengths of molecular dynamics and tGlassMLP against temperature",
        (*_INSIDE, "level", "md_from", "q_range", "cubic", "weighing", "part", "averaged", "length_rule"),
    ),
    "sensitivity": Entry("network", "Sensitivity of tGlassMLP to each descriptor", _INSIDE),
    "decay": Entry("dynamics", "Decays at all temperatures", ("time_axis",)),
    "relaxation": Entry("dynamics", "Relaxation time against temperature, with fits", ()),
    "energies": Entry("dynamics", "Energies against temperature", ()),
    "structure": Entry("dynamics", "g(r) or S(q) at all temperatures", ("static_view", "pair")),
    "potential": Entry("dynamics", "Pair potentials", ()),
}


def entry_named(name):
    """The Entry of a figure; InputError lists the known ones."""
    if name not in FIGURES:
        raise InputError(f"figure {name!r} is unknown, expected one of {', '.join(FIGURES)}")
    return FIGURES[name]

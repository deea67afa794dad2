"""What the figures of scores share: everything is judged first, and the curves of the page become those for print."""

import numpy as np

from glassviz.errors import InputError
from glassviz.exports.origin import TEMPERATURE, TIME, columns, of_method, of_points
from glassviz.figures.curves import Curve, Panel, draw_curves
from glassviz.learning.published_scores import SOURCE
from glassviz.score_curves import Curves, column_of

LABELS = {
    "pearson": "Pearson correlation",
    "pearson_ceiling": "Pearson correlation / ceiling",
    "noise_free_variance_ratio": "variance, predicted / MD",
    "chi_4_ratio": r"$\chi_4$, predicted / MD",
}
GUIDED = ("pearson_ceiling", "noise_free_variance_ratio", "chi_4_ratio")
NAMES = {"method": "", "model": "", "temperature": TEMPERATURE, "time": TIME, "score": "1", "standard error": "1"}


def judged_curves(session, temperatures):
    """Curves of the page Scores with every method at these temperatures judged; InputError where there is no score."""
    library, data = session.library, session.data
    scored = [T for T in temperatures if "test" in data[T].split and len(data[T].times)]
    if not scored:
        raise InputError("no test configuration has labels here; glassviz simulate --test 2 makes two")
    for T in scored:
        for entry in library.methods(data, T, session.observable):
            library.judgement(entry, data[T])
        if session.metric.startswith("pearson"):
            library.single_descriptors(data[T], session.observable, session.scored_type)
    return Curves(session)


def product(session, curves, band, published, xlabel, x_log, temperatures):
    """(draw, columns, origin) of curves as Curves gives them."""
    column = column_of(session.metric, session.data.system.dimension)
    if not curves:
        raise InputError(f"no method is scored by {session.metric} here; glassviz train ridge makes one")
    drawn = [
        Curve(c["x"], c["y"], np.asarray(c["error"], dtype=float), c["name"], c["colour"], c.get("dash", "solid"))
        for c in curves
    ]
    drawn += [Curve(c["x"], c["y"], None, c["name"], c["colour"], c["dash"], "", width=0.7) for c in published]
    rows = [
        (c["name"], model, T, t, y, error)
        for c in curves
        for model, T, t, y, error in zip(c["model"], c["temperature"], c["time"], c["y"], c["error"], strict=True)
    ]
    rows += [(f"{c['name']}, published", "", session.temperature, x, y, np.nan)
             for c in published for x, y in zip(c["x"], c["y"], strict=True)]  # fmt: skip
    shade = None
    if band is not None:
        shade = tuple(np.asarray(band[name]) for name in ("x", "low", "middle", "high"))
        rows += _ceilings(session, shade, x_log)
    heights = np.concatenate([c.y for c in drawn] + ([shade[1], shade[3]] if band else []) + [[0.0, 1.0]])
    room = 0.04 * np.ptp(heights)
    panel = Panel(
        drawn,
        xlabel,
        LABELS.get(session.metric) or f"spatial correlation $C(R = {column.removeprefix('C_')})$",
        x_log=x_log,
        guide=1.0 if session.metric in GUIDED else None,
        band=shade,
        band_label="ceiling",
        y_range=(heights.min() - (room if heights.min() < 0 else 0), heights.max() + room),
    )
    lines = -(-(len(drawn) + (band is not None)) // 2)
    return (
        lambda: draw_curves([panel], legend="above", height=2.3 + 0.16 * lines),
        columns(rows, NAMES),
        _origin(session, temperatures) | ({"published": SOURCE} if published else {}),
    )


def _ceilings(session, shade, over_time):
    x, low, middle, _ = shade
    time = [(session.temperature, at) if over_time else (at, np.nan) for at in x]
    return [("ceiling", "", T, t, m, m - lower) for (T, t), m, lower in zip(time, middle, low, strict=True)]


def _origin(session, temperatures):
    data = session.data
    origin = of_points([data[T] for T in temperatures])
    origin |= {
        "observable": f"{session.observable}, type {session.scored_type}",
        "score": f"{session.metric} on the test configurations alone; standard errors over them",
    }
    for T in temperatures:
        for entry in session.library.methods(data, T, session.observable):
            origin |= of_method(entry)
    return origin

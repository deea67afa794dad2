"""Controls of the page Scores: what is drawn, for which particles, and the download of the table."""

import panel_material_ui as pmui

from glassviz.choices import LEVELS, METRICS, OBSERVABLES
from glassviz.pages.controls import bound
from glassviz.pages.save_button import save_button
from glassviz.views.style import UNLABELLED


def score_controls(session, csv):
    """Widgets bound both ways to the session, and a button that saves what `csv()` returns."""
    small = {"margin": (2, 8), "sizing_mode": "fixed"}
    quiet = {**small, "stylesheets": UNLABELLED}

    def types():
        return {f"Type {kind}": kind for kind in range(1, session.data.system.types + 1)}

    def scored():
        # Type 1 stands for all types too, which the snapshots may show.
        return session.scored_type

    widgets = [
        bound(session, "observable", pmui.RadioButtonGroup, "Propensity", OBSERVABLES, width=220, **quiet),
        bound(session, "shown_type", pmui.Select, "Particles", types, scored, width=110, **small),
        bound(session, "metric", pmui.Select, "Score", METRICS, width=210, **small),
        bound(session, "level", pmui.RadioButtonGroup, "Level of the decay", LEVELS, width=150, **quiet),
        bound(session, "published", pmui.Switch, "Published", width=130, **small),
    ]
    download = save_button(csv, label="Scores as CSV", variant="text", width=150, size="small", **small)

    def name(*_):
        download.filename = f"scores_{session.data_set}_T{session.temperature:.4f}_{session.observable}.csv"

    name()
    session.param.watch(name, ["data_set", "temperature", "observable"])
    return [*widgets, download]

"""Controls of the page Scores: what is drawn, for which particles, and the download of the table."""

import panel_material_ui as pmui

from glassviz.session import LEVELS, METRICS, OBSERVABLES
from glassviz.views.style import UNLABELLED


def score_controls(session, csv):
    """Widgets bound both ways to the session, and a button that saves what `csv()` returns."""
    small = {"size": "small", "margin": (2, 8)}

    def types():
        return {f"Type {kind}": kind for kind in range(1, session.data.system.types + 1)}

    widgets = {
        "observable": pmui.RadioButtonGroup(
            label="Propensity", options=OBSERVABLES, width=220, stylesheets=UNLABELLED, **small
        ),
        "shown_type": pmui.Select(label="Particles", options=types(), width=110, **small),
        "metric": pmui.Select(label="Score", options=METRICS, width=210, **small),
        "level": pmui.RadioButtonGroup(
            label="Level of the decay", options=LEVELS, width=150, stylesheets=UNLABELLED, **small
        ),
        "published": pmui.Switch(label="Published", width=130, **small),
    }

    def show(*_):
        widgets["shown_type"].options = types()
        for name, widget in widgets.items():
            widget.value = session.scored_type if name == "shown_type" else getattr(session, name)

    def choose(name, value):
        # Type 1 stands for all types too, which the snapshots may show.
        if name != "shown_type" or value != session.scored_type:
            session.choose(**{name: value})

    show()
    for name, widget in widgets.items():
        widget.param.watch(lambda event, name=name: choose(name, event.new), "value")
    session.param.watch(show, [*widgets, "data_set"])
    download = pmui.FileDownload(callback=csv, label="Scores as CSV", variant="text", width=150, **small)

    def name(*_):
        download.filename = f"scores_{session.data_set}_T{session.temperature:.4f}_{session.observable}.csv"

    name()
    session.param.watch(name, ["data_set", "temperature", "observable"])
    return [*widgets.values(), download]

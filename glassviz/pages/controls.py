"""Controls of the page Snapshots: what is drawn and how; buttons that train a model and save what is shown."""

import panel_material_ui as pmui

from glassviz.pages.download import download_button
from glassviz.pages.training import TrainingDialog
from glassviz.session import COLOUR_RANGES, COPIES, OBSERVABLES, POSITIONS, THIRD_VIEWS

# Of several parts in one place one is seen. The others keep their size: a figure that is taken out while it is painted,
# or whose surroundings change their size before it is there, makes Bokeh stumble.
# Panes of HTML make themselves visible again, hence the opacity; what is not visible takes no focus.
SHOWN = {"position": "absolute", "inset": "0", "visibility": "inherit", "opacity": "1", "z-index": "0"}
HIDDEN = {**SHOWN, "visibility": "hidden", "opacity": "0", "z-index": "-1"}
STYLE = {"size": "small", "margin": (4, 10), "sizing_mode": "stretch_width"}


def controls(session):
    """Widgets bound both ways to the session, in order."""

    def types():
        return {"All": 0} | {str(t): t for t in range(1, session.data.system.types + 1)}

    widgets = {
        "observable": pmui.RadioButtonGroup(label="Propensity", options=OBSERVABLES, **STYLE),
        "shown_type": pmui.RadioButtonGroup(label="Type", options=types(), **STYLE),
        "positions": pmui.RadioButtonGroup(label="Positions", options=POSITIONS, **STYLE),
        "colour_range": pmui.Select(label="Colours", options=COLOUR_RANGES, **STYLE),
        "copies": pmui.Select(label="Periodic copies", options=COPIES, **STYLE),
        "third_view": pmui.Select(label="Third view", options=THIRD_VIEWS, **STYLE),
    }
    for name, widget in widgets.items():
        widget.value = getattr(session, name)
        widget.param.watch(lambda event, name=name: session.choose(**{name: event.new}), "value")
        session.param.watch(lambda event, widget=widget: setattr(widget, "value", event.new), name)
    session.param.watch(lambda _: setattr(widgets["shown_type"], "options", types()), "data_set")
    training = TrainingDialog(session, **STYLE)
    return [*widgets.values(), training.button, training.panel, download_button(session, **STYLE)]


def bound(session, name, kind, label, options, **style):
    """A widget bound both ways to a choice; `options` may be a function, for those that follow other choices."""
    now = options if callable(options) else lambda: options
    style = {"size": "small", "margin": (6, 8), "sizing_mode": "stretch_width", **style}
    widget = kind(label=label, options=now(), value=getattr(session, name), **style)

    def show(*_):
        found = now()
        changed = {} if widget.options == found else {"options": found}
        widget.param.update(value=getattr(session, name), **changed)

    widget.param.watch(lambda event: event.new is not None and session.choose(**{name: event.new}), "value")
    session.param.watch(show, [name, *(other for other in session.DEPENDENT if callable(options) and other != name)])
    return widget

"""Controls of the page Snapshots: what is drawn and how; buttons that lead to training and save what is shown."""

import panel_material_ui as pmui

from glassviz.choices import COLOUR_RANGES, COPIES, OBSERVABLES, POSITIONS, THIRD_VIEWS
from glassviz.pages.download import data_button, download_button

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

    choices = [
        ("observable", pmui.RadioButtonGroup, "Propensity", OBSERVABLES),
        ("shown_type", pmui.RadioButtonGroup, "Type", types),
        ("positions", pmui.RadioButtonGroup, "Positions", POSITIONS),
        ("colour_range", pmui.Select, "Colours", COLOUR_RANGES),
        ("copies", pmui.Select, "Periodic copies", COPIES),
        ("third_view", pmui.Select, "Third view", THIRD_VIEWS),
    ]
    widgets = [bound(session, *choice, **STYLE) for choice in choices]
    training = pmui.Button(label="Train a model", icon="model_training", variant="outlined", **STYLE)
    training.on_click(lambda _: session.ask("train", temperature=session.temperature, observable=session.observable))
    return [*widgets, training, download_button(session, **STYLE), data_button(session, **STYLE)]


def bound(session, name, kind, label, options=None, shown=None, **style):
    """A widget bound both ways to a choice.

    options : a dict, a function for those that follow other choices, None for a switch
    shown : function of the value that the widget shows, default the choice itself
    """
    now, shown = options if callable(options) else lambda: options, shown or (lambda: getattr(session, name))
    style = {"size": "small", "margin": (6, 8), "sizing_mode": "stretch_width", **style}
    first = {} if options is None else {"options": now()}
    widget = kind(label=label, value=shown(), **first, **style)

    def show(*_):
        found = now()
        changed = {} if found is None or widget.options == found else {"options": found}
        widget.param.update(value=shown(), **changed)

    def choose(event):
        if event.new is not None and event.new != shown():
            session.choose(**{name: event.new})

    widget.param.watch(choose, "value")
    session.param.watch(show, [name, *(other for other in session.DEPENDENT if callable(options) and other != name)])
    return widget

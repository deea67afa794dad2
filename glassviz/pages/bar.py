"""The bar on top of every page: data set, temperature, time, configuration, model. It is the Session."""

import re

import panel as pn
import panel_material_ui as pmui

from glassviz.views.type_size import scale, sized

PLAY_PERIOD = 900


class TimeSlider(pmui.DiscreteSlider):
    """The times as places; a place beyond them, of a temperature that has just been left, stands for the last."""

    def _process_events(self, events):
        last, place = len(self.options) - 1, events.get("value", 0)
        if place <= last:
            super()._process_events(events)
            return
        super()._process_events({**events, "value": last})
        # The browser does not know yet.
        self.param.trigger("value")


class Choice(pmui.Select):
    """A menu; an option that it no longer has, of a page that has not caught up, is answered with what holds."""

    def _process_events(self, events):
        if "value" not in events or events["value"] in self.labels:
            super()._process_events(events)
            return
        super()._process_events({name: value for name, value in events.items() if name != "value"})
        self.param.trigger("value")


class Bar:
    """Widgets bound both ways to a Session; `panel` is the row, `play` starts and stops the film over time."""

    def __init__(self, session):
        self.session = session
        # While the widgets are filled what they say is no choice.
        self._filling = False
        select = {"size": "small", "margin": (7, 6, 2, 6)}
        self.widgets = {
            "data_set": Choice(label="Data set", width=sized(146), **select),
            "temperature": Choice(label="Temperature T", width=sized(108), **select),
            "time": TimeSlider(
                label="Time t", options=[0.0], width=round(340 / scale() ** 2), margin=(0, 20, 0, 20), size="small"
            ),
            "configuration": Choice(label="Configuration", width=sized(150), **select),
            "model": Choice(label="Model", width=sized(240), **select),
        }
        self.play = pmui.Toggle(
            label="",
            icon="play_arrow",
            description="Play over time (space)",
            width=44,
            height=40,
            margin=(5, 6, 2, 4),
            size="small",
            sx={"& .MuiToggleButton-root, &.MuiToggleButton-root": {"py": "6px"}},
        )
        self._film = None
        self._fill()
        for name, widget in self.widgets.items():
            widget.param.watch(lambda event, name=name: self._chosen(name, event.new), "value")
        self.play.param.watch(lambda event: self._play(event.new), "value")
        # After the snapshots: their message leaves first.
        session.param.watch(lambda *_: self._fill(), [*self.widgets, "observable"], precedence=1)
        order = ("data_set", "temperature", "time")
        self.panel = pmui.Row(
            *[self.widgets[name] for name in order],
            self.play,
            self.widgets["configuration"],
            self.widgets["model"],
            sizing_mode="stretch_width",
            margin=0,
            styles={"min-width": "0"},
            # Where the window is too narrow the bar is moved sideways.
            sx={"overflowX": "auto", "overflowY": "hidden", "& > .child-wrapper > *": {"flexShrink": "0 !important"}},
        )

    def _chosen(self, name, value):
        if not self._filling and value is not None:
            self.session.choose(**{name: value})

    def _fill(self):
        """Options and values from the session, without echoing them back."""
        self._filling = True
        try:
            for name, widget in self.widgets.items():
                options = self._options(name)
                value = getattr(self.session, name)
                if widget.options != options:
                    widget.param.update(options=options, value=value)
                    # The browser would keep the old label of a value that stays the same.
                    widget.param.trigger("value")
                elif widget.value != value:
                    widget.value = value
        finally:
            self._filling = False

    def _options(self, name):
        """Label to value of each choice."""
        values, session = self.session.choices(name), self.session
        if name == "data_set":
            return {value.upper(): value for value in values}
        if name == "temperature":
            return {f"{value:g}": value for value in values}
        if name == "time":
            tau = session.library.relaxation_time(session.point)
            return {f"{t:g}" + (f"  =  {t / tau:.2g} τ" if tau else ""): t for t in values}
        if name == "configuration":
            records = session.point.records
            return {f"{records[k].index} · {records[k].split}": k for k in values}
        return {short_name(value) if value else "none": value for value in values}

    def _play(self, on):
        if self._film is not None:
            self._film.stop()
            self._film = None
        if on:
            self._film = pn.state.add_periodic_callback(self._next_time, period=PLAY_PERIOD)

    def _next_time(self):
        times = self.session.choices("time")
        place = times.index(self.session.time)
        self.session.choose(time=times[(place + 1) % len(times)])


def short_name(model):
    """A model's name without the system and the observable, which the bar shows anyway."""
    if model.count("-") < 3:
        return model
    kind, last = model.split("-")[1], model.split("-")[-1]
    # The lowest temperature whose labels it has read tells one network of all temperatures from another.
    return f"tGlassMLP ≥ {last.removeprefix('Tmin')}" if kind == "tglassmlp" else f"{kind} · {last}"


def title_name(model):
    """A model's name above a snapshot, of the chosen temperature, which the bar shows, too."""
    return re.sub(r" · T\d+\.\d+", "", short_name(model))

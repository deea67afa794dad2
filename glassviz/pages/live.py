"""The live liquid on the page Tour: a thermostat to turn, exchanges to switch on, and what becomes of the bonds."""

from functools import partial

import numpy as np
import panel as pn
import panel_material_ui as pmui

from glassviz.choices import LIVE_COLOURS, LIVE_SPEEDS
from glassviz.colours import NEUTRALS, propensity_map, type_colours
from glassviz.errors import GlassvizError
from glassviz.live.liquid import COLDEST, HOTTEST, LiveLiquid
from glassviz.live.runner import Runner
from glassviz.pages.visitor import current_visitor
from glassviz.systems import KA2D
from glassviz.views.inspector import TextView
from glassviz.views.particles import ParticleView
from glassviz.views.plot import Plot, accent, spread
from glassviz.views.type_size import sized
from glassviz.words import number

FRAMES_PER_CURVE = 10
STYLE = {"size": "small", "margin": (6, 8)}
# Colour, ends and words of the scale of each colouring.
SCALES = {
    "kept": ("C_B since the mark", 0.0, 1.0, "neighbours lost", "all kept", propensity_map("bond_breaking")),
    "moved": ("Displacement since the mark", 0.0, 1.0, "none", "σ₁₁ and more", propensity_map("displacement")),
    "type": ("Type", 1.0, 3.0, "", "", np.repeat(type_colours(3), (85, 86, 85), axis=0)),
}


class LivePanel:
    """A liquid of the visitor's own; its thread lives no longer than it is watched."""

    def __init__(self, session):
        self.session = session
        self._document = pn.state.curdoc
        who = current_visitor().name or id(session)
        self.runner = Runner(self._make, who, self._show, self._stopped)
        self.view = ParticleView(titles=[""], beside=sized(340), margin=(0, 10), dark=session.dark)
        self.words, self.energy, self.kept = TextView(), Plot(), Plot()
        for plot in (self.energy, self.kept):
            plot.source("line", x=[], y=[])
            plot.curve = plot.figure.line("x", "y", source=plot._sources["line"], line_width=2)
        self._last = None
        self._widgets()
        self._link()
        self.panel = self._layout()

    # Controls --------------------------------------------------------------------------------------------------------

    def _widgets(self):
        self.temperature = pmui.FloatSlider(
            label="Temperature T", start=COLDEST, end=HOTTEST, step=0.05, value=0.5, sizing_mode="stretch_width",
            margin=(10, 22, 4, 18),
        )  # fmt: skip
        self.run = pmui.Toggle(label="Run", icon="play_arrow", width=120, **STYLE)
        self.exchange = pmui.Switch(label="Swap moves", value=False, margin=(10, 12))
        buttons = {"Mark": self._mark, "Quench": self._quench, "Restart": self._restart}
        self.buttons = [pmui.Button(label=label, variant="outlined", **STYLE) for label in buttons]
        for button, action in zip(self.buttons, buttons.values(), strict=True):
            button.on_click(lambda _, action=action: action())
        self.colour = pmui.RadioButtonGroup(
            label="Colours", options=LIVE_COLOURS, value="kept", width=sized(300), **STYLE
        )
        self.speed = pmui.RadioButtonGroup(label="Speed", options=LIVE_SPEEDS, value=5, width=sized(190), **STYLE)

    def _link(self):
        session = self.session
        self.temperature.param.watch(lambda event: self._do(self._heat), "value")
        self.exchange.param.watch(lambda event: self._do(self._switch), "value")
        self.run.param.watch(lambda event: self.start() if event.new else self.runner.stop(), "value")
        self.colour.param.watch(lambda *_: self._redraw(), "value")
        self.speed.param.watch(lambda event: self._hurry(event.new), "value")
        self.view.param.watch(self._drawn, "drawn")
        session.param.watch(lambda *_: self._redraw(), "dark")
        if self._document is not None and self._document.session_context is not None:
            self._document.on_session_destroyed(lambda *_: self.runner.stop())

    def set(self, temperature, colour="kept"):
        """Another liquid at a temperature, without exchanges, running."""
        self.runner.stop()
        self.runner.liquid = None
        self.exchange.value, self.colour.value = False, colour
        self.temperature.value = float(np.clip(temperature, COLDEST, HOTTEST))
        self.start()

    def start(self):
        """Run, if a seat is free."""
        try:
            self.runner.start()
            if self._last is None:
                self._soon(self._say, "A liquid is being prepared …")
        except GlassvizError as error:
            self._stopped(str(error))
            return
        self.run.param.update(value=True, label="Pause", icon="pause")

    def _stopped(self, sentence):
        """The thread has ended, in whichever thread that is noticed."""
        self._soon(self._show_stopped, sentence)

    def _show_stopped(self, sentence):
        if not self.runner.running:
            self.run.param.update(value=False, label="Run", icon="play_arrow")
        if sentence:
            self._say(sentence)

    def _say(self, sentence):
        self.words.update(f"<p>{sentence}</p>", self.session.dark)

    def _make(self):
        liquid = LiveLiquid(KA2D, self.temperature.value, seed=None)
        liquid.exchanging = self.exchange.value
        return liquid

    def _do(self, action):
        try:
            self.runner.do(action)
        except GlassvizError as error:
            pn.state.notifications.error(str(error))

    def _heat(self, liquid):
        liquid.temperature = self.temperature.value

    def _switch(self, liquid):
        liquid.exchanging = self.exchange.value

    def _hurry(self, segments):
        self.runner.touch()
        self.runner.segments = segments

    def _mark(self):
        self._do(lambda liquid: liquid.mark())

    def _restart(self):
        self._do(lambda liquid: liquid.restart())
        self.start()

    def _quench(self):
        """To the minimum, and stay there: what goes on moves out of it at once."""
        self.runner.stop()
        self._do(lambda liquid: liquid.quench())

    # Drawing ---------------------------------------------------------------------------------------------------------

    def _soon(self, function, *arguments):
        """Draw in turns of the event loop alone, whichever thread asks."""
        if self._document is None or self._document.session_context is None:
            function(*arguments)
        else:
            self._document.add_next_tick_callback(partial(function, *arguments))

    def _show(self, moment):
        self._soon(self._draw, moment)

    def _drawn(self, event):
        self.runner.acknowledge(self.runner.frames - (self.view.frame - event.new))

    def _redraw(self):
        self.runner.touch()
        if self._last is not None:
            self._soon(self._draw, self._last)
            self._soon(self._draw_curves)

    def _draw(self, moment):
        self._last, session = moment, self.session
        label, low, high, low_text, high_text, palette = SCALES[self.colour.value]
        types = moment.configuration.types
        field = types.astype(float) if self.colour.value == "type" else getattr(moment, self.colour.value)
        scale = {"label": label, "low": low, "high": high, "low_text": low_text, "high_text": high_text, "panels": [0]}
        self.view.show(
            moment.configuration,
            KA2D.radii,
            [field],
            low,
            high,
            titles=[f"{KA2D.name}, {moment.configuration.number} particles, moving now"],
            palettes=palette.tobytes(),
            scales=[scale],
            dark=session.dark,
        )
        if self.view.frame % FRAMES_PER_CURVE == 0 or not self.runner.running:
            self._draw_curves()

    def _draw_curves(self):
        dark, moment = self.session.dark, self._last
        time, energy, kept = np.array(self.runner.curve).T.reshape(3, -1)
        window = spread([time], margin=0.02)
        for plot, y, y_range, label, colour in (
            (self.energy, energy, spread([energy], margin=0.1), "E/N / ε₁₁", accent(1, dark)),
            (self.kept, kept, (-0.02, 1.04), "mean C_B, type 1", accent(0, dark)),
        ):
            plot.fill("line", x=time, y=y)
            plot.curve.glyph.line_color = colour
            plot.frame(window, y_range, "time t", label, dark)
        facts = {
            "t": number(moment.time, 1),
            "T of the velocities": number(moment.kinetic, 2),
            "E/N": number(moment.energy),
            "mean C_B": number(moment.mean_kept, 2),
            "t since the mark": number(moment.since_mark, 1),
        }
        quiet = NEUTRALS[dark]["quiet"]
        cells = "".join(
            f"<div><span>{name.replace('C_B', 'C<sub>B</sub>')}</span><div class=large>{value}</div></div>"
            for name, value in facts.items()
        )
        self.words.update(f"<div class=row style='color:{quiet};flex-wrap:wrap'>{cells}</div>", dark)

    # Layout ----------------------------------------------------------------------------------------------------------

    def _layout(self):
        wide = {"sizing_mode": "stretch_width", "margin": 0}
        both = {"sizing_mode": "stretch_both", "margin": 0}
        buttons = pn.FlexBox(self.run, *self.buttons, self.exchange, align_items="center", **wide)
        looks = pn.FlexBox(self.colour, self.speed, align_items="center", **wide)
        side = pn.Column(
            self.temperature, buttons, looks, self.words.panel,
            pn.Row(self.kept.panel, self.energy.panel, min_height=220, **both), **both,
        )  # fmt: skip
        return pn.Row(pn.Column(self.view, **both), side, **{**both, "margin": (8, 16, 0, 16)})

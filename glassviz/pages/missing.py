"""What the page in sight lacks, in one line, with the button that makes it: a job with its parameters filled in."""

import panel as pn
import panel_material_ui as pmui

LOOKING = ["page", "data_set", "temperature", "configuration", "observable", "model"]
ENOUGH = {"train": 6, "validation": 2, "test": 4}
"""Configurations that a first data set of a temperature should hold."""


def missing(session):
    """(sentence, words of the button, task, arguments) of what the page lacks; None where it has all."""
    point, page = session.point, session.page
    system, at = session.data.system.name, f"T = {point.temperature:g}"
    if page in ("network", "transfer"):
        if session.library.models_of_all_temperatures(session.data):
            return None
        return f"No tGlassMLP of {system} is stored.", "Train one", "transfer", {}
    if page not in ("snapshots", "scores", "heterogeneity", "dynamics"):
        return None
    simulation = {"system": system, "temperature": point.temperature, **ENOUGH}
    if not len(point.times):
        known = session.library.models_of_all_temperatures(session.data)
        instead = "; what tGlassMLP predicts there is on the page Transfer" if known else ""
        return f"{at} has no labels of molecular dynamics{instead}.", "Simulate some", "simulate", simulation
    if page in ("scores", "heterogeneity") and "test" not in point.split:
        return f"{at} has no test configuration.", "Simulate some", "simulate", simulation
    if page in ("snapshots", "scores") and not session.library.methods(
        session.data, point.temperature, session.observable
    ):
        if "train" not in point.split:
            return f"{at} has no training configuration.", "Simulate some", "simulate", simulation
        asked = {"temperature": point.temperature, "observable": session.observable}
        return f"No model predicts this propensity at {at}.", "Train one", "train", asked
    return None


class MissingBar:
    """`panel` lies over the foot of the page and is there only while something is missing."""

    def __init__(self, session):
        self.session = session
        self.words = pn.pane.HTML("", margin=(8, 12))
        self.button = pmui.Button(label="", variant="contained", size="small", margin=(6, 12))
        self.panel = pn.Row(self.words, self.button, margin=0)
        self.button.on_click(lambda _: self._ask())
        session.param.watch(lambda *_: self._show(), [*LOOKING, "dark"])
        self._show()

    def _show(self):
        found = missing(self.session)
        self.panel.visible = found is not None
        if found is not None:
            self.words.object, self.button.label = found[:2]
        self.panel.styles = {
            "position": "absolute", "bottom": "14px", "right": "24px", "z-index": "5",
            "border-radius": "6px", "box-shadow": "0 2px 10px rgba(0,0,0,.25)",
            "background": "#23272e" if self.session.dark else "#ffffff",
        }  # fmt: skip

    def _ask(self):
        found = missing(self.session)
        if found is not None:
            self.session.ask(found[2], **found[3])

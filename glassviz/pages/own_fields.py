"""The fields of the dialog for one's own data: what the files do not say."""

import panel_material_ui as pmui

from glassviz.choices import OBSERVABLES
from glassviz.errors import InputError
from glassviz.systems import SYSTEMS
from glassviz.views.style import UNLABELLED

SYSTEM_OPTIONS = {"The one that fits": "", **{name: name for name in SYSTEMS}}
SPLIT_OPTIONS = {"As the files say, else test": "", "Train": "train", "Validation": "validation", "Test": "test"}
KINDS = {"Structures and labels": "structures", "Predictions of a method": "predictions"}
FIELD = {"size": "small", "margin": (6, 10), "sizing_mode": "stretch_width"}


class OwnFields:
    """Widgets for the kind of data and for what is missing; `panel` is their column."""

    def __init__(self):
        self.kind = pmui.RadioButtonGroup(
            label="What it is", options=KINDS, value="structures", stylesheets=UNLABELLED, **FIELD
        )
        self.name = pmui.TextInput(label="Name of the data set", **FIELD)
        self.system = pmui.Select(label="Glass former", options=SYSTEM_OPTIONS, value="", **FIELD)
        self.temperature = pmui.TextInput(label="Temperature T", placeholder="as found", **FIELD)
        self.split = pmui.Select(label="Split", options=SPLIT_OPTIONS, value="", **FIELD)
        self.times = pmui.TextInput(label="Times t of the labels", placeholder="as found; else 0.1 1 10", **FIELD)
        self.mean_of = pmui.TextInput(label="Replicas behind means", placeholder="leave means out", **FIELD)
        self.method = pmui.TextInput(label="Name of the method", **FIELD)
        self.observable = pmui.Select(label="Propensity", options=OBSERVABLES, **FIELD)
        row = {"margin": 0, "sizing_mode": "stretch_width"}
        self._method_row = pmui.Row(self.method, self.observable, **row)
        self.panel = pmui.Column(
            self.kind,
            pmui.Row(self.name, self.system, self.split, **row),
            pmui.Row(self.temperature, self.times, self.mean_of, **row),
            self._method_row,
            **row,
        )
        self.kind.param.watch(lambda _: self._show(), "value")
        self._show()

    def _show(self):
        predictions = self.kind.value == "predictions"
        self._method_row.visible = predictions
        for widget in (self.system, self.split, self.mean_of):
            widget.visible = not predictions

    def clear(self):
        """Empty every field: what was said of the last files does not hold for others."""
        for field in (self.name, self.temperature, self.times, self.mean_of, self.method):
            field.value = ""
        self.system.value = self.split.value = ""

    def options(self):
        """What the fields say, as fields of ImportOptions; InputError names the field that cannot be read."""
        mean_of = _numbers("replicas", self.mean_of.value, 1)
        if mean_of and not mean_of[0].is_integer():
            raise InputError(f"replicas is {self.mean_of.value!r}, expected a whole number")
        temperature = _numbers("temperature", self.temperature.value, 1)
        return {
            "system": self.system.value or None,
            "temperature": temperature[0] if temperature else None,
            "split": self.split.value or None,
            "times": _numbers("times", self.times.value),
            "mean_of": int(mean_of[0]) if mean_of else None,
        }


def _numbers(name, text, most=None):
    """Numbers in a field, separated by blanks, commas or semicolons; InputError names the field."""
    try:
        values = [float(word) for word in text.replace(",", " ").replace(";", " ").split()]
    except ValueError:
        raise InputError(f"{name} is {text!r}, expected numbers") from None
    if most is not None and len(values) > most:
        raise InputError(f"{name} is {text!r}, expected one number")
    return values

"""The form of a task, made from the parameters of its Request: units, ranges and defaults are theirs."""

import panel as pn
import panel_material_ui as pmui
import param

from glassviz.dataset import EMBEDDED
from glassviz.errors import InputError
from glassviz.jobs import REQUESTS, request_of

FIELD = {"size": "small", "margin": (5, 8), "width": 190}
EITHER = {"—": "", "yes": True, "no": False}
NOTHING = "—"
"""What nothing looks like; a menu cannot hold None, which is "" there."""


class JobForm:
    """`panel` holds the fields of `task`; `request()` is what they say; InputError names a field without sense."""

    def __init__(self, session, visitor, task, arguments=None):
        self.session, self.visitor, self.task = session, visitor, task
        self.kind = REQUESTS[task]
        self.given = {**self._from_session(), **(arguments or {})}
        self.fields = {name: self._field(name) for name in self.kind.form}
        self.panel = pn.FlexBox(*self.fields.values(), margin=0, width=420, sizing_mode="fixed")

    def request(self):
        """The Request of the fields, and of what was asked for beside them."""
        arguments = {name: value for name, value in self.given.items() if name not in self.fields}
        for name, field in self.fields.items():
            value = self._value(name, field)
            if value != self.kind.param[name].default:
                arguments[name] = value
        return request_of(self.task, arguments, self.visitor)

    def _from_session(self):
        """What the visitor looks at, as arguments."""
        session, names = self.session, self.kind.names()
        index = session.record.index
        known = {"temperature": session.temperature, "observable": session.observable, "configuration": index}
        known |= {"system": session.data.system.name}
        if "data" in names and not self._is_default():
            known["data"] = [str(folder.resolve()) for folder in session.data.folders]
        if self.task == "predict":
            known["model"] = session.model
        elif self.task == "film":
            known["model"] = session.ladder_model
        return {name: value for name, value in known.items() if name in names}

    def _is_default(self):
        return self.session.data_set == "ka2d" and EMBEDDED in [folder.parent for folder in self.session.data.folders]

    def _field(self, name):
        """A widget for a parameter."""
        parameter, value = self.kind.param[name], self.given.get(name, self.kind.param[name].default)
        label = parameter.label or name.capitalize()
        common = {"label": label, **FIELD} | ({"description": parameter.doc} if parameter.doc else {})
        if name == "model":
            return pmui.Select(options=self._models(), value=value, **{**common, "width": 396})
        if isinstance(parameter, param.Boolean):
            if parameter.allow_None:
                return pmui.Select(options=EITHER, value="" if value is None else value, **common)
            return pmui.Switch(value=value, **common)
        if isinstance(parameter, param.Selector):
            options = {_word(each): "" if each is None else each for each in parameter.objects}
            return pmui.Select(options=options, value="" if value is None else value, **common)
        if isinstance(parameter, param.List):
            return pmui.TextInput(value=", ".join(f"{each:g}" for each in value or ()), placeholder=NOTHING, **common)
        if isinstance(parameter, param.Number):
            kind = pmui.IntInput if isinstance(parameter, param.Integer) else pmui.FloatInput
            low, high = parameter.bounds or (None, None)
            step = parameter.step or (1 if kind is pmui.IntInput else 0.01)
            return kind(value=value, start=low, end=high, step=step, placeholder=NOTHING, **common)
        return pmui.TextInput(value=value, **common)

    def _models(self):
        """{words: name} of the models that the task can use."""
        library, system = self.session.library, self.session.data.system.name
        fits = [e["name"] for e in library.models if e["system"] == system]
        if self.task == "film":
            fits = list(library.models_of_all_temperatures(self.session.data))
        return {"the first": "", **{name: name for name in fits}} if self.task == "film" else fits

    def _value(self, name, field):
        """What a field says, as the parameter takes it."""
        parameter, value = self.kind.param[name], field.value
        if isinstance(parameter, param.List):
            words = (value or "").replace(",", " ").split()
            try:
                numbers = [float(word) for word in words]
            except ValueError:
                raise InputError(f"{parameter.label or name} is {value!r}, expected numbers such as 0.35 0.3") from None
            return numbers if numbers or not parameter.allow_None else None
        if isinstance(parameter, param.String):
            return value or ""
        if value == "":
            return None
        if value is None and not parameter.allow_None:
            raise InputError(f"{parameter.label or name} is empty, expected a number")
        return value


def _word(value):
    """An entry of a list of choices."""
    if value is None:
        return NOTHING
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")

"""What every job is asked with: parameters with ranges and units, checked before anything is begun."""

import math
import os
from pathlib import Path

import param

from glassviz.access import OWNER
from glassviz.dataset import EMBEDDED, Dataset, data_places, home
from glassviz.errors import InputError, Refused


class Request(param.Parameterized):
    """A task and its arguments; forms, commands and scripts fill in the same parameters.

    visitor : who asks. Subclasses have `task`, `lane` ("long" or "short"), `check()`, which raises before anything
    long is begun, and `run(report, job)`, which does the task and returns the path of what it made.
    """

    task, lane_of_task, summary = "", "long", ""
    form = ()
    """Names of the parameters that a form shows, in its order."""

    data = param.List(default=[], item_type=str, doc="Folders of the data set; none: KA2D, embedded and yours.")

    def __init__(self, visitor=OWNER, **arguments):
        known = self.names()
        for name in arguments:
            if name not in known:
                raise InputError(f"{name} is no parameter of {self.task}, expected some of {', '.join(known)}")
        super().__init__()
        self.visitor, self.problems = visitor, []
        for name, value in arguments.items():
            self._put(name, value)

    @classmethod
    def names(cls):
        """Names of all parameters."""
        return [name for name in cls.param if name != "name"]

    def arguments(self):
        """{name: value} of what is not at its default, JSON-ready."""
        return {name: getattr(self, name) for name in self.names() if getattr(self, name) != self.param[name].default}

    def _put(self, name, value):
        parameter = self.param[name]
        # A whole number will do where any is expected; nan would pass every range.
        entries = value if isinstance(value, list) else [value]
        odd = any(isinstance(entry, float) and not math.isfinite(entry) for entry in entries)
        if odd or (isinstance(value, bool) and isinstance(parameter, param.Number)):
            raise InputError(f"{name} is {_short(value)}, expected {expected(parameter)}")
        try:
            setattr(self, name, value)
        except (ValueError, TypeError):
            raise InputError(f"{name} is {_short(value)}, expected {expected(parameter)}") from None

    @property
    def lane(self):
        """Which slots it waits for."""
        return "gpu" if getattr(self, "device", "cpu") == "cuda" else self.lane_of_task

    def device_name(self):
        """What it runs on, in words."""
        return f"the processor ({os.cpu_count()} cores)" if self.lane != "gpu" else self.gpu()[1]

    def gpu(self):
        """(True, name of the GPU) or (False, what is missing for one)."""
        from glassviz.simulation.gpu.device import found_gpu

        return found_gpu()

    def dataset(self):
        """The Dataset of `data`; what it leaves out is added to `problems`. Refused for what is another's."""
        data = Dataset(*self.data_folders())
        self.problems += data.problems
        return data

    def data_folders(self):
        """Folders of the data set, the default ones where none is named."""
        if not self.data:
            places = data_places(EMBEDDED, home() / "data", self.visitor.home / "data")
            return places.get("ka2d") or [EMBEDDED / "ka2d"]
        return [self.allowed(folder) for folder in self.data]

    def allowed(self, path):
        """A path that this visitor may read; Refused for another."""
        found = Path(path).resolve()
        places = [EMBEDDED, home() / "data", home() / "models", self.visitor.home]
        if self.visitor.role != "owner" and not any(found.is_relative_to(place.resolve()) for place in places):
            raise Refused(f"{path} is outside the data of {self.visitor.name or 'a guest'}")
        return found

    def model_folders(self):
        """Where models of this visitor are looked for."""
        found = [EMBEDDED / "models", home() / "models", self.visitor.home / "models"]
        return [folder for folder in dict.fromkeys(found) if folder.is_dir()]

    def place(self, name, default):
        """The path of parameter `name`, which only the owner chooses, or the default."""
        given = getattr(self, name)
        if given and self.visitor.role != "owner":
            raise Refused(f"{name} is chosen by the owner of this machine alone")
        return Path(given).absolute() if given else default

    def check(self):
        """Raise InputError or Refused for what cannot work, without any long computation."""

    def disk(self):
        """Bytes that it will write, roughly; 0 where that is too little to speak of."""
        return 0


def torch_gpu():
    """(True, name of the GPU that torch would train on) or (False, what is missing)."""
    import torch

    if torch.cuda.is_available():
        return True, torch.cuda.get_device_name()
    return False, "device 'cuda' needs an NVIDIA GPU and a build of torch for it, expected 'cpu'"


def _short(value):
    words = repr(value)
    return words if len(words) <= 80 else words[:77] + "..."


def expected(parameter):
    """What a parameter accepts, in words."""
    none = " or nothing" if parameter.allow_None else ""
    if isinstance(parameter, param.Boolean):
        return f"yes or no{none}"
    if isinstance(parameter, param.Selector):
        return f"one of {', '.join(map(str, parameter.objects))}"
    if isinstance(parameter, param.List):
        kind = {float: "numbers", int: "whole numbers", str: "names"}.get(parameter.item_type, "entries")
        return f"a list of {kind}{none}"
    if isinstance(parameter, param.Number):
        kind = "a whole number" if isinstance(parameter, param.Integer) else "a number"
        return f"{kind}{_range(parameter)}{none}"
    return f"words{none}"


def _range(parameter):
    low, high = parameter.bounds or (None, None)
    closed = parameter.inclusive_bounds
    words = [] if low is None else [f"{'from' if closed[0] else 'above'} {low:g}"]
    words += [] if high is None else [f"{'to' if closed[1] else 'below'} {high:g}"]
    return " " + " ".join(words) if words else ""

"""The page's address holds the session: a link opens the same picture."""

from urllib.parse import parse_qsl, urlencode

import panel as pn
import param

from glassviz.session import Session

SKIPPED = {"name", "playing", "asked"}
# The defaults of these depend on the data, which may grow: a link names them always.
ALWAYS = {"data_set", "temperature", "time", "configuration", "model"}
# A lasso over thousands of particles makes no link.
LONGEST_SELECTION = 60


def query_of(session):
    """The session's choices as a query string; what is at a fixed default is left out."""
    state = {}
    for name in session.param:
        value, default = getattr(session, name), session.param[name].default
        if name in SKIPPED or (name == "selected" and len(value) > LONGEST_SELECTION):
            continue
        # There is always another model where there are two: a link names it where it is seen.
        hidden = name == "second_model" and session.third_view != "model"
        if hidden or (value == default and name not in ALWAYS):
            continue
        if isinstance(value, bool):
            value = int(value)
        elif isinstance(value, list):
            value = ",".join(f"{entry:g}" for entry in value)
        state[name] = value
    return "?" + urlencode(state, safe=",") if state else ""


def state_of(query):
    """Choices of a query string as Session.choose takes them; what cannot be read is left out."""
    state = {}
    for name, text in parse_qsl(query.lstrip("?"), keep_blank_values=True):
        if name in SKIPPED or name not in Session.param:
            continue
        try:
            state[name] = _value(Session.param[name], text)
        except ValueError:
            continue
    return state


def _value(parameter, text):
    if isinstance(parameter, param.Boolean):
        return bool(int(text))
    if isinstance(parameter, param.Integer):
        return int(text)
    if isinstance(parameter, param.List):
        return [parameter.item_type(entry) if parameter.item_type else float(entry) for entry in text.split(",")]
    if isinstance(parameter, param.Selector):
        return type(parameter.objects[0])(text)
    if isinstance(parameter, param.Number):
        return float(text)
    return text


def opened():
    """Choices that the address of the present visitor holds."""
    location = pn.state.location
    return {} if location is None else state_of(location.search or "")


def keep_in_step(session):
    """Write every change of the session into the address."""
    location = pn.state.location
    if location is None:
        return

    def write(*_):
        location.search = query_of(session)

    session.param.watch(write, [name for name in session.param if name not in SKIPPED], precedence=2)

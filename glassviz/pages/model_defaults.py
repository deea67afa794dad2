"""Bokeh's models made and read for less: a page has hundreds of them, with dozens of properties each."""

from functools import lru_cache

import bokeh.plotting._renderer
from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.core.property.singletons import Intrinsic, Undefined
from bokeh.core.property.wrappers import PropertyValueContainer
from bokeh.settings import settings

_known, _unstable, _made_with, _sent_of = {}, set(), {}, {}
_work_out, _all_values = PropertyDescriptor._get_default, HasProps.properties_with_values


def remember_defaults():
    """Make pages cheaper to build and to send: most of that was working out the same defaults again and again.

    Bokeh 3.9 copies and checks a default each time that it is read, and it reads all of them to send a model. What a
    theme says, and what Bokeh calls unstable (made for each model, or mutable), is left to it. Empty lists and tables
    are made when somebody asks for them, not seven for each model: they were a third of a visitor's memory.
    """
    HasProps.__init__ = _make
    HasProps.properties_with_values = _values
    PropertyDescriptor._get_default = _get_default
    HasProps._overridden_defaults = classmethod(_overridden)
    # Most models have no theme: Bokeh's own way to find that out is an exception.
    HasProps.themed_values = lambda model: vars(model).get("__themed_values__")
    # Nor look for names that are like an unknown one: Panel asks models for attributes that they may lack.
    settings.perform_error_diagnostics.set_value(False)
    # As it is anyway; else the environment is asked for each model that is made.
    settings.simple_ids.set_value(True)
    # How a glyph looks when others are selected, or muted, the browser works out itself where nobody says it.
    bokeh.plotting._renderer.pop_visuals = _visuals


def _get_default(descriptor, model):
    key = type(model), descriptor
    themed = model.themed_values()
    if key in _unstable or (themed is not None and descriptor.name in themed):
        return _work_out(descriptor, model)
    if key in _known:
        return _known[key]
    value = _work_out(descriptor, model)
    if descriptor.has_unstable_default(model):
        _unstable.add(key)
    else:
        _known[key] = value
    return value


def _make(model, **properties):
    super(HasProps, model).__init__()
    model._property_values, model._unstable_default_values, model._unstable_themed_values = {}, {}, {}
    for name, value in properties.items():
        if value is not Undefined and value is not Intrinsic:
            setattr(model, name, value)
    for name in _at_once(model):
        if name not in properties:
            model.lookup(name)._get(model)
    model._initialized = True


def _at_once(model):
    """Names of the defaults that are, or hold, models: they are made with the model, for they are sent with it."""
    if type(model) not in _made_with:
        unstable = [
            name for name in model.properties(_with_props=True) if model.lookup(name).has_unstable_default(model)
        ]
        defaults = {name: model.lookup(name).instance_default(model) for name in unstable}
        _made_with[type(model)] = [
            name for name, value in defaults.items() if value or not isinstance(value, list | dict | set)
        ]
    return _made_with[type(model)]


def _values(model, *, include_defaults=True, include_undefined=False):
    """What is sent of a model, without asking for what is not; a property that must be given and is not, raises."""
    if include_defaults or include_undefined:
        return _all_values(model, include_defaults=include_defaults, include_undefined=include_undefined)
    given, made, themed = model._property_values, model._unstable_default_values, model.themed_values() or {}
    result = {}
    for name, descriptor, required in _sent(model):
        if required or name in given or name in made or name in themed:
            value = descriptor.get_value(model)
            if name in themed or name not in made or not isinstance(value, PropertyValueContainer):
                result[name] = value
    return result


def _sent(model):
    """[(name, descriptor, whether there is no default)] of all that is ever sent of a model."""
    if type(model) not in _sent_of:
        sent = [(name, model.lookup(name)) for name in model.properties(_with_props=True)]
        _sent_of[type(model)] = [
            (name, descriptor, descriptor.instance_default(model) is Undefined)
            for name, descriptor in sent
            if descriptor.serialized
        ]
    return _sent_of[type(model)]


_pop_visuals = bokeh.plotting._renderer.pop_visuals


def _visuals(glyph, given, *, prefix="", **more):
    unasked = prefix in ("nonselection_", "muted_") and not any(name.startswith(prefix) for name in given)
    return None if unasked else _pop_visuals(glyph, given, prefix=prefix, **more)


_of_class = HasProps._overridden_defaults.__func__


@lru_cache(None)
def _overridden(cls):
    return _of_class(cls)

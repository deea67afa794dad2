"""Bokeh's models made and read for less: a page has hundreds of them, with dozens of properties each."""

from functools import lru_cache

import bokeh.plotting._renderer
from bokeh.core.has_props import HasProps
from bokeh.core.property.descriptors import PropertyDescriptor
from bokeh.settings import settings

_known, _unstable = {}, set()
_work_out = PropertyDescriptor._get_default


def remember_defaults():
    """Make pages cheaper to build and to send: most of that was working out the same defaults again and again.

    Bokeh 3.9 copies and checks a default each time that it is read, and it reads all of them to send a model. What a
    theme says, and what Bokeh calls unstable (made for each model, or mutable), is left to it.
    """
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


_pop_visuals = bokeh.plotting._renderer.pop_visuals


def _visuals(glyph, given, *, prefix="", **more):
    unasked = prefix in ("nonselection_", "muted_") and not any(name.startswith(prefix) for name in given)
    return None if unasked else _pop_visuals(glyph, given, prefix=prefix, **more)


_of_class = HasProps._overridden_defaults.__func__


@lru_cache(None)
def _overridden(cls):
    return _of_class(cls)

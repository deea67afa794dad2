"""Panel's components sent for less: each would copy all its parameters, some forty, to look at their kinds."""

import threading

from panel.custom import ReactiveESM
from panel.viewable import Viewable, is_viewable_param

_properties = ReactiveESM._get_properties
_turn = threading.Lock()


def look_at_classes():
    """Let Panel 1.9 read the kinds of a component's parameters from its class, which are the same.

    And let it not search the whole page for Param panes, plots of HoloViews and links in JavaScript, which no page has,
    whenever something is added to it: what makes a link asks for that search itself.
    """
    ReactiveESM._get_properties = _get_properties
    ReactiveESM._get_children = _get_children
    Viewable._preprocessing_hooks.clear()


def _get_properties(component, doc):
    private = type(component)._param__private
    with _turn:
        before = private.disable_instance_params
        private.disable_instance_params = True
        try:
            return _properties(component, doc)
        finally:
            private.disable_instance_params = before


def _get_children(component, data_model, doc, root, parent, comm):
    children, old = {}, []
    sent = type(component)._property_mapping
    for name, parameter in component.param.objects(instance=False).items():
        if is_viewable_param(parameter) and sent.get(name, "") is not None:
            children[name], known = component._get_child_model(getattr(component, name), doc, root, parent, comm)
            old += known
    return children, old

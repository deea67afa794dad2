"""Fewer walks through the models of a page, which cost more than all else that a move makes the server do."""

from collections import ChainMap
from contextlib import contextmanager

import bokeh.document.document
import bokeh.model.util
import panel as pn
from bokeh.core.has_props import HasProps
from bokeh.core.serialization import Deserializer, Serializer
from bokeh.document.models import DocumentModelManager
from bokeh.model import Model
from bokeh.protocol.messages.patch_doc import patch_doc
from panel.io import hold


def search_when_changed():
    """Let Bokeh walk through a document only where a change asks for it.

    Bokeh 3.9 searches all models of a document at the end of every batch (`freeze`); here it does if one of the
    changes changed what refers to what. Changes of references, and only they, call `invalidate`; roots are added and
    removed within batches. And it lists all models for every message that is sent or has come, for what these say of
    models by their names; here each name is looked up. A search looks at what a model was given and at the models that
    were made with it: no other default refers to one.
    """
    bokeh.model.util.visit_immediate_value_references = _visit
    DocumentModelManager.invalidate = _invalidate
    DocumentModelManager._pop_freeze = _pop_freeze
    patch_doc.create = classmethod(_patch)
    bokeh.document.document.Deserializer = _Reader


def _invalidate(manager):
    if manager._freeze_count:
        manager._changed = True
    else:
        manager.recompute()


def _pop_freeze(manager):
    manager._freeze_count -= 1
    document = manager._document()
    if manager._freeze_count or document is None:
        return
    roots = [root.id for root in document.roots]
    if getattr(manager, "_changed", True) or roots != getattr(manager, "_searched", None):
        manager._changed, manager._searched = False, roots
        manager.recompute()


_visit_value = bokeh.model.util.visit_value_and_its_immediate_references


def _visit(value, visitor):
    """Call `visitor` with each model that `value`, a model or what holds some, refers to."""
    if not isinstance(value, HasProps):
        _visit_value(value, visitor)
        return
    referring = value.properties_with_refs()
    themed = {name: getattr(value, name) for name in value.themed_values() or ()}
    for values in (value._property_values, value._unstable_default_values, themed):
        for name, child in values.items():
            if name in referring:
                _visit_part(child, visitor)


def _visit_part(part, visitor):
    """As Bokeh's own, which imports what it needs at every call: models and lists of them are found here."""
    if isinstance(part, Model):
        visitor(part)
    elif isinstance(part, list):
        for item in part:
            _visit_part(item, visitor)
    elif part is not None and not isinstance(part, str | int | float):
        _visit_value(part, visitor)


class _Reader(Deserializer):
    """Reads what a browser says of the models of a document."""

    def __init__(self, references=(), *, setter=None):
        super().__init__(setter=setter)
        known = references[0].document.models._models if references else {}
        self._references = ChainMap({}, known)


class _Writer(Serializer):
    """Writes the models that the browser has by their names."""

    def __init__(self, manager):
        super().__init__()
        self._models, self._new = manager._models, manager._new_models

    def has_ref(self, obj):
        return super().has_ref(obj) or self._is_known(obj)

    def get_ref(self, obj):
        return super().get_ref(obj) or (obj.ref if self._is_known(obj) else None)

    def _is_known(self, obj):
        return isinstance(obj, Model) and self._models.get(obj.id) is obj and obj not in self._new


def _patch(cls, events, **metadata):
    """The message about changes, all of one document, as Bokeh's own."""
    (document,) = {event.document for event in events}
    writer = _Writer(document.models)
    message = cls(cls.create_header(), metadata, {"events": writer.encode(events)})
    document.models.flush_synced(lambda model: not writer.has_ref(model))
    message.add_buffers(*writer.buffers)
    return message


@contextmanager
def one_batch():
    """All changes of the present page within are one batch, sent when it is whole.

    What is new in it becomes part of the document at its end: sent before, it would arrive as it was made, and what was
    set afterwards would be lost.
    """
    document = pn.state.curdoc
    if document is None:
        yield
        return
    with hold(document), document.models.freeze():
        yield

"""Fewer searches through a page for its models, which cost more than all else that a move makes the server do."""

from contextlib import contextmanager

import panel as pn
from bokeh.document.models import DocumentModelManager


def search_when_changed():
    """Let Bokeh search a document after a batch of changes only if one of them changed what refers to what.

    Bokeh 3.9 searches all models of a document, some thousands here, at the end of every batch (`freeze`), and
    HoloViews makes each update of a plot a batch; yet such an update mostly changes numbers alone. Changes of
    references, and only they, call `invalidate`; roots are added and removed within batches.
    """
    DocumentModelManager.invalidate = _invalidate
    DocumentModelManager._pop_freeze = _pop_freeze


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


@contextmanager
def one_batch():
    """All changes of the present page within are one batch."""
    document = pn.state.curdoc
    if document is None:
        yield
        return
    with document.models.freeze():
        yield

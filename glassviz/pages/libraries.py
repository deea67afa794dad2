"""Which data and models a visitor sees: what all share, and their own."""

from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from glassviz.dataset import EMBEDDED, home
from glassviz.library import Library, default_models

_further = {"data": [], "models": []}
_libraries, _lock = {}, Lock()
# Those of visitors with data or models of their own live as long as a session uses them.
_own = WeakValueDictionary()


def configure(data=(), models=()):
    """Name further folders of data sets and of models that all visitors see."""
    _further.update(data=[Path(folder) for folder in data], models=[Path(folder) for folder in models])


def library(visitor):
    """The Library of a visitor: the very one that all share while there is nothing of their own.

    Raises DataError when there is no data set at all.
    """
    with _lock:
        shared = _libraries.get("shared")
        if shared is None:
            shared = _libraries["shared"] = Library(*_folders())
        if not visitor.name or not any(_has_entries(visitor.home / kind) for kind in ("data", "models")):
            return shared
        own = _own.get(visitor.name)
        if own is None:
            data, models = _folders()
            folders = [*data, visitor.home / "data"], [*models, visitor.home / "models"]
            own = _own[visitor.name] = Library(*folders, shared=shared)
        return own


def renew(session, visitor, patience=0.0):
    """Let a session see what has been added, corrected or removed, also the first of the visitor's own.

    patience : seconds for which what another visitor's session has seen on disk is good enough
    """
    if visitor.name:
        session.library = library(visitor)
    session.library.refresh(patience)


def _folders():
    """Folders of data sets and of models that all visitors see."""
    return [EMBEDDED, *_further["data"], home() / "data"], [*default_models(), *_further["models"]]


def _has_entries(folder):
    return folder.is_dir() and any(folder.iterdir())

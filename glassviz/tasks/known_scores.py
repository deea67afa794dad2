"""Scores that were worked out before, by this process or another: from disk, named by what they were made from.

The contents are those of the state point and of the method; JSON and arrays alone are read, never objects.
"""

import json
from dataclasses import fields, is_dataclass
from weakref import WeakKeyDictionary

import numpy as np

from glassviz.cache import cached_array, digest
from glassviz.learning.score import ceiling_table
from glassviz.learning.single_descriptors import SingleDescriptors, single_descriptors
from glassviz.structure import glassmlp_descriptor_names
from glassviz.tasks.judge import judge
from glassviz.tasks.score import score

_digests = WeakKeyDictionary()


def known_judgement(entry, state_point, progress=None):
    """As tasks.judge.judge, from disk where it is known."""

    def compute():
        return {str(kind): rows for kind, rows in judge(entry, state_point, progress).items()}

    tables = _table("judgement-1", _content(entry, state_point), compute)
    return {int(kind): rows for kind, rows in tables.items()}


def known_score(entry, state_point, type_number=1):
    """As tasks.score.score, from disk where it is known."""
    content = _content(entry, state_point)
    return _table("score-1", content and [*content, type_number], lambda: score(entry, state_point, type_number))


def known_ceilings(state_point, observable, type_number):
    """As learning.score.ceiling_table, from disk where it is known."""
    content = [_point(state_point), observable, type_number]
    return _table("ceilings-1", content, lambda: ceiling_table(state_point, observable, type_number))


def known_descriptors(state_point, observable, type_number, progress=None):
    """As learning.single_descriptors.single_descriptors, from disk where it is known."""

    def compute():
        found = single_descriptors(state_point, observable, type_number, progress)
        return np.stack([found.pearson, found.errors, found.training])

    table = cached_array("single-descriptors-1", [_point(state_point), observable, type_number], compute)
    return SingleDescriptors(glassmlp_descriptor_names(state_point.system), np.asarray(state_point.times), *table)


def _table(kind, content, compute):
    """JSON-ready rows; content : as of cached_array, None where they are not to be kept."""
    if content is None:
        return compute()

    def encoded():
        return np.frombuffer(json.dumps(compute()).encode(), np.uint8)

    return json.loads(cached_array(kind, content, encoded).tobytes())


def _content(entry, state_point):
    """What decides the scores of a method at a state point; None for a method of no known make."""
    about = [_point(state_point), entry["kind"], entry["observable"], *(entry["types"] or ())]
    if entry["kind"] == "predictions":
        return [*about, state_point.predictions_of(entry["observable"])[entry["name"]]]
    # A model of all temperatures at one of them is decided by the whole and the state point.
    model = getattr(entry["model"], "whole", entry["model"])
    if not is_dataclass(model):
        return None
    if model not in _digests:
        _digests[model] = digest(_parts({field.name: getattr(model, field.name) for field in fields(model)}))
    return [*about, _digests[model]]


def _parts(value):
    """Arrays that tell a value of a model apart."""
    if isinstance(value, dict):
        for name in sorted(value, key=str):
            yield np.array(str(name))
            yield from _parts(value[name])
    elif isinstance(value, list | tuple):
        yield np.array(len(value))
        for part in value:
            yield from _parts(part)
    else:
        yield value if isinstance(value, np.ndarray) else np.array(str(value))


def _point(state_point):
    """Digest of all structures and labels of a state point."""
    if state_point not in _digests:
        arrays = [np.array([state_point.system.name, *state_point.split]), np.array(state_point.temperature)]
        for record in state_point.records:
            for structure in (record.thermal, record.inherent):
                arrays += [structure.positions, structure.types, structure.box]
            arrays += [record.times, record.bond_breaking_halves, record.displacement_halves, record.half_replicas]
        _digests[state_point] = digest(arrays)
    return _digests[state_point]

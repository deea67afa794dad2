"""What models on descriptors share: their state point, prediction at one time, and the header they are stored with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz import __version__
from glassviz.errors import DataError, InputError
from glassviz.learning.inputs import describe, descriptor_names, time_slot
from glassviz.learning.model_folder import HEADER, WEIGHTS, is_number, require
from glassviz.learning.score import OBSERVABLES
from glassviz.systems import GlassFormer, system_named

SAME_TEMPERATURE = 1e-9


@dataclass(frozen=True, eq=False, kw_only=True)
class DescriptorModel:
    """A model of one state point on coarse-grained structure; each kind adds what it has learnt and `predict_all`.

    times : (n_times,); lengths, observables : which descriptors; means, scales : {type: (m,)} over the training
    particles, by which they are standardised; provenance : dict with the configurations used and how
    """

    system: GlassFormer
    temperature: float
    times: np.ndarray
    observable: str
    lengths: tuple
    observables: tuple
    means: dict
    scales: dict
    provenance: dict

    @property
    def types(self):
        """Types that the model predicts."""
        return sorted(self.means)

    @property
    def descriptor_names(self):
        """Name of each descriptor that is computed, in order."""
        return descriptor_names(self.system, self.lengths, self.observables)

    def describe(self, configuration, inherent=None):
        """Descriptors of a thermal configuration, (N, M), after quenching it where `inherent` is not given."""
        return describe(configuration, self.system, self.lengths, self.observables, inherent)

    def predict(self, configuration, time=None, inherent=None, temperature=None):
        """Predicted propensity of every particle at one of the model's times, (N,); nan for types it does not know.

        configuration : thermal; it is quenched unless its inherent structure is given
        time : one of `times` to 1e-6 of itself; may be left out where there is only one
        temperature : of the configuration, for which the model must have been trained; None applies it to any
        Raises InputError listing the times or naming the temperature, DataError for a configuration of another system.
        """
        if temperature is not None and abs(temperature - self.temperature) > SAME_TEMPERATURE:
            raise InputError(
                f"temperature is {temperature:g}, expected {self.temperature:g}, where the model was trained"
            )
        return self.predict_all(configuration, inherent, slots=[time_slot(self.times, time)])[0]

    def predict_each(self, configuration, inherent=None, slots=slice(None)):
        """Predictions of every seed, (seeds, n_times, N); of one where a kind knows no seeds."""
        return self.predict_all(configuration, inherent, slots)[None]

    def header(self):
        """The items of model.json that every kind has."""
        return {
            "kind": self.kind,
            "system": self.system.name,
            "temperature": self.temperature,
            "times": None if self.times is None else self.times.tolist(),
            "observable": self.observable,
            "types": self.types,
            "lengths": list(self.lengths),
            "observables": list(self.observables),
            "descriptors": self.descriptor_names,
            "provenance": self.provenance,
        }


def state_of(state_point, present, observable, lengths, observables):
    """The fields of a model that do not depend on its kind, for the times `present` (n_times,) bool."""
    return {
        "system": state_point.system,
        "temperature": float(state_point.temperature),
        "times": np.asarray(state_point.times, dtype=np.float64)[present],
        "observable": observable,
        "lengths": tuple(float(length) for length in lengths),
        "observables": tuple(observables),
    }


def provenance_of(state_point, train, validation, **more):
    """Which configurations made a model, and how, as a JSON-ready dict."""
    indices = [record.index for record in state_point.records]
    return {
        **more,
        "training_configurations": len(train),
        "validation_configurations": len(validation),
        "training_indices": [indices[k] for k in train],
        "validation_indices": [indices[k] for k in validation],
        "software": f"glassviz {__version__}",
    }


def provenance_of_all(state_points, **more):
    """As `provenance_of`, of several state points, each temperature once: {temperature: indices} for the two splits."""
    used = {"train": {}, "validation": {}}
    for point in state_points:
        for split, found in used.items():
            own = [r.index for r, s in zip(point.records, point.split, strict=True) if s == split]
            found[f"{point.temperature:g}"] = own
    software = f"glassviz {__version__}"
    return {**more, "training_indices": used["train"], "validation_indices": used["validation"], "software": software}


def stored_state(header, path):
    """The fields of `state_of` and the provenance from a stored header, after checking that they fit each other."""
    given = header["times"] is not None and header["temperature"] is not None
    require(given, Path(path) / HEADER, "temperature or times are null")
    return {
        **shared_state(header, path),
        "temperature": float(header["temperature"]),
        "times": np.array(header["times"], dtype=np.float64),
    }


def shared_state(header, path):
    """The fields that models of one and of all state points have, from a stored header."""
    file, system = Path(path) / HEADER, system_named(header["system"])
    known = header["observable"] in OBSERVABLES
    require(known, file, f"observable is {header['observable']!r}, expected one of {', '.join(OBSERVABLES)}")
    require(isinstance(header.get("provenance"), dict), file, "provenance is missing, expected an object")
    for name in ("lengths", "observables"):
        require(isinstance(header.get(name), list), file, f"{name} are {header.get(name)!r}, expected a list")
    require(all(is_number(length) for length in header["lengths"]), file, "lengths hold other than numbers")
    require(all(isinstance(name, str) for name in header["observables"]), file, "observables hold other than strings")
    try:
        names = descriptor_names(system, header["lengths"], header["observables"])
    except InputError as error:
        raise DataError(f"{file}: {error}") from None
    given = header.get("descriptors")
    require(given == names, file, f"descriptors are not the {len(names)} that lengths and observables give")
    return {
        "system": system,
        "observable": header["observable"],
        "lengths": tuple(header["lengths"]),
        "observables": tuple(header["observables"]),
        "provenance": header["provenance"],
    }


def check_scales(tensors, types, path):
    """Raise DataError unless the stored deviations of every type are positive."""
    for number in types:
        positive = (tensors[f"type{number}.scales"] > 0).all()
        require(positive, Path(path) / WEIGHTS, f"type{number}.scales are not all positive, expected deviations")


def check_kept(header, inputs, file):
    """Raise DataError unless a header tells, by type, a network's epochs and which of `inputs` descriptors it takes."""
    keys = {str(number) for number in header["types"]}
    for item in ("kept", "epochs"):
        require(isinstance(header.get(item), dict) and header[item].keys() == keys, file, f"{item} are not by type")
    for number, kept in header["kept"].items():
        listed = isinstance(kept, list) and kept and all(type(m) is int and 0 <= m < inputs for m in kept)
        listed = listed and len(set(kept)) == len(kept)
        require(listed, file, f"kept of type {number} are not numbers of descriptors below {inputs}, each once")
    require(all(type(e) is int and e > 0 for e in header["epochs"].values()), file, "epochs are not positive numbers")

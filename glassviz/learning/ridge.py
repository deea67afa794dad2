"""Ridge regression on coarse-grained structure: the linear model that any network has to beat."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassviz.errors import InputError
from glassviz.learning import regression
from glassviz.learning.descriptor_model import DescriptorModel, check_scales, provenance_of, state_of, stored_state
from glassviz.learning.inputs import descriptors_of, lengths_for, training_indices, types_to_train
from glassviz.learning.model_folder import HEADER, WEIGHTS, check_shapes, is_number, read_model, require, write_model
from glassviz.learning.score import propensity

LENGTHS = (0.0, 1.0, 2.0, 3.5, 5.0)
"""Coarse-graining lengths that together reach from the cage to the range of dynamical correlations.

Those that are too long for a box (structure.lengths_within) are left out.
"""

DESCRIPTORS = ("density", "energy", "perimeter")
"""Observables that are coarse-grained."""

ALPHAS = tuple(10.0**k for k in range(2, -9, -1))
"""Penalties to choose from, the strongest first: it wins a tie."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Ridge(DescriptorModel):
    """Ridge regression of a propensity, one for each type and time.

    y_i = b + sum_m w_m z_im,  z = (x - mean) / scale,  (b, w) minimise <(y - y_i)^2> + alpha |w|^2

    x are coarse-grained density, energy and Voronoi perimeter of the inherent structure, standardised over the training
    particles of the type; descriptors without variance have weight 0.

    means, scales : {type: (M,)}; weights : {type: (n_times, M)}; intercepts, alphas : {type: (n_times,)}
    provenance says also on what alpha was chosen
    Source: Boattini, Smallenburg, Filion, Phys. Rev. Lett. 127, 088007 (2021), with GlassMLP's descriptors.
    """

    weights: dict
    intercepts: dict
    alphas: dict

    kind = "ridge"

    @classmethod
    def fit(
        cls,
        state_point,
        observable="bond_breaking",
        lengths=None,
        observables=DESCRIPTORS,
        types=None,
        times=None,
        alphas=ALPHAS,
        progress=None,
    ):
        """Fit to the training configurations of a state point.

        observable : "bond_breaking" or "displacement"; types, times : default all that occur
        lengths : default those of LENGTHS that fit the box, see structure.lengths_within
        observables : with "displacement" among them the thermal configuration counts as well, as in GlassBench
        alpha is chosen for each type and time by the squared error on the validation split; without one, by leaving
        out one training configuration at a time. The test split is not read. Times at which a configuration used has no
        label are left out. progress(done, total) counts configurations and may raise Cancelled.
        Raises InputError when there is nothing to train on or to choose alpha by.
        """
        labels = propensity(state_point, observable)
        train, validation, present = training_indices(state_point, labels, times)
        used = train + validation
        alphas = _checked_alphas(alphas, len(train), len(validation))
        numbers = types_to_train(state_point, train, types)
        lengths = lengths_for(state_point, lengths, LENGTHS)
        inputs = descriptors_of(state_point, used, lengths, observables, progress)
        results = {}
        for number in numbers:
            pairs = {k: _of_type(state_point.inherent[k], number, inputs[k], labels[k, present]) for k in used}
            results[number] = regression.fit([pairs[k] for k in train], [pairs[k] for k in validation], alphas)
        means, scales, weights, intercepts, chosen = ({t: r[k] for t, r in results.items()} for k in range(5))
        by = "validation split" if validation else "leave-one-configuration-out over the training split"
        how = {"alpha_chosen_by": f"squared error, {by}" if len(alphas) > 1 else "given", "alpha_grid": list(alphas)}
        return cls(
            **state_of(state_point, present, observable, lengths, observables),
            means=means,
            scales=scales,
            weights=weights,
            intercepts=intercepts,
            alphas=chosen,
            provenance=provenance_of(state_point, train, validation, **how),
        )

    def predict_all(self, configuration, inherent=None, slots=slice(None)):
        """Predictions at all times, (n_times, N), as `predict`."""
        x = self.describe(configuration, inherent)
        result = np.full((len(self.times[slots]), len(x)), np.nan)
        for number in self.types:
            own = configuration.types == number
            z = (x[own] - self.means[number]) / self.scales[number]
            result[:, own] = self.weights[number][slots] @ z.T + self.intercepts[number][slots, None]
        return result

    def save(self, path, overwrite=False):
        """Write the model as a folder, whole or not at all; an existing one is an InputError unless `overwrite`."""
        alphas = {str(number): self.alphas[number].tolist() for number in self.types}
        tensors = {}
        for number in self.types:
            for name in ("means", "scales", "weights", "intercepts"):
                tensors[f"type{number}.{name}"] = np.asarray(getattr(self, name)[number], dtype=np.float64)
        write_model(path, {**self.header(), "alphas": alphas}, tensors, overwrite)

    @classmethod
    def load(cls, path):
        """Read a saved model; DataError names file, item and expectation."""
        header, tensors = read_model(path, cls.kind)
        shared = stored_state(header, path)
        inputs, times, types = len(header["descriptors"]), len(header["times"]), header["types"]
        sizes = {"means": (inputs,), "scales": (inputs,), "weights": (times, inputs), "intercepts": (times,)}
        check_shapes(tensors, {f"type{t}.{n}": s for t in types for n, s in sizes.items()}, Path(path) / WEIGHTS)
        check_scales(tensors, types, path)
        learnt = {name: {t: tensors[f"type{t}.{name}"] for t in types} for name in sizes}
        return cls(**shared, **learnt, alphas=_checked_stored_alphas(header, Path(path) / HEADER))


def _of_type(configuration, number, x, y):
    """Inputs (n, M) and targets (n, T) of the particles of one type."""
    own = configuration.types == number
    return x[own], y[:, own].T


def _checked_alphas(alphas, training, validation):
    """Penalties as a tuple, after checking that they are numbers >= 0 and can be chosen from."""
    alphas = tuple(float(alpha) for alpha in alphas)
    if not alphas or not all(np.isfinite(alpha) and alpha >= 0 for alpha in alphas):
        raise InputError(f"alphas are {list(alphas)}, expected one or more finite numbers from 0 on")
    if len(alphas) > 1 and not validation and training < 2:
        raise InputError("alpha cannot be chosen: expected a validation configuration, two for training, or one alpha")
    return alphas


def _checked_stored_alphas(header, file):
    """{type: (n_times,)} of a stored model."""
    alphas, length = header.get("alphas"), len(header["times"])
    require(isinstance(alphas, dict), file, f"alphas are {alphas!r}, expected an object")
    keys = {str(number) for number in header["types"]}
    require(alphas.keys() == keys, file, f"alphas are for types {sorted(alphas)}, expected {sorted(keys)}")
    for number, values in alphas.items():
        numbers = isinstance(values, list) and all(is_number(a) and a >= 0 for a in values)
        require(numbers and len(values) == length, file, f"alphas of type {number} are not {length} numbers from 0 on")
    return {number: np.array(alphas[str(number)], dtype=np.float64) for number in header["types"]}

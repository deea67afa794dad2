"""A state point: all configurations of a data set at one temperature, with their labels as arrays."""

from functools import cached_property

import numpy as np

from glassviz.systems import system_named


class StatePoint:
    """All configurations at one temperature, ordered by index.

    system : GlassFormer; temperature : float; records : list of Record
    foreign : list of Predictions, made elsewhere for this system and temperature
    times : (n_times,) union over the records; a label that a record lacks is nan
    """

    def __init__(self, records, foreign=()):
        self.records, self.foreign = records, list(foreign)
        self.system = system_named(records[0].system)
        self.temperature = records[0].temperature
        self.times = _union_of_times([record.times for record in records])
        self._means = {}

    def __len__(self):
        return len(self.records)

    @property
    def configurations(self):
        """Thermal configurations."""
        return [record.thermal for record in self.records]

    @property
    def inherent(self):
        """Inherent structures of the same configurations."""
        return [record.inherent for record in self.records]

    @property
    def split(self):
        """ "train", "validation" or "test" of each configuration."""
        return [record.split for record in self.records]

    @property
    def replicas(self):
        """Replicas behind the labels of each configuration, (n_configurations,)."""
        return np.array([record.replicas for record in self.records])

    @cached_property
    def bond_breaking_halves(self):
        """C_B^i(t) of each half of the replicas, (n_configurations, 2, n_times, N)."""
        return self._labels("bond_breaking_halves")

    @cached_property
    def displacement_halves(self):
        """R_i(t) of each half of the replicas, (n_configurations, 2, n_times, N), in sigma_11."""
        return self._labels("displacement_halves")

    @cached_property
    def bond_breaking(self):
        """Bond-breaking propensity C_B^i(t), (n_configurations, n_times, N)."""
        return self.bond_breaking_halves.mean(axis=1)

    @cached_property
    def displacement(self):
        """Displacement propensity R_i(t), (n_configurations, n_times, N), in sigma_11."""
        return self.displacement_halves.mean(axis=1)

    @cached_property
    def self_scattering(self):
        """F_s(k, t) of type 1 at k = system.wavenumber, of each half of the replicas, (n_configurations, 2, n_times).

        nan where a file has none.
        """
        result = np.full((len(self.records), 2, len(self.times)), np.nan)
        for row, record in enumerate(self.records):
            means = record.self_scattering_means
            if means is not None and len(record.times):
                halves = means.reshape(2, -1, len(record.times)).mean(axis=1)
                result[row][:, _time_slots(self.times, record.times)] = halves
        return result

    @cached_property
    def bond_breaking_means(self):
        """Mean C_B(t) over type 1 of each replica, (n_configurations, most replicas, n_times); nan where there is none.

        Its variance over replicas and configurations gives the ordinary chi_4(t), which propensities do not hold.
        """
        return self._replica_means("bond_breaking_means")

    @cached_property
    def overlap_means(self):
        """Mean of Theta(0.3 - R_i) over type 1 of each replica, (n_configurations, most replicas, n_times) or nan."""
        return self._replica_means("overlap_means")

    @cached_property
    def squared_displacement_means(self):
        """Mean squared displacement of type 1 of each replica, (n_configurations, most replicas, n_times) or nan."""
        return self._replica_means("squared_displacement_means")

    @property
    def predictions(self):
        """Predictions made elsewhere, {name: (n_configurations, n_times, N)}; nan where there is none.

        A method that predicts both observables is called "NAME (displacement)" for the second.
        """
        found = self.predictions_of("bond_breaking")
        for name, values in self.predictions_of("displacement").items():
            found[f"{name} (displacement)" if name in found else name] = values
        return found

    def predictions_of(self, observable):
        """As `predictions`, of one observable."""
        keys = [(record.seed, record.index) for record in self.records]
        number = self.records[0].thermal.number
        return {p.name: p.aligned(self.times, keys, number) for p in self.foreign if p.observable == observable}

    def prediction(self, name, observable, place):
        """What a method of `predictions_of` predicts for one configuration alone, (n_times, N)."""
        found = next(p for p in self.foreign if (p.name, p.observable) == (name, observable))
        record = self.records[place]
        return found.aligned(self.times, [(record.seed, record.index)], record.thermal.number)[0]

    def mean_correlation(self, type_number=1):
        """Mean C_B(t) over the particles of one type, per configuration, (n_configurations, n_times); read-only."""
        if type_number not in self._means:
            chosen = [record.thermal.types == type_number for record in self.records]
            means = np.array([c[:, own].mean(axis=1) for c, own in zip(self.bond_breaking, chosen, strict=True)])
            means.flags.writeable = False
            self._means[type_number] = means
        return self._means[type_number]

    def decay(self, type_number=1):
        """Mean C_B(t) of one type over the configurations with a label at a time, (n_times,); else nan."""
        curves = self.mean_correlation(type_number)
        known = np.isfinite(curves)
        with np.errstate(invalid="ignore"):
            return np.where(known, curves, 0).sum(axis=0) / known.sum(axis=0)

    def shared_decay(self, type_number=1):
        """Mean C_B(t) of every labelled configuration at the times that all of them have: times (n,), curves (m, n)."""
        curves = self.mean_correlation(type_number)
        curves = curves[np.isfinite(curves).any(axis=1)]
        shared = np.isfinite(curves).all(axis=0)
        return self.times[shared], curves[:, shared]

    def _labels(self, name):
        number = self.records[0].thermal.number
        labels = np.full((len(self.records), 2, len(self.times), number), np.nan)
        for row, record in enumerate(self.records):
            labels[row][:, _time_slots(self.times, record.times)] = getattr(record, name)
        return labels

    def _replica_means(self, name):
        result = np.full((len(self.records), max(self.replicas), len(self.times)), np.nan)
        for row, record in enumerate(self.records):
            means = getattr(record, name)
            if means is not None:
                result[row, : len(means), _time_slots(self.times, record.times)] = means.T
        return result


def _union_of_times(lists):
    """Sorted distinct times; times closer than 1e-6 of themselves are one."""
    times = np.unique(np.concatenate(lists))
    distinct = np.concatenate([[True], np.diff(times) > 1e-6 * times[1:]]) if len(times) else []
    return times[np.asarray(distinct, dtype=bool)]


def _time_slots(times, own):
    """Index in `times` of each of a record's own times."""
    if len(own) == 0:
        return np.empty(0, dtype=int)
    return np.abs(times[:, None] - own).argmin(axis=0)

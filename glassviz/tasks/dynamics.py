"""Dynamics of a data set: decays, relaxation times and their fits, energies, static correlations, each with errors."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from glassviz.dynamics.relaxation_time import SHORT, relaxation_time_with_error
from glassviz.dynamics.temperature_fits import FITS
from glassviz.errors import InputError
from glassviz.interactions.energy import potential_energy
from glassviz.structure import pair_correlation, structure_factor

LEVELS = {"bond_breaking": 0.5, "self_scattering": float(np.exp(-1))}
"""Decay -> the value at which it defines tau_alpha."""
DECAYS = ("bond_breaking", "displacement", "self_scattering")
STATIC = {"pair_correlation": pair_correlation, "structure_factor": structure_factor}


@dataclass(frozen=True, eq=False)
class Decay:
    """A mean over type 1 against time.

    times, mean, error : (n,), t > 0; standard error over configurations, nan for one
    tau, tau_error : relaxation time and its jackknife error; nan where the decay ends earlier or defines none
    """

    times: np.ndarray
    mean: np.ndarray
    error: np.ndarray
    tau: float
    tau_error: float

    @property
    def continued(self):
        """Whether tau lies, by a little, beyond the last label: then the curve's end is continued."""
        return bool(len(self.times)) and self.tau > self.times[-1]


@dataclass(frozen=True, eq=False)
class StateSummary:
    """What is known of the liquid at one temperature.

    configurations : their number; labelled : how many have labels; replicas : sorted numbers of replicas that occur
    thermal, inherent : (E/N, standard error over configurations), in eps_11
    decays : name in DECAYS -> Decay, without times where there are no labels
    """

    temperature: float
    configurations: int
    labelled: int
    replicas: tuple
    thermal: tuple
    inherent: tuple
    decays: dict


_summaries, _energies, _curves = WeakKeyDictionary(), WeakKeyDictionary(), WeakKeyDictionary()


def state_summary(point):
    """StateSummary of a StatePoint, worked out once."""
    if point not in _summaries:
        energies = np.array([_energy(record, point.system) for record in point.records])
        _summaries[point] = StateSummary(
            temperature=point.temperature,
            configurations=len(point),
            labelled=sum(len(record.times) > 0 for record in point.records),
            replicas=tuple(sorted({int(number) for number in point.replicas if number})),
            thermal=tuple(map(float, mean_and_error(energies[:, 0]))),
            inherent=tuple(map(float, mean_and_error(energies[:, 1]))),
            decays={name: _decay(point, name) for name in DECAYS},
        )
    return _summaries[point]


def state_summaries(data):
    """StateSummary of every temperature of a Dataset, in ascending order."""
    return [state_summary(data[temperature]) for temperature in data.temperatures]


def collapsed_relaxation_time(summary, summaries, name="bond_breaking"):
    """tau_alpha of a decay that ends too early, if it has the shape of the others: t_end / x(C_end), nan without one.

    x(C) is t / tau of the coldest temperature whose decay reaches its own tau_alpha, interpolated in log t.
    """
    own = summary.decays[name]
    masters = [s.decays[name] for s in summaries if np.isfinite(s.decays[name].tau)]
    if not masters or not len(own.times):
        return float("nan")
    master = masters[0]
    if not master.mean[-1] <= own.mean[-1] <= master.mean[0]:
        return float("nan")
    scaled = np.interp(-own.mean[-1], -master.mean, np.log(master.times / master.tau))
    return float(own.times[-1] / np.exp(scaled))


def relaxation_fits(summaries, decay="bond_breaking"):
    """Fits of tau_alpha(T) by name: a TemperatureFit, or the sentence that says why there is none."""
    own = [summary.decays[decay] for summary in summaries]
    arguments = [s.temperature for s in summaries], [d.tau for d in own], [d.tau_error for d in own]
    fits = {}
    for name, fit in FITS.items():
        try:
            fits[name] = fit(*arguments)
        except InputError as error:
            fits[name] = str(error)
    return fits


def static_curve(point, quantity, pair=None):
    """(x, mean, standard error) of "pair_correlation" or "structure_factor" over the thermal configurations, once."""
    known = _curves.setdefault(point, {})
    if (quantity, pair) not in known:
        known[quantity, pair] = STATIC[quantity](point.configurations, pair)
    return known[quantity, pair]


def mean_and_error(values):
    """Mean and standard error over the first axis, without nan; nan where there are too few."""
    values = np.asarray(values, dtype=float)
    number = np.isfinite(values).sum(axis=0)
    total = np.where(np.isfinite(values), values, 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / number
        squares = np.where(np.isfinite(values), (values - mean) ** 2, 0).sum(axis=0)
        error = np.sqrt(squares / (number - 1) / number)
    return mean, np.where(number > 1, error, np.nan)


def _energy(record, system):
    """E/N of the thermal and of the inherent structure."""
    if record not in _energies:
        both = (record.thermal, record.inherent)
        _energies[record] = [float(potential_energy(structure, system).mean()) for structure in both]
    return _energies[record]


def _decay(point, name):
    """Decay of one name; each configuration is one sample."""
    if name == "self_scattering":
        rows = point.self_scattering.mean(axis=1)
    else:
        own = [record.thermal.types == 1 for record in point.records]
        rows = [v[:, mask].mean(axis=1) for v, mask in zip(getattr(point, name), own, strict=True)]
    rows = np.array(rows).reshape(len(point), len(point.times))
    # On logarithmic axes there is no time 0; a time that no file has for this quantity is left out.
    there = (point.times > 0) & np.isfinite(rows).any(axis=0)
    times, rows = point.times[there], rows[:, there]
    whole = rows[np.isfinite(rows).all(axis=1)]
    tau = (np.nan, np.nan)
    if name in LEVELS and len(times) > 1 and len(whole):
        tau = relaxation_time_with_error(times, whole, LEVELS[name], beyond=SHORT)
    return Decay(times, *mean_and_error(rows), *tau)

"""Scores of predicted propensities, and the highest score that finite replicas allow."""

import numpy as np

from glassviz.errors import InputError
from glassviz.record import OBSERVABLES


def pearson(predicted, true):
    """Pearson correlation of predicted and true values, pooled over everything given.

    rho_P = <(x - <x>)(y - <y>)> / (sigma_x sigma_y)

    Arrays of equal shape; give the particles of one type from the whole test set, for the types differ in mean.
    Pairs where either is nan (a particle without prediction or label) are left out.
    Raises InputError when shapes differ, fewer than 3 pairs remain, a value is infinite or a side has no variance.
    Source: Jung et al., Roadmap on machine learning glassy dynamics (2025), task A.
    """
    predicted, true = np.asarray(predicted, dtype=np.float64), np.asarray(true, dtype=np.float64)
    if predicted.shape != true.shape:
        raise InputError(f"predicted has shape {predicted.shape} and true {true.shape}, expected equal shapes")
    present = ~(np.isnan(predicted) | np.isnan(true))
    x, y = predicted[present], true[present]
    if len(x) < 3:
        raise InputError(f"{len(x)} pairs of numbers are left, expected 3 or more")
    for name, values in (("predicted", x), ("true", y)):
        if not np.isfinite(values).all():
            raise InputError(f"{name} holds an infinite value, expected finite numbers")
        if np.ptp(values) <= 1e-14 * np.abs(values).max():
            raise InputError(f"{name} has no variance: every value is {values[0]:g}")
    x, y = x - x.mean(), y - y.mean()
    return float(np.clip((x / np.linalg.norm(x)) @ (y / np.linalg.norm(y)), -1.0, 1.0))


def ceiling(halves):
    """Highest Pearson correlation that a perfect prediction can reach against labels of finite replicas.

    sqrt(2 r / (1 + r)), with r the Pearson correlation of the propensities of the two halves of the replicas

    halves : (n_configurations, 2, N_type), the particles of one type.
    nan when r <= 0: the labels are noise alone, no ceiling can be told.
    Raises InputError on another shape and as `pearson` does.
    Source: Spearman-Brown; Jung et al., Roadmap on machine learning glassy dynamics (2025).
    """
    halves = np.asarray(halves, dtype=np.float64)
    if halves.ndim != 3 or halves.shape[1] != 2:
        raise InputError(f"halves have shape {halves.shape}, expected (n_configurations, 2, N)")
    r = pearson(halves[:, 0], halves[:, 1])
    return float(np.sqrt(2 * r / (1 + r))) if r > 0 else np.nan


def bootstrap_error(predicted, true, samples=400, seed=0):
    """Standard error of the pooled Pearson correlation: spread over sets of configurations drawn with replacement.

    predicted, true : one array of equal length for each configuration. Whole configurations are drawn, because
    particles of one configuration are not independent. nan with fewer than two configurations.
    Raises InputError when the lengths differ.
    """
    return _spread(*_drawn_correlations(predicted, true, samples, seed))


def ceiling_error(halves, samples=400, seed=0):
    """Standard error of the ceiling, by drawing configurations as `bootstrap_error` does.

    halves : a list of (2, n), one for each configuration, the particles of one type.
    nan with fewer than two configurations; draws without a ceiling (r <= 0) are left out.
    """
    r, number = _drawn_correlations([first for first, _ in halves], [second for _, second in halves], samples, seed)
    r = r[r > 0]
    return _spread(np.sqrt(2 * r / (1 + r)), number)


def _spread(drawn, configurations):
    """Standard deviation of drawn statistics; drawing from n varies by (n - 1) / n of the variance of all."""
    if len(drawn) < 2:
        return np.nan
    return float(np.std(drawn, ddof=1) * np.sqrt(configurations / (configurations - 1)))


def _drawn_correlations(predicted, true, samples, seed):
    """Pooled Pearson correlations of sets of configurations drawn with replacement, where they are defined.

    Returns them and the number of configurations drawn from: those without any pair of numbers don't count.
    """
    if len(predicted) != len(true) or any(np.shape(p) != np.shape(t) for p, t in zip(predicted, true, strict=False)):
        raise InputError("predicted and true differ in shape, expected one pair of equal arrays per configuration")
    # Sums of each configuration suffice; centred values keep them accurate.
    x, y = [np.asarray(p, float) for p in predicted], [np.asarray(t, float) for t in true]
    pairs = [(p, t) for p, t in zip(x, y, strict=True) if np.isfinite(p + t).any()]
    if len(pairs) < 2:
        return np.empty(0), len(pairs)
    x_mean, y_mean = (np.nanmean(np.concatenate(side)) for side in zip(*pairs, strict=True))
    sums = np.array([_moments(p - x_mean, t - y_mean) for p, t in pairs])
    drawn = np.random.default_rng(seed).integers(0, len(sums), (samples, len(sums)))
    totals = sums[drawn].sum(axis=1)
    n, sx, sy, sxx, syy, sxy = totals.T
    variances = (sxx - sx * sx / n) * (syy - sy * sy / n)
    defined = variances > 0
    return (sxy - sx * sy / n)[defined] / np.sqrt(variances[defined]), len(pairs)


def score_table(predictions, state_point, observable="bond_breaking", type=1):  # noqa: A002 - a particle's type
    """Pearson correlation, its error and its ceiling at every time, on the test split alone.

    predictions : (n_configurations, n_times, N), aligned with `state_point`; rows outside the test split are not read.
    Returns one dict for each time: time, pearson, error, ceiling, ceiling_error, configurations, particles; the
    ceiling is that of the configurations with predictions. What is undefined (no prediction, no label, no variance as
    at times before anything moves) is nan.
    Raises InputError when there is no test split or the shapes differ.
    """
    labels = propensity(state_point, observable)
    if np.shape(predictions) != labels.shape:
        raise InputError(f"predictions have shape {np.shape(predictions)}, expected {labels.shape}")
    test = scored_places(state_point)
    own = [state_point.configurations[k].types == type for k in test]
    predicted = [k for k in test if np.isfinite(predictions[k]).any()]
    table = ceiling_table(state_point, observable, type, predicted or None)
    for slot, row in enumerate(table):
        guess = [np.asarray(predictions[k][slot])[chosen] for k, chosen in zip(test, own, strict=True)]
        true = [labels[k, slot, chosen] for k, chosen in zip(test, own, strict=True)]
        score = _or_nan(pearson, np.concatenate(guess), np.concatenate(true))
        counted = [np.isfinite(g) & np.isfinite(t) for g, t in zip(guess, true, strict=True)]
        row |= {
            "pearson": score,
            "error": bootstrap_error(guess, true) if np.isfinite(score) else np.nan,
            "configurations": int(sum(c.any() for c in counted)),
            "particles": int(sum(c.sum() for c in counted)),
        }
    return table


def ceiling_table(state_point, observable="bond_breaking", type=1, places=None):  # noqa: A002 - a particle's type
    """Ceiling and its bootstrap error at every time, on the test split: dicts with time, ceiling, ceiling_error.

    places : only these configurations; default all of the split
    """
    halves, test = propensity(state_point, f"{observable}_halves"), places or scored_places(state_point)
    table = []
    for slot, time in enumerate(state_point.times):
        pairs = [halves[k, :, slot][:, state_point.configurations[k].types == type] for k in test]
        labelled = [pair for pair in pairs if np.isfinite(pair).all()]
        value = _or_nan(ceiling, np.concatenate(labelled, axis=1)[None]) if labelled else np.nan
        error = ceiling_error(labelled) if np.isfinite(value) else np.nan
        table.append({"time": float(time), "ceiling": value, "ceiling_error": error})
    return table


def scored_places(state_point):
    """Places of the test configurations in a state point; InputError naming what makes one where there is none."""
    test = [k for k, split in enumerate(state_point.split) if split == "test"]
    if not test:
        raise InputError(
            f"T = {state_point.temperature:g} has no test configuration to score on; "
            f"glassviz simulate --temperature {state_point.temperature:g} --test 2 makes two"
        )
    return test


def propensity(state_point, name):
    """The labels called `name`, such as "displacement" or "displacement_halves"; InputError lists the known ones."""
    if name.removesuffix("_halves") not in OBSERVABLES:
        raise InputError(f"observable {name!r} is unknown, expected one of {', '.join(OBSERVABLES)}")
    return np.asarray(getattr(state_point, name), dtype=np.float64)


def _moments(x, y):
    """Number of pairs without nan, and the sums of x, y, x^2, y^2 and xy over them."""
    present = ~(np.isnan(x) | np.isnan(y))
    x, y = x[present], y[present]
    return len(x), x.sum(), y.sum(), x @ x, y @ y, x @ y


def _or_nan(score, *arguments):
    try:
        return score(*arguments)
    except InputError:
        return np.nan

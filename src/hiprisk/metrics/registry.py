"""Every metric by name: the entries of all families, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hiprisk.errors import ConfigError
from hiprisk.metrics import (
    calibration,
    calibration_tests,
    discrimination,
    floor_ceiling,
    likelihood,
    scores,
    spread,
)
from hiprisk.metrics.clinical_utility import net_benefit
from hiprisk.metrics.decomposition import parts, quantile_scores, ranked_probability_score
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast import scores as forecast_scores
from hiprisk.metrics.smoothing import curve_errors

# In the order in which metrics are reported, the main one of each kind first.
FAMILIES = (
    discrimination, scores, calibration, likelihood, spread, calibration_tests, curve_errors,
    forecast_scores, floor_ceiling, net_benefit, parts, ranked_probability_score, quantile_scores,
)  # fmt: skip
KINDS = ("continuous", "binary", "distribution")


def entries() -> tuple[Metric, ...]:
    """Every entry of every family, those with a parameter left open too."""
    return tuple(entry for family in FAMILIES for entry in family.METRICS)


def metrics_for(kind: str, *, costly: bool = False) -> tuple[Metric, ...]:
    """Metrics that every evaluation of a kind of outcome reports, the main one first.

    Parameters
    ----------
    kind : str
        ``continuous``, ``binary`` or ``distribution``.
    costly : bool
        Also those that smooth. A smoother can fail on a resample where a mean cannot.

    Raises
    ------
    ConfigError
        If there is no such kind.
    """
    return tuple(one for one in _of_kind(kind) if one.default and (costly or not one.costly))


def further_metrics(kind: str) -> tuple[Metric, ...]:
    """Metrics of a kind that are reported beside a bootstrap alone, as R rms' `validate` does."""
    return tuple(
        one for one in _of_kind(kind) if not (one.default or one.by_name_only or one.parameter)
    )


def _of_kind(kind: str) -> tuple[Metric, ...]:
    if kind not in KINDS:
        raise ConfigError(f"the kinds of metrics are {', '.join(KINDS)}, got '{kind}'")
    return tuple(one for one in entries() if one.kind == kind)


def find_metric(kind: str, name: str) -> Metric:
    """The metric of a kind by name, whether it is a default one or not.

    Examples
    --------
    >>> find_metric("binary", "net_benefit_0.2").label
    'net benefit at 20 %'

    Raises
    ------
    ConfigError
        If there is no such metric.
    """
    found = _lookup(name, _of_kind(kind))
    if found is None:
        raise ConfigError(f"there is no metric '{name}' of a {kind} outcome")
    return found


def entry_of(name: str) -> Metric | None:
    """What is known of a metric by name alone: of namesakes of several kinds, the first's.

    None where the name is none of ours.
    """
    return _lookup(name, entries())


def headlines(*kinds: str) -> frozenset[str]:
    """Names of the metrics of some kinds that stand where there is room for few."""
    return frozenset(one.name for kind in kinds for one in _of_kind(kind) if one.headline)


def moves_with_prevalence(name: str) -> bool:
    """Whether a metric of a risk differs where the event is more frequent, whatever the model."""
    found = _lookup(name, _of_kind("binary"))
    return found is not None and found.moves_with_prevalence


def _lookup(name: str, among: Sequence[Metric]) -> Metric | None:
    by_name = {one.name: one for one in reversed(among)}
    if name in by_name:
        return by_name[name]
    stem, _, number = name.rpartition("_")
    open_one = by_name.get(stem)
    if open_one is None or open_one.parameter != "threshold" or not _is_number(number):
        return None
    return open_one.at(float(number))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def label_of(name: str, *, event: str = "") -> str:
    """What a person reads for the name of a metric.

    Parameters
    ----------
    name : str
        As in evidence and files: ``calibration_slope``, ``net_benefit_0.2``.
    event : str, optional
        Words for the event of which it is a metric; they follow in brackets.

    Returns
    -------
    str
        A name that no entry has comes back with spaces for underscores.

    Examples
    --------
    >>> label_of("net_benefit_0.2", event="worsening")
    'net benefit at 20 % (worsening)'
    """
    entry = entry_of(name)
    label = name.replace("_", " ") if entry is None else entry.label
    return f"{label} ({event})" if event else label


def estimates(
    kind: str,
    observed: Any,
    predicted: Any,
    *,
    weights: Any = None,
    groups: Any = None,
    level: float = 0.95,
    costly: bool = True,
    metrics: Sequence[Metric] | None = None,
) -> tuple[Estimate, ...]:
    """Every metric, with its interval from a formula where it has one.

    Parameters
    ----------
    kind : str
        ``continuous``, ``binary`` or ``distribution``.
    observed, predicted, weights
        As the kind's metrics take them.
    groups : ndarray of int, optional
        Rows with the same number go together (a person's two hips).
    level : float
        Of the intervals.
    costly : bool
        Also the errors of the smoothed calibration curves.
    metrics : sequence of Metric, optional
        These instead of the kind's own.

    Returns
    -------
    tuple of Estimate
        In the registry's order; without ends where only the bootstrap can give them
        (`hiprisk.metrics.intervals.resampled`).
    """
    chosen = metrics_for(kind, costly=costly) if metrics is None else metrics
    return tuple(
        metric.analytic(observed, predicted, weights=weights, groups=groups, level=level)
        if metric.analytic is not None
        else Estimate(name=metric.name, value=metric.function(observed, predicted, weights=weights))
        for metric in chosen
    )

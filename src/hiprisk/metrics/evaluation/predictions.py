"""Every metric of given predictions, each with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import ConfigError, InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import (
    as_binary,
    as_continuous,
    as_forecast_outcome,
    as_groups,
    check_both_classes,
    check_level,
    check_same_order,
)
from hiprisk.metrics.intervals.resampled import metric_intervals
from hiprisk.metrics.registry import estimates, find_metric, label_of, metrics_for
from hiprisk.metrics.smoothing.curve_errors import FEWEST_FOR_CURVES

if TYPE_CHECKING:
    from hiprisk.metrics.forecast.interface import Forecast

Kind = Literal["continuous", "binary", "distribution"]

# Of fewer people a score may have two values by chance.
FEWEST_FOR_TWO = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Predictions evaluated: every metric with its interval.

    Attributes
    ----------
    kind : str
        ``binary``, ``continuous`` or ``distribution``.
    n : int
        Rows.
    level : float
        Of the intervals.
    metrics : tuple of Estimate
        In the registry's order, the main one first.
    not_available : mapping of str to str
        Metrics that these people cannot give, with the reason.
    """

    kind: Kind
    n: int
    level: float
    metrics: tuple[Estimate, ...]
    not_available: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Estimate:
        """One metric by name."""
        found = next((one for one in self.metrics if one.name == name), None)
        if found is None:
            reason = self.not_available.get(name, "it was not evaluated")
            raise KeyError(f"there is no '{name}': {reason}")
        return found

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: metric, label, value, low, high."""
        import pandas as pd

        rows = [{"metric": e.name, "label": label_of(e.name), **e.to_dict()} for e in self.metrics]
        return pd.DataFrame(rows, columns=["metric", "label", "value", "low", "high"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "kind": self.kind,
            "n": self.n,
            "level": self.level,
            "metrics": {one.name: one.to_dict() for one in self.metrics},
            "not_available": dict(self.not_available),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CheckedPredictions:
    """What metrics are computed of, checked; make one with `checked_predictions`."""

    kind: Kind
    observed: Floats
    predicted: Any
    groups: Integers
    weights: Floats | None


def checked_predictions(
    observed: ArrayLike,
    predicted: ArrayLike | Forecast,
    *,
    kind: Kind | None = None,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> CheckedPredictions:
    """Observed and predicted as the metrics of their kind take them.

    Parameters
    ----------
    observed, predicted, kind, groups, weights
        As for `evaluate_predictions`.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or it leaves its range.
    """
    if hasattr(predicted, "cdf"):
        if kind not in (None, "distribution"):
            raise ConfigError(f"forecasts are of kind 'distribution', not '{kind}'")
        values: Any = predicted
        y, w = as_forecast_outcome(observed, len(values), weights)
        found: Kind = "distribution"
    else:
        found = _kind_of(observed) if kind is None else kind
        if found not in ("binary", "continuous"):
            raise ConfigError(
                f"numbers are predictions of kind 'binary' or 'continuous', not '{found}'",
                advice="for predictive distributions give a forecast, as from `normal_forecast`",
            )
        take = as_binary if found == "binary" else as_continuous
        check_same_order(observed=observed, predicted=predicted, groups=groups)
        y, values, w = take(observed, predicted, weights)
    return CheckedPredictions(
        kind=found,
        observed=y,
        predicted=values,
        groups=as_groups(groups, len(y)),
        weights=None if weights is None else w,
    )


def _kind_of(observed: ArrayLike) -> Kind:
    """Binary where there are 0 and 1 alone; what cannot be read is refused by the metrics."""
    values = np.asarray(observed)
    if values.size and all(value in (0, 1) for value in values.flat):
        return "binary"
    if values.size >= FEWEST_FOR_TWO and len(np.unique(values[~pd.isna(values)])) == 2:
        raise InputError(
            "'observed' has two different values, and they are not 0 and 1",
            code="AMBIGUOUS_CODE",
            advice="code the event as 1 and no event as 0, or say kind='continuous'",
        )
    return "continuous"


def evaluate_predictions(
    observed: ArrayLike,
    predicted: ArrayLike | Forecast,
    *,
    kind: Kind | None = None,
    metrics: Sequence[str] | None = None,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Every metric of given predictions, each with its interval.

    Parameters
    ----------
    observed : array-like, shape (n_rows,)
        Outcome: 0 or 1 (or booleans), or numbers.
    predicted : array-like of float, shape (n_rows,), or Forecast
        Risks in [0, 1], predicted values, or predictive distributions.
    kind : str, optional
        ``binary`` or ``continuous``; by default binary where `observed` holds 0 and 1 alone. Of
        forecasts it is ``distribution``.
    metrics : sequence of str, optional
        Names (``c_statistic``, ``net_benefit_0.2``); by default all that an evaluation reports.
    groups : array-like, shape (n_rows,), optional
        Person of each row, where a person has several: persons are resampled.
    weights : array-like of float, shape (n_rows,), optional
        A weight of 2 equals the same row twice. Intervals are then from formulas alone.
    level : float
        Of the intervals.
    n_resamples : int
        Of persons, for metrics whose interval has no formula (at most 200 of them for errors of
        calibration curves); with 0 these have no interval.
    seed : int

    Returns
    -------
    Evaluation
        A metric that these people cannot give is in `not_available` with the reason.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, a risk leaves [0, 1], nobody or everybody has the
        event.
    ConfigError
        If there is no such metric or kind.

    Notes
    -----
    Predictions must be of people whom the model was not fitted to: of the development cohort's own
    people they are optimistic (`hiprisk.validation.bootstrap_optimism`).

    Examples
    --------
    >>> found = evaluate_predictions([1, 0, 0, 1], [0.8, 0.6, 0.1, 0.7], metrics=["c_statistic"])
    >>> found["c_statistic"].value
    1.0
    """
    check_level(level)
    sample = checked_predictions(observed, predicted, kind=kind, groups=groups, weights=weights)
    if sample.kind == "binary":
        w = np.ones_like(sample.observed) if sample.weights is None else sample.weights
        check_both_classes(sample.observed, w)
    chosen = (
        metrics_for(sample.kind, costly=True)
        if metrics is None
        else tuple(find_metric(sample.kind, name) for name in metrics)
    )
    n = len(sample.observed)
    few = [one.name for one in chosen if one.curve is not None and n < FEWEST_FOR_CURVES]
    usable, lacking = usable_metrics(
        (one for one in chosen if one.name not in few),
        sample.observed, sample.predicted, weights=sample.weights,
    )  # fmt: skip
    return Evaluation(
        kind=sample.kind,
        n=n,
        level=level,
        metrics=with_intervals(sample, usable, level=level, n_resamples=n_resamples, seed=seed),
        not_available=dict.fromkeys(few, few_for_a_curve(n)) | lacking,
    )


def with_intervals(
    sample: CheckedPredictions,
    metrics: Sequence[Metric],
    *,
    level: float,
    n_resamples: int,
    seed: int,
) -> tuple[Estimate, ...]:
    """Metrics with the interval of their formula, or else from resampled persons.

    Parameters
    ----------
    sample : CheckedPredictions
    metrics : sequence of Metric
    level, n_resamples, seed
        As for `evaluate_predictions`.
    """
    several = sample.groups if len(np.unique(sample.groups)) < len(sample.groups) else None
    if n_resamples == 0 or sample.weights is not None:
        return estimates(
            sample.kind, sample.observed, sample.predicted, weights=sample.weights,
            groups=several, level=level, metrics=metrics,
        )  # fmt: skip
    return metric_intervals(
        sample.kind, sample.observed, sample.predicted, metrics=metrics, groups=sample.groups,
        n_resamples=n_resamples, seed=seed, name="evaluation", level=level,
    )  # fmt: skip


def usable_metrics(
    metrics: Iterable[Metric], observed: Floats, predicted: Any, *, weights: Floats | None = None
) -> tuple[tuple[Metric, ...], dict[str, str]]:
    """Metrics that these people can give, and why not the others.

    Parameters
    ----------
    metrics : iterable of Metric
    observed, predicted, weights
        As the metrics take them.
    """
    usable: list[Metric] = []
    lacking: dict[str, str] = {}
    for metric in metrics:
        try:
            metric.function(observed, predicted, weights=weights)
        except InputError as refusal:
            lacking[metric.name] = refusal.reason
        else:
            usable.append(metric)
    return tuple(usable), lacking


def few_for_a_curve(n: int) -> str:
    """Why there is no calibration curve of so few people."""
    return f"a calibration curve needs {FEWEST_FOR_CURVES} people, these are {n}"

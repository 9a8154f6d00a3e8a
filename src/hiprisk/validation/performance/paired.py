"""Two models on the same people: the difference of each main metric with a paired interval.

References
----------
.. [1] Efron, Tibshirani (1993). An Introduction to the Bootstrap, chapter 8 (paired data).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import STEADY, Persons, monte_carlo_error
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.evaluation.predictions import usable_metrics
from hiprisk.metrics.registry import find_metric
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.seeding import rng_for
from hiprisk.validation.performance.reference import ReferenceComparison

Verdict = Literal["first", "second", "inconclusive", "none"]
# By which two models are compared where there is room for few metrics.
MAIN_METRICS: Mapping[str, tuple[str, ...]] = {
    "continuous": ("r2", "rmse", "mae", "calibration_slope"),
    "binary": ("c_statistic", "brier", "scaled_brier", "calibration_slope"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """A metric of two models on the same people.

    Attributes
    ----------
    metric, label : str
    direction : int
        1 where more is better, -1 where less is, 0 where the optimum lies between.
    first, second : Estimate
    difference : Estimate
        Second minus first; its interval is from resamples that both models share.
    end_errors : tuple of float or None
        Monte-Carlo errors of the ends of that interval; None where there is none.
    """

    metric: str
    label: str
    direction: int
    first: Estimate
    second: Estimate
    difference: Estimate
    end_errors: tuple[float, float] | None

    @property
    def better(self) -> Verdict:
        """Which model the interval shows to be the better one.

        ``inconclusive`` where it holds 0 or ends so near to 0 that another seed may move it across;
        ``none`` for a metric whose optimum lies between.
        """
        low, high = self.difference.low, self.difference.high
        if self.direction == 0:
            return "none"
        if low is None or high is None or self.end_errors is None:
            return "inconclusive"
        if low > STEADY * self.end_errors[0]:
            return "second" if self.direction > 0 else "first"
        if high < -STEADY * self.end_errors[1]:
            return "first" if self.direction > 0 else "second"
        return "inconclusive"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "metric": self.metric,
            "label": self.label,
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
            "difference": self.difference.to_dict(),
            "better": self.better,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """Two models on the people whom both can score and whose outcome is known.

    Attributes
    ----------
    names : tuple of str
    kind : str
        Of the outcome.
    cohort, cohort_fingerprint : str
    n, n_people : int
        Rows on which both are compared, and the people whose rows they are.
    n_only_first, n_only_second : int
        Rows that one model alone can score, which are not compared.
    differences : tuple of PairedDifference
    not_available : mapping of str to str
        Metrics that one of the models cannot be given, with the reason.
    elementary_scores : ReferenceComparison or None
        The second model beside the first by every score at once.
    n_resamples : int
        Of persons.
    cautions : tuple of str
    """

    names: tuple[str, str]
    kind: OutcomeKind
    cohort: str
    cohort_fingerprint: str
    n: int
    n_people: int
    n_only_first: int
    n_only_second: int
    differences: tuple[PairedDifference, ...]
    not_available: Mapping[str, str]
    elementary_scores: ReferenceComparison | None
    n_resamples: int
    cautions: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """One row a metric: value and ends of each model and of the difference, better."""
        rows = [
            {
                "metric": one.metric,
                **_columns(one.first, "first"),
                **_columns(one.second, "second"),
                **_columns(one.difference, "difference"),
                "better": one.better,
            }
            for one in self.differences
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        scores = self.elementary_scores
        return {
            "first": self.names[0],
            "second": self.names[1],
            "cohort": self.cohort,
            "cohort_fingerprint": self.cohort_fingerprint,
            "n": self.n,
            "n_people": self.n_people,
            "n_only_first": self.n_only_first,
            "n_only_second": self.n_only_second,
            "n_resamples": self.n_resamples,
            "differences": [one.to_dict() for one in self.differences],
            "not_available": dict(self.not_available),
            "elementary_scores": None if scores is None else scores.to_dict(),
            "cautions": list(self.cautions),
        }


def _columns(estimate: Estimate, which: str) -> dict[str, float | None]:
    return {f"{key}_{which}": value for key, value in estimate.to_dict().items()}


def paired_differences(
    observed: Floats,
    first: Floats,
    second: Floats,
    *,
    kind: OutcomeKind,
    groups: Integers,
    n_resamples: int,
    seed: int,
    level: float = 0.95,
) -> tuple[tuple[PairedDifference, ...], dict[str, str]]:
    """The main metrics of two models on the same people, and their differences.

    Parameters
    ----------
    observed, first, second : ndarray, shape (n_rows,)
        Outcome and the predictions of both models, without missing values.
    kind : str
        Of the outcome.
    groups : ndarray of int, shape (n_rows,)
        Person of each row; persons are drawn.
    n_resamples, seed : int
    level : float
        Of the percentile intervals.

    Returns
    -------
    tuple
        The differences, and the reason by name of each metric that a model cannot be given.

    Notes
    -----
    Each resample of persons is the same for both models, so that what makes a person hard to
    predict for both does not widen the interval of the difference.
    """
    metrics = [find_metric(kind, name) for name in MAIN_METRICS[kind]]
    lacking: dict[str, str] = {}
    for predicted in (first, second):
        usable, reasons = usable_metrics(metrics, observed, predicted)
        metrics, lacking = list(usable), lacking | reasons
    drawn = _resampled(
        observed, (first, second), metrics, groups=groups, n_resamples=n_resamples, seed=seed
    )
    found = tuple(
        _paired(
            metric,
            (metric.function(observed, first), metric.function(observed, second)),
            (drawn[0][metric.name], drawn[1][metric.name]),
            level=level,
        )
        for metric in metrics
    )
    return found, lacking


def _resampled(
    observed: Floats,
    both: tuple[Floats, Floats],
    metrics: Sequence[Metric],
    *,
    groups: Integers,
    n_resamples: int,
    seed: int,
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Every metric of each model on the same resamples, NaN where it cannot be computed."""
    blocks: tuple[list[Mapping[str, Floats]], list[Mapping[str, Floats]]] = ([], [])
    rng = rng_for(seed, "paired_difference")
    for weights in Persons.of(groups).draw_weights(rng, n_resamples):
        for predicted, found in zip(both, blocks, strict=True):
            each = np.broadcast_to(predicted, weights.shape)
            (values,) = evaluate_predictions(observed, each, metrics=metrics, weightings=[weights])
            found.append(values.values)
    one, other = (
        {metric.name: np.concatenate([part[metric.name] for part in found]) for metric in metrics}
        for found in blocks
    )
    return one, other


def _paired(
    metric: Metric,
    values: tuple[float, float],
    drawn: tuple[Floats, Floats],
    *,
    level: float,
) -> PairedDifference:
    gaps = drawn[1] - drawn[0]
    difference = Estimate.from_resamples(metric.name, values[1] - values[0], gaps, level=level)
    errors = None
    if difference.low is not None:
        usable, tail = gaps[np.isfinite(gaps)], (1.0 - level) / 2.0
        errors = (monte_carlo_error(usable, tail), monte_carlo_error(usable, 1.0 - tail))
    first, second = (
        Estimate.from_resamples(metric.name, value, resampled, level=level)
        for value, resampled in zip(values, drawn, strict=True)
    )
    return PairedDifference(
        metric=metric.name,
        label=metric.label,
        direction=metric.direction,
        first=first,
        second=second,
        difference=difference,
        end_errors=errors,
    )

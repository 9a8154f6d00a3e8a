"""The metrics that a study reports, one entry each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from hiprisk.metrics import calibration, discrimination, scores


class MetricFunction(Protocol):
    """Observed and predicted to a number."""

    def __call__(self, observed: Any, predicted: Any, /, *, weights: Any = None) -> float:
        """The metric."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Attributes
    ----------
    direction : int
        1 where more is better, -1 where less is, 0 where the optimum lies between.
    bounds : tuple of float or None
        What the metric cannot leave; None on an open side.
    optimum : float
    in_outcome_units : bool
        Its unit is that of the outcome.
    """

    name: str
    label: str
    kind: Literal["continuous", "binary"]
    direction: Literal[-1, 0, 1]
    bounds: tuple[float | None, float | None]
    optimum: float
    function: MetricFunction
    in_outcome_units: bool = False


_CONTINUOUS = (
    Metric(
        name="r2",
        label="R2",
        kind="continuous",
        direction=1,
        bounds=(None, 1.0),
        optimum=1.0,
        function=scores.r2,
    ),
    Metric(
        name="rmse",
        label="root mean squared error",
        kind="continuous",
        direction=-1,
        bounds=(0.0, None),
        optimum=0.0,
        function=scores.rmse,
        in_outcome_units=True,
    ),
    Metric(
        name="mae",
        label="mean absolute error",
        kind="continuous",
        direction=-1,
        bounds=(0.0, None),
        optimum=0.0,
        function=scores.mae,
        in_outcome_units=True,
    ),
    Metric(
        name="calibration_in_the_large",
        label="calibration in the large",
        kind="continuous",
        direction=0,
        bounds=(None, None),
        optimum=0.0,
        function=calibration.mean_error,
        in_outcome_units=True,
    ),
    Metric(
        name="calibration_slope",
        label="calibration slope",
        kind="continuous",
        direction=0,
        bounds=(None, None),
        optimum=1.0,
        function=calibration.linear_slope,
    ),
)
_BINARY = (
    Metric(name="c_statistic", label="C statistic", kind="binary", direction=1, bounds=(0.0, 1.0),
           optimum=1.0, function=discrimination.c_statistic),
    Metric(name="brier", label="Brier score", kind="binary", direction=-1, bounds=(0.0, 1.0),
           optimum=0.0, function=scores.brier),
    Metric(name="scaled_brier", label="scaled Brier score", kind="binary", direction=1,
           bounds=(None, 1.0), optimum=1.0, function=scores.scaled_brier),
    Metric(name="calibration_in_the_large", label="calibration in the large (slope fixed at 1)",
           kind="binary", direction=0, bounds=(None, None), optimum=0.0,
           function=calibration.logit_in_the_large),
    Metric(name="calibration_intercept", label="calibration intercept (slope free)",
           kind="binary", direction=0, bounds=(None, None), optimum=0.0,
           function=calibration.logistic_intercept),
    Metric(name="calibration_slope", label="calibration slope", kind="binary", direction=0,
           bounds=(None, None), optimum=1.0, function=calibration.logistic_slope),
)  # fmt: skip

METRICS: Mapping[str, tuple[Metric, ...]] = {"continuous": _CONTINUOUS, "binary": _BINARY}


def metrics_for(kind: str) -> tuple[Metric, ...]:
    """Metrics of a kind of outcome, the main one first."""
    return METRICS[kind]

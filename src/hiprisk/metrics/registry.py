"""The metrics that a study reports, one entry each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

from hiprisk.errors import ConfigError
from hiprisk.metrics import calibration, discrimination, likelihood, scores
from hiprisk.metrics.decision_curve import net_benefit
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.floor_ceiling import Side, Whose, share_at_limit
from hiprisk.metrics.forecast import scores as forecast_scores
from hiprisk.metrics.intervals import binary, continuous
from hiprisk.metrics.smoothing.calibration_curve import Smoother, Summary, calibration_error
from hiprisk.outcome_kind import OutcomeKind


class MetricFunction(Protocol):
    """Observed and predicted to a number."""

    def __call__(self, observed: Any, predicted: Any, /, *, weights: Any = None) -> float:
        """The metric."""


class IntervalFunction(Protocol):
    """Observed and predicted to a number with its interval from a formula."""

    def __call__(
        self,
        observed: Any,
        predicted: Any,
        /,
        *,
        weights: Any = None,
        groups: Any = None,
        level: float = 0.95,
    ) -> Estimate:
        """The metric and its interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric.

    Attributes
    ----------
    kind : str
        What it is a metric of: predictions of a ``continuous`` outcome, risks of a ``binary`` one,
        or forecasts (``distribution``: the second argument is a `Forecast`).
    direction : int
        1 where more is better, -1 where less is, 0 where the optimum lies between.
    bounds : tuple of float or None
        What the metric cannot leave; None on an open side.
    optimum : float
    in_outcome_units : bool
        Its unit is that of the outcome.
    costly : bool
        It smooths, so that loops over resamples may want to leave it out.
    analytic : callable or None
        The metric with its interval from a formula, where there is one.
    """

    name: str
    label: str
    kind: Literal["continuous", "binary", "distribution"]
    direction: Literal[-1, 0, 1]
    bounds: tuple[float | None, float | None]
    optimum: float
    function: MetricFunction
    in_outcome_units: bool = False
    costly: bool = False
    analytic: IntervalFunction | None = None

    @property
    def interval(self) -> Literal["analytic", "bootstrap"]:
        """Where its interval comes from by itself; the bootstrap can give every metric one."""
        return "bootstrap" if self.analytic is None else "analytic"


def _curve_metrics(kind: OutcomeKind) -> tuple[Metric, ...]:
    """Errors of the flexible calibration curves."""
    summaries: tuple[tuple[Summary, str], ...] = (
        ("ici", "ICI"), ("e50", "E50"), ("e90", "E90"), ("emax", "Emax"),
    )  # fmt: skip
    smoothers: tuple[tuple[Smoother, str], ...] = (("loess", ""), ("spline", "_spline"))
    return tuple(
        Metric(
            name=f"{summary}{suffix}",
            label=f"{label} ({smoother})",
            kind=kind,
            direction=-1,
            bounds=(0.0, 1.0 if kind == "binary" and smoother == "spline" else None),
            optimum=0.0,
            function=partial(calibration_error, summary=summary, kind=kind, smoother=smoother),
            in_outcome_units=kind == "continuous",
            costly=True,
        )
        for smoother, suffix in smoothers
        for summary, label in summaries
    )


_CONTINUOUS = (
    Metric(name="r2", label="R²", kind="continuous", direction=1, bounds=(None, 1.0), optimum=1.0,
           function=scores.r2),
    Metric(name="rmse", label="root mean squared error", kind="continuous", direction=-1,
           bounds=(0.0, None), optimum=0.0, function=scores.rmse, in_outcome_units=True,
           analytic=continuous.rmse_estimate),
    Metric(name="mae", label="mean absolute error", kind="continuous", direction=-1,
           bounds=(0.0, None), optimum=0.0, function=scores.mae, in_outcome_units=True,
           analytic=continuous.mae_estimate),
    Metric(name="calibration_in_the_large", label="calibration in the large", kind="continuous",
           direction=0, bounds=(None, None), optimum=0.0, function=calibration.mean_error,
           in_outcome_units=True, analytic=continuous.mean_error_estimate),
    Metric(name="calibration_slope", label="calibration slope", kind="continuous", direction=0,
           bounds=(None, None), optimum=1.0, function=calibration.linear_slope,
           analytic=continuous.linear_slope_estimate),
    *_curve_metrics("continuous"),
)  # fmt: skip
_BINARY = (
    Metric(name="c_statistic", label="C statistic", kind="binary", direction=1, bounds=(0.0, 1.0),
           optimum=1.0, function=discrimination.c_statistic,
           analytic=binary.c_estimate),
    Metric(name="brier", label="Brier score", kind="binary", direction=-1, bounds=(0.0, 1.0),
           optimum=0.0, function=scores.brier, analytic=binary.brier_estimate),
    Metric(name="scaled_brier", label="scaled Brier score", kind="binary", direction=1,
           bounds=(None, 1.0), optimum=1.0, function=scores.scaled_brier,
           analytic=binary.scaled_brier_estimate),
    Metric(name="calibration_in_the_large", label="calibration in the large",
           kind="binary", direction=0, bounds=(None, None), optimum=0.0,
           function=calibration.logit_in_the_large,
           analytic=binary.in_the_large_estimate),
    Metric(name="calibration_intercept", label="calibration intercept",
           kind="binary", direction=0, bounds=(None, None), optimum=0.0,
           function=calibration.logistic_intercept,
           analytic=partial(binary.logistic_line_estimate, coefficient=0)),
    Metric(name="calibration_slope", label="calibration slope", kind="binary", direction=0,
           bounds=(None, None), optimum=1.0, function=calibration.logistic_slope,
           analytic=partial(binary.logistic_line_estimate, coefficient=1)),
    Metric(name="observed_expected_ratio", label="observed/expected ratio",
           kind="binary", direction=0, bounds=(0.0, None), optimum=1.0,
           function=calibration.observed_expected_ratio,
           analytic=binary.observed_expected_estimate),
    Metric(name="nagelkerke_r2_as_is", label="Nagelkerke R²",
           kind="binary", direction=1, bounds=(None, 1.0), optimum=1.0,
           function=likelihood.nagelkerke_r2_as_is),
    Metric(name="cox_snell_r2_as_is", label="Cox-Snell R²",
           kind="binary", direction=1, bounds=(None, 1.0), optimum=1.0,
           function=likelihood.cox_snell_r2_as_is),
    Metric(name="discrimination_slope", label="discrimination slope", kind="binary", direction=1,
           bounds=(-1.0, 1.0), optimum=1.0, function=discrimination.discrimination_slope,
           analytic=binary.discrimination_slope_estimate),
    Metric(name="spiegelhalter_z", label="Spiegelhalter's z", kind="binary", direction=0,
           bounds=(None, None), optimum=0.0, function=scores.spiegelhalter_z),
    *_curve_metrics("binary"),
    Metric(name="eci", label="ECI (loess)",
           kind="binary", direction=-1, bounds=(0.0, None), optimum=0.0,
           function=partial(calibration_error, summary="eci", kind="binary", smoother="loess"),
           costly=True),
)  # fmt: skip


def _level_metrics(level: float) -> tuple[Metric, ...]:
    """Metrics of the central interval of a level."""
    percent = f"{100 * level:g}"
    interval = f"the {percent} % prediction interval"
    return (
        Metric(name=f"interval_score_{percent}", label=f"interval score of {interval}",
               kind="distribution", direction=-1, bounds=(0.0, None), optimum=0.0,
               function=partial(forecast_scores.interval_score, level=level),
               in_outcome_units=True, analytic=continuous.interval_score_estimate(level)),
        Metric(name=f"coverage_{percent}", label=f"coverage of {interval}",
               kind="distribution", direction=0, bounds=(0.0, 1.0), optimum=level,
               function=partial(forecast_scores.coverage, level=level),
               analytic=partial(continuous.coverage_estimate, interval=level)),
        Metric(name=f"width_{percent}", label=f"width of {interval}",
               kind="distribution", direction=-1, bounds=(0.0, None), optimum=0.0,
               function=partial(forecast_scores.width, level=level),
               in_outcome_units=True, analytic=continuous.width_estimate(level)),
    )  # fmt: skip


_DISTRIBUTION = (
    Metric(name="crps", label="CRPS", kind="distribution", direction=-1, bounds=(0.0, None),
           optimum=0.0, function=forecast_scores.crps, in_outcome_units=True,
           analytic=continuous.crps_estimate),
    Metric(name="crps_skill", label="CRPS skill score",
           kind="distribution", direction=1, bounds=(None, 1.0), optimum=1.0,
           function=forecast_scores.crps_skill),
    *(metric for level in forecast_scores.LEVELS for metric in _level_metrics(level)),
)  # fmt: skip

METRICS: Mapping[str, tuple[Metric, ...]] = {
    "continuous": _CONTINUOUS,
    "binary": _BINARY,
    "distribution": _DISTRIBUTION,
}


def metrics_for(kind: str, *, costly: bool = False) -> tuple[Metric, ...]:
    """Metrics of a kind of outcome, the main one first.

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
    if kind not in METRICS:
        raise ConfigError(f"the kinds of metrics are {', '.join(METRICS)}, got '{kind}'")
    return tuple(metric for metric in METRICS[kind] if costly or not metric.costly)


# Labels of figures that are not yet entries.
_FURTHER = {
    "mse": "mean squared error",
    "dxy": "Somers' Dxy",
    "nagelkerke_r2": "Nagelkerke R² (recalibrated)",
    "discrimination_index": "discrimination index D",
    "unreliability_index": "unreliability index U",
    "quality_index": "quality index Q",
    "g": "g-index",
    "gp": "g-index on the risk scale",
    "floor_share_observed": "proportion at the floor, observed",
    "floor_share_predicted": "proportion at the floor, predicted",
    "floor_share_forecast": "proportion at the floor, expected",
    "ceiling_share_observed": "proportion at the ceiling, observed",
    "ceiling_share_predicted": "proportion at the ceiling, predicted",
    "ceiling_share_forecast": "proportion at the ceiling, expected",
    "net_benefit": "net benefit",
    "standardised_net_benefit": "standardised net benefit",
    "interventions_avoided": "interventions avoided per 100",
}


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
    stem, _, threshold = name.rpartition("_")
    labels = _FURTHER | {one.name: one.label for kind in METRICS.values() for one in kind}
    label = labels.get(name, name.replace("_", " "))
    if name not in labels and stem in labels and _is_number(threshold):
        label = f"{labels[stem]} at {100.0 * float(threshold):g} %"
    return f"{label} ({event})" if event else label


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def limit_metrics(lower: float | None, upper: float | None) -> tuple[Metric, ...]:
    """Floor and ceiling shares of an outcome of given bounds, observed and predicted."""
    sides: tuple[tuple[Side, float | None], ...] = (("floor", lower), ("ceiling", upper))
    owners: tuple[Whose, ...] = ("observed", "predicted")
    return tuple(
        Metric(
            name=f"{side}_share_{whose}",
            label=f"share of people {whose} at the {side}",
            kind="continuous",
            direction=0,
            bounds=(0.0, 1.0),
            optimum=0.0,
            function=partial(share_at_limit, bound=bound, side=side, whose=whose),
        )
        for side, bound in sides
        if bound is not None
        for whose in owners
    )


def net_benefit_metrics(thresholds: Sequence[float]) -> tuple[Metric, ...]:
    """Net benefit at each threshold at which one would act."""
    return tuple(
        Metric(
            name=f"net_benefit_{threshold:g}",
            label=f"net benefit at a threshold of {threshold:g}",
            kind="binary",
            direction=1,
            bounds=(None, 1.0),
            optimum=1.0,
            function=partial(net_benefit.net_benefit, threshold=threshold),
            analytic=partial(net_benefit.net_benefit_estimate, threshold=threshold),
        )
        for threshold in net_benefit.check_thresholds(thresholds)
    )


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
        (`hiprisk.validation.resampling.intervals`).
    """
    chosen = metrics_for(kind, costly=costly) if metrics is None else metrics
    return tuple(
        metric.analytic(observed, predicted, weights=weights, groups=groups, level=level)
        if metric.analytic is not None
        else Estimate(name=metric.name, value=metric.function(observed, predicted, weights=weights))
        for metric in chosen
    )

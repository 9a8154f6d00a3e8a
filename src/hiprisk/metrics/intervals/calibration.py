r"""The usual intervals of calibration figures, from formulas; a bootstrap stands beside them.

Of a risk: Wald's and the profile-likelihood interval of calibration in the large, intercept and
slope, and the interval of O:E on the logarithm, with
:math:`\mathrm{SE}(\ln O/E) = \sqrt{(1 - O/N) / O}` [1]_. Of a score: Student's interval of the mean
difference, and the intercept and slope of least squares with constant variance and with HC3 [2]_.
Where rows come in clusters (two hips of a person) all of them are the cluster-robust ones.

They do not depend on a seed, and so the sentences of a validation are from them.

References
----------
.. [1] Debray, Damen, Snell, Ensor, Hooft, Reitsma, Riley, Moons (2017). BMJ 356, i6460.
.. [2] Long, Ervin (2000). Am Stat 54(3), 217-224.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.metrics.calibration import (
    fit_line,
    in_the_large_estimate,
    linear_recalibration,
    linear_slope_estimate,
    logistic_line_estimate,
    logit_in_the_large,
    mean_error_estimate,
    observed_expected_estimate,
)
from hiprisk.metrics.case_control import log_odds_offset, population_weights
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.metrics.intervals.frequency_weights import sandwich
from hiprisk.metrics.intervals.means import n_drawn
from hiprisk.metrics.intervals.profile_likelihood import profile_interval
from hiprisk.metrics.intervals.wald import wald
from hiprisk.metrics.smoothing.logistic import logit, with_log_odds
from hiprisk.sheet.links import expit

Method = Literal[
    "cluster_robust", "class_robust", "profile_likelihood", "hc3", "student", "log_normal", "wald",
    "least_squares",
]  # fmt: skip
METHOD_LABELS: dict[Method, str] = {
    "cluster_robust": "cluster-robust",
    "class_robust": "robust, cases and controls apart",
    "profile_likelihood": "profile likelihood",
    "hc3": "least squares, HC3",
    "student": "Student's t",
    "log_normal": "on the log scale",
    "wald": "Wald",
    "least_squares": "least squares",
}
IN_THE_LARGE, INTERCEPT, SLOPE = (
    "calibration_in_the_large", "calibration_intercept", "calibration_slope",
)  # fmt: skip
RATIO = "observed_expected_ratio"
# A row with so much of its own weight in the line has no residual to judge it by.
FULL_LEVERAGE = 1.0 - 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaInterval:
    """One figure with its interval by one formula; without an interval, the reason."""

    metric: str
    method: Method
    estimate: Estimate | None
    reason: str = ""

    def to_dict(self) -> dict[str, float | str | None]:
        """Ends for JSON, or the reason."""
        if self.estimate is None:
            return {"low": None, "high": None, "reason": self.reason}
        return {"low": self.estimate.low, "high": self.estimate.high}


def preferred_interval(found: Sequence[FormulaInterval], metric: str) -> FormulaInterval | None:
    """The interval from which a verdict on a figure is: the most robust that there is."""
    own = {one.method: one for one in found if one.metric == metric and one.estimate is not None}
    return next((own[method] for method in METHOD_LABELS if method in own), None)


def calibration_intervals(
    kind: str,
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    groups: Integers | None = None,
    prevalence: float | None = None,
    level: float = 0.95,
) -> tuple[FormulaInterval, ...]:
    """Every calibration figure with its usual intervals.

    Parameters
    ----------
    kind : str
        ``continuous`` or ``binary``.
    observed, predicted : array-like, shape (n_rows,)
    groups : ndarray of int, optional
        Person (or other cluster) of each row, where one has several.
    prevalence : float, optional
        Stated for the population, where cases and controls were sampled apart.
    level : float
    """
    how: dict[str, Any] = {"groups": groups, "level": level}
    if kind == "continuous":
        y, p, _ = as_continuous(observed, predicted, None)
        tried = _of_score(y, p, how)
    else:
        y, p, _ = as_binary(observed, predicted, None)
        tried = _of_risk(y, p, how) if prevalence is None else _of_cases(y, p, prevalence, how)
    return tuple(_tried(*one) for one in tried)


_Trial = tuple[str, Method, Callable[[], Estimate]]


def _tried(metric: str, method: Method, compute: Callable[[], Estimate]) -> FormulaInterval:
    try:
        found = compute()
    except InputError as refusal:
        return FormulaInterval(metric=metric, method=method, estimate=None, reason=refusal.reason)
    if found.low is None or found.high is None:
        reason = "its standard error is not finite in these people"
        return FormulaInterval(metric=metric, method=method, estimate=None, reason=reason)
    return FormulaInterval(metric=metric, method=method, estimate=found)


def _of_score(y: Floats, p: Floats, how: dict[str, Any]) -> Iterable[_Trial]:
    clustered = how["groups"] is not None
    mean: Method = "cluster_robust" if clustered else "student"
    yield IN_THE_LARGE, mean, partial(mean_error_estimate, y, p, **how)
    for place, name in enumerate((INTERCEPT, SLOPE)):
        if clustered:
            yield name, "cluster_robust", partial(_line, y, p, place, "cluster_robust", **how)
            continue
        yield name, "least_squares", partial(_line, y, p, place, "least_squares", **how)
        yield name, "hc3", partial(_line, y, p, place, "hc3", **how)


def _of_risk(y: Floats, p: Floats, how: dict[str, Any]) -> Iterable[_Trial]:
    for name, estimate in (
        (IN_THE_LARGE, in_the_large_estimate),
        (INTERCEPT, partial(logistic_line_estimate, coefficient=0)),
        (SLOPE, partial(logistic_line_estimate, coefficient=1)),
    ):
        if how["groups"] is not None:
            yield name, "cluster_robust", partial(estimate, y, p, **how)
            continue
        yield name, "wald", partial(estimate, y, p, **how)
        yield name, "profile_likelihood", partial(_profile, y, p, name, estimate, how["level"])
    ratio: Method = "log_normal" if how["groups"] is None else "cluster_robust"
    yield RATIO, ratio, partial(_ratio, y, p, **how)


def _of_cases(y: Floats, p: Floats, prevalence: float, how: dict[str, Any]) -> Iterable[_Trial]:
    """Of cases and controls sampled apart; the slope is as if they were not."""
    yield IN_THE_LARGE, "class_robust", partial(_weighted_in_the_large, y, p, prevalence, **how)
    for name, method, compute in _of_risk(y, p, how):
        if name == SLOPE:
            yield name, method, compute
        if name == INTERCEPT:
            yield name, method, partial(_less_offset, compute, y, prevalence)
    yield RATIO, "log_normal", partial(_refuse, "the share with the event is stated, not observed")


def _refuse(reason: str) -> Estimate:
    raise InputError(reason, code="DEGENERATE")


def _ratio(y: Floats, p: Floats, **how: Any) -> Estimate:
    if not y.any():
        _refuse("nobody had the event, and the logarithm of 0 is not finite")
    if y.all():
        _refuse("everybody had the event, which leaves the formula no variance")
    return observed_expected_estimate(y, p, **how)


def _profile(
    y: Floats, p: Floats, name: str, estimate: Callable[..., Estimate], level: float
) -> Estimate:
    """The same figure with the interval of its profile likelihood."""
    found = estimate(y, p, level=level)
    y, p, w = with_log_odds(y, p, np.ones_like(y))
    lp = logit(p)
    one, none = np.ones_like(lp), np.zeros_like(lp)
    if name == IN_THE_LARGE:
        what: dict[str, Any] = {"column": one, "nuisance": None, "offset": lp}
        both = (found.value, 0.0)
    else:
        line = fit_line(y, lp, w).coefficients
        place = int(name == SLOPE)
        what = {"column": (one, lp)[place], "nuisance": (lp, one)[place], "offset": none}
        both = (float(line[place]), float(line[1 - place]))
    if found.low is None or found.high is None:
        _refuse("its standard error is not finite in these people")
    # Any width serves to begin the search with; Wald's is about right.
    error = ((found.high or 0.0) - (found.low or 0.0)) / 4.0
    low, high = profile_interval(y, w, **what, estimate=both, error=error, level=level)
    return Estimate(name=name, value=found.value, low=low, high=high)


def _less_offset(compute: Callable[[], Estimate], y: Floats, prevalence: float) -> Estimate:
    """A calibration intercept as in the population: how many cases there are was decided."""
    found, off = compute(), log_odds_offset(y, prevalence=prevalence)
    ends = (None if end is None else end - off for end in (found.low, found.high))
    low, high = ends
    return Estimate(name=found.name, value=found.value - off, low=low, high=high)


def _weighted_in_the_large(
    y: Floats, p: Floats, prevalence: float, *, groups: Integers | None, level: float
) -> Estimate:
    """Calibration in the large at a stated prevalence; cases and controls vary among themselves."""
    weights = population_weights(y, prevalence=prevalence)
    value = logit_in_the_large(y, p, weights=weights)
    inside = (p > 0.0) & (p < 1.0)
    y, p, w = with_log_odds(y, p, weights)
    groups = np.arange(len(y)) if groups is None else groups[inside]
    fitted = expit(logit(p) + value)
    scores = w * (y - fitted)
    for own in (y == 0.0, y == 1.0):
        scores[own] -= scores[own].mean()
    bread = np.array([[1.0 / float(np.sum(w * fitted * (1.0 - fitted)))]])
    variance = sandwich(scores[:, np.newaxis], bread, np.ones_like(y), groups)[0, 0]
    return wald(IN_THE_LARGE, value, math.sqrt(variance), level=level)


def _line(
    y: Floats, p: Floats, place: int, method: Method, *, groups: Integers | None, level: float
) -> Estimate:
    """Intercept (0) or slope (1) of least squares."""
    if place == 1 and method != "hc3":
        return linear_slope_estimate(y, p, groups=groups, level=level)
    n = len(y)
    if n < 3:
        _refuse("a line through two people leaves no residual")
    line = linear_recalibration(y, p)
    # Centred first, so that the matrix inverted is well conditioned, then moved back to 0.
    centre = float(p.mean())
    design = np.column_stack([np.ones(n), p - centre])
    residual = y - line.intercept - line.slope * p
    bread = np.diag(1.0 / np.sum(design**2, axis=0))
    covariance = _covariance(design, residual, bread, method, groups)
    pick = np.array([1.0, -centre]) if place == 0 else np.array([0.0, 1.0])
    error = math.sqrt(float(pick @ covariance @ pick))
    freedom = n - 2.0 if groups is None else n_drawn(np.ones(n), groups) - 1.0
    name, value = ((INTERCEPT, line.intercept), (SLOPE, line.slope))[place]
    return wald(name, value, error, level=level, freedom=max(freedom, 1.0))


def _covariance(
    design: Floats, residual: Floats, bread: Floats, method: Method, groups: Integers | None
) -> Floats:
    if groups is not None:
        ones = np.ones(len(residual))
        found = sandwich(design * residual[:, np.newaxis], bread, ones, groups)
        return found if np.isfinite(found).all() else np.full_like(bread, np.nan)
    if method == "least_squares":
        return np.asarray(bread * float(residual @ residual) / (len(residual) - 2.0))
    leverage = np.sum((design @ bread) * design, axis=1)
    if (leverage > FULL_LEVERAGE).any():
        _refuse("one person alone decides the line (leverage 1)")
    scores = design * (residual / (1.0 - leverage))[:, np.newaxis]
    return np.asarray(bread @ (scores.T @ scores) @ bread)

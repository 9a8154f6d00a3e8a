"""Performance pooled over imputations of the same people.

References
----------
.. [1] Marshall, Altman, Holder, Royston (2009). BMC Med Res Methodol 9, 57.
.. [2] Wood, Royston, White (2015). Biom J 57(4), 614-632. doi:10.1002/bimj.201400004
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.metrics.clinical_utility.curve import DecisionCurve
from hiprisk.metrics.decomposition.parts import ScoreDecomposition, mean_decomposition
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.forecast.calibration import coverage_by_level, pit_histogram
from hiprisk.metrics.forecast.predicted_observed import predicted_observed
from hiprisk.metrics.intervals.calibration import FormulaInterval
from hiprisk.metrics.intervals.wald import critical_value
from hiprisk.metrics.pooled import pool_intervals, pooled_interval
from hiprisk.metrics.registry import entry_of
from hiprisk.metrics.smoothing.calibration_curve import CalibrationCurve, CalibrationErrors
from hiprisk.validation.performance.results import EventPerformance, Performance
from hiprisk.validation.performance.sample import EvaluationSample


def pool_performances(
    performances: Sequence[Performance], stack: EvaluationSample, *, n_people: int
) -> Performance:
    """One performance of several imputations of the same people.

    Parameters
    ----------
    performances : sequence of Performance
        One an imputation, with intervals.
    stack : EvaluationSample
        All imputations below one another, each row weighing one over their number.
    n_people : int
        Persons, for degrees of freedom.

    Notes
    -----
    Estimates are pooled by Rubin's rules on the scale on which they are about normal, C with
    Rubin's degrees of freedom, all others with Barnard and Rubin's. Curves are averaged place by
    place. What counts people (coverage, PIT, cells of predicted and observed) is counted in the
    stack.
    """
    first = performances[0]

    def pooled(part: str) -> tuple[Estimate, ...]:
        return pool_by_name([getattr(one, part) for one in performances], n_people)

    found = replace(
        first,
        metrics=pooled("metrics"),
        not_available=_lacking(performances),
        formula_intervals=_formulas([one.formula_intervals for one in performances], n_people),
        curve_errors=pooled("curve_errors"),
        curves=_curves([one.curves for one in performances], stack, n_people),
        distribution=pooled("distribution"),
        limits=_limits(performances, n_people),
        decompositions=_decompositions([one.decompositions for one in performances]),
        decision=_decision([one.decision for one in performances], n_people),
        events=tuple(
            _event([one.events[place] for one in performances], stack, n_people)
            for place in range(len(first.events))
        ),
    )
    return found if stack.forecast is None else _counted(found, stack)


def _decompositions(
    parts: Sequence[Mapping[str, ScoreDecomposition]],
) -> dict[str, ScoreDecomposition]:
    """Mean of each part over imputations: they add up still."""
    return {name: mean_decomposition([one[name] for one in parts]) for name in parts[0]}


def _lacking(parts: Sequence[Performance] | Sequence[EventPerformance]) -> dict[str, str]:
    """What an imputation could not give, with the reason of the first that could not."""
    found: dict[str, str] = {}
    for one in parts:
        found |= {name: why for name, why in one.not_available.items() if name not in found}
    return found


def pool_by_name(parts: Sequence[Sequence[Estimate]], n_people: int) -> tuple[Estimate, ...]:
    """Estimates that every imputation has, by name.

    Parameters
    ----------
    parts : sequence of sequence of Estimate
        One an imputation.
    n_people : int
        Persons, for degrees of freedom.
    """
    by_name = [{one.name: one for one in part} for part in parts]
    names = [name for name in by_name[0] if all(name in part for part in by_name)]
    return tuple(_pool([part[name] for part in by_name], n_people) for name in names)


def _pool(estimates: Sequence[Estimate], n_people: int) -> Estimate:
    entry = entry_of(estimates[0].name)
    scale = "identity" if entry is None else entry.pooling_scale
    bounds = (None, None) if entry is None else entry.bounds
    # As published of C, whose standard error is that of large samples.
    complete_df = math.inf if scale == "logit" else n_people - 2.0
    return pool_intervals(estimates, scale=scale, bounds=bounds, complete_df=complete_df)


def _formulas(
    parts: Sequence[Sequence[FormulaInterval]], n_people: int
) -> tuple[FormulaInterval, ...]:
    """Those that come from a standard error, which is what Rubin's rules pool."""
    found = []
    for same in zip(*parts, strict=False):
        first = same[0]
        if first.method == "profile_likelihood" or len({(o.metric, o.method) for o in same}) > 1:
            continue
        estimates = [one.estimate for one in same if one.estimate is not None]
        if len(estimates) < len(same):
            reason = next(one.reason for one in same if one.estimate is None)
            found.append(replace(first, estimate=None, reason=reason))
            continue
        found.append(replace(first, estimate=_pool(estimates, n_people)))
    return tuple(found)


def _limits(performances: Sequence[Performance], n_people: int) -> Any:
    found = [one.limits for one in performances if one.limits is not None]
    if len(found) < len(performances):
        return None
    return replace(found[0], shares=pool_by_name([one.shares for one in found], n_people))


def _counted(found: Performance, stack: EvaluationSample) -> Performance:
    """What counts people, each counting once over all imputations."""
    forecast: Any = stack.forecast
    return replace(
        found,
        coverage=coverage_by_level(stack.observed, forecast, weights=stack.weights),
        pit=pit_histogram(stack.observed, forecast, weights=stack.weights),
        scatter=predicted_observed(stack.observed, forecast, weights=stack.weights),
    )


def _curves(
    parts: Sequence[Sequence[CalibrationCurve]], stack: EvaluationSample, n_people: int
) -> tuple[CalibrationCurve, ...]:
    """Curves that every imputation has, by smoother."""
    by_smoother = [{curve.smoother: curve for curve in part} for part in parts]
    return tuple(
        _curve([part[name] for part in by_smoother], stack, n_people)
        for name in by_smoother[0]
        if all(name in part for part in by_smoother)
    )


def _curve(
    curves: Sequence[CalibrationCurve], stack: EvaluationSample, n_people: int
) -> CalibrationCurve:
    """Mean curve over the predictions that all imputations reach, with a pooled band."""
    first = curves[0]
    low = max(curve.predicted[0] for curve in curves)
    high = min(curve.predicted[-1] for curve in curves)
    places = np.linspace(low, high, len(first.predicted) if high > low else 1)

    def at(name: str) -> Floats:
        return np.array([np.interp(places, c.predicted, getattr(c, name)) for c in curves])

    observed = at("observed")
    band: dict[str, Any] = {"low": (), "high": ()}
    if all(curve.low for curve in curves):
        half = (at("high") - at("low")) / (2.0 * critical_value(first.level))
        found = pooled_interval(observed, half, complete_df=n_people - 2.0, level=first.level)
        ends = (0.0, 1.0) if first.kind == "binary" else (-np.inf, np.inf)
        band = {name: _plain(np.clip(getattr(found, name), *ends)) for name in band}
    return replace(
        first,
        predicted=_plain(places),
        observed=_plain(observed.mean(axis=0)),
        errors=CalibrationErrors(
            **{
                name: float(np.mean([getattr(curve.errors, name) for curve in curves]))
                for name in CalibrationErrors.__dataclass_fields__
            }
        ),
        # Groups are of one imputation's predictions: those of others hold other people.
        grouped=(),
        **band,
        **_bins(first, stack),
    )


def _bins(curve: CalibrationCurve, stack: EvaluationSample) -> dict[str, Any]:
    """Predictions counted in bins that hold those of all imputations."""
    p, w = stack.predicted, stack.weights
    ends = (0.0, 1.0) if curve.kind == "binary" else (float(p.min()), float(p.max()))
    edges = np.linspace(*ends, len(curve.bin_edges))
    counts = np.histogram(p, edges, weights=w)[0]
    events: Any = ()
    if curve.kind == "binary":
        events = np.histogram(p[stack.observed == 1.0], edges, weights=_of_events(stack))[0]
    return {
        "bin_edges": _plain(edges),
        "bin_counts": _plain(counts),
        "bin_events": _plain(np.asarray(events)),
    }


def _of_events(stack: EvaluationSample) -> Floats:
    weights: Floats = np.ones(stack.n) if stack.weights is None else stack.weights
    return np.asarray(weights[stack.observed == 1.0])


def _decision(curves: Sequence[DecisionCurve | None], n_people: int) -> DecisionCurve | None:
    """Mean net benefit at each threshold, with pooled bands."""
    found = [curve for curve in curves if curve is not None]
    if len(found) < len(curves):
        return None
    first = found[0]

    def mean(name: str) -> tuple[float, ...]:
        return _plain(np.mean([getattr(curve, name) for curve in found], axis=0))

    def band(values: Sequence[Sequence[float]], stem: str) -> dict[str, Any]:
        low, high = (f"{stem}{end}" for end in ("low", "high"))
        if not all(getattr(curve, low) for curve in found):
            return {low: (), high: ()}
        lows, highs = (np.array([getattr(c, end) for c in found]) for end in (low, high))
        half = (highs - lows) / (2.0 * critical_value(first.level))
        pooled = pooled_interval(
            np.array(values), half, complete_df=n_people - 2.0, level=first.level
        )
        return {low: _plain(pooled.low), high: _plain(pooled.high)}

    shares = [c.standardised(c.model) if c.prevalence > 0.0 else () for c in found]
    return replace(
        first,
        model=mean("model"),
        act_on_all=mean("act_on_all"),
        prevalence=float(np.mean([curve.prevalence for curve in found])),
        **band([curve.model for curve in found], ""),
        **band(shares, "standardised_"),
        **band([curve.interventions_avoided() for curve in found], "avoided_"),
    )


def _event(
    events: Sequence[EventPerformance], stack: EvaluationSample, n_people: int
) -> EventPerformance:
    """An event of a continuous outcome; not evaluated where one imputation cannot."""
    first = events[0]
    reason = next((event.reason for event in events if event.reason is not None), None)
    counted = replace(
        first,
        n=float(np.mean([event.n for event in events])),
        n_events=float(np.mean([event.n_events for event in events])),
        reason=reason,
    )
    if reason is not None:
        return replace(
            counted, estimates=(), calibration=None, decision=None, not_available={},
            decomposition=None,
        )  # fmt: skip
    own = next(event for event in stack.events if event.name == first.name)
    curves = [event.calibration for event in events if event.calibration is not None]
    return replace(
        counted,
        not_available=_lacking(events),
        estimates=pool_by_name([event.estimates for event in events], n_people),
        calibration=_curve(curves, stack.of_event(own), n_people)
        if len(curves) == len(events)
        else None,
        decision=_decision([event.decision for event in events], n_people),
        decomposition=None
        if any(event.decomposition is None for event in events)
        else mean_decomposition([e.decomposition for e in events if e.decomposition]),
    )


def _plain(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)

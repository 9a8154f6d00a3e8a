"""Instability of a model's predictions, calibration and classifications across bootstrap models.

Everything is computed from the refits of one bootstrap applied to the original sample: how far each
person's prediction moves, how calibration moves, and who is reclassified at a threshold.

References
----------
.. [1] Riley, Collins (2023). Biom J 65(8), 2200302. doi:10.1002/bimj.202200302
.. [2] Riley et al. (2023). BMC Med 21, 502. doi:10.1186/s12916-023-03212-y
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.bootstrap import percentiles
from hiprisk.errors import InputError
from hiprisk.features.knots import default_knots
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import find_metric
from hiprisk.metrics.smoothing.logistic import logit
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import one_thread
from hiprisk.sheet.basis_functions import spline_basis
from hiprisk.sheet.links import expit
from hiprisk.validation.internal.instability_results import (
    CalibrationStability,
    DecisionCurveStability,
    DecisionStability,
    PredictionStability,
    Stability,
)
from hiprisk.validation.resampling.refits import Refits

N_POINTS = 50
N_KNOTS = 4
MAX_CURVES = 100
CALIBRATION = ("calibration_in_the_large", "calibration_intercept", "calibration_slope")


def study_stability(
    refits: Refits,
    observed: Floats,
    *,
    apparent: Floats,
    kind: OutcomeKind,
    thresholds: Sequence[float] = (),
    level: float = 0.95,
) -> Stability:
    """Stability of a study's model.

    Parameters
    ----------
    refits : Refits
    observed : ndarray, shape (n_people,)
        NaN where unknown: such people count for predictions and decisions, not for calibration.
    apparent : ndarray, shape (n_people,)
        Predictions of the model itself.
    kind : str
    thresholds : sequence of float
        Predictions from which one would act: risks, or scores. For chances of an event call
        `decision_stability` and `decision_curve_stability` with the chances.
    level : float
        Of the intervals.

    Returns
    -------
    Stability
    """
    curves = None
    if kind == "binary" and thresholds:
        curves = decision_curve_stability(
            refits.predicted, observed, apparent=apparent, thresholds=thresholds, level=level
        )
    return Stability(
        n_refits=refits.n_resamples,
        level=level,
        predictions=prediction_stability(refits.predicted, apparent=apparent, level=level),
        calibration=calibration_stability(
            refits.predicted, observed, apparent=apparent, kind=kind, level=level
        ),
        decisions=decisions_stability(refits.predicted, apparent=apparent, thresholds=thresholds),
        decision_curves=curves,
    )


def prediction_stability(
    refitted: Floats, *, apparent: Floats, level: float = 0.95
) -> PredictionStability:
    """Each person's predictions over the refits.

    Parameters
    ----------
    refitted : ndarray, shape (n_refits, n_people)
    apparent : ndarray, shape (n_people,)
    level : float
        Of each person's interval: percentiles of the refits' predictions.
    """
    low, high = percentiles(refitted, level=level)
    each = np.abs(refitted - apparent).mean(axis=0)
    return PredictionStability(
        predicted=_floats(apparent),
        low=_floats(low),
        high=_floats(high),
        mape_each=_floats(each),
        mape=float(each.mean()),
    )


def decision_stability(
    refitted: Floats, *, apparent: Floats, threshold: float
) -> DecisionStability:
    """Reclassification at a threshold across refits.

    Parameters
    ----------
    refitted : ndarray, shape (n_refits, n_people)
        Predictions, or chances of an event, of the refits.
    apparent : ndarray, shape (n_people,)
        Those of the model itself.
    threshold : float
        At or above it counts as positive.
    """
    # Against the model itself, not between refits: whoever uses it sees its prediction.
    flipped = (refitted >= threshold) != (apparent >= threshold)
    each = flipped.mean(axis=0)
    share = flipped.mean(axis=1)
    return DecisionStability(
        threshold=float(threshold),
        share_acted_on=float(np.mean(apparent >= threshold)),
        share_flipped=Estimate.from_resamples("share_flipped", float(each.mean()), share),
        share_ever_flipped=float(np.mean(each > 0)),
        share_often_flipped=float(np.mean(each >= 0.1)),
        flip_chance=_floats(each),
    )


def decisions_stability(
    refitted: Floats, *, apparent: Floats, thresholds: Sequence[float]
) -> tuple[DecisionStability, ...]:
    """Reclassification at each threshold, with the predictions of the model itself.

    Parameters
    ----------
    refitted, apparent
        As for `decision_stability`.
    thresholds : sequence of float
    """
    # One tuple for all thresholds: of a million people each would take as much as the cohort.
    predicted = _floats(apparent) if len(thresholds) else ()
    return tuple(
        replace(
            decision_stability(refitted, apparent=apparent, threshold=threshold),
            predicted=predicted,
        )
        for threshold in thresholds
    )


def decision_curve_stability(
    refitted: Floats,
    observed: Floats,
    *,
    apparent: Floats,
    thresholds: Sequence[float],
    level: float = 0.95,
) -> DecisionCurveStability:
    """Net benefit of every refit on the original people.

    Parameters
    ----------
    refitted : ndarray, shape (n_refits, n_people)
        Risks, or chances of an event.
    observed : ndarray, shape (n_people,)
        1 where it happened, 0 where not, NaN where unknown.
    apparent : ndarray, shape (n_people,)
    thresholds : sequence of float
        Inside (0, 1).

    Raises
    ------
    InputError
        If a threshold is not inside (0, 1).
    """
    if not all(0.0 < threshold < 1.0 for threshold in thresholds):
        raise InputError("a threshold of a decision curve lies inside (0, 1)", code="THRESHOLD")
    known = ~np.isnan(observed)
    event = observed[known] == 1.0
    own = net_benefits(apparent[np.newaxis, known], event, thresholds=thresholds)[0]
    each = net_benefits(refitted[:, known], event, thresholds=thresholds)
    low, high = percentiles(each, level=level)
    # More lines than these only darken the picture; the band is of all refits.
    kept = each[:MAX_CURVES]
    return DecisionCurveStability(
        thresholds=_floats(np.asarray(thresholds)),
        model=_floats(own),
        low=_floats(low),
        high=_floats(high),
        refits=tuple(_floats(row) for row in kept),
    )


def net_benefits(risks: Floats, event: Bools, *, thresholds: Sequence[float]) -> Floats:
    """Net benefit of many risks of the same people, shape (n_risks, n_thresholds).

    Parameters
    ----------
    risks : ndarray, shape (n_risks, n_people)
    event : ndarray of bool, shape (n_people,)
    thresholds : sequence of float
    """
    found = np.empty((len(risks), len(thresholds)))
    for place, threshold in enumerate(thresholds):
        acted = risks >= threshold
        true_positive = acted[:, event].sum(axis=1)
        false_positive = acted.sum(axis=1) - true_positive
        odds = threshold / (1.0 - threshold)
        found[:, place] = (true_positive - false_positive * odds) / len(event)
    return found


def calibration_stability(
    refitted: Floats, observed: Floats, *, apparent: Floats, kind: OutcomeKind, level: float = 0.95
) -> CalibrationStability:
    """Calibration of every refit on the original people.

    Parameters
    ----------
    refitted : ndarray, shape (n_refits, n_people)
    observed : ndarray, shape (n_people,)
        NaN where unknown.
    apparent : ndarray, shape (n_people,)
    kind : str
    level : float

    Notes
    -----
    Curves are restricted cubic splines with 4 knots of the observed on the prediction (of its log
    odds where the outcome is binary), drawn within the range of each refit's own predictions. A
    refit without an index or a curve (its predictions never vary, or separate the outcome) is left
    out there, and counted.
    """
    known = ~np.isnan(observed)
    y, own, each = observed[known], apparent[known], refitted[:, known]
    metrics = [find_metric(kind, name) for name in CALIBRATION]
    with one_thread():
        (whole,) = evaluate_predictions(y, own[np.newaxis], metrics=metrics, weightings=[None])
        (evaluated,) = evaluate_predictions(y, each, metrics=metrics, weightings=[None])
        # Out to the last person the curves would show single people and not the refits.
        first, last = (float(end) for end in np.quantile(own, (0.01, 0.99)))
        grid = np.linspace(first, last, N_POINTS)
        curve = _curve_or_none(y, own, grid=grid, kind=kind)
        each_curve = [_curve_or_none(y, row, grid=grid, kind=kind) for row in each[:MAX_CURVES]]
    lacking = {
        metric.name: _reason(metric, y, own)
        for metric in metrics
        if np.isnan(whole.values[metric.name][0])
    }
    spread = tuple(
        Estimate.from_resamples(
            name, float(whole.values[name][0]), evaluated.values[name], level=level
        )
        for name in CALIBRATION
        if name not in lacking
    )
    curves = tuple(one for one in each_curve if one is not None)
    return CalibrationStability(
        spread=spread,
        grid=_floats(grid),
        model=curve if curve is not None else (None,) * len(grid),
        refits=curves,
        n_without_curve=len(each_curve) - len(curves),
        not_available=lacking,
    )


def _reason(metric: Metric, y: Floats, predicted: Floats) -> str:
    """What a metric says of predictions of which it cannot be computed."""
    try:
        metric.function(y, predicted)
    except InputError as refusal:
        return refusal.reason
    return "it is not a number"


def _curve_or_none(
    y: Floats, predicted: Floats, *, grid: Floats, kind: OutcomeKind
) -> tuple[float | None, ...] | None:
    """The calibration curve; None where a spline of the predictions separates the classes."""
    try:
        return calibration_spline(y, predicted, grid=grid, kind=kind)
    except InputError as refusal:
        if refusal.code != "DEGENERATE":
            raise
        return None


def calibration_spline(
    y: Floats, predicted: Floats, *, grid: Floats, kind: OutcomeKind
) -> tuple[float | None, ...]:
    """Observed mean or risk at given predictions; None outside the range of the predictions.

    Parameters
    ----------
    y, predicted : ndarray, shape (n_people,)
    grid : ndarray, shape (n_points,)
    kind : str
    """
    binary = kind == "binary"
    x, at = (logit(predicted), logit(grid)) if binary else (predicted, grid)
    knots = default_knots(x, N_KNOTS)
    basis, points = ([v] if not knots else spline_basis(v, knots) for v in (x, at))
    fit = (fit_logistic if binary else fit_ols)(np.column_stack(basis), y)
    fitted = fit.coefficients[0] + np.column_stack(points) @ fit.coefficients[1:]
    values = expit(fitted) if binary else fitted
    inside = (grid >= predicted.min()) & (grid <= predicted.max())
    return tuple(float(value) if here else None for value, here in zip(values, inside, strict=True))


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)

"""How wide an interval is, as a function of what the missing values leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.evaluate import INTERVALS, SheetEvaluator

# The 90th percentile of a standard normal variable.
NORMAL_90 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class Widths:
    """Widths of one patient's 80 % interval.

    Attributes
    ----------
    now : float
    if_known : float
        Were everything known: at the same prediction, or, of an ordinal model, what is to be
        expected over the draws of what is missing (at most what it is now).
    """

    now: float
    if_known: float


def widths_80(
    evaluator: SheetEvaluator, known: list[Floats], *, lp: float, variance: float
) -> Widths:
    """Width of the 80 % interval of one patient, as it is and were everything known.

    Parameters
    ----------
    evaluator : SheetEvaluator
    known : list of ndarray of shape (1,)
        The sheet's columns, NaN where missing.
    lp, variance : float
        Linear predictor of the patient, and its variance over the draws of what is missing.
    """
    model = evaluator.ordinal
    if model is None:
        return Widths(width_80(evaluator, lp, variance), width_80(evaluator, lp, 0.0))
    now = float(mixture_widths_80(evaluator, known)[0])
    completed = evaluator.completed(known)
    n_draws = len(next(iter(completed.values())))
    law = model.distribution(model.predictor(completed, n_draws))
    low, high = INTERVALS["80"]
    own = (law.quantile(high) - law.quantile(low)).tolist()
    return Widths(now, min(now, float(sum(own) / n_draws)))


def mixture_widths_80(evaluator: SheetEvaluator, known: list[Floats]) -> Floats:
    """Width of each row's 80 % interval by an ordinal model, shape (n_rows,)."""
    lower, upper = evaluator.predict_numeric(known).intervals["80"]
    return upper - lower


def width_80(evaluator: SheetEvaluator, lp: float, imputation_variance: float) -> float:
    """Width of the 80 % interval at a linear predictor and an imputation variance.

    For a continuous outcome it is the width of the outcome's predictive interval. The interval of
    a risk comes from bootstrap models and does not reflect missing values, and a published
    model may come
    without the scatter of its outcome; then it is the width of the range in which the prediction
    itself would fall, eight times in ten, were everything known: 0 where nothing is missing.
    """
    center = np.array([lp])
    spread = evaluator.spread
    if spread is None:
        reach = NORMAL_90 * np.sqrt(imputation_variance)
        binary = evaluator.sheet.outcome.kind == "binary"
        to_prediction = evaluator.to_risk if binary else evaluator.inside
        return float((to_prediction(center + reach) - to_prediction(center - reach))[0])
    mean = spread.clip(center)
    scale = spread.scale(mean, np.array([imputation_variance]))
    low, high = INTERVALS["80"]
    upper, lower = spread.quantile(high, mean, scale), spread.quantile(low, mean, scale)
    return float((upper - lower)[0])

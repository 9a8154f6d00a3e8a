"""How wide an interval is, as a function of what the missing values leave open."""

from __future__ import annotations

import numpy as np

from hiprisk.sheet.evaluate import INTERVALS, SheetEvaluator
from hiprisk.sheet.links import expit

# The 90th percentile of a standard normal variable.
NORMAL_90 = 1.2815515655446004


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
        to_prediction = expit if evaluator.sheet.outcome.kind == "binary" else evaluator.inside
        return float((to_prediction(center + reach) - to_prediction(center - reach))[0])
    mean = spread.clip(center)
    scale = spread.scale(mean, np.array([imputation_variance]))
    low, high = INTERVALS["80"]
    upper, lower = spread.quantile(high, mean, scale), spread.quantile(low, mean, scale)
    return float((upper - lower)[0])

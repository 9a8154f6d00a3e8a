"""How sure the model is of its own mean: refits that disagree, and the effective sample size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.sheet.evaluate import SheetEvaluator, sorted_quantile
from hiprisk.sheet.explanation.contributions import mean_in_turn
from hiprisk.sheet.format import LinearModel, TreesModel
from hiprisk.sheet.models import LinearEvaluator


@dataclass(frozen=True, slots=True, kw_only=True)
class RefitSpread:
    """What models fitted to resampled people say of the same patient.

    Attributes
    ----------
    n_refits : int
    standard_deviation : float
        Of their predictions.
    low, high : float
        Between these lie 95 % of them.
    mean_absolute_difference : float
        From the prediction of the model itself.
    """

    n_refits: int
    standard_deviation: float
    low: float
    high: float
    mean_absolute_difference: float


def refit_spread(
    evaluator: SheetEvaluator, completed: Mapping[str, Floats], predicted: float
) -> RefitSpread | None:
    """How far refits disagree on one patient; None where the sheet has fewer than two.

    Parameters
    ----------
    evaluator : SheetEvaluator
    completed : mapping of str to ndarray of shape (n_draws,)
        The patient's columns, a row for each draw.
    predicted : float
        Prediction of the model itself.

    References
    ----------
    .. [1] Riley, Collins (2023). Biometrical Journal 65, 2200302. doi:10.1002/bimj.202200302
    """
    predictions = _refitted(evaluator, completed)
    if predictions is None:
        return None
    if evaluator.sheet.outcome.kind != "binary":
        predictions = evaluator.inside(predictions)
    ordered = np.sort(predictions)
    return RefitSpread(
        n_refits=len(ordered),
        standard_deviation=_standard_deviation(ordered),
        low=float(sorted_quantile(ordered, 0.025)),
        high=float(sorted_quantile(ordered, 0.975)),
        mean_absolute_difference=mean_in_turn(np.abs(ordered - predicted)),
    )


def effective_sample_size(
    evaluator: SheetEvaluator, completed: Mapping[str, Floats], risk: float | None
) -> float | None:
    """How many people like this one the mean prediction is worth.

    The variance of one such person's outcome over the variance of the prediction's mean: the mean
    of that many people would be as sure. The latter comes from the refits, else from the covariance
    of the coefficients; None where the sheet has neither, or no residual variance. The variance of
    the outcome is the model's residual variance, of an ordinal model that of its own distribution.

    Parameters
    ----------
    evaluator, completed
        As for `refit_spread`.
    risk : float or None
        Predicted risk, for a binary outcome.

    References
    ----------
    .. [1] Thomassen, le Cessie, van Houwelingen, Steyerberg (2024). Effective sample size: a
       measure of individual uncertainty in predictions. Statistics in Medicine 43, 1384-1396.
    """
    refitted = _refitted(evaluator, completed)
    scale = 1.0 if risk is None else risk * (1.0 - risk)
    if refitted is not None:
        of_mean: float | None = _standard_deviation(refitted) ** 2
    else:
        variance = _covariance_variance(evaluator, completed)
        of_mean = None if variance is None else variance * (1.0 if risk is None else scale**2)
    of_outcome = scale if risk is not None else _residual_variance(evaluator, completed)
    if of_mean is None or of_outcome is None or of_mean <= 0.0:
        return None
    return of_outcome / of_mean


def _residual_variance(evaluator: SheetEvaluator, completed: Mapping[str, Floats]) -> float | None:
    """Variance of the outcome of people with these values; of an ordinal model their own."""
    model = evaluator.ordinal
    if model is not None:
        predictor = model.predictor(completed, len(next(iter(completed.values()))))
        return mean_in_turn(model.distribution(predictor).variance())
    residual_sd = evaluator.sheet.residual_sd
    return None if residual_sd is None else residual_sd**2


def _refitted(evaluator: SheetEvaluator, completed: Mapping[str, Floats]) -> Floats | None:
    """Prediction of each refit, averaged over the draws, shape (n_refits,)."""
    if evaluator.model.n_refits < 2:
        return None
    n_draws = len(next(iter(completed.values())))
    lp = evaluator.model.refitted(completed, n_draws)
    predictions = evaluator.to_risk(lp) if evaluator.sheet.outcome.kind == "binary" else lp
    return np.array([mean_in_turn(row) for row in predictions])


def _covariance_variance(
    evaluator: SheetEvaluator, completed: Mapping[str, Floats]
) -> float | None:
    """Variance of the predicted mean from the covariance of the coefficients (delta method)."""
    model = evaluator.sheet.model
    if isinstance(model, TreesModel) or model.covariance is None:
        return None
    if evaluator.ordinal is not None:
        n_draws = len(next(iter(completed.values())))
        gradient = evaluator.ordinal.gradient(completed, n_draws)
    else:
        assert isinstance(model, LinearModel)
        gradient = [np.ones(1), *LinearEvaluator(model).functions(completed)]
    mean = np.array([mean_in_turn(part) for part in gradient])
    return float(mean @ np.array(model.covariance) @ mean)


def _standard_deviation(values: Floats) -> float:
    squares = (values - mean_in_turn(values)) ** 2
    return float(np.sqrt(sum(squares.tolist()) / (len(values) - 1)))

"""MSE and Brier score as miscalibration - discrimination + uncertainty.

The predictions are recalibrated by isotonic regression on the same people (CORP). With S the score
of the predictions, R that of the recalibrated ones and U that of the mean outcome given to
everybody: miscalibration = S - R, discrimination = U - R, uncertainty = U.

References
----------
.. [1] Dimitriadis, Gneiting, Jordan (2021). PNAS 118(8), e2016191118.
   doi:10.1073/pnas.2016191118
.. [2] Pohle (2020). The Murphy decomposition and the calibration-resolution principle.
   arXiv:2005.01835
.. [3] Gneiting, Resin (2023). Electron J Stat 17(2), 3226-3286. doi:10.1214/23-EJS2180
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from hiprisk.arrays import Floats
from hiprisk.metrics.entry import Metric, MetricFunction
from hiprisk.metrics.inputs import as_binary, as_continuous
from hiprisk.outcome_kind import OutcomeKind

Part = Literal["miscalibration", "discrimination", "uncertainty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDecomposition:
    """A score in its parts: score = miscalibration - discrimination + uncertainty.

    Attributes
    ----------
    score : float
        Mean squared error, Brier score, or the score of a forecast.
    miscalibration : float
        What isotonic recalibration takes off the score, at least 0.
    discrimination : float
        What the recalibrated predictions gain over the same for everybody, at least 0.
    uncertainty : float
        Score of giving everybody what is observed of all: for MSE and Brier score the mean
        outcome, and so the outcome's variance.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return asdict(self)

    def to_frame(self) -> pd.DataFrame:
        """One row a part: part, value; the score itself first."""
        return pd.DataFrame(self.to_dict().items(), columns=["part", "value"])


def mse_decomposition(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> ScoreDecomposition:
    """Mean squared error in its parts.

    Parameters
    ----------
    observed, predicted : array-like of float, shape (n_people,)
    weights : array-like of float, shape (n_people,), optional
        A weight of 2 equals the same person twice.

    Raises
    ------
    InputError
        If lengths differ or a value is missing.

    Notes
    -----
    Isotonic regression follows the noise of its people: miscalibration and discrimination are
    overestimated alike, the more the fewer people there are. Miscalibration above 0, even by its
    interval, is therefore no evidence of miscalibration.

    Examples
    --------
    >>> found = mse_decomposition([1.0, 2.0, 3.0, 2.0], [2.0, 2.0, 4.0, 3.0])
    >>> found.score, found.miscalibration, found.discrimination, found.uncertainty
    (0.75, 0.625, 0.375, 0.5)
    """
    return _decomposition(*as_continuous(observed, predicted, weights))


def brier_decomposition(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> ScoreDecomposition:
    """Brier score in its parts.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
        In [0, 1].
    weights
        As for `mse_decomposition`.

    Examples
    --------
    >>> brier_decomposition([0, 1], [0.5, 0.5]).to_dict()["uncertainty"]
    0.25
    """
    return _decomposition(*as_binary(y_true, risk, weights))


def isotonic_recalibration(
    observed: ArrayLike, predicted: ArrayLike, *, weights: ArrayLike | None = None
) -> Floats:
    """The predictions recalibrated: the non-decreasing function of them nearest to the outcome.

    Parameters
    ----------
    observed, predicted, weights
        As for `mse_decomposition`.

    Returns
    -------
    ndarray, shape (n_people,)
        Mean outcome of the people who were pooled; equal predictions stay equal. Between the
        predictions of people who count, those of weight 0 are interpolated.
    """
    return recalibrated_means(*as_continuous(observed, predicted, weights))


def recalibrated_means(y: Floats, p: Floats, w: Floats) -> Floats:
    """Isotonic regression on the distinct predictions of the people who count."""
    used = w > 0.0
    distinct, place = np.unique(p[used], return_inverse=True)
    # Equal predictions are one person: pooled first, whatever the order of their outcomes.
    total = np.bincount(place, weights=w[used])
    mean = np.bincount(place, weights=(w * y)[used]) / total
    fitted = isotonic_regression(mean, weights=total).x
    return np.asarray(np.interp(p, distinct, fitted))


def _decomposition(y: Floats, p: Floats, w: Floats) -> ScoreDecomposition:
    mean = np.full_like(y, np.average(y, weights=w))
    return decomposition_of_scores(
        *(
            float(np.average((y - values) ** 2, weights=w))
            for values in (p, recalibrated_means(y, p, w), mean)
        )
    )


def decomposition_of_scores(
    score: float, recalibrated: float, uncertainty: float
) -> ScoreDecomposition:
    """The parts from three scores: of the predictions, recalibrated, and of no prediction."""
    return ScoreDecomposition(
        score=score,
        # Neither is negative but by rounding: the recalibrated predictions are the best of all.
        miscalibration=max(score - recalibrated, 0.0),
        discrimination=max(uncertainty - recalibrated, 0.0),
        uncertainty=uncertainty,
    )


def mean_decomposition(decompositions: Sequence[ScoreDecomposition]) -> ScoreDecomposition:
    """The mean of each part, as over imputations of the same people."""
    each = [one.to_dict() for one in decompositions]
    return ScoreDecomposition(
        **{part: sum(one[part] for one in each) / len(each) for part in each[0]}
    )


def decomposition_part(
    observed: ArrayLike,
    predicted: ArrayLike,
    *,
    part: Part,
    kind: OutcomeKind,
    weights: ArrayLike | None = None,
) -> float:
    """One part by name, of the MSE (``continuous``) or the Brier score (``binary``)."""
    of_kind = brier_decomposition if kind == "binary" else mse_decomposition
    return float(getattr(of_kind(observed, predicted, weights=weights), part))


def calibrated_miscalibration(observed: Floats, predicted: Floats, counts: Floats) -> Floats:
    """Miscalibration of a model that is calibrated, by chance alone.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_people,)
    counts : ndarray, shape (n_draws, n_people)
        How often each person is drawn.

    Returns
    -------
    ndarray, shape (n_draws,)
        Of outcomes that are the predictions, and residuals times how often each is drawn less once:
        as noisy as the people's own, all rows of a person together.
    """
    noise = (counts - 1.0) * (observed - predicted)
    return np.array([mse_decomposition(predicted + one, predicted).miscalibration for one in noise])


DIRECTIONS: dict[Part, Literal[-1, 0, 1]] = {
    "miscalibration": -1, "discrimination": 1, "uncertainty": 0,
}  # fmt: skip


def _entry(kind: OutcomeKind, part: Part) -> Metric:
    largest = 1.0 if part == "miscalibration" else 0.25
    return Metric(
        name=f"{'brier' if kind == 'binary' else 'mse'}_{part}",
        label=f"{part} ({'Brier score' if kind == 'binary' else 'mean squared error'})",
        kind=kind,
        function=partial(decomposition_part, part=part, kind=kind),
        direction=DIRECTIONS[part],
        bounds=(0.0, largest if kind == "binary" else None),
        optimum=0.0 if part == "miscalibration" else None,
        default=False,
        by_name_only=True,
        descriptive=part == "uncertainty",
        follows_noise=part != "uncertainty",
        under_calibration=calibrated_miscalibration if part == "miscalibration" else None,
        moves_with_prevalence=kind == "binary",
    )


def forecast_part(score: str, label: str, part: Part, function: MetricFunction) -> Metric:
    """Entry of one part of a score of forecasts.

    Parameters
    ----------
    score, label : str
        Name and label of the score.
    part : str
    function : callable
        Takes the part by the keyword `part`.
    """
    return Metric(
        name=f"{score}_{part}",
        label=f"{part} ({label})",
        kind="distribution",
        function=partial(function, part=part),
        direction=DIRECTIONS[part],
        bounds=(0.0, None),
        optimum=0.0 if part == "miscalibration" else None,
        in_outcome_units=True,
        default=False,
        by_name_only=True,
        descriptive=part == "uncertainty",
        follows_noise=part != "uncertainty",
    )


_KINDS: tuple[OutcomeKind, ...] = ("continuous", "binary")
METRICS = tuple(_entry(kind, part) for kind in _KINDS for part in DIRECTIONS)

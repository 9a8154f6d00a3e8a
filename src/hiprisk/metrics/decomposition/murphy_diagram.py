"""Murphy diagrams: the elementary scores of two models' predictions at every threshold.

A squared error is a mixture of elementary scores, and so is every other score that is consistent
for the mean. A model whose elementary scores are nowhere above another's is at least as good by
all of them; where the curves cross, which is better depends on the score. Of a predicted quantile
the elementary scores make up every score that is consistent for that quantile.

References
----------
.. [1] Ehm, Gneiting, Jordan, Krueger (2016). J R Stat Soc B 78(3), 505-562.
   doi:10.1111/rssb.12154
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from hiprisk.arrays import Floats, Integers
from hiprisk.bootstrap import Persons, percentiles
from hiprisk.errors import InputError
from hiprisk.metrics.decomposition.quantile_scores import check_probability
from hiprisk.metrics.inputs import as_continuous, as_groups
from hiprisk.metrics.intervals.means import mean_estimate
from hiprisk.seeding import rng_for

N_THRESHOLDS = 101


@dataclass(frozen=True, slots=True, kw_only=True)
class MurphyDiagram:
    """Mean elementary scores of two models by threshold, lower being better.

    Attributes
    ----------
    thresholds : tuple of float
    model, reference : tuple of float
        Mean elementary score of each model.
    difference : tuple of float
        Model minus reference: negative where the model is better.
    low, high : tuple of float
        Pointwise confidence interval of the difference at `level`.
    level : float
    n : float
        Sum of the weights.
    probability : float or None
        Of the quantile that is predicted; None for a mean or a risk.
    """

    model_name: str
    reference_name: str
    thresholds: tuple[float, ...]
    model: tuple[float, ...]
    reference: tuple[float, ...]
    difference: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    n: float
    probability: float | None = None

    def to_frame(self) -> pd.DataFrame:
        """One row a threshold."""
        columns = ("thresholds", "model", "reference", "difference", "low", "high")
        frame = pd.DataFrame({name: getattr(self, name) for name in columns})
        return frame.rename(columns={"thresholds": "threshold"})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = dataclasses.asdict(self)
        plain = {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}
        # One person alone has no interval.
        return plain | {
            end: [None if np.isnan(value) else value for value in plain[end]]
            for end in ("low", "high")
        }


def elementary_scores(observed: Floats, predicted: Floats, threshold: float) -> Floats:
    """Elementary score of each prediction of a mean.

    The distance of the outcome from the threshold where prediction and outcome lie on different
    sides of it, else 0. A prediction at the threshold counts as above it, as in a decision curve.

    Parameters
    ----------
    observed, predicted : ndarray, shape (n_people,)
    threshold : float

    Notes
    -----
    Ehm et al. have half of it. Twice the integral over all thresholds is the squared error. Of a
    risk it is the cost of a decision at the threshold t: t of a false positive, 1 - t of a false
    negative; its mean is (1 - t) x (prevalence - net benefit).
    """
    apart = (predicted >= threshold) != (observed >= threshold)
    return np.where(apart, np.abs(observed - threshold), 0.0)


def quantile_elementary_scores(
    observed: Floats, predicted: Floats, threshold: float, *, probability: float
) -> Floats:
    """Elementary score of each prediction of a quantile.

    One minus the probability where the prediction alone reaches the threshold, the probability
    where the outcome alone does, else 0; the integral over all thresholds is the quantile score.

    Parameters
    ----------
    observed, predicted, threshold
        As for `elementary_scores`.
    probability : float
    """
    above, happened = predicted >= threshold, observed >= threshold
    cost = np.where(above, 1.0 - probability, probability)
    return np.where(above != happened, cost, 0.0)


def murphy_diagram(
    observed: ArrayLike,
    predicted: ArrayLike,
    reference: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    thresholds: Sequence[float] | None = None,
    probability: float | None = None,
    n_resamples: int = 0,
    seed: int = 0,
    level: float = 0.95,
    names: tuple[str, str] = ("model", "reference"),
) -> MurphyDiagram:
    """Elementary scores of two models on the same people, and their difference.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
        A continuous outcome, or 0 and 1.
    predicted, reference : array-like of float, shape (n_people,)
        Predicted means, risks or quantiles by the model and by the one it is compared with.
    weights : array-like of float, shape (n_people,), optional
        A weight of 2 equals the same person twice.
    groups : array-like, shape (n_people,), optional
        Rows with the same number go together (a person's two hips).
    thresholds : sequence of float, optional
        101 from the smallest to the largest of outcomes and predictions where not given.
    probability : float, optional
        Of the quantile that is predicted; by default a mean is, or a risk.
    n_resamples, seed : int
        Resamples of persons behind the intervals, both models on the same; with none, they are
        those of a mean over people.
    level : float
        Of the pointwise intervals of the difference.
    names : tuple of str
        Of the two models.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, thresholds are not finite and increasing, or
        `probability` leaves its range.

    Examples
    --------
    >>> murphy_diagram([0, 1], [0.2, 0.9], [0.6, 0.7], thresholds=[0.5]).difference
    (-0.25,)
    """
    y, p, w = as_continuous(observed, predicted, weights)
    _, q, _ = as_continuous(y, reference, None, name_of_predicted="reference")
    persons = None if groups is None else as_groups(groups, len(y), by_label=True)
    if probability is not None:
        check_probability(probability)
    grid = _grid(thresholds, np.concatenate([y, p, q]))
    model, reference_scores = (_scores(y, values, grid, probability) for values in (p, q))
    gaps = model - reference_scores
    low, high = (
        _resampled_ends(gaps, w, persons, n_resamples=n_resamples, seed=seed, level=level)
        if n_resamples
        else _ends(gaps, w, persons, level=level)
    )
    return MurphyDiagram(
        model_name=names[0],
        reference_name=names[1],
        thresholds=grid,
        model=_means(model, w),
        reference=_means(reference_scores, w),
        difference=_means(gaps, w),
        low=low,
        high=high,
        level=level,
        n=float(w.sum()),
        probability=probability,
    )


def _scores(y: Floats, p: Floats, grid: Sequence[float], probability: float | None) -> Floats:
    """Elementary scores, shape (n_thresholds, n_people)."""
    if probability is None:
        return np.array([elementary_scores(y, p, threshold) for threshold in grid])
    return np.array(
        [quantile_elementary_scores(y, p, t, probability=probability) for t in grid],
    )


def _means(scores: Floats, w: Floats) -> tuple[float, ...]:
    return tuple(np.average(scores, axis=1, weights=w).tolist())


def _ends(
    gaps: Floats, w: Floats, groups: Integers | None, *, level: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Student's interval of each mean difference."""
    found = [mean_estimate("difference", gap, w=w, groups=groups, level=level) for gap in gaps]
    return (
        tuple(np.nan if one.low is None else one.low for one in found),
        tuple(np.nan if one.high is None else one.high for one in found),
    )


def _resampled_ends(
    gaps: Floats, w: Floats, groups: Integers | None, *, n_resamples: int, seed: int, level: float
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Percentiles of each mean difference over resamples of persons."""
    persons = Persons.of(np.arange(gaps.shape[1]) if groups is None else groups)
    found = []
    for drawn in persons.draw_weights(rng_for(seed, "murphy_diagram"), n_resamples):
        counts = drawn * w
        found.append(counts @ gaps.T / counts.sum(axis=1, keepdims=True))
    low, high = percentiles(np.concatenate(found), level=level)
    return tuple(low.tolist()), tuple(high.tolist())


def _grid(thresholds: Sequence[float] | None, values: Floats) -> tuple[float, ...]:
    """The thresholds as floats; evenly spaced over the values where none are given."""
    if thresholds is None:
        return tuple(np.linspace(values.min(), values.max(), N_THRESHOLDS).tolist())
    grid = np.asarray(thresholds, dtype=np.float64)
    if grid.ndim != 1 or not grid.size or not np.isfinite(grid).all():
        raise InputError("'thresholds' must be one or more finite numbers")
    if (np.diff(grid) <= 0.0).any():
        place = int(np.flatnonzero(np.diff(grid) <= 0.0)[0])
        raise InputError(f"'thresholds' must increase; {grid[place + 1]:g} follows {grid[place]:g}")
    return tuple(grid.tolist())

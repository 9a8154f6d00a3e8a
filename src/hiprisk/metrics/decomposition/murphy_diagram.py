"""Murphy diagrams: the elementary scores of two models' predictions at every threshold.

A squared error is a mixture of elementary scores, and so is every other score that is consistent
for the mean. A model whose elementary scores are nowhere above another's is at least as good by
all of them; where the curves cross, which is better depends on the score.

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
from hiprisk.errors import InputError
from hiprisk.metrics.inputs import as_continuous
from hiprisk.metrics.intervals.means import mean_estimate

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

    def to_frame(self) -> pd.DataFrame:
        """One row a threshold."""
        columns = ("thresholds", "model", "reference", "difference", "low", "high")
        frame = pd.DataFrame({name: getattr(self, name) for name in columns})
        return frame.rename(columns={"thresholds": "threshold"})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain = dataclasses.asdict(self)
        return {key: list(v) if isinstance(v, tuple) else v for key, v in plain.items()}


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


def murphy_diagram(
    observed: ArrayLike,
    predicted: ArrayLike,
    reference: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: Integers | None = None,
    thresholds: Sequence[float] | None = None,
    level: float = 0.95,
    names: tuple[str, str] = ("model", "reference"),
) -> MurphyDiagram:
    """Elementary scores of two models on the same people, and their difference.

    Parameters
    ----------
    observed : array-like of float, shape (n_people,)
        A continuous outcome, or 0 and 1.
    predicted, reference : array-like of float, shape (n_people,)
        Predicted means or risks by the model and by the one it is compared with.
    weights : array-like of float, shape (n_people,), optional
        A weight of 2 equals the same person twice.
    groups : ndarray of int, shape (n_people,), optional
        Rows with the same number go together (a person's two hips).
    thresholds : sequence of float, optional
        101 from the smallest to the largest of outcomes and predictions where not given.
    level : float
        Of the pointwise intervals of the difference, which is a mean over people.
    names : tuple of str
        Of the two models.

    Raises
    ------
    InputError
        If lengths differ, a value is missing, or thresholds are not finite and increasing.

    Examples
    --------
    >>> murphy_diagram([0, 1], [0.2, 0.9], [0.6, 0.7], thresholds=[0.5]).difference
    (-0.25,)
    """
    y, p, w = as_continuous(observed, predicted, weights)
    _, q, _ = as_continuous(y, reference, None, name_of_predicted="reference")
    if groups is not None and len(groups) != len(y):
        raise InputError(f"'groups' has {len(groups)} entries, 'observed' has {len(y)}")
    grid = _grid(thresholds, np.concatenate([y, p, q]))
    model, reference_scores = (
        [elementary_scores(y, values, threshold) for threshold in grid] for values in (p, q)
    )
    gaps = [
        mean_estimate("difference", one - other, w=w, groups=groups, level=level)
        for one, other in zip(model, reference_scores, strict=True)
    ]
    return MurphyDiagram(
        model_name=names[0],
        reference_name=names[1],
        thresholds=grid,
        model=_means(model, w),
        reference=_means(reference_scores, w),
        difference=tuple(gap.value for gap in gaps),
        low=tuple(np.nan if gap.low is None else gap.low for gap in gaps),
        high=tuple(np.nan if gap.high is None else gap.high for gap in gaps),
        level=level,
        n=float(w.sum()),
    )


def _means(scores: Sequence[Floats], w: Floats) -> tuple[float, ...]:
    return tuple(float(np.average(one, weights=w)) for one in scores)


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

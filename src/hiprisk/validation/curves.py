"""Curves and their optimism: net benefit by threshold, calibration by risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hiprisk.learning.parallel import one_thread
from hiprisk.validation.refits import Refits

Floats = NDArray[np.float64]
Curve = Callable[..., Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedCurve:
    """A curve at fixed points, its optimism, and what is left.

    Attributes
    ----------
    at, apparent, optimism, corrected : tuple of float, length n_points
    low, high : tuple of float
        Percentiles of the resamples' training curves, less the optimism (Noma's interval).
    """

    at: tuple[float, ...]
    apparent: tuple[float, ...]
    optimism: tuple[float, ...]
    corrected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a point."""
        names = ("at", "apparent", "optimism", "corrected", "low", "high")
        return pd.DataFrame({name: list(getattr(self, name)) for name in names})

    def to_dict(self) -> dict[str, list[float]]:
        """The columns, for JSON."""
        return {str(name): list(values) for name, values in self.to_frame().items()}


def corrected_curve(
    refits: Refits,
    observed: Floats,
    *,
    apparent: Floats,
    curve: Curve,
    at: Floats,
    level: float = 0.95,
) -> CorrectedCurve:
    """A curve corrected for optimism, point by point.

    Parameters
    ----------
    refits : Refits
    observed : ndarray, shape (n_rows,)
        NaN where unknown.
    apparent : ndarray, shape (n_rows,)
    curve : callable
        ``curve(observed, predicted, weights=None)`` to values at `at`, shape (n_points,).
    at : ndarray, shape (n_points,)
        Thresholds, or predictions.
    level : float
    """
    known = ~np.isnan(observed)
    y, seen = observed[known], refits.of_rows(known)
    with one_thread():
        training = np.array(
            [
                curve(y, predicted, weights=counts)
                for predicted, counts in zip(seen.predicted, seen.counts, strict=True)
            ]
        )
        test = np.array([curve(y, predicted, weights=None) for predicted in seen.predicted])
        whole = np.asarray(curve(y, apparent[known], weights=None))
    optimism = training.mean(axis=0) - test.mean(axis=0)
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(training, (tail, 1.0 - tail), axis=0) - optimism
    return CorrectedCurve(
        at=_floats(at),
        apparent=_floats(whole),
        optimism=_floats(optimism),
        corrected=_floats(whole - optimism),
        low=_floats(low),
        high=_floats(high),
    )


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)

"""Curves and their optimism: net benefit by threshold, calibration by risk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from hiprisk.arrays import Floats
from hiprisk.bootstrap import percentiles
from hiprisk.errors import InputError
from hiprisk.metrics.smoothing.calibration_curve import calibration_at
from hiprisk.outcome_kind import OutcomeKind
from hiprisk.parallel import one_thread
from hiprisk.validation.resampling.refits import Refits

Curve = Callable[..., Floats]
N_POINTS = 50
# Share of the predictions at each end that the corrected curve leaves out: few refits reach there.
END = 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedCurve:
    """A curve at fixed points, its optimism, and what is left.

    Attributes
    ----------
    at, apparent, optimism, corrected : tuple of float, length n_points
    low, high : tuple of float
        Apparent curve less the percentiles of the resamples' own optimism, point by point.
    n_resamples : tuple of int
        In how many resamples the curve reaches the point, both on the resample and on the original
        people; the others say nothing of it.
    """

    at: tuple[float, ...]
    apparent: tuple[float, ...]
    optimism: tuple[float, ...]
    corrected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n_resamples: tuple[int, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row a point."""
        names = ("at", "apparent", "optimism", "corrected", "low", "high", "n_resamples")
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
        ``curve(observed, predicted, weights=None)`` to values at `at`, shape (n_points,); NaN at
        points beyond the predictions.
    at : ndarray, shape (n_points,)
        Thresholds, or predictions.
    level : float

    Raises
    ------
    InputError
        If the model's own curve, or every refit's, does not reach a point.
    """
    known = ~np.isnan(observed)
    y, known_refits = observed[known], refits.of_rows(known)
    with one_thread():
        pairs = zip(known_refits.predicted, known_refits.counts, strict=True)
        training = np.array([curve(y, predicted, weights=counts) for predicted, counts in pairs])
        test = np.array([curve(y, predicted, weights=None) for predicted in known_refits.predicted])
        whole = np.asarray(curve(y, apparent[known], weights=None))
    reached = ~(np.isnan(training) | np.isnan(test))
    if np.isnan(whole).any() or not reached.any(axis=0).all():
        raise InputError(
            "the curve does not reach every point that was asked for",
            code="GRID",
            advice="take points within the predictions",
        )
    # A resample counts at a point only where both of its curves reach it: half of a difference is
    # none.
    own = np.where(reached, training - test, np.nan)
    optimism = np.nanmean(own, axis=0)
    least, most = percentiles(own, level=level)
    return CorrectedCurve(
        at=_floats(at),
        apparent=_floats(whole),
        optimism=_floats(optimism),
        corrected=_floats(whole - optimism),
        low=_floats(whole - most),
        high=_floats(whole - least),
        n_resamples=tuple(int(n) for n in reached.sum(axis=0)),
    )


def corrected_calibration_curve(
    refits: Refits,
    observed: Floats,
    *,
    apparent: Floats,
    kind: OutcomeKind,
    level: float = 0.95,
) -> CorrectedCurve:
    """The calibration curve corrected for optimism, by lowess as rms' `calibrate` draws it.

    Parameters
    ----------
    refits, observed, apparent, level
        As for `corrected_curve`.
    kind : str

    Raises
    ------
    InputError
        If the refits' predictions are too few or too narrow for a curve.
    """
    low, high = np.quantile(apparent[~np.isnan(observed)], (END, 1.0 - END))
    at = np.linspace(low, high, N_POINTS)
    curve: Curve = partial(calibration_at, at=at, kind=kind, smoother="lowess")
    try:
        return corrected_curve(refits, observed, apparent=apparent, curve=curve, at=at, level=level)
    except InputError as refusal:
        if refusal.code != "GRID":
            raise
        raise InputError(
            "too few bootstrap models predict as low and as high as the model does",
            code="DEGENERATE",
        ) from refusal


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)

"""Tests of calibration: reported beside the estimates, never instead of them."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import ArrayLike

from hiprisk.errors import InputError
from hiprisk.metrics.entry import Metric
from hiprisk.metrics.inputs import as_binary
from hiprisk.metrics.intervals.wald import chi_square_p, two_sided_p
from hiprisk.metrics.likelihood import unreliability_index


def spiegelhalter_z(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> float:
    """Spiegelhalter's z: how much the Brier score exceeds that of calibrated risks.

    Parameters
    ----------
    y_true : array-like of 0 and 1, shape (n_people,)
    risk : array-like of float, shape (n_people,)
    weights : array-like of float, optional

    Returns
    -------
    float
        Standard normal where the risks are the true ones; positive where they are too extreme.

    Raises
    ------
    InputError
        If every risk is 0, a half or 1.

    References
    ----------
    .. [1] Spiegelhalter (1986). Stat Med 5, 421-433.

    Examples
    --------
    One person with the event and a risk of 0.2: 0.8 x 0.6 / sqrt(0.36 x 0.16).

    >>> round(spiegelhalter_z([1], [0.2]), 12)
    2.0
    """
    y, p, w = as_binary(y_true, risk, weights)
    # (y - p)^2 less its expectation p (1 - p) is (y - p)(1 - 2 p): only this part is random.
    tilt = 1.0 - 2.0 * p
    variance = float(np.sum(w * tilt * tilt * p * (1.0 - p)))
    if variance == 0.0:
        raise InputError(
            "Spiegelhalter's z needs a risk other than 0, one half and 1", code="DEGENERATE"
        )
    return float(np.sum(w * (y - p) * tilt)) / float(np.sqrt(variance))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiegelhalterTest:
    """Spiegelhalter's z and the chance of so large a one if the risks are the true ones."""

    z: float
    p_value: float


def spiegelhalter_test(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> SpiegelhalterTest:
    """Spiegelhalter's test; arguments as for `spiegelhalter_z`."""
    z = spiegelhalter_z(y_true, risk, weights=weights)
    return SpiegelhalterTest(z=z, p_value=two_sided_p(z))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreliabilityTest:
    """Likelihood-ratio test that intercept is 0 and slope 1 (rms: U:Chi-sq, U:p)."""

    chi_square: float
    p_value: float


def unreliability_test(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> UnreliabilityTest:
    """Whether recalibration gains more than chance; arguments as for `scores.brier`."""
    _, _, w = as_binary(y_true, risk, weights)
    statistic = unreliability_index(y_true, risk, weights=weights) * float(w.sum()) + 2.0
    return UnreliabilityTest(chi_square=statistic, p_value=chi_square_p(statistic, 2.0))


METRICS = (
    Metric(name="spiegelhalter_z", label="Spiegelhalter's z", kind="binary",
           function=spiegelhalter_z, optimum=0.0, moves_with_prevalence=True,
           vectorised=attrgetter("spiegelhalter_z"), pinned_by_fit=True,
           of_sampled_by_outcome="none"),
)  # fmt: skip

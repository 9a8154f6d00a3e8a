"""Tests of calibration: reported beside the estimates, never instead of them."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from hiprisk.metrics import scores
from hiprisk.metrics.inputs import as_binary
from hiprisk.metrics.intervals.wald import chi_square_p, two_sided_p
from hiprisk.metrics.likelihood import unreliability_index


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiegelhalterTest:
    """Spiegelhalter's z and the chance of so large a one if the risks are the true ones."""

    z: float
    p_value: float


def spiegelhalter_test(
    y_true: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None
) -> SpiegelhalterTest:
    """Spiegelhalter's test; arguments as for `scores.spiegelhalter_z`."""
    z = scores.spiegelhalter_z(y_true, risk, weights=weights)
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

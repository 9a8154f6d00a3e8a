"""Distribution functions of the cumulative link models, with what their derivatives need.

Names are those of R's `rms::orm`: P(Y >= v) = F(intercept + X b) with F the ``logit``, ``probit``,
``loglog`` (exp(-exp(-x))) or ``cloglog`` (1 - exp(-exp(x))) distribution function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from hiprisk.arrays import Floats

# Beyond this an exponential of an exponential is 0 or infinite all the same.
LARGEST_EXPONENT = 500.0


@dataclass(frozen=True)
class Link:
    """A distribution function F with its complement and derivatives.

    Attributes
    ----------
    cdf, survival : callable
        F and 1 - F, each without cancellation in its own tail.
    density, slope : callable
        First and second derivative of F.
    quantile : callable
        Inverse of F.
    """

    cdf: Callable[[Floats], Floats]
    survival: Callable[[Floats], Floats]
    density: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    quantile: Callable[[Floats], Floats]

    def between(self, upper: Floats, lower: Floats) -> Floats:
        """F(upper) - F(lower), taken in the tail in which both are small."""
        right = self.survival(lower) - self.survival(upper)
        return np.where(lower > 0.0, right, self.cdf(upper) - self.cdf(lower))


def _exp(x: Floats) -> Floats:
    return np.asarray(np.exp(np.minimum(x, LARGEST_EXPONENT)))


def _logit_density(x: Floats) -> Floats:
    return np.asarray(special.expit(x) * special.expit(-x))


def _normal_density(x: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))


def _gumbel_cdf(x: Floats) -> Floats:
    return np.exp(-_exp(-x))


def _gumbel_survival(x: Floats) -> Floats:
    return -np.expm1(-_exp(-x))


def _gumbel_density(x: Floats) -> Floats:
    # One exponential: the product of a huge number and 0 would be none.
    return np.exp(np.minimum(-x, LARGEST_EXPONENT) - _exp(-x))


LINKS: Mapping[str, Link] = {
    "logit": Link(
        cdf=special.expit,
        survival=lambda x: special.expit(-x),
        density=_logit_density,
        slope=lambda x: _logit_density(x) * (special.expit(-x) - special.expit(x)),
        quantile=special.logit,
    ),
    "probit": Link(
        cdf=special.ndtr,
        survival=lambda x: special.ndtr(-x),
        density=_normal_density,
        slope=lambda x: -x * _normal_density(x),
        quantile=special.ndtri,
    ),
    "loglog": Link(
        cdf=_gumbel_cdf,
        survival=_gumbel_survival,
        density=_gumbel_density,
        slope=lambda x: _gumbel_density(x) * (_exp(-x) - 1.0),
        quantile=lambda p: -np.log(-np.log(p)),
    ),
    # The mirror image of loglog: F(x) = 1 - G(-x).
    "cloglog": Link(
        cdf=lambda x: _gumbel_survival(-x),
        survival=lambda x: _gumbel_cdf(-x),
        density=lambda x: _gumbel_density(-x),
        slope=lambda x: -_gumbel_density(-x) * (_exp(x) - 1.0),
        quantile=lambda p: np.log(-np.log1p(-p)),
    ),
}

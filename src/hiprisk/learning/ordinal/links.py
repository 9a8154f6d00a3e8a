"""What fitting needs of a link beyond its distribution function: complement, slope and inverse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from hiprisk.arrays import Floats
from hiprisk.sheet import links as sheet

LARGEST_EXPONENT = sheet.LARGEST_EXPONENT


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


def _link(
    name: str,
    mirrored: str,
    tilt: Callable[[Floats], Floats],
    quantile: Callable[[Floats], Floats],
) -> Link:
    """A link from the sheet's, 1 - F(x) being G(-x) of its mirror image, and f' = f x tilt."""
    own, other = sheet.LINKS[name], sheet.LINKS[mirrored]
    return Link(
        cdf=own.cumulative,
        survival=lambda x: other.cumulative(-x),
        density=own.density,
        slope=lambda x: own.density(x) * tilt(x),
        quantile=quantile,
    )


def _exp(x: Floats) -> Floats:
    return np.asarray(np.exp(np.minimum(x, LARGEST_EXPONENT)))


LINKS: Mapping[str, Link] = {
    "logit": _link("logit", "logit", lambda x: -np.tanh(0.5 * x), special.logit),
    "probit": _link("probit", "probit", lambda x: -x, special.ndtri),
    "loglog": _link("loglog", "cloglog", lambda x: _exp(-x) - 1.0, lambda p: -np.log(-np.log(p))),
    "cloglog": _link("cloglog", "loglog", lambda x: 1.0 - _exp(x), lambda p: np.log(-np.log1p(-p))),
}

r"""Random effects: one figure from several sites, and what a new site would see.

The between-site variance is estimated by restricted maximum likelihood, the interval of the mean by
Hartung, Knapp, Sidik and Jonkman with the usual safeguard (never narrower than without it), the
prediction interval of a new site with a t distribution of k - 2 degrees of freedom.

References
----------
.. [1] Viechtbauer (2005). J Educ Behav Stat 30(3), 261-293: REML by Fisher scoring.
.. [2] Hartung, Knapp (2001). Stat Med 20(24), 3875-3889; Sidik, Jonkman (2002). Stat Med 21, 3153.
.. [3] Roever, Knapp, Friede (2015). BMC Med Res Methodol 15, 99: the safeguard.
.. [4] Higgins, Thompson, Spiegelhalter (2009). J R Stat Soc A 172(1), 137-159.
.. [5] Debray et al. (2017). BMJ 356, i6460; Snell, Ensor, Debray (2018). Stat Methods Med Res 27.
.. [6] Nagashima, Noma, Furukawa (2019). Stat Methods Med Res 28(6), 1689-1702: the variance
   between sites is not known either. doi:10.1177/0962280218773520
.. [7] Biggerstaff, Tweedie (1997). Stat Med 16(7), 753-768: Q as a gamma variable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc, stdtr
from scipy.stats import t as student

from hiprisk.arrays import Floats
from hiprisk.errors import InputError

MAX_STEPS = 1_000
# Of the grid of variances between sites, and of the search for a quantile.
N_VARIANCES, MOST_SPREADS, BISECTIONS = 40, 60.0, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomEffects:
    """A pooled mean.

    Attributes
    ----------
    value, low, high : float
        Mean over sites with its interval.
    standard_error : float
        As Hartung and Knapp adjust it.
    new_low, new_high : float or None
        Prediction interval of a new site; None with fewer than three sites.
    tau2 : float
        Variance between sites.
    i2 : float
        Share of the total variance that is between sites.
    q : float
        Cochran's Q.
    n_sites : int
    """

    value: float
    low: float
    high: float
    standard_error: float
    new_low: float | None
    new_high: float | None
    tau2: float
    i2: float
    q: float
    n_sites: int


def random_effects(
    estimates: ArrayLike, variances: ArrayLike, *, level: float = 0.95
) -> RandomEffects:
    """Pool estimates of several sites.

    Parameters
    ----------
    estimates : array-like of float, shape (n_sites,)
        On a scale on which they are about normal.
    variances : array-like of float, shape (n_sites,)
        Squared standard errors, positive.
    level : float

    Raises
    ------
    InputError
        If there are fewer than two sites, or a variance is not positive.
    """
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if len(y) < 2 or len(y) != len(v):
        raise InputError(f"pooling needs at least two sites, got {len(y)}", code="FEW_SITES")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise InputError("pooling needs finite estimates and positive variances", code="VARIANCE")
    k = len(y)
    tau2 = reml_tau2(y, v)
    weights = 1.0 / (v + tau2)
    mean = float(np.average(y, weights=weights))
    adjust = float(np.sum(weights * (y - mean) ** 2)) / (k - 1)
    # Hartung and Knapp's factor, never below 1: sites that agree by chance would narrow the
    # interval.
    error = float(np.sqrt(max(1.0, adjust) / weights.sum()))
    tail = 1.0 - (1.0 - level) / 2.0
    reach = float(student.ppf(tail, k - 1)) * error
    new_low = new_high = None
    if k > 2:
        # A new site differs from the mean by its own spread and by the error of the mean.
        new_reach = float(student.ppf(tail, k - 2)) * float(np.sqrt(tau2 + error**2))
        new_low, new_high = mean - new_reach, mean + new_reach
    fixed = 1.0 / v
    # Higgins and Thompson's typical variance within a site, against which I2 sets tau2.
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - np.sum(fixed**2))
    return RandomEffects(
        value=mean,
        low=mean - reach,
        high=mean + reach,
        standard_error=error,
        new_low=new_low,
        new_high=new_high,
        tau2=tau2,
        i2=float(tau2 / (tau2 + typical)),
        q=float(np.sum(fixed * (y - np.average(y, weights=fixed)) ** 2)),
        n_sites=k,
    )


def confidence_prediction_interval(
    estimates: ArrayLike, variances: ArrayLike, *, level: float = 0.95
) -> tuple[float, float]:
    """Prediction interval of a new site that knows how uncertain the variance between sites is.

    Parameters
    ----------
    estimates, variances, level
        As for `random_effects`.

    Returns
    -------
    tuple of float

    Notes
    -----
    The interval of Higgins and colleagues takes the variance between sites as known but for its
    degrees of freedom, and is too narrow where sites are small and alike: the estimate is then
    often 0. Here the variance has the confidence distribution that follows from Cochran's Q; a new
    site's value is a mixture over it. Nagashima and colleagues draw from the mixture; here it is
    summed over a grid, with Q as a gamma variable, and the normal spread of sites and Hartung and
    Knapp's error of the mean as one t variable (Welch and Satterthwaite's degrees of freedom).
    """
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    k = len(y)
    grid, mass = _confidence_distribution(y, v)
    weights = 1.0 / (v + grid[:, np.newaxis])
    total = weights.sum(axis=1)
    center = (weights @ y) / total
    adjust = np.sum(weights * (y - center[:, np.newaxis]) ** 2, axis=1) / (k - 1)
    squared_error = np.maximum(1.0, adjust) / total
    spread = np.sqrt(grid + squared_error)
    freedom = (k - 1) * (spread**2 / squared_error) ** 2

    def quantile(probability: float) -> float:
        low = float((center - MOST_SPREADS * spread).min())
        high = float((center + MOST_SPREADS * spread).max())
        for _ in range(BISECTIONS):
            middle = (low + high) / 2.0
            below = float(mass @ stdtr(freedom, (middle - center) / spread))
            low, high = (middle, high) if below < probability else (low, middle)
        return (low + high) / 2.0

    tail = (1.0 - level) / 2.0
    return quantile(tail), quantile(1.0 - tail)


def _confidence_distribution(y: Floats, v: Floats) -> tuple[Floats, Floats]:
    """Variances between sites and their confidence masses, by Q as a gamma variable."""
    w = 1.0 / v
    first, second, third = (float(np.sum(w**power)) for power in (1, 2, 3))
    q = float(np.sum(w * (y - np.average(y, weights=w)) ** 2))
    k = len(y)
    typical = float(np.median(v))
    largest = 100.0 * max(dersimonian_laird_tau2(y, v), typical)
    edges = np.concatenate([[0.0], np.geomspace(1e-4 * typical, largest, N_VARIANCES)])
    # Mean and variance of Q under each variance between sites.
    scale = first - second / first
    mean = (k - 1) + scale * edges
    curvature = second - 2.0 * third / first + second**2 / first**2
    variance = 2.0 * (k - 1) + 4.0 * scale * edges + 2.0 * curvature * edges**2
    upto = gammaincc(mean**2 / variance, q * mean / variance)
    # All that lies beyond the grid counts at its end.
    mass = np.diff(np.concatenate([[0.0], upto[:-1], [1.0]]))
    middles = np.concatenate([[0.0], (edges[1:] + edges[:-1]) / 2.0])
    return middles, np.maximum(mass, 0.0)


def reml_tau2(y: Floats, v: Floats) -> float:
    """Between-site variance by restricted maximum likelihood.

    Parameters
    ----------
    y, v : ndarray, shape (n_sites,)
        Estimates and their variances.

    Raises
    ------
    InputError
        If the iteration does not settle.

    Notes
    -----
    With ``P = W - W 1 1' W / sum(W)`` and ``W = diag(1 / (v + tau2))`` a step of Fisher scoring is
    ``(y' P P y - tr P) / tr(P P)``. It starts at DerSimonian and Laird's value. A step that
    would lead below zero leads to zero, and ends there if the likelihood falls from there on; steps
    are halved after the fiftieth, should they go to and fro.
    """
    tau2 = dersimonian_laird_tau2(y, v)
    for number in range(MAX_STEPS):
        w = 1.0 / (v + tau2)
        total = float(w.sum())
        residual = w * (y - float(w @ y) / total)
        trace = total - float(w @ w) / total
        trace_squared = (
            float(w @ w) - 2.0 * float(np.sum(w**3)) / total + (float(w @ w) / total) ** 2
        )
        step = (float(residual @ residual) - trace) / trace_squared
        if tau2 == 0.0 and step <= 0.0:
            return 0.0
        new = max(0.0, tau2 + (step if number < 50 else step / 2.0))
        if abs(new - tau2) <= 1e-12 * max(tau2, float(np.median(v))):
            return new
        tau2 = new
    raise InputError("the variance between sites could not be estimated", code="DEGENERATE")


def dersimonian_laird_tau2(y: Floats, v: Floats) -> float:
    """Between-site variance by the method of moments."""
    w = 1.0 / v
    total = float(w.sum())
    q = float(np.sum(w * (y - float(w @ y) / total) ** 2))
    return max(0.0, (q - (len(y) - 1)) / (total - float(w @ w) / total))

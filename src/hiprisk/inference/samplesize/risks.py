"""How the risks of a calibrated model are spread, given how well it discriminates.

Everything is an integral over the linear predictor, taken on a fixed grid: what Riley's simulation
of a very large cohort tends to, without its noise.

References
----------
.. [1] Riley, Van Calster, Collins (2021). Stat Med 40(4), 859-864. doi:10.1002/sim.8806
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, ndtri, xlogy

from hiprisk.arrays import Floats
from hiprisk.errors import ConfigError

REACH = 8.5
POINTS = 8001


@dataclass(frozen=True)
class RiskDistribution:
    """Risks of a calibrated model in a population.

    Attributes
    ----------
    lp : ndarray, shape (n_points,)
        Linear predictor, ascending: the log odds of the event.
    share : ndarray, shape (n_points,)
        Share of the people there; adds up to 1.
    """

    lp: Floats
    share: Floats

    @property
    def risk(self) -> Floats:
        """Risk at each point."""
        return np.asarray(expit(self.lp))

    @property
    def prevalence(self) -> float:
        """Mean risk."""
        return float(self.share @ self.risk)

    @property
    def cox_snell(self) -> float:
        """Cox-Snell R2: 1 - exp(-2 x gain in log-likelihood a person)."""
        p, phi = self.risk, self.prevalence
        gain = float(self.share @ (xlogy(p, p) + xlogy(1 - p, 1 - p))) + _entropy(phi)
        return -math.expm1(-2.0 * gain)

    @property
    def c_statistic(self) -> float:
        """Chance that an event has the higher risk than a non-event."""
        events = self.share * self.risk
        others = self.share * (1.0 - self.risk)
        # People at the same point of the grid are ties and count half.
        below = np.cumsum(others) - others
        return float(events @ (below + 0.5 * others) / (events.sum() * others.sum()))

    def information(self) -> Floats:
        """Expected information of one person about calibration intercept and slope, 2 by 2."""
        weight = self.share * self.risk * (1.0 - self.risk)
        design = np.column_stack([np.ones_like(self.lp), self.lp])
        return np.asarray((design * weight[:, np.newaxis]).T @ design)

    def sensitivity(self, threshold: float) -> float:
        """Share of the events whose risk reaches a threshold."""
        events = self.share * self.risk
        return float(events[self.risk >= threshold].sum() / events.sum())

    def specificity(self, threshold: float) -> float:
        """Share of the non-events whose risk does not reach a threshold."""
        others = self.share * (1.0 - self.risk)
        return float(others[self.risk < threshold].sum() / others.sum())

    def central(self, share: float = 0.95) -> Floats:
        """Linear predictors of the central share of the people."""
        rank = np.cumsum(self.share)
        tail = (1.0 - share) / 2.0
        return self.lp[(rank >= tail) & (rank <= 1.0 - tail)]


def normal_risks(mean: float, sd: float) -> RiskDistribution:
    """Risks whose log odds are normal."""
    # A fixed grid: the same answer every time, and smooth in what root finding varies.
    z = np.linspace(-REACH, REACH, POINTS)
    share = np.exp(-0.5 * z * z)
    return RiskDistribution(mean + sd * z, share / share.sum())


def beta_risks(alpha: float, beta: float) -> RiskDistribution:
    """Risks with a beta distribution; its parameters are between 0.05 and 10,000."""
    middle = math.log(alpha / beta)
    # The log density of the log odds falls as the parameters far out, as a parabola near the peak.
    fall, parabola = 40.0, math.sqrt(80.0 * (alpha + beta) / (alpha * beta))
    lp = np.linspace(middle - fall / alpha - parabola, middle + fall / beta + parabola, 5 * POINTS)
    log_density = -alpha * np.logaddexp(0.0, -lp) - beta * np.logaddexp(0.0, lp)
    share = np.exp(log_density - log_density.max())
    return RiskDistribution(lp, share / share.sum())


def risks_from_c(c_statistic: float, prevalence: float) -> RiskDistribution:
    r"""Risks of a model with a C statistic, its predictor normal in events and non-events alike.

    Parameters
    ----------
    c_statistic : float
        In (0.5, 1).
    prevalence : float
        In (0, 1).

    Notes
    -----
    With equal spread the two normals lie :math:`\sqrt 2 \Phi^{-1}(C)` apart, and the log odds are
    exactly linear in the predictor.

    References
    ----------
    .. [1] Austin, Steyerberg (2012). BMC Med Res Methodol 12, 82. doi:10.1186/1471-2288-12-82
    """
    apart = math.sqrt(2.0) * float(ndtri(c_statistic))
    x = np.linspace(-REACH, REACH + apart, POINTS)
    share = (1.0 - prevalence) * np.exp(-0.5 * x**2) + prevalence * np.exp(-0.5 * (x - apart) ** 2)
    # Bayes' rule: log prior odds and the log ratio of the two normal densities at x.
    lp = _logit(prevalence) + apart * x - apart**2 / 2.0
    return RiskDistribution(lp, share / share.sum())


def risks_from_cox_snell(cox_snell: float, prevalence: float) -> RiskDistribution:
    """Risks whose log odds are normal, with a given Cox-Snell R2 and mean.

    Raises
    ------
    ConfigError
        If no such model exists.
    """
    check_cox_snell(cox_snell, prevalence)

    def at(sd: float) -> RiskDistribution:
        mean = brentq(
            lambda m: normal_risks(m, sd).prevalence - prevalence,
            _logit(prevalence) - 5.0 * sd - 1.0,
            _logit(prevalence) + 5.0 * sd + 1.0,
        )
        return normal_risks(float(mean), sd)

    widest = 30.0
    if at(widest).cox_snell <= cox_snell:
        raise ConfigError(
            f"a Cox-Snell R2 of {cox_snell:.3g} is out of reach at a prevalence of {prevalence:g}",
            column="cox_snell",
            advice=f"its greatest value there is {greatest_cox_snell(prevalence):.3f}",
        )
    sd = brentq(lambda s: at(s).cox_snell - cox_snell, 1e-4, widest, xtol=1e-8)
    return at(float(sd))


def greatest_cox_snell(prevalence: float) -> float:
    """Greatest Cox-Snell R2 that any model can reach at a prevalence."""
    return -math.expm1(-2.0 * _entropy(prevalence))


def cox_snell_from_c(c_statistic: float, prevalence: float) -> float:
    """Cox-Snell R2 of a model with a C statistic; arguments as for `risks_from_c`.

    Examples
    --------
    >>> round(cox_snell_from_c(0.89, 0.174), 2)
    0.29
    """
    return risks_from_c(c_statistic, prevalence).cox_snell


def check_cox_snell(cox_snell: float, prevalence: float) -> None:
    """Raise if no model can have this R2."""
    greatest = greatest_cox_snell(prevalence)
    if cox_snell >= greatest:
        raise ConfigError(
            f"a Cox-Snell R2 of {cox_snell:.3g} cannot be: at a prevalence of {prevalence:g} it "
            f"stays below {greatest:.3f}",
            column="cox_snell",
            advice="was it Nagelkerke's R2? Then state nagelkerke",
        )


def _entropy(phi: float) -> float:
    return -float(xlogy(phi, phi) + xlogy(1.0 - phi, 1.0 - phi))


def _logit(phi: float) -> float:
    return math.log(phi / (1.0 - phi))

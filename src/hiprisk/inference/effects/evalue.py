"""E-values: how strong an unmeasured confounder would have to be to explain an effect away."""

from __future__ import annotations

import math
from dataclasses import dataclass

from hiprisk.errors import InputError
from hiprisk.metrics.estimate import Estimate

# A standardised difference of d goes with a risk ratio of about exp(0.91 d) at a cut of the score.
LOG_RISK_RATIO_PER_SD = 0.91


@dataclass(frozen=True, slots=True, kw_only=True)
class EValue:
    """E-value of an estimate and of the end of its interval that lies nearer to no effect.

    Attributes
    ----------
    point : float
        At least 1.
    limit : float
        1 where the interval includes no effect.
    """

    point: float
    limit: float

    def to_dict(self) -> dict[str, float]:
        """Plain values for JSON."""
        return {"point": self.point, "limit": self.limit}


def e_value_of_ratio(risk_ratio: Estimate) -> EValue:
    r"""E-value of a risk ratio.

    Parameters
    ----------
    risk_ratio : Estimate
        With its interval; all positive. An odds ratio of an outcome rarer than 15 % may stand for
        it; of a commoner one, its square root.

    Returns
    -------
    EValue
        Risk ratio that an unmeasured confounder would need with exposure and with outcome, each
        beyond the measured confounders, to move the estimate (the limit) to 1.

    Raises
    ------
    InputError
        If an end is missing or not positive.

    Notes
    -----
    .. math:: E = RR + \sqrt{RR (RR - 1)}

    with ratios below 1 inverted.

    References
    ----------
    .. [1] VanderWeele, Ding (2017). Ann Intern Med 167(4), 268-274. doi:10.7326/M16-2607

    Examples
    --------
    >>> e = e_value_of_ratio(Estimate(name="RR", value=3.9, low=1.8, high=8.7))
    >>> round(e.point, 2), round(e.limit, 2)
    (7.26, 3.0)
    """
    low, high = risk_ratio.low, risk_ratio.high
    if low is None or high is None or min(low, risk_ratio.value, high) <= 0.0:
        raise InputError(
            "an E-value needs a positive risk ratio with both ends of its interval", code="RATIO"
        )
    # The end that a confounder would reach first, on whichever side of 1 the estimate lies.
    nearest = 1.0 if low <= 1.0 <= high else (low if low > 1.0 else high)
    return EValue(point=_e_value(risk_ratio.value), limit=_e_value(nearest))


def e_value_of_difference(difference: Estimate, *, outcome_sd: float) -> EValue:
    """E-value of a difference in means, by way of the standardised difference.

    Parameters
    ----------
    difference : Estimate
        In units of the outcome, with its interval.
    outcome_sd : float
        Standard deviation of the outcome; that of all people gives a smaller, more cautious
        E-value than that of the residuals.

    Notes
    -----
    The risk ratio is approximated by exp(0.91 d). Its interval takes the ends of the difference's
    own; VanderWeele and Ding write 0.91 d plus or minus 1.78 standard errors, which is the same
    for a normal 95 % interval (0.91 x 1.96 = 1.78).

    References
    ----------
    .. [1] VanderWeele, Ding (2017). Ann Intern Med 167(4), 268-274. doi:10.7326/M16-2607
    .. [2] Chinn (2000). Stat Med 19(22), 3127-3131.

    Examples
    --------
    >>> e = e_value_of_difference(Estimate(name="d", value=0.0, low=-1.0, high=1.0), outcome_sd=2)
    >>> e.point, e.limit
    (1.0, 1.0)
    """
    if not outcome_sd > 0.0:
        raise InputError("the outcome does not vary", code="OUTCOME")
    if difference.low is None or difference.high is None:
        raise InputError("an E-value needs both ends of the interval", code="RATIO")
    low, value, high = (
        math.exp(LOG_RISK_RATIO_PER_SD * end / outcome_sd)
        for end in (difference.low, difference.value, difference.high)
    )
    return e_value_of_ratio(Estimate(name="risk_ratio", value=value, low=low, high=high))


def _e_value(ratio: float) -> float:
    above = max(ratio, 1.0 / ratio)
    return above + math.sqrt(above * (above - 1.0))

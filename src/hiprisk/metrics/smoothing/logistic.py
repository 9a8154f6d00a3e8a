"""Logistic regression as metrics need it: a few columns, replications, and its covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.sheet.links import expit

RISK_EDGE = 1e-12
MAX_STEPS = 100
LARGEST_COEFFICIENT = 1e4


def logit(risk: Floats) -> Floats:
    """Log odds; risks of 0 and 1 are moved inside by 1e-12."""
    inside = np.clip(risk, RISK_EDGE, 1.0 - RISK_EDGE)
    return np.asarray(np.log(inside / (1.0 - inside)))


def has_log_odds(risk: Floats) -> Bools:
    """Risks that are neither 0 nor 1, whose log odds are infinite."""
    return np.asarray((risk > 0.0) & (risk < 1.0))


def with_log_odds(y: Floats, risk: Floats, w: Floats) -> tuple[Floats, Floats, Floats]:
    """Those whose risk has log odds, as R's `val.prob` takes them; everybody where all have.

    Raises
    ------
    InputError
        If nobody has.

    Notes
    -----
    Moved inside instead, one person of 750 with a risk of 0 and the event decides a slope.
    """
    inside = has_log_odds(risk)
    if inside.all():
        return y, risk, w
    if not (w[inside] > 0.0).any():
        raise InputError("every risk is 0 or 1, which have no log odds", code="DEGENERATE")
    return y[inside], risk[inside], w[inside]


def log_likelihood(y: Floats, lp: Floats, w: Floats) -> float:
    """Bernoulli log likelihood of log odds."""
    return float(np.sum(w * (y * lp - np.logaddexp(0.0, lp))))


def null_log_likelihood(y: Floats, w: Floats) -> float:
    """Log likelihood of giving everybody the prevalence."""
    n, events = float(w.sum()), float(np.sum(w * y))
    if events in (0.0, n):
        raise InputError("a likelihood ratio needs events and non-events", code="DEGENERATE")
    return events * float(np.log(events / n)) + (n - events) * float(np.log(1.0 - events / n))


@dataclass(frozen=True, slots=True, eq=False)
class LogisticFit:
    """Maximum likelihood coefficients and the inverse of their information."""

    coefficients: Floats
    covariance: Floats


def fit_logistic_columns(
    design: Floats, y: Floats, w: Floats, *, start: Floats, refusal: str
) -> LogisticFit:
    """Newton's method with step halving.

    Parameters
    ----------
    design : ndarray, shape (n_people, n_columns)
        With its intercept.
    y, w : ndarray, shape (n_people,)
    start : ndarray, shape (n_columns,)
    refusal : str
        What to say where there is no maximum.

    Raises
    ------
    InputError
        If the columns separate the classes or are combinations of each other.
    """
    coefficients = start
    likelihood = log_likelihood(y, design @ coefficients, w)
    for _ in range(MAX_STEPS):
        fitted = expit(design @ coefficients)
        information = (design * (w * fitted * (1.0 - fitted))[:, np.newaxis]).T @ design
        try:
            step = np.linalg.solve(information, design.T @ (w * (y - fitted)))
        except np.linalg.LinAlgError:
            break
        size = 1.0
        new = coefficients + step
        better = log_likelihood(y, design @ new, w)
        # Newton's step can overshoot where risks are near 0 or 1; half of it still climbs.
        while better < likelihood - 1e-12 and size > 1e-6:
            size /= 2.0
            new = coefficients + size * step
            better = log_likelihood(y, design @ new, w)
        coefficients, likelihood = new, better
        if float(np.abs(step).max()) < 1e-10:
            covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
            # Where the likelihood has flattened out to nothing, its maximum lies at infinity.
            if not (np.diag(covariance) > 0.0).all():
                break
            return LogisticFit(coefficients, covariance)
        # Separated classes drive the slope to infinity: no reason to wait for the last step.
        if float(np.abs(coefficients[1:]).max(initial=0.0)) > LARGEST_COEFFICIENT:
            break
    raise InputError(refusal, code="DEGENERATE")

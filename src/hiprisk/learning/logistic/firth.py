"""Logistic regression with Firth's penalty: finite where the columns separate the classes.

References
----------
.. [1] Firth (1993). Biometrika 80(1), 27-38. doi:10.1093/biomet/80.1.27
.. [2] Heinze, Schemper (2002). Stat Med 21(16), 2409-2419. doi:10.1002/sim.1047
.. [3] Heinze, Ploner, Beyea (2013). Stat Med 32(29), 5062-5076. doi:10.1002/sim.5899
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import COMBINATION, ONE_CLASS

MAX_STEPS = 500
MAX_HALVINGS = 30
CONVERGED = 1e-9
# Of a bound: a step outwards doubles so often.
MAX_DOUBLINGS = 60


@dataclass(frozen=True)
class FirthFit:
    """A combination of coefficients, with its profile of the penalised likelihood.

    Attributes
    ----------
    estimate, se : float
        Of the combination; the standard error is that of the information matrix.
    design : ndarray, shape (n_rows, n_columns)
        Rearranged so that the combination is the first coefficient.
    y : ndarray, shape (n_rows,)
    coefficients : ndarray, shape (n_columns,)
        Of `design`.
    log_likelihood : float
        Penalised.
    """

    estimate: float
    se: float
    design: Floats
    y: Floats
    coefficients: Floats
    log_likelihood: float

    def signed_root(self, value: float) -> float:
        """Signed root of twice the loss of penalised likelihood, the combination being `value`.

        Its square is the statistic of the penalised likelihood-ratio test of this value.
        """
        start = self.coefficients.copy()
        start[0] = value
        free = np.arange(len(start)) > 0
        _, likelihood = _maximise(self.design, self.y, start, free=free)
        loss = max(2.0 * (self.log_likelihood - likelihood), 0.0)
        return float(np.copysign(np.sqrt(loss), value - self.estimate))


def fit_firth(columns: Floats, y: Floats, weights: Floats) -> FirthFit:
    r"""Logistic regression that maximises the likelihood times Jeffreys' prior.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Without the intercept.
    y : ndarray, shape (n_rows,)
        0 or 1.
    weights : ndarray, shape (1 + n_columns,)
        Combination of the coefficients that is wanted, the intercept's weight being 0.

    Raises
    ------
    InputError
        If the outcome has one class only, or a column is a combination of others.

    Notes
    -----
    .. math:: \ell^*(\beta) = \ell(\beta) + \tfrac12 \log |I(\beta)|

    A saturated model of a table has the log odds of its cells with one half added to each.
    """
    if np.ptp(y) == 0.0:
        raise InputError(ONE_CLASS, code="DEGENERATE")
    design, scale = _rearranged(columns, weights)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError(COMBINATION, code="DEGENERATE")
    start = np.zeros(design.shape[1])
    found, likelihood = _maximise(design, y, start, free=np.ones(len(start), dtype=bool))
    information = _information(design, _risks(design, found))
    se = float(np.sqrt(np.linalg.inv(information)[0, 0]))
    # Back to the unit of the combination: the first column was divided by its spread.
    design = design.copy()
    design[:, 0] *= scale
    coefficients = found.copy()
    coefficients[0] /= scale
    # The determinant has changed with the unit, and the likelihood with it.
    likelihood += float(np.log(scale))
    return FirthFit(float(coefficients[0]), se / scale, design, y, coefficients, likelihood)


def profile_interval(fits: Sequence[FirthFit], *, level: float = 0.95) -> tuple[float, float]:
    """Profile penalised-likelihood interval; of several imputations the combined profile (CLIP).

    Parameters
    ----------
    fits : sequence of FirthFit
        One a completed data set.
    level : float

    Notes
    -----
    Each profile is read as a distribution function, the normal one at its signed root, and these
    are averaged over the imputations. With one fit this is the usual interval: the values that a
    penalised likelihood-ratio test does not reject.
    """
    tail = (1.0 - level) / 2.0

    def distribution(value: float) -> float:
        return float(np.mean([stats.norm.cdf(fit.signed_root(value)) for fit in fits]))

    middle = float(np.mean([fit.estimate for fit in fits]))
    reach = max(fit.se for fit in fits)
    low = _bound(lambda value: distribution(value) - tail, middle, -reach)
    high = _bound(lambda value: distribution(value) - (1.0 - tail), middle, reach)
    return low, high


def _bound(excess: Callable[[float], float], middle: float, step: float) -> float:
    """Where an increasing function is 0, sought outwards from the middle."""
    near, far = middle, middle + step
    for _ in range(MAX_DOUBLINGS):
        if excess(far) * step > 0.0:
            return float(optimize.brentq(excess, near, far, xtol=1e-9, rtol=1e-11))
        near, far, step = far, far + 2.0 * step, 2.0 * step
    raise InputError("the penalised likelihood has no bound", code="DEGENERATE")


def _rearranged(columns: Floats, weights: Floats) -> tuple[Floats, float]:
    """The design with the combination as its first coefficient, and the first column's spread.

    Firth's penalty does not depend on how a design is parametrised.
    """
    slopes = weights[1:]
    chosen = int(np.argmax(np.abs(slopes)))
    first = columns[:, chosen] / slopes[chosen]
    others = np.delete(columns - np.outer(first, slopes), chosen, axis=1)
    scale = float(first.std()) or 1.0
    spread = others.std(axis=0)
    others = (others - others.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return np.column_stack([first / scale, np.ones(len(columns)), others]), scale


def _risks(design: Floats, coefficients: Floats) -> Floats:
    lp = design @ coefficients
    small = np.exp(-np.abs(lp))
    return np.asarray(np.where(lp >= 0.0, 1.0, small) / (1.0 + small))


def _information(design: Floats, risks: Floats) -> Floats:
    return np.asarray((design * (risks * (1.0 - risks))[:, np.newaxis]).T @ design)


def _penalised(design: Floats, y: Floats, coefficients: Floats) -> float:
    lp = design @ coefficients
    likelihood = float(np.sum(y * lp - np.logaddexp(0.0, lp)))
    sign, logarithm = np.linalg.slogdet(_information(design, _risks(design, coefficients)))
    return likelihood + 0.5 * float(logarithm) if sign > 0.0 else -np.inf


def _maximise(design: Floats, y: Floats, start: Floats, *, free: Bools) -> tuple[Floats, float]:
    """Coefficients and penalised log-likelihood; those that are not free stay at their start."""
    coefficients, reached = start, _penalised(design, y, start)
    if not np.isfinite(reached):
        raise InputError(COMBINATION, code="DEGENERATE")
    for _ in range(MAX_STEPS):
        risks = _risks(design, coefficients)
        information = _information(design, risks)
        spread = risks * (1.0 - risks)
        leverage = spread * np.einsum("ij,ji->i", design, np.linalg.solve(information, design.T))
        score = design.T @ (y - risks + leverage * (0.5 - risks))
        step = np.zeros(len(start))
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        if float(np.abs(step).max()) < CONVERGED * max(1.0, float(np.abs(coefficients).max())):
            return coefficients + step, reached
        for _ in range(MAX_HALVINGS):
            gained = _penalised(design, y, coefficients + step)
            if gained >= reached - 1e-12 * abs(reached):
                break
            step = step / 2.0
        coefficients, reached = coefficients + step, gained
    raise InputError("Firth's penalised likelihood did not converge", code="DEGENERATE")

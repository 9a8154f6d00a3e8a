"""What a block would add if its predictors were measured without error: a hypothetical scenario.

Regression calibration proper replaces a measurement by its expected true value given the other
predictors. In a model in which the measurement enters as a straight line that is a linear
combination of columns which the model has already, so predictions, and with them every gain, stay
as they were: it corrects coefficients, never a gain. Moment reconstruction replaces the measurement
by a value that has the moments of the true one jointly with outcome and other predictors; least
squares on it gives the coefficients of regression calibration and, beyond them, the gain. SIMEX
would need some hundred refits more in each resample, and extrapolates.

References
----------
.. [1] Freedman, Fainberg, Kipnis, Midthune, Carroll (2004). Biometrics 60(1), 172-181.
       doi:10.1111/j.0006-341X.2004.00164.x
.. [2] Carroll, Ruppert, Stefanski, Crainiceanu (2006). Measurement Error in Nonlinear Models.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats, Integers
from hiprisk.config import StudyConfig
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.increment.nested_models import NestedModels
from hiprisk.learning.linear import TermPlan

# Share of a measurement's own variance that a resample leaves to the truth at the least.
MIN_TRUE_SHARE = 0.02


@dataclass(frozen=True)
class ErrorScenario:
    """One assumption about how badly some predictors are measured.

    Attributes
    ----------
    name : str
        ``as measured``, or the end of the declared range.
    sem : tuple of tuple of str and float
        Standard error of measurement by predictor, in its units.
    positions : ndarray of int
        Functions of the basis that are measured with error.
    error_sd : ndarray, same shape
        Their standard errors on the scale of the standardised basis.
    """

    name: str
    sem: tuple[tuple[str, float], ...]
    positions: Integers
    error_sd: Floats

    def reconstruct(
        self, basis: Floats, y: Floats, *, weights: Floats | None = None, strict: bool = False
    ) -> Floats:
        """The basis with the measurements replaced, shape (n_rows, n_functions)."""
        if not self.error_sd.any():
            return basis
        return reconstructed(
            basis, y, self.positions, self.error_sd, weights=weights, strict=strict
        )


def scenarios_for(
    config: StudyConfig, models: NestedModels, added: set[str]
) -> tuple[ErrorScenario, ...]:
    """The declared scenarios, the first without any error to compare with.

    Parameters
    ----------
    config : StudyConfig
    models : NestedModels
    added : set of str
        Predictors of the added blocks: the scenario concerns what is added, and only that.

    Returns
    -------
    tuple of ErrorScenario
        Empty where nothing that is added has a declared error; three where a range is declared.

    Raises
    ------
    ConfigError
        If a predictor with a declared error is bent by a spline.
    """
    declared = {name: sem for name, sem in config.measurement_error.items() if name in added}
    if not declared:
        return ()
    check_straight(models.plan, declared)
    low = {name: ends[0] for name, ends in declared.items()}
    high = {name: ends[1] for name, ends in declared.items()}
    found = [_scenario("as measured", dict.fromkeys(declared, 0.0), models)]
    if low == high:
        return (*found, _scenario("error-free", low, models))
    return (
        *found,
        _scenario("error-free, smallest declared error", low, models),
        _scenario("error-free, largest declared error", high, models),
    )


def check_straight(plan: Sequence[TermPlan], declared: Collection[str]) -> None:
    """Raise ConfigError where a predictor with a declared error is bent by a spline."""
    bent = [part.column for part in plan if part.column in declared and part.knots]
    if bent:
        raise ConfigError(
            f"{bent[0]} has a declared measurement error and a spline; the error of a bent term "
            "cannot be allowed for",
            column="measurement_error",
            advice="take it out of the family's splines, or out of measurement_error",
        )


def _scenario(name: str, sem: Mapping[str, float], models: NestedModels) -> ErrorScenario:
    positions, scaled, start = [], [], 0
    for part in models.plan:
        if part.column in sem:
            positions.append(start)
            scaled.append(sem[part.column] / models.scale[start])
        start += part.width
    return ErrorScenario(
        name=name,
        sem=tuple(sem.items()),
        positions=np.array(positions, dtype=np.intp),
        error_sd=np.array(scaled),
    )


def reconstructed(
    basis: Floats,
    y: Floats,
    positions: Integers,
    error_sd: Floats,
    *,
    weights: Floats | None = None,
    strict: bool = False,
) -> Floats:
    """Replace columns measured with error by ones with the moments of the truth.

    Parameters
    ----------
    basis : ndarray, shape (n_rows, n_columns)
    y : ndarray, shape (n_rows,)
        Outcome.
    positions : ndarray of int, shape (n_with_error,)
    error_sd : ndarray, shape (n_with_error,)
        Standard deviation of each column's error, which is independent of everything else and of
        the other columns' errors.
    weights : ndarray, optional
        Replications.
    strict : bool
        Refuse an error that leaves nothing to the truth; otherwise leave it a small share, as a
        resample needs.

    Returns
    -------
    ndarray, shape (n_rows, n_columns)

    Raises
    ------
    InputError
        If the declared errors are larger than what varies, and `strict`.

    Notes
    -----
    With W the measurements, Z the other columns and S the covariance of the residuals of W given
    (Z, y), the replacement is E(W | Z, y) + (S - E)^{1/2} S^{-1/2} (W - E(W | Z, y)), E being the
    covariance of the errors.
    """
    w = np.ones(len(y)) if weights is None else weights
    given = np.delete(basis, positions, axis=1)
    # The outcome is among the predictors: moment reconstruction has to keep its covariance with W.
    design = np.column_stack([np.ones(len(y)), given, y - np.average(y, weights=w)])
    root = np.sqrt(w)[:, np.newaxis]
    measured = basis[:, positions]
    coefficients = np.linalg.lstsq(design * root, measured * root, rcond=None)[0]
    expected = design @ coefficients
    residual = measured - expected
    freedom = float(w.sum()) - design.shape[1]
    own = (residual * w[:, np.newaxis]).T @ residual / freedom
    shrink = _root_of_truth(own, error_sd, strict=strict)
    replaced = basis.copy()
    replaced[:, positions] = expected + residual @ shrink
    return replaced


def _root_of_truth(own: Floats, error_sd: Floats, *, strict: bool) -> Floats:
    """S^{-1/2} (S - E)^{1/2}, shape (n_with_error, n_with_error)."""
    values, vectors = np.linalg.eigh(own)
    if float(values.min()) <= 0.0:
        raise InputError("a predictor measured with error does not vary", code="DEGENERATE")
    inverse = (vectors / np.sqrt(values)) @ vectors.T
    truth, directions = np.linalg.eigh(own - np.diag(error_sd**2))
    if strict and float(truth.min()) <= 0.0:
        raise InputError(
            "the declared measurement errors are as large as all that varies in a predictor once "
            "the others and the outcome are known: nothing would be left to its true value",
            code="MEASUREMENT_ERROR",
            column="measurement_error",
            advice="declare the standard error of measurement in the predictor's own units",
        )
    # On a resample the error may exceed what varies; a small truth is left and the resample counts.
    truth = np.maximum(truth, MIN_TRUE_SHARE * float(values.min()))
    return np.asarray(inverse @ (directions * np.sqrt(truth)) @ directions.T)

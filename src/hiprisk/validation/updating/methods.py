"""A model fitted to new people as far as they call for it: from the intercept to every coefficient.

References
----------
.. [1] Steyerberg, Borsboom, van Houwelingen, Eijkemans, Habbema (2004). Stat Med 23(16),
       2567-2586. doi:10.1002/sim.1844
.. [2] Vergouwe, Nieboer, Oostenbrink, Debray, Murray, Kattan, Koffijberg, Moons, Steyerberg
       (2017). Stat Med 36(28), 4529-4539. doi:10.1002/sim.7179
.. [3] Li, Meng, Raghunathan, Rubin (1991). Stat Sinica 1(1), 65-92: D2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import chi2

from hiprisk.arrays import Floats, Integers
from hiprisk.errors import InputError
from hiprisk.features.pooling import pooled_chi_squared_test
from hiprisk.learning.unpenalised import fit_logistic, fit_ols
from hiprisk.metrics.calibration import check_two_classes, intercept_beside
from hiprisk.validation.updating.by_site import (
    SiteIntercepts,
    averaged,
    recalibrated_by_site,
)
from hiprisk.validation.updating.ordinal import OrdinalScale, fit_line

Method = Literal["none", "intercept", "recalibrate", "reestimate"]

METHODS: tuple[Method, ...] = ("none", "intercept", "recalibrate", "reestimate")
MIN_PER_COEFFICIENT = 5


@dataclass(frozen=True)
class UpdateData:
    """What an update is fitted to.

    Attributes
    ----------
    kind : str
        ``continuous`` or ``binary``.
    observed, lp : ndarray, shape (n_people,)
        Outcome, and the model's linear predictor as it is.
    functions : ndarray or None, shape (n_people, n_coefficients)
        Each term's functions; None where coefficients cannot be re-estimated (trees).
    weights : ndarray, optional
        Replications: a weight of 2 equals the same person twice.
    ordinal : OrdinalScale, optional
        Of an ordinal model, in place of the linear predictor.
    sites : ndarray of int, optional
        Site of each row, -1 where unknown: recalibration is then by site.
    n_sites : int
    """

    kind: str
    observed: Floats
    lp: Floats
    functions: Floats | None
    weights: Floats | None = None
    ordinal: OrdinalScale | None = None
    sites: Integers | None = None
    n_sites: int = 0

    def take(self, rows: Integers) -> UpdateData:
        """Some of the people."""
        return UpdateData(
            self.kind,
            self.observed[rows],
            self.lp[rows],
            None if self.functions is None else self.functions[rows],
            None if self.weights is None else self.weights[rows],
            None if self.ordinal is None else self.ordinal.take(rows),
            None if self.sites is None else self.sites[rows],
            self.n_sites,
        )


@dataclass(frozen=True)
class UpdateFit:
    """One method's fit.

    Attributes
    ----------
    intercept, slope : float
        The new linear predictor is ``intercept + slope * lp``, unless it is re-estimated.
    coefficients : ndarray or None
        Re-estimated coefficients, the intercept first.
    n_parameters : int
    log_likelihood : float
        Of a continuous outcome with its residual variance at its maximum.
    sites : SiteIntercepts or None
        Where the intercept differs between sites; `intercept` is then that of the mean site.
    """

    method: Method
    intercept: float
    slope: float
    coefficients: Floats | None
    n_parameters: int
    log_likelihood: float
    sites: SiteIntercepts | None = None

    def linear_predictor(self, lp: Floats, functions: Floats | None) -> Floats:
        """The updated linear predictor of people."""
        if self.coefficients is None:
            return self.intercept + self.slope * lp
        assert functions is not None
        return np.asarray(self.coefficients[0] + functions @ self.coefficients[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodTest:
    """A simpler update against the fullest one.

    Attributes
    ----------
    statistic : float
        Twice the difference of the log likelihoods; over imputations the F statistic D2 of these.
    method : str or None
        ``D2`` over imputations.
    df_denominator : float or None
        Of the F statistic.
    """

    simpler: Method
    fuller: Method
    statistic: float
    df: int
    p_value: float
    method: str | None = None
    df_denominator: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedTest:
    """Choice of an update by a closed testing procedure."""

    chosen: Method
    alpha: float
    tests: tuple[LikelihoodTest, ...]


def fit_imputed(data: Sequence[UpdateData], method: Method) -> UpdateFit:
    """Fit one method in every imputation and average what was fitted; see `fit_update`."""
    fits = [fit_update(one, method) for one in data]
    if len(fits) == 1:
        return fits[0]
    coefficients = [fit.coefficients for fit in fits if fit.coefficients is not None]
    by_site = [fit.sites for fit in fits if fit.sites is not None]
    return UpdateFit(
        method,
        float(np.mean([fit.intercept for fit in fits])),
        float(np.mean([fit.slope for fit in fits])),
        np.mean(coefficients, axis=0) if coefficients else None,
        fits[0].n_parameters,
        float(np.mean([fit.log_likelihood for fit in fits])),
        averaged(by_site) if by_site else None,
    )


def fit_update(data: UpdateData, method: Method) -> UpdateFit:
    """Fit one method.

    Parameters
    ----------
    data : UpdateData
    method : str
        ``none`` (the model as it is), ``intercept`` (slope fixed at 1), ``recalibrate``
        (intercept and slope) or ``reestimate`` (every coefficient of the same terms, unpenalised).

    Raises
    ------
    InputError
        If coefficients cannot be re-estimated, or a term does not vary among these people.
    """
    if data.ordinal is not None:
        return _ordinal_line(data, data.ordinal, method)
    if method == "reestimate":
        return _reestimated(data)
    if data.sites is not None and method != "none":
        return _by_site(data, data.sites, method)
    if method == "recalibrate":
        fit = _fitter(data)(data.lp[:, np.newaxis], data.observed, weights=data.weights)
        intercept, slope = map(float, fit.coefficients)
    else:
        slope, intercept = 1.0, 0.0
        if method == "intercept":
            intercept = _in_the_large(data)
    lp = intercept + slope * data.lp
    return UpdateFit(
        method, intercept, slope, None, METHODS.index(method), log_likelihood(data, lp)
    )


def _ordinal_line(data: UpdateData, scale: OrdinalScale, method: Method) -> UpdateFit:
    if method == "reestimate":
        raise InputError(
            f"the coefficients of an ordinal model are not re-estimated: each of its "
            f"{len(scale.values)} values has an intercept of its own",
            code="METHOD",
            advice="use --method recalibrate, intercept or closed-test, or train a new model",
        )
    n_free = METHODS.index(method)
    line = fit_line(scale, data.observed, data.weights, n_free=n_free)
    return UpdateFit(method, line.intercept, line.slope, None, n_free, line.log_likelihood)


def _by_site(data: UpdateData, sites: Integers, method: Method) -> UpdateFit:
    """By random intercepts, whose fit has no weights: persons drawn twice are rows twice."""
    rows = np.arange(len(data.lp))
    if data.weights is not None:
        rows = np.repeat(rows, data.weights.astype(np.intp))
    line = recalibrated_by_site(
        data.kind, data.observed[rows], data.lp[rows], sites[rows], n_sites=data.n_sites,
        with_slope=method == "recalibrate",
    )  # fmt: skip
    return UpdateFit(
        method, line.intercept, line.slope, None, METHODS.index(method) + 1,
        log_likelihood(data, line.intercept + line.slope * data.lp), line.sites,
    )  # fmt: skip


def _in_the_large(data: UpdateData) -> float:
    if data.kind == "binary":
        w = np.ones(len(data.lp)) if data.weights is None else data.weights
        check_two_classes(data.observed, w)
        # From the linear predictor itself: that of 40 is a risk of exactly 1, without log odds.
        return intercept_beside(data.observed, data.lp, w)
    return float(np.average(data.observed - data.lp, weights=data.weights))


def _fitter(data: UpdateData):  # type: ignore[no-untyped-def]  # one of two functions of one shape
    return fit_logistic if data.kind == "binary" else fit_ols


def _reestimated(data: UpdateData) -> UpdateFit:
    functions = data.functions
    if functions is None:
        raise InputError(
            "this model has no coefficients to re-estimate",
            code="METHOD",
            advice="use --method recalibrate, intercept or closed-test",
        )
    # Told by name before the fit, which would only say that a column repeats the intercept.
    still = np.flatnonzero(np.ptp(functions, axis=0) == 0.0)
    if still.size:
        raise InputError(
            f"{still.size} of the model's terms never vary among these people, so their "
            "coefficients cannot be re-estimated",
            code="DEGENERATE",
            advice="use --method recalibrate, or give the variables that are missing",
        )
    fit = _fitter(data)(functions, data.observed, weights=data.weights)
    lp = fit.coefficients[0] + functions @ fit.coefficients[1:]
    return UpdateFit(
        "reestimate", 0.0, 1.0, fit.coefficients, len(fit.coefficients), log_likelihood(data, lp)
    )


def log_likelihood(data: UpdateData, lp: Floats) -> float:
    """Log likelihood of outcomes at a linear predictor.

    For a continuous outcome the residual variance is at its maximum-likelihood value, as R's
    ``logLik`` of a linear model has it.
    """
    w = np.ones(len(lp)) if data.weights is None else data.weights
    y = data.observed
    if data.kind == "binary":
        return float(np.sum(w * (y * lp - np.logaddexp(0.0, lp))))
    n = float(w.sum())
    # A model that meets every outcome exactly has no finite likelihood.
    squares = max(float(np.sum(w * (y - lp) ** 2)), 1e-300)
    return float(-0.5 * n * (np.log(2.0 * np.pi * squares / n) + 1.0))


def closed_test(*data: UpdateData, alpha: float = 0.05) -> ClosedTest:
    """Choose the simplest update that the data do not reject against the fullest.

    The model as it is, an updated intercept and a recalibration are tested in turn against
    re-estimation (against recalibration where there are no coefficients, or only one), each by a
    likelihood-ratio test at the same level; the first that is not rejected is chosen. Closed
    testing keeps the chance of updating a model that needs nothing at that level.

    Parameters
    ----------
    *data : UpdateData
        One an imputation: the statistics of several are pooled as D2.
    alpha : float
        Inside (0, 1).
    """
    functions = data[0].functions
    can_reestimate = functions is not None and functions.shape[1] > 1
    fullest: Method = "reestimate" if can_reestimate else "recalibrate"
    full = [fit_update(one, fullest) for one in data]
    tests = []
    for method in METHODS[: METHODS.index(fullest)]:
        found = _tested(method, [fit_update(one, method) for one in data], full)
        tests.append(found)
        if found.p_value > alpha:
            return ClosedTest(chosen=method, alpha=alpha, tests=tuple(tests))
    return ClosedTest(chosen=fullest, alpha=alpha, tests=tuple(tests))


def _tested(
    method: Method, simple: Sequence[UpdateFit], full: Sequence[UpdateFit]
) -> LikelihoodTest:
    # Nested fits can differ by rounding alone, to either side.
    statistics = [
        max(0.0, 2.0 * (more.log_likelihood - less.log_likelihood))
        for more, less in zip(full, simple, strict=True)
    ]
    df = full[0].n_parameters - simple[0].n_parameters
    if len(statistics) == 1:
        return LikelihoodTest(
            simpler=method, fuller=full[0].method, statistic=statistics[0], df=df,
            p_value=float(chi2.sf(statistics[0], df)),
        )  # fmt: skip
    pooled = pooled_chi_squared_test(statistics, df=df)
    return LikelihoodTest(
        simpler=method, fuller=full[0].method, statistic=pooled.statistic, df=df,
        p_value=pooled.p_value, method=pooled.method, df_denominator=pooled.df_denominator,
    )  # fmt: skip


def shrinkage_factor(data: UpdateData, fit: UpdateFit) -> float:
    """How far re-estimated coefficients are to be believed over the recalibrated ones.

    Returns
    -------
    float
        ``max(0, (chi2 - df) / chi2)`` of the likelihood ratio of re-estimation over
        recalibration: 1 keeps the re-estimated coefficients, 0 gives the recalibrated ones.
    """
    simple = fit_update(data, "recalibrate")
    df = fit.n_parameters - simple.n_parameters
    gain = 2.0 * (fit.log_likelihood - simple.log_likelihood)
    # Where re-estimation gained nothing there is nothing to shrink.
    return max(0.0, (gain - df) / gain) if gain > 0 and df > 0 else 1.0


def updated_coefficients(fit: UpdateFit, coefficients: Floats) -> Floats:
    """The model's coefficients (intercept first) after an update."""
    if fit.coefficients is not None:
        return fit.coefficients
    new = fit.slope * coefficients
    # The intercept is part of the linear predictor and has been multiplied by the slope too.
    new[0] += fit.intercept
    return new


def check_size(data: UpdateData, methods: Sequence[Method]) -> None:
    """Raise InputError if too few people are there to re-estimate every coefficient."""
    if "reestimate" not in methods or data.functions is None:
        return
    n_coefficients = data.functions.shape[1] + 1
    n = len(data.observed)
    what = "people"
    if data.kind == "binary":
        events = int(data.observed.sum())
        n, what = min(events, n - events), "people with (or without) the event"
    if n < MIN_PER_COEFFICIENT * n_coefficients:
        raise InputError(
            f"{n} {what} are too few to re-estimate {n_coefficients} coefficients (at least "
            f"{MIN_PER_COEFFICIENT} each)",
            code="TOO_FEW",
            advice="use --method recalibrate or intercept",
        )


def describe_method(method: str) -> str:
    """What a method does, in words."""
    words: Mapping[str, str] = {
        "none": "the model as it is",
        "intercept": "a new intercept, the slope kept",
        "recalibrate": "a new intercept and slope, the coefficients kept in proportion",
        "reestimate": "every coefficient re-estimated, the terms kept",
    }
    return words[method]

"""The ordinal model type: a cumulative link model of each imputation, pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.features.pooling import pool_estimates
from hiprisk.learning.linear import TermPlan, basis_matrix, sheet_terms
from hiprisk.learning.ordinal.links import LINKS
from hiprisk.learning.ordinal.maximum import OrdinalMaximum, fit_cumulative, rescaled_covariance
from hiprisk.metrics.forecast.discrete import DiscreteForecast
from hiprisk.sheet.document.ordinal import MAX_REFITTED
from hiprisk.sheet.format import OrdinalModel

Params = Mapping[str, float]

# Further than any linear predictor reaches: F is 0 there to the last digit, whatever the link.
UNREACHED = 100.0


@dataclass(frozen=True, eq=False)
class OrdinalFit:
    """A fitted cumulative link model on the inputs' own scale.

    Attributes
    ----------
    cumulative_link : str
        Key of `LINKS`.
    plan : tuple of TermPlan
    values : ndarray, shape (k,)
        Values of the score, ascending.
    intercepts : ndarray, shape (k - 1,)
        P(Y >= values[j + 1]) = F(intercepts[j] + linear predictor).
    slopes : ndarray, shape (n_functions,)
        Averaged over the imputations, as the intercepts are.
    covariance : ndarray or None
        Of `coefficients` by Rubin's rules, where nothing was penalised and no other values asked
        for.
    """

    cumulative_link: str
    plan: tuple[TermPlan, ...]
    values: Floats
    intercepts: Floats
    slopes: Floats
    covariance: Floats | None

    @property
    def link(self) -> str:
        """The outcome stays on its own scale."""
        return "identity"

    @property
    def coefficients(self) -> Floats:
        """Intercepts, then slopes: what a bootstrap refit leaves in the sheet."""
        return np.concatenate([self.intercepts, self.slopes])

    def linear_predictor(self, inputs: Floats) -> Floats:
        """Mean of the score of complete rows, shape (n_rows,), as the sheet has it."""
        return self.expected(self.predictor(inputs))

    def predictor(self, inputs: Floats) -> Floats:
        """X b of complete rows, without an intercept, shape (n_rows,)."""
        return np.asarray(basis_matrix(self.plan, inputs) @ self.slopes)

    def to_model(self, refits: Floats | None = None) -> OrdinalModel:
        """The same as a part of the sheet, with as many of the refits as a sheet may hold."""
        # The refits give it too, and the covariance of hundreds of intercepts is large.
        covariance = self.covariance if refits is None else None
        kept = None if refits is None else refits[: MAX_REFITTED // len(self.coefficients)]
        return OrdinalModel(
            link=self.cumulative_link,  # type: ignore[arg-type]  # a key of LINKS
            values=_floats(self.values),
            intercepts=_floats(self.intercepts),
            terms=sheet_terms(self.plan, self.slopes),
            covariance=None if covariance is None else tuple(map(_floats, covariance)),
            refits=None if kept is None else tuple(map(_floats, kept)),
        )

    def at_least(self, predictor: Floats) -> Floats:
        """P(Y >= v) of every value but the lowest at values of X b, shape (..., k - 1)."""
        return LINKS[self.cumulative_link].cdf(predictor[..., np.newaxis] + self.intercepts)

    def expected(self, predictor: Floats) -> Floats:
        """Mean of the score at values of X b, shape of `predictor`."""
        mean = self.values[0] + self.at_least(predictor) @ np.diff(self.values)
        # All but certain of the highest value, the sum may pass it by rounding.
        return np.asarray(np.minimum(mean, self.values[-1]))

    def forecast(self, at_least: Floats, *, lower: float, upper: float) -> DiscreteForecast:
        """Forecasts of people from their chances of each value but the lowest."""
        upto = np.column_stack([1.0 - at_least, np.ones(len(at_least))])
        return DiscreteForecast(values=self.values, upto=upto, lower=lower, upper=upper)


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def fit_ordinal(
    stack: Sequence[Floats],
    y: Floats,
    *,
    plan: tuple[TermPlan, ...],
    params: Params,
    link: str = "logit",
    values: Sequence[float] = (),
) -> OrdinalFit:
    """Fit each imputed data set and pool.

    Parameters
    ----------
    stack : sequence of ndarray, each of shape (n_rows, n_inputs)
        One complete data set an imputation.
    y : ndarray, shape (n_rows,)
    plan : tuple of TermPlan
    params : mapping
        ``penalty``: 0 for none; on standardised functions, of half the sum of squares, per row.
    link : str
        Key of `LINKS`.
    values : sequence of float, optional
        Values that the fit is written down for; those of `y` are among them. One that does not
        occur in `y` has no chance.

    Raises
    ------
    InputError
        See `fit_cumulative`.
    """
    bases = [basis_matrix(plan, part) for part in stack]
    together = np.concatenate(bases)
    center, spread = together.mean(axis=0), together.std(axis=0)
    penalty = params["penalty"]
    # Under a penalty a column that does not vary gets no coefficient; without one it is refused.
    usable = spread > 1e-12 * np.maximum(1.0, np.abs(center)) if penalty else spread >= 0.0
    safe = np.where(spread > 0.0, spread, 1.0)[usable]
    # One centre and one scale for all imputations: only so may their coefficients be averaged.
    fits = [
        fit_cumulative((basis - center)[:, usable] / safe, y, link=link, penalty=penalty)
        for basis in bases
    ]
    slopes = np.zeros(len(center))
    slopes[usable] = np.mean([one.coefficients for one in fits], axis=0) / safe
    intercepts = np.mean([one.intercepts for one in fits], axis=0) - float(slopes @ center)
    found = OrdinalFit(
        link, plan, fits[0].values, intercepts, slopes,
        None if penalty or len(values) else _pooled_covariance(fits, center, safe, n_rows=len(y)),
    )  # fmt: skip
    return found if len(values) == 0 else over_values(found, np.asarray(values, dtype=np.float64))


def _pooled_covariance(
    fits: Sequence[OrdinalMaximum], center: Floats, spread: Floats, *, n_rows: int
) -> Floats:
    """Covariance of intercepts and slopes on the functions' own scale, by Rubin's rules."""
    total = fits[0].covariance()
    if len(fits) > 1:
        total = pool_estimates(
            np.array([np.concatenate([one.intercepts, one.coefficients]) for one in fits]),
            np.array([one.covariance() for one in fits]),
            # For the degrees of freedom alone, which nothing here uses.
            complete_df=max(1, n_rows - len(total)),
        ).total
    return rescaled_covariance(total, center, spread)


def over_values(fit: OrdinalFit, values: Floats) -> OrdinalFit:
    """The same fit written down for more values, each new one without a chance.

    A value that did not occur has the intercept of the next one above it that did; above the
    highest of these the chance is 0 to the last digit.
    """
    known = np.searchsorted(values, fit.values)
    intercepts = np.full(len(values), fit.intercepts[-1] - UNREACHED)
    # From the top down, so that each value takes what stands above it; the lowest has none.
    for place in range(len(values) - 1, -1, -1):
        own = np.flatnonzero(known == place)
        if own.size and own[0] > 0:
            intercepts[place] = fit.intercepts[own[0] - 1]
        elif own.size:
            intercepts[place] = fit.intercepts[0] + UNREACHED
        elif place < len(values) - 1:
            intercepts[place] = intercepts[place + 1]
    # A value that nobody had has no variance: the refits of a bootstrap tell of it.
    return OrdinalFit(fit.cumulative_link, fit.plan, values, intercepts[1:], fit.slopes, None)

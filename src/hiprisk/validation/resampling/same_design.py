"""Least squares and logistic regression of one design, on many resamples at once.

A resample of people is a vector of counts. The cross products of all resamples are one matrix
product (counts by products of the columns, person by person), their normal equations one call, and
each of Newton's steps is taken for all resamples together. `fit_ols` and `fit_logistic` stay the
definition: resamples on which they may refuse (few people, separated classes or one class, columns
that nearly follow from others) are left to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from hiprisk.arrays import Bools, Counts, Floats
from hiprisk.errors import InputError
from hiprisk.learning.unpenalised import fit_logistic
from hiprisk.processes.memory import keep_freed_memory
from hiprisk.sheet.links import expit
from hiprisk.validation.resampling.cross_products import CrossProducts, inverted, times

# Counts (resamples x people) that are held at a time, and that stay in a core's cache.
MAX_COUNTS = 8_000_000
BLOCK = 65_536
BLOCK_OF_MATRICES = 500_000
# The functions of one resample refuse from 1e14 on; from here on they decide.
LARGEST_CONDITION = 1e8
# From the fit to everybody Newton's method takes about six steps; what needs more is left alone.
MAX_STEPS = 15
# After a step smaller than this the curvature stays: it is good to a part of that size, so that
# each further step is as much smaller than the one before.
SAME_CURVATURE = 1e-3
SMALL_STEP = 1e-11


@dataclass(frozen=True, eq=False)
class SameDesign:
    """What a procedure fits without a penalty, where its columns are the same in every resample.

    Attributes
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Without the intercept; no value is missing.
    outcome : ndarray, shape (n_rows,)
        NaN where unknown: such rows are predicted, and no part of a fit.
    link : str
        ``identity`` for least squares, ``logit`` for maximum likelihood of 0 and 1.
    bounds : tuple of float, optional
        Predictions are brought inside them.
    """

    columns: Floats
    outcome: Floats
    link: Literal["identity", "logit"]
    bounds: tuple[float, float] | None = None

    @property
    def n_together(self) -> int:
        """How many resamples are fitted at a time, on however many workers."""
        # The last bits of a matrix product may depend on how many rows it has.
        return max(1, MAX_COUNTS // max(1, len(self.outcome)))

    def coefficients(self, counts: Counts) -> Floats:
        """Coefficients on each resample, intercept first; NaN where one alone has to decide.

        Parameters
        ----------
        counts : ndarray of int, shape (n_resamples, n_rows)
        """
        fit = self._least_squares if self.link == "identity" else self._maximum_likelihood
        keep_freed_memory()
        center, spread = self._scale
        # Given up with the call: what comes after it, such as predictions, has their memory.
        products = self._products()
        size = self._n_in_block(len(counts), products)
        found = np.empty((len(counts), len(center)))
        # What is singular or runs off to infinity becomes NaN.
        with np.errstate(all="ignore"):
            for start in range(0, len(counts), size):
                found[start : start + size] = fit(counts[start : start + size], products)
            found /= spread
            found[:, 0] -= found[:, 1:] @ center[1:]
        return found

    def _n_in_block(self, n_resamples: int, products: CrossProducts) -> int:
        """Of how many resamples the numbers stay in a core's cache."""
        if products.is_wide:
            width = int(products.width)
            return max(1, BLOCK_OF_MATRICES // (width * width))
        # Products that are not kept are worked out once for all.
        return max(1, BLOCK // len(self.outcome)) if products.are_kept else n_resamples

    def predicted(self, coefficients: Floats) -> Floats:
        """Predictions of all rows by each fit, shape (n_resamples, n_rows)."""
        lp = coefficients[:, 1:] @ self.columns.T
        lp += coefficients[:, :1]
        if self.link == "logit":
            # Some at a time: copies of all of them would be new pages of memory.
            size = max(1, BLOCK // max(1, lp.shape[1]))
            for start in range(0, len(lp), size):
                lp[start : start + size] = expit(lp[start : start + size])
        elif self.bounds is not None:
            np.clip(lp, *self.bounds, out=lp)
        return lp

    @cached_property
    def _known(self) -> Bools:
        return ~np.isnan(self.outcome)

    @cached_property
    def _y(self) -> Floats:
        # The weight of an unknown outcome is 0, and 0 times NaN would be NaN.
        return np.where(self._known, self.outcome, 0.0)

    @cached_property
    def _scale(self) -> Floats:
        """Centre and spread of the intercept and each column, shape (2, 1 + n_columns).

        As in the functions of one resample, so that matrices are singular where theirs are: about
        0 for least squares, about the mean for a likelihood.
        """
        known = self.columns[self._known]
        center = np.zeros(1 + known.shape[1])
        if self.link == "logit":
            center[1:] = known.mean(axis=0)
        spread = np.ones(len(center))
        spread[1:] = np.sqrt(np.mean((known - center[1:]) ** 2, axis=0))
        return np.array([center, np.where(spread > 0.0, spread, 1.0)])

    def _products(self) -> CrossProducts:
        center, spread = self._scale
        design = np.empty((len(self.columns), len(center)))
        design[:, 0] = 1.0
        np.subtract(self.columns, center[1:], out=design[:, 1:])
        design[:, 1:] /= spread[1:]
        return CrossProducts(design)

    def _weights(self, counts: Counts, part: slice) -> Floats:
        weights = counts[:, part].astype(np.float64)
        if not self._known.all():
            weights *= self._known[part]
        return weights

    def _least_squares(self, counts: Counts, products: CrossProducts) -> Floats:
        sums = products.zeros(len(counts))
        gradient = np.zeros((len(counts), products.width))
        for part in products.parts():
            weights = self._weights(counts, part)
            products.add(sums, weights, part)
            gradient += weights @ (self._y[part, np.newaxis] * products.design[part])
        inverse = inverted(products.matrices(sums), largest_condition=LARGEST_CONDITION)
        found = times(inverse, gradient)
        gradient[:] = 0.0
        for part in products.parts():
            residual = self._y[part] - found @ products.design[part].T
            residual *= self._weights(counts, part)
            gradient += residual @ products.design[part]
        # One step of refinement brings normal equations to the accuracy of a QR.
        return found + times(inverse, gradient)

    def _maximum_likelihood(self, counts: Counts, products: CrossProducts) -> Floats:
        """Newton's method for all resamples together; those that have settled leave it."""
        width = products.width
        found = np.full((len(counts), width), np.nan)
        at = np.tile(self._start, (len(counts), 1))
        inverse = np.full((len(counts), width, width), np.nan)
        size = np.full(len(counts), np.inf)
        left = np.arange(len(counts))
        for _ in range(MAX_STEPS):
            drawn = counts if len(left) == len(counts) else counts[left]
            renewed = size[left] >= SAME_CURVATURE
            gradient, sums = self._slope_and_curvature(drawn, at[left], renewed, products)
            if renewed.any():
                inverse[left[renewed]] = inverted(
                    products.matrices(sums), largest_condition=LARGEST_CONDITION
                )
            step = times(inverse[left], gradient)
            at[left] += step
            size[left] = np.abs(step).max(axis=1)
            settled = size[left] < SMALL_STEP * np.maximum(1.0, np.abs(at[left]).max(axis=1))
            found[left[settled]] = at[left[settled]]
            left = left[~settled & np.isfinite(size[left])]
            if not len(left):
                break
        return found

    @cached_property
    def _start(self) -> Floats:
        """Coefficients of everybody, on the scale of the products; NaN where they have none."""
        center, spread = self._scale
        try:
            fit = fit_logistic(self.columns[self._known], self._y[self._known])
        except InputError:
            return np.full(len(center), np.nan)
        start = fit.coefficients * spread
        start[0] += fit.coefficients[1:] @ center[1:]
        return np.asarray(start)

    def _slope_and_curvature(
        self, counts: Counts, at: Floats, renewed: Bools, products: CrossProducts
    ) -> tuple[Floats, Floats]:
        """Gradient of each log likelihood, and sums of the information where it is renewed."""
        gradient = np.zeros_like(at)
        sums = products.zeros(int(renewed.sum()))
        for part in products.parts():
            weights = self._weights(counts, part)
            design = products.design[part]
            risk = _risks(at, design)
            residual = self._y[part] - risk
            residual *= weights
            gradient += residual @ design
            if len(sums):
                weights *= risk
                np.subtract(1.0, risk, out=risk)
                weights *= risk
                products.add(sums, weights if renewed.all() else weights[renewed], part)
        return gradient, sums


def _risks(coefficients: Floats, design: Floats) -> Floats:
    """Risks by each row of coefficients; as in the function of one resample, in one array."""
    risk = np.asarray(coefficients @ design.T)
    np.negative(risk, out=risk)
    # exp of a linear predictor far below 0 would overflow.
    np.minimum(risk, 500.0, out=risk)
    np.exp(risk, out=risk)
    risk += 1.0
    return np.reciprocal(risk, out=risk)

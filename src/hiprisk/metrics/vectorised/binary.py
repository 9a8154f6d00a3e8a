"""Metrics of many risks of the same people; each is defined by its own function."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.metrics.calibration import logistic_recalibration, logit_in_the_large
from hiprisk.metrics.vectorised.rows import Weighted, defined

MAX_STEPS = 25
SMALL_STEP = 1e-10


class _Classes(Weighted):
    """People with and without the event."""

    @cached_property
    def _events(self) -> Floats:
        return self.of_people(self.rows.observed)

    @cached_property
    def _both_classes(self) -> Bools:
        return (self._events > 0.0) & (self._events < self.size)


class BinaryView(_Classes):
    """Risks of the same people under one weighting."""

    @cached_property
    def c(self) -> Floats:
        """C statistic, ties counting half."""
        y, w = self.rows.ranked_observed, self.ranked_weights
        events = y if w is None else w * y
        others = 1.0 - y if w is None else w - events
        through = np.cumsum(others, axis=1)
        middle = self._middle_of_ties(through, others)
        pairs = self._events * (self.size - self._events)
        won = np.einsum("rn,rn->r", events, middle)
        return defined(won / np.where(self._both_classes, pairs, 1.0), self._both_classes)

    def _middle_of_ties(self, through: Floats, others: Floats) -> Floats:
        """Those without the event below a risk, and half of those that share it."""
        if not self.rows.has_ties:
            return through - 0.5 * others
        ranked = self.rows.ranked
        n_rows, n_people = ranked.shape
        place = np.broadcast_to(np.arange(n_people), ranked.shape)
        new = np.ones((n_rows, n_people), dtype=bool)
        new[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
        last = np.ones((n_rows, n_people), dtype=bool)
        last[:, :-1] = new[:, 1:]
        first_of = np.maximum.accumulate(np.where(new, place, 0), axis=1)
        ends = np.where(last, place, n_people - 1)[:, ::-1]
        last_of = np.minimum.accumulate(ends, axis=1)[:, ::-1]
        below = np.take_along_axis(through - others, first_of, axis=1)
        return np.asarray((below + np.take_along_axis(through, last_of, axis=1)) / 2.0)

    @cached_property
    def dxy(self) -> Floats:
        """Somers' Dxy."""
        return 2.0 * (self.c - 0.5)

    @cached_property
    def discrimination_slope(self) -> Floats:
        """Mean risk of those with the event less that of the others."""
        of_events = self.total(self.rows.observed * self.rows.predicted)
        of_others = self.total(self.rows.predicted) - of_events
        events = np.where(self._both_classes, self._events, 1.0)
        others = np.where(self._both_classes, self.size - self._events, 1.0)
        return defined(of_events / events - of_others / others, self._both_classes)

    @cached_property
    def spiegelhalter_z(self) -> Floats:
        """Brier score less what it is expected to be, over its standard error."""
        risk = self.rows.predicted
        tilt = 1.0 - 2.0 * risk
        variance = self.total(tilt * tilt * risk * (1.0 - risk))
        varies = variance > 0.0
        gap = self.total((self.rows.observed - risk) * tilt)
        return defined(gap / np.sqrt(np.where(varies, variance, 1.0)), varies)

    @cached_property
    def observed_expected(self) -> Floats:
        """Events observed over events expected."""
        expected = self.total(self.rows.predicted)
        some = expected > 0.0
        return defined(self._events / np.where(some, expected, 1.0), some)

    @cached_property
    def brier(self) -> Floats:
        """Brier score."""
        return self.total((self.rows.observed - self.rows.predicted) ** 2) / self.size

    @cached_property
    def scaled_brier(self) -> Floats:
        """Brier score as a gain over the prevalence."""
        prevalence = self._events / self.size
        reference = np.where(self._both_classes, prevalence * (1.0 - prevalence), 1.0)
        return defined(1.0 - self.brier / reference, self._both_classes)

    @cached_property
    def _of_log_odds(self) -> LogOddsView:
        """The same without those whose risk is 0 or 1, which has no log odds."""
        inside = self.rows.has_log_odds
        if inside.all():
            return LogOddsView(self.rows, self.weights)
        counted = inside.astype(np.float64)
        return LogOddsView(self.rows, counted if self.weights is None else counted * self.weights)

    @property
    def in_the_large(self) -> Floats:
        """Intercept with the slope fixed at 1."""
        return self._of_log_odds.in_the_large

    @property
    def intercept(self) -> Floats:
        """Calibration intercept, slope free."""
        return self._of_log_odds.intercept

    @property
    def slope(self) -> Floats:
        """Calibration slope."""
        return self._of_log_odds.slope

    @property
    def nagelkerke_r2(self) -> Floats:
        """Nagelkerke's R2 of the recalibrated risk."""
        return self._of_log_odds.nagelkerke_r2

    @property
    def cox_snell_r2_as_is(self) -> Floats:
        """Cox and Snell's R2 of the risk as it is."""
        return self._of_log_odds.cox_snell_r2_as_is

    @property
    def nagelkerke_r2_as_is(self) -> Floats:
        """Nagelkerke's R2 of the risk as it is."""
        return self._of_log_odds.nagelkerke_r2_as_is

    @property
    def discrimination_index(self) -> Floats:
        """D."""
        return self._of_log_odds.discrimination_index

    @property
    def unreliability_index(self) -> Floats:
        """U."""
        return self._of_log_odds.unreliability_index

    @property
    def quality_index(self) -> Floats:
        """Q: D - U."""
        return self._of_log_odds.quality_index

    @property
    def g(self) -> Floats:
        """Gini's mean difference of the recalibrated log odds."""
        return self._of_log_odds.g

    @property
    def gp(self) -> Floats:
        """Gini's mean difference of the recalibrated risk."""
        return self._of_log_odds.gp


class LogOddsView(_Classes):
    """Metrics of the log odds of risks, all of which count inside 0 and 1."""

    @cached_property
    def in_the_large(self) -> Floats:
        """Intercept with the slope fixed at 1."""
        intercept = _intercepts(self.rows.observed, self.rows.log_odds, self.weights)
        for row in map(int, np.flatnonzero(np.isnan(intercept) & self._both_classes)):
            # Rows on which the joint iteration does not settle are left to the careful function.
            intercept[row] = logit_in_the_large(*self._alone(row), weights=self._weights_of(row))
        return defined(intercept, self._both_classes)

    @cached_property
    def _line(self) -> Floats:
        """Intercept and slope of each row, shape (n_rows, 2)."""
        lp, w = self.rows.log_odds, self.weights
        if w is None:
            reach = np.ptp(lp, axis=1)
        else:
            used = w > 0
            high = np.where(used, lp, -np.inf).max(axis=1)
            reach = high - np.where(used, lp, np.inf).min(axis=1)
        line = _lines(self.rows.observed, lp, w)
        usable = self._both_classes & (reach > 1e-12)
        for row in map(int, np.flatnonzero(np.isnan(line).any(axis=1) & usable)):
            line[row] = self._line_alone(row)
        return defined(line, usable[:, np.newaxis])

    def _alone(self, row: int) -> tuple[Floats, Floats]:
        return self.rows.observed, self.rows.predicted[row]

    def _weights_of(self, row: int) -> Floats | None:
        return None if self.weights is None else self.weights[row]

    def _line_alone(self, row: int) -> tuple[float, float]:
        try:
            line = logistic_recalibration(*self._alone(row), weights=self._weights_of(row))
        except InputError:
            return np.nan, np.nan
        return line.intercept, line.slope

    @cached_property
    def intercept(self) -> Floats:
        """Calibration intercept, slope free."""
        return np.asarray(self._line[:, 0])

    @cached_property
    def slope(self) -> Floats:
        """Calibration slope."""
        return np.asarray(self._line[:, 1])

    @cached_property
    def _recalibrated(self) -> Floats:
        return self.intercept[:, np.newaxis] + self.slope[:, np.newaxis] * self.rows.log_odds

    def _log_likelihood(self, lp: Floats) -> Floats:
        # log(1 + exp(lp)) without overflow, and faster than np.logaddexp on whole blocks.
        softplus = np.maximum(lp, 0.0) + np.log1p(np.exp(-np.abs(lp)))
        return self.total(self.rows.observed * lp - softplus)

    @cached_property
    def _best_likelihood(self) -> Floats:
        return self._log_likelihood(self._recalibrated)

    @cached_property
    def _null_likelihood(self) -> Floats:
        # One half in place of 0 or 1, whose logarithm would warn; `defined` blanks these rows.
        share = np.where(self._both_classes, self._events / self.size, 0.5)
        value = self._events * np.log(share) + (self.size - self._events) * np.log(1.0 - share)
        return defined(value, self._both_classes)

    @cached_property
    def _gain_over_null(self) -> Floats:
        return 2.0 * (self._best_likelihood - self._null_likelihood)

    @cached_property
    def nagelkerke_r2(self) -> Floats:
        """Nagelkerke's R2 of the recalibrated risk."""
        largest = 1.0 - np.exp(2.0 * self._null_likelihood / self.size)
        return (1.0 - np.exp(-self._gain_over_null / self.size)) / largest

    @cached_property
    def cox_snell_r2_as_is(self) -> Floats:
        """Cox and Snell's R2 of the risk as it is."""
        gain = self._log_likelihood(self.rows.log_odds) - self._null_likelihood
        return -np.expm1(-2.0 * gain / self.size)

    @cached_property
    def nagelkerke_r2_as_is(self) -> Floats:
        """Nagelkerke's R2 of the risk as it is."""
        return self.cox_snell_r2_as_is / -np.expm1(2.0 * self._null_likelihood / self.size)

    @cached_property
    def discrimination_index(self) -> Floats:
        """D."""
        return (self._gain_over_null - 1.0) / self.size

    @cached_property
    def unreliability_index(self) -> Floats:
        """U."""
        gain = 2.0 * (self._best_likelihood - self._log_likelihood(self.rows.log_odds))
        return (gain - 2.0) / self.size

    @cached_property
    def quality_index(self) -> Floats:
        """Q: D - U."""
        return self.discrimination_index - self.unreliability_index

    @cached_property
    def g(self) -> Floats:
        """Gini's mean difference of the recalibrated log odds."""
        return np.abs(self.slope) * self.gini(self.rows.ranked_log_odds)

    @cached_property
    def gp(self) -> Floats:
        """Gini's mean difference of the recalibrated risk."""
        ranked = self.intercept[:, np.newaxis] + self.slope[:, np.newaxis] * (
            self.rows.ranked_log_odds
        )
        with np.errstate(over="ignore"):
            return self.gini(1.0 / (1.0 + np.exp(-ranked)))


def _fitted(lp: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-lp)))


def _lines(y: Floats, lp: Floats, w: Floats | None) -> Floats:
    """Newton's method for all rows together; NaN where it does not settle."""
    line = np.full((len(lp), 2), np.nan)
    at = np.column_stack([np.zeros(len(lp)), np.ones(len(lp))])
    left = np.arange(len(lp))
    with np.errstate(all="ignore"):
        for _ in range(MAX_STEPS):
            x = lp[left]
            fitted = _fitted(at[left, :1] + at[left, 1:] * x)
            residual = y - fitted
            information = fitted * (1.0 - fitted)
            if w is not None:
                residual *= w[left]
                information *= w[left]
            step = _two_by_two(x, residual, information)
            at[left] += step
            # Rows that have settled leave the iteration, so that one slow row does not cost the
            # others.
            size = np.abs(step).max(axis=1)
            settled = size < SMALL_STEP
            line[left[settled]] = at[left[settled]]
            left = left[~settled & np.isfinite(size)]
            if not left.size:
                break
    return line


def _two_by_two(x: Floats, residual: Floats, information: Floats) -> Floats:
    """Newton's step of an intercept and a slope for each row."""
    g0, g1 = residual.sum(axis=1), np.einsum("rn,rn->r", residual, x)
    h0, moment = information.sum(axis=1), information * x
    h1, h2 = moment.sum(axis=1), np.einsum("rn,rn->r", moment, x)
    determinant = h0 * h2 - h1 * h1
    step = np.column_stack([h2 * g0 - h1 * g1, h0 * g1 - h1 * g0])
    return np.asarray(step / determinant[:, np.newaxis])


def _intercepts(y: Floats, lp: Floats, w: Floats | None) -> Floats:
    """The same for an intercept beside a slope of 1."""
    found = np.full(len(lp), np.nan)
    at = np.zeros(len(lp))
    left = np.arange(len(lp))
    with np.errstate(all="ignore"):
        for _ in range(MAX_STEPS):
            fitted = _fitted(at[left, np.newaxis] + lp[left])
            residual, information = y - fitted, fitted * (1.0 - fitted)
            if w is not None:
                residual *= w[left]
                information *= w[left]
            step = residual.sum(axis=1) / information.sum(axis=1)
            at[left] += np.clip(step, -5.0, 5.0)
            settled = np.abs(step) < 1e-12
            found[left[settled]] = at[left[settled]]
            left = left[~settled & np.isfinite(step)]
            if not left.size:
                break
    return found

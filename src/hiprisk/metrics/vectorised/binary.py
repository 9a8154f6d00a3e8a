"""Metrics of many risks of the same people; each is defined by its own function."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError
from hiprisk.metrics.calibration import logistic_recalibration, logit_in_the_large
from hiprisk.metrics.vectorised.recalibration import Moments, intercepts, lines, risks
from hiprisk.metrics.vectorised.rows import (
    Rows,
    Weighted,
    Weights,
    defined,
    log_likelihoods,
)


class _Classes(Weighted):
    """People with and without the event."""

    @cached_property
    def events(self) -> Floats:
        """Weight of those with the event."""
        return self.of_people(self.rows.observed)

    @cached_property
    def both_classes(self) -> Bools:
        """Whether somebody who counts has the event and somebody has not."""
        return (self.events > 0.0) & (self.events < self.size)


class BinaryView:
    """Risks of the same people under one weighting.

    Parameters
    ----------
    rows, weights
        As for `Weighted`.
    """

    def __init__(self, rows: Rows, weights: Weights | None) -> None:
        self.rows = rows
        self._people = _Classes(rows, weights)

    @cached_property
    def c(self) -> Floats:
        """C statistic, ties counting half."""
        events, both = self._people.events, self._people.both_classes
        pairs = events * (self._people.size - events)
        # Pairs won less pairs lost, since events below and above each other cancel out.
        won = 0.5 * (np.vecdot(self.rows.ranked_observed, self._people.lead) + pairs)
        return defined(won / np.where(both, pairs, 1.0), both)

    @cached_property
    def dxy(self) -> Floats:
        """Somers' Dxy."""
        return 2.0 * (self.c - 0.5)

    @cached_property
    def discrimination_slope(self) -> Floats:
        """Mean risk of those with the event less that of the others."""
        of_events = self._people.total(self.rows.observed * self.rows.predicted)
        of_others = self._people.total(self.rows.predicted) - of_events
        events = np.where(self._people.both_classes, self._people.events, 1.0)
        others = np.where(self._people.both_classes, self._people.size - self._people.events, 1.0)
        return defined(of_events / events - of_others / others, self._people.both_classes)

    @cached_property
    def spiegelhalter_z(self) -> Floats:
        """Brier score less what it is expected to be, over its standard error."""
        risk = self.rows.predicted
        tilt = 1.0 - 2.0 * risk
        variance = self._people.total(tilt * tilt * risk * (1.0 - risk))
        varies = variance > 0.0
        gap = self._people.total((self.rows.observed - risk) * tilt)
        return defined(gap / np.sqrt(np.where(varies, variance, 1.0)), varies)

    @cached_property
    def observed_expected(self) -> Floats:
        """Events observed over events expected."""
        expected = self._people.total(self.rows.predicted)
        some = expected > 0.0
        return defined(self._people.events / np.where(some, expected, 1.0), some)

    @cached_property
    def brier(self) -> Floats:
        """Brier score."""
        return self._people.total(self.rows.squared_error) / self._people.size

    @cached_property
    def scaled_brier(self) -> Floats:
        """Brier score as a gain over the prevalence."""
        prevalence = self._people.events / self._people.size
        reference = np.where(self._people.both_classes, prevalence * (1.0 - prevalence), 1.0)
        return defined(1.0 - self.brier / reference, self._people.both_classes)

    @cached_property
    def _of_log_odds(self) -> LogOddsView:
        """The same without those whose risk is 0 or 1, which has no log odds."""
        inside = self.rows.has_log_odds
        if inside.all():
            return LogOddsView(self._people)
        counted = inside.astype(np.float64)
        if self._people.weights is not None:
            counted *= self._people.weights
        return LogOddsView(_Classes(self.rows, counted))

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


class LogOddsView:
    """Metrics of the log odds of risks inside 0 and 1.

    Parameters
    ----------
    people : _Classes
        Those who count have such a risk.
    """

    def __init__(self, people: _Classes) -> None:
        self._people = people
        self.rows = people.rows

    @cached_property
    def in_the_large(self) -> Floats:
        """Intercept with the slope fixed at 1."""
        intercept = intercepts(self.rows.observed, self.rows.log_odds, self._people.weights)
        for row in map(int, np.flatnonzero(np.isnan(intercept) & self._people.both_classes)):
            # Rows on which the joint iteration does not settle are left to the careful function.
            intercept[row] = logit_in_the_large(*self._alone(row), weights=self._weights_of(row))
        return defined(intercept, self._people.both_classes)

    @cached_property
    def _line(self) -> Floats:
        """Intercept and slope of each row, shape (n_rows, 2)."""
        moments = Moments.of(self.rows.observed, self.rows.log_odds, self._people.weights)
        line = lines(moments)
        usable = self._people.both_classes & self._varies(moments)
        for row in map(int, np.flatnonzero(np.isnan(line).any(axis=1) & usable)):
            line[row] = self._line_alone(row)
        return defined(line, usable[:, np.newaxis])

    def _varies(self, moments: Moments) -> Bools:
        """Whose log odds differ by more than 1e-12 among those who count."""
        squared, slope = moments.squared.sum(axis=1), moments.slope.sum(axis=1)
        # A spread that sums of squares show is far larger; the others are looked at.
        varies = np.asarray(squared - slope**2 / self._people.size > 1e-6 * squared)
        for row in map(int, np.flatnonzero(~varies)):
            weights = self._weights_of(row)
            counts = slice(None) if weights is None else weights > 0
            used = self.rows.log_odds[row][counts]
            varies[row] = len(used) > 0 and np.ptp(used) > 1e-12
        return varies

    def _alone(self, row: int) -> tuple[Floats, Floats]:
        return self.rows.observed, self.rows.predicted[row]

    def _weights_of(self, row: int) -> Floats | None:
        return None if self._people.weights is None else self._people.weights[row]

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
        recalibrated = self.slope[:, np.newaxis] * self.rows.log_odds
        recalibrated += self.intercept[:, np.newaxis]
        return recalibrated

    @cached_property
    def _best_likelihood(self) -> Floats:
        return self._people.total(log_likelihoods(self.rows.observed, self._recalibrated))

    @cached_property
    def _likelihood(self) -> Floats:
        """Of the risk as it is."""
        return self._people.total(self.rows.log_likelihoods)

    @cached_property
    def _null_likelihood(self) -> Floats:
        # One half in place of 0 or 1, whose logarithm would warn; `defined` blanks these rows.
        events, size, both = self._people.events, self._people.size, self._people.both_classes
        share = np.where(both, events / size, 0.5)
        value = events * np.log(share) + (size - events) * np.log(1.0 - share)
        return defined(value, both)

    @cached_property
    def _gain_over_null(self) -> Floats:
        return 2.0 * (self._best_likelihood - self._null_likelihood)

    @cached_property
    def nagelkerke_r2(self) -> Floats:
        """Nagelkerke's R2 of the recalibrated risk."""
        largest = 1.0 - np.exp(2.0 * self._null_likelihood / self._people.size)
        return (1.0 - np.exp(-self._gain_over_null / self._people.size)) / largest

    @cached_property
    def cox_snell_r2_as_is(self) -> Floats:
        """Cox and Snell's R2 of the risk as it is."""
        gain = self._likelihood - self._null_likelihood
        return -np.expm1(-2.0 * gain / self._people.size)

    @cached_property
    def nagelkerke_r2_as_is(self) -> Floats:
        """Nagelkerke's R2 of the risk as it is."""
        return self.cox_snell_r2_as_is / -np.expm1(2.0 * self._null_likelihood / self._people.size)

    @cached_property
    def discrimination_index(self) -> Floats:
        """D."""
        return (self._gain_over_null - 1.0) / self._people.size

    @cached_property
    def unreliability_index(self) -> Floats:
        """U."""
        gain = 2.0 * (self._best_likelihood - self._likelihood)
        return (gain - 2.0) / self._people.size

    @cached_property
    def quality_index(self) -> Floats:
        """Q: D - U."""
        return self.discrimination_index - self.unreliability_index

    @cached_property
    def g(self) -> Floats:
        """Gini's mean difference of the recalibrated log odds."""
        return np.abs(self.slope) * self._people.gini(self.rows.ranked_log_odds)

    @cached_property
    def gp(self) -> Floats:
        """Gini's mean difference of the recalibrated risk."""
        with np.errstate(over="ignore"):
            return self._people.gini(risks(self.rows.ranked_log_odds, self.intercept, self.slope))

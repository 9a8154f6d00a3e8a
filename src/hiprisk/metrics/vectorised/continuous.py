"""Metrics of many predictions of a continuous outcome; each is defined by its own function."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hiprisk.arrays import Floats
from hiprisk.metrics.vectorised.rows import Weighted, defined


class ContinuousView(Weighted):
    """Predictions of a continuous outcome under one weighting."""

    @cached_property
    def _error(self) -> Floats:
        return self.rows.observed - self.rows.predicted

    @cached_property
    def _mean_observed(self) -> Floats:
        return self.of_people(self.rows.observed) / self.size

    @cached_property
    def _observed_deviation(self) -> Floats:
        """From the weighted mean; of everybody the same in every row, and only one of them."""
        means = self._mean_observed if self.weights is not None else self._mean_observed[:1]
        return self.rows.observed - means[:, np.newaxis]

    @cached_property
    def _mean_predicted(self) -> Floats:
        return self.total(self.rows.predicted) / self.size

    @cached_property
    def mse(self) -> Floats:
        """Mean squared error."""
        return self.total(self.rows.squared_error) / self.size

    @cached_property
    def rmse(self) -> Floats:
        """Root mean squared error."""
        return np.sqrt(self.mse)

    @cached_property
    def mae(self) -> Floats:
        """Mean absolute error."""
        return self.total(np.abs(self._error)) / self.size

    @cached_property
    def mean_error(self) -> Floats:
        """Observed less predicted mean."""
        return self.total(self._error) / self.size

    @cached_property
    def r2(self) -> Floats:
        """1 - SSE / SST."""
        total = self.total(self._observed_deviation**2)
        varies = total > 0.0
        return defined(1.0 - self.mse * self.size / np.where(varies, total, 1.0), varies)

    @cached_property
    def slope(self) -> Floats:
        """Slope of observed on predicted."""
        deviation = self.rows.predicted - self._mean_predicted[:, np.newaxis]
        variance = self.total(deviation**2)
        # The same tolerance as the function of one prediction, which is the definition.
        varies = variance > 1e-24 * np.maximum(1.0, self._mean_predicted**2)
        together = self.total(deviation * self._observed_deviation)
        return defined(together / np.where(varies, variance, 1.0), varies)

    @cached_property
    def intercept(self) -> Floats:
        """Intercept of observed on predicted."""
        return self._mean_observed - self.slope * self._mean_predicted

    @cached_property
    def g(self) -> Floats:
        """Gini's mean difference of the recalibrated prediction."""
        return np.abs(self.slope) * self.gini(self.rows.ranked)

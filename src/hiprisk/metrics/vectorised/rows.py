"""What the metrics of a panel share: predictions in order, weighted sums, Gini's difference."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from hiprisk.arrays import Bools, Floats, Integers
from hiprisk.metrics.smoothing.logistic import has_log_odds, logit


class Rows:
    """Some predictions of the same people, one a row; what does not depend on weights.

    Parameters
    ----------
    observed : ndarray, shape (n_people,)
    predicted : ndarray, shape (n_predictions, n_people)
    """

    def __init__(self, observed: Floats, predicted: Floats) -> None:
        self.observed = observed
        self.predicted = predicted

    @cached_property
    def order(self) -> Integers:
        """People of each row from the lowest prediction to the highest."""
        return np.argsort(self.predicted, axis=1)

    @cached_property
    def ranked(self) -> Floats:
        """Predictions in that order."""
        return np.take_along_axis(self.predicted, self.order, axis=1)

    @cached_property
    def log_odds(self) -> Floats:
        """Log odds of the predictions."""
        return logit(self.predicted)

    @cached_property
    def has_log_odds(self) -> Bools:
        """Whose prediction has log odds: it is neither 0 nor 1."""
        return has_log_odds(self.predicted)

    @cached_property
    def ranked_log_odds(self) -> Floats:
        """Log odds from the lowest to the highest."""
        return np.take_along_axis(self.log_odds, self.order, axis=1)

    @cached_property
    def ranked_observed(self) -> Floats:
        """Outcome in the order of each row."""
        return self.observed[self.order]

    @cached_property
    def has_ties(self) -> bool:
        """Whether two people of a row share a prediction."""
        return bool((self.ranked[:, 1:] == self.ranked[:, :-1]).any())


class Weighted:
    """The same rows under one weighting.

    Parameters
    ----------
    rows : Rows
    weights : ndarray or None, shape (n_predictions, n_people)
        None where everybody counts once.
    """

    def __init__(self, rows: Rows, weights: Floats | None) -> None:
        self.rows = rows
        self.weights = weights

    def total(self, values: Floats) -> Floats:
        """Weighted sum of each row."""
        if self.weights is None:
            return np.asarray(values.sum(axis=1))
        return np.asarray(np.einsum("rn,rn->r", self.weights, values))

    def of_people(self, values: Floats) -> Floats:
        """Weighted sum of a value that people have, whatever the prediction."""
        if self.weights is None:
            return np.full(len(self.rows.predicted), values.sum())
        return np.asarray(np.einsum("rn,n->r", self.weights, values))

    @cached_property
    def size(self) -> Floats:
        """Sum of the weights."""
        n_rows, n_people = self.rows.predicted.shape
        return (
            np.full(n_rows, float(n_people)) if self.weights is None else self.weights.sum(axis=1)
        )

    @cached_property
    def ranked_weights(self) -> Floats | None:
        """Weights in the order of each row."""
        if self.weights is None:
            return None
        return np.take_along_axis(self.weights, self.rows.order, axis=1)

    @cached_property
    def lead(self) -> Floats:
        """Weight times what lies below less what lies above, in the order of each row."""
        n_people = self.rows.predicted.shape[1]
        size = self.size[:, np.newaxis]
        if self.ranked_weights is None:
            return np.broadcast_to(
                2.0 * np.arange(n_people) + 1.0 - n_people, self.rows.order.shape
            )
        through = np.cumsum(self.ranked_weights, axis=1)
        return np.asarray(self.ranked_weights * (2.0 * through - self.ranked_weights - size))

    def gini(self, ranked_values: Floats) -> Floats:
        """Gini's mean difference of values that rise or fall with the predictions."""
        # Weight below less weight above, times the value: Gini's sum without all pairs.
        spread = np.einsum("rn,rn->r", self.lead, ranked_values)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.abs(2.0 * spread) / (self.size * (self.size - 1.0)))


def defined(values: Floats, where: Bools) -> Floats:
    """Values, and NaN where they are not defined."""
    return np.where(where, values, np.nan)

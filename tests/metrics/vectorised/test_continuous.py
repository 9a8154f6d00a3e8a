"""Metrics of many predictions of a continuous outcome at once: hand counts."""

import numpy as np
import pytest

from hiprisk.metrics.vectorised.continuous import ContinuousView
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.metrics.vectorised.rows import Rows
from metric_examples import metrics


def test_hand_count_of_two_predictions():
    (found,) = evaluate_predictions(
        np.array([1.0, 2.0, 3.0]),
        np.array([[1.0, 2.0, 2.0], [1.0, 1.0, 1.0]]),
        metrics=metrics("continuous", "r2", "mae"),
        weightings=[None],
    )
    assert found.values["r2"] == pytest.approx([0.5, 1 - 5 / 2])
    assert found.values["mae"] == pytest.approx([1 / 3, 1.0])


def test_a_prediction_that_never_varies_has_no_slope():
    view = ContinuousView(Rows(np.array([1.0, 2.0, 3.0]), np.array([[1.0, 1.0, 1.0]])), None)
    assert np.isnan(view.slope).tolist() == [True]
    assert view.mean_error == pytest.approx([1.0])


def test_a_weight_of_two_moves_the_line_as_a_second_person_does():
    # Predicted 0, 1, 1 and observed 0, 2, 2 once the second person counts twice: slope 2, from 0.
    rows = Rows(np.array([0.0, 2.0]), np.array([[0.0, 1.0]]))
    view = ContinuousView(rows, np.array([[1.0, 2.0]]))
    assert (view.slope[0], view.intercept[0]) == pytest.approx((2.0, 0.0))
    assert view.mse == pytest.approx([2 / 3])

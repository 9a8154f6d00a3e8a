"""Metrics of many risks at once: hand counts."""

import numpy as np
import pytest

from hiprisk.metrics.calibration import logistic_slope
from hiprisk.metrics.registry import entries
from hiprisk.metrics.vectorised.binary import BinaryView, LogOddsView
from hiprisk.metrics.vectorised.panel import evaluate_predictions
from hiprisk.metrics.vectorised.rows import Rows
from metric_examples import metrics

TWINS = {
    kind: [one for one in entries() if one.kind == kind and one.vectorised is not None]
    for kind in ("continuous", "binary")
}


def test_separated_classes_have_no_slope():
    observed = np.r_[np.zeros(20), np.ones(20)]
    predicted = np.linspace(0.1, 0.9, 40)[np.newaxis]
    (found,) = evaluate_predictions(observed, predicted, metrics=TWINS["binary"], weightings=[None])
    assert np.isnan(found.values["calibration_slope"][0])
    assert found.values["c_statistic"][0] == pytest.approx(1.0)


def test_indexes_of_the_risk_as_it_is_equal_hand_counts():
    names = (
        "observed_expected_ratio", "discrimination_slope", "spiegelhalter_z",
        "cox_snell_r2_as_is", "nagelkerke_r2_as_is",
    )  # fmt: skip
    y, p = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.8, 0.6, 0.1, 0.3])
    (found,) = evaluate_predictions(
        y, p[np.newaxis], metrics=metrics("binary", *names), weightings=[None]
    )
    value = {name: float(found.values[name][0]) for name in names}
    assert value["observed_expected_ratio"] == pytest.approx(2 / 1.8)
    assert value["discrimination_slope"] == pytest.approx(0.55 - 0.35)
    gap = 0.2 * -0.6 + -0.6 * -0.2 + -0.1 * 0.8 + 0.7 * 0.4
    spread_of_it = np.sqrt(0.36 * 0.16 + 0.04 * 0.24 + 0.64 * 0.09 + 0.16 * 0.21)
    assert value["spiegelhalter_z"] == pytest.approx(gap / spread_of_it)
    likelihood_of_it, null = 0.8 * 0.4 * 0.9 * 0.3, 0.5**4
    cox_snell = 1 - (null / likelihood_of_it) ** 0.5
    assert value["cox_snell_r2_as_is"] == pytest.approx(cox_snell)
    assert value["nagelkerke_r2_as_is"] == pytest.approx(cox_snell / (1 - null**0.5))


def test_tied_risks_count_half_as_the_function_of_one_has_it():
    # Pairs (event, none): .9 > .4, .9 > .1, .4 = .4, .4 > .1: 3.5 of 4; turned round, 0.5 of 4.
    risks = np.array([[0.9, 0.4, 0.4, 0.1], [0.1, 0.4, 0.4, 0.9]])
    view = BinaryView(Rows(np.array([1.0, 1.0, 0.0, 0.0]), risks), None)
    assert view.c == pytest.approx([0.875, 0.125])
    assert view.dxy == pytest.approx([0.75, -0.75])


def test_one_class_has_no_discrimination_but_a_brier_score():
    view = BinaryView(Rows(np.ones(2), np.array([[0.5, 0.9]])), None)
    assert np.isnan([view.c[0], view.scaled_brier[0], view.in_the_large[0]]).all()
    assert view.brier == pytest.approx([(0.25 + 0.01) / 2])


def test_risks_that_are_never_above_zero_have_no_ratio():
    view = BinaryView(Rows(np.array([1.0, 0.0]), np.zeros((1, 2))), None)
    assert np.isnan(view.observed_expected[0])


@pytest.mark.parametrize("weights", [None, "counts"])
def test_ordinary_rows_settle_together_on_the_line_of_each(monkeypatch, weights):
    rng = np.random.default_rng(3)
    risks = rng.uniform(0.1, 0.8, (4, 80))
    y = (rng.random(80) < risks[0]).astype(float)
    w = None if weights is None else np.tile(rng.integers(0, 3, 80).astype(float), (4, 1))
    expected = [
        logistic_slope(y, risk, weights=None if w is None else w[row])
        for row, risk in enumerate(risks)
    ]
    # One by one they would take a hundred times as long.
    monkeypatch.setattr(LogOddsView, "_line_alone", lambda view, row: pytest.fail("left alone"))
    assert BinaryView(Rows(y, risks), w).slope == pytest.approx(expected, rel=1e-9)


def test_risks_that_hardly_differ_have_a_line_and_equal_ones_none():
    rng = np.random.default_rng(4)
    y = (rng.random(60) < 0.4).astype(float)
    risks = np.array([0.4 + 5e-5 * rng.normal(size=60), np.full(60, 0.4)])
    slope = BinaryView(Rows(y, risks), None).slope
    assert slope[0] == pytest.approx(logistic_slope(y, risks[0]), rel=1e-6)
    assert np.isnan(slope[1])

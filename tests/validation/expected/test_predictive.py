"""Figures of two sets of predictive distributions: what is predicted, and what comes about."""

import numpy as np
import pytest

from hiprisk.metrics.forecast.distribution import forecast
from hiprisk.sheet.format import Event
from hiprisk.validation.expected.predictive import OUTCOME, Predictive, expected_figures

BAD = Event(name="bad", label="60 or more", direction="above", reference="fixed", value=60.0)


def about(mean, *, bound=60.0, scale=10.0):
    mean = np.asarray(mean, dtype=float)
    law = forecast(mean, np.full(len(mean), scale), probabilities=[0.0, 1.0], quantiles=[-1.0, 1.0])
    return Predictive.of_forecast(mean, law, (BAD,), {"bad": np.broadcast_to(bound, len(mean))})


def test_a_risk_that_is_right():
    found = expected_figures(*[Predictive.of_risk(np.array([0.2, 0.4, 0.6]))] * 2, (0.5,))
    assert found[OUTCOME, "event_rate"] == pytest.approx(0.4)
    assert found[OUTCOME, "brier"] == pytest.approx((0.16 + 0.24 + 0.24) / 3)
    assert found[OUTCOME, "net_benefit_0.5"] == pytest.approx(0.2 / 3)
    assert {name for _, name in found} == {
        "c_statistic", "brier", "event_rate", "net_benefit_0.5",
    }  # fmt: skip


def test_a_uniform_outcome_equals_a_hand_count():
    # Uniform within 10 of the prediction: E|Y - m| = 5, variance 100 / 3.
    found = expected_figures(*[about([50.0, 70.0])] * 2)
    assert found[OUTCOME, "mae"] == pytest.approx(5.0)
    assert found[OUTCOME, "rmse"] == pytest.approx(np.sqrt(100 / 3))
    assert found[OUTCOME, "mean_outcome"] == pytest.approx(60.0)
    assert found[OUTCOME, "r2"] == pytest.approx(1 - (100 / 3) / (100 / 6 + 100.0))
    assert found[OUTCOME, "coverage_80"] == pytest.approx(0.8)
    assert found[OUTCOME, "width_80"] == pytest.approx(16.0)
    assert found["bad", "event_rate"] == pytest.approx(0.5)


def test_outcomes_that_come_about_otherwise():
    found = expected_figures(about([50.0, 70.0]), about([55.0, 75.0]))
    assert found[OUTCOME, "mean_outcome"] == pytest.approx(65.0)
    assert found[OUTCOME, "rmse"] == pytest.approx(np.sqrt(100 / 3 + 25.0))
    assert found[OUTCOME, "coverage_80"] == pytest.approx(0.65)
    # Widths are the prediction's own, whatever comes.
    assert found[OUTCOME, "width_80"] == pytest.approx(16.0)
    assert found["bad", "brier"] == pytest.approx((0.25 * 0.75 + 0.25**2) / 2)


def test_an_event_is_of_those_whose_bound_is_known():
    found = expected_figures(*[about([50.0, 65.0], bound=np.array([np.nan, 60.0]))] * 2)
    assert found["bad", "event_rate"] == pytest.approx(0.75)
    unknown = expected_figures(*[about([50.0, 65.0], bound=np.nan)] * 2)
    assert not [place for place in unknown if place[0] == "bad"]


def test_an_event_that_is_certain_has_no_concordance():
    found = expected_figures(*[about([95.0, 96.0])] * 2)
    assert ("bad", "c_statistic") not in found
    assert found["bad", "event_rate"] == 1.0


def test_some_of_the_people():
    some = about([50.0, 70.0, 90.0]).take(np.array([0, 2]))
    assert (some.predicted.tolist(), len(some.forecast)) == ([50.0, 90.0], 2)
    assert some.chances["bad"].tolist() == [0.0, 1.0]

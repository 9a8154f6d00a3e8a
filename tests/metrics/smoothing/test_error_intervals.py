"""Intervals of the errors of a calibration curve."""

import numpy as np
import pytest

from hiprisk.bootstrap import Persons
from hiprisk.metrics.case_control import at_prevalence
from hiprisk.metrics.registry import find_metric, metrics_for
from hiprisk.metrics.smoothing.error_intervals import (
    MOST_PLACES,
    CurveNoise,
    _summary,
    curve_error_interval,
)

KINDS = ("continuous", "binary")


def people(kind, n, *, slope=1.0, shift=0.0, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(0.0, 1.0, n)
    mean = shift + slope * x
    if kind == "continuous":
        return mean + rng.normal(size=n), x
    risk, own = (1.0 / (1.0 + np.exp(-each)) for each in (x, mean))
    return (rng.random(n) < own).astype(float), risk


def interval(kind, name, y, p, n_draws=100):
    metric = find_metric(kind, name)
    noise = CurveNoise.of(y, p, metric)
    weights = next(Persons.of(np.arange(len(y))).draw_weights(np.random.default_rng(5), n_draws))
    return curve_error_interval(metric, metric.function(y, p), noise, noise.drawn(weights))


@pytest.mark.parametrize("kind", KINDS)
def test_an_interval_of_a_calibrated_model_begins_at_0(kind):
    for metric in metrics_for(kind, costly=True):
        if metric.curve is not None:
            found = interval(kind, metric.name, *people(kind, 150))
            assert found.low == 0.0 < found.value < found.high, metric.name


@pytest.mark.parametrize("kind", KINDS)
def test_an_interval_of_a_model_that_is_far_off_begins_above_0_and_holds_the_error(kind):
    y, p = people(kind, 400, slope=0.3, shift=1.0)
    for smoother in ("", "_spline"):
        found = interval(kind, f"ici{smoother}", y, p)
        mean = np.log(p / (1 - p)) if kind == "binary" else p
        curve = 1.0 + 0.3 * mean
        truth = np.abs((1 / (1 + np.exp(-curve)) if kind == "binary" else curve) - p).mean()
        assert 0.0 < found.low < truth < found.high


def test_most_calibrated_models_have_an_interval_from_0():
    # 2.5 % begin above it: of 100, two or three, and 9 or more with chance 0.001.
    above = [interval("continuous", "ici", *people("continuous", 60, seed=one), 80).low > 0.0
             for one in range(100)]  # fmt: skip
    assert sum(above) < 9


def test_the_places_stand_for_all_people_and_hold_both_ends():
    y, p = people("binary", 1000)
    noise = CurveNoise.of(y, p, find_metric("binary", "ici"))
    assert len(noise.places) == MOST_PLACES
    assert (noise.places[0], noise.places[-1]) == (p.min(), p.max())
    metric = at_prevalence(find_metric("binary", "ici"), 0.05)
    weighted = CurveNoise.of(y, p, metric)
    assert weighted.weights.sum() == pytest.approx(1000.0)
    value = metric.function(y, p)
    got = weighted.errors("ici", 1.0, np.zeros((1, MOST_PLACES)))[0]
    assert got == pytest.approx(value, rel=0.02)


def test_weighted_and_plain_summaries_agree():
    off = np.abs(np.random.default_rng(2).normal(size=(3, 40)))
    for name in ("ici", "e50", "e90", "emax", "eci"):
        plain = _summary(name, off, np.ones(40))
        # The same people in halves.
        halves = _summary(name, np.repeat(off, 2, axis=1), np.full(80, 0.5))
        assert halves == pytest.approx(plain)
    assert _summary("e50", np.array([[3.0, 1.0, 2.0]]), np.array([5.0, 1.0, 1.0])) == [3.0]


def test_the_upper_end_of_a_risk_stays_where_an_error_can_be():
    y, p = people("binary", 40, seed=3)
    found = interval("binary", "emax_spline", y, p)
    assert found.high <= 1.0


def test_constant_predictions_have_an_interval():
    y, _ = people("continuous", 50)
    found = interval("continuous", "ici", y, np.full(50, float(y.mean()) + 3.0))
    assert 2.0 < found.low < 3.0 < found.high < 4.0
    exact = interval("continuous", "ici", y, np.full(50, float(y.mean())))
    assert exact.low == 0.0

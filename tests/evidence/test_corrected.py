"""What else the refits correct: each row is the bootstrap written out for its own function."""

import numpy as np
import pytest

from hiprisk.evidence.corrected import (
    corrected_calibration,
    event_optimism,
    full_optimism,
)
from hiprisk.metrics import discrimination, scores, spread
from hiprisk.metrics.forecast.distribution import forecast_from_sheet
from hiprisk.metrics.forecast.scores import crps
from hiprisk.metrics.registry import find_metric, further_metrics
from hiprisk.metrics.smoothing.calibration_curve import calibration_at, calibration_errors


@pytest.fixture(scope="module")
def rows(finished):
    return {row.metric: row for row in full_optimism(finished).rows}


def written_out(finished, judge):
    """Apparent, and mean training less mean test, of a function of predictions and weights."""
    known, refits = finished.known, finished.refits
    y = finished.data.outcome[known]
    pairs = [(p[known], c[known]) for p, c in zip(refits.predicted, refits.counts, strict=True)]
    optimism = np.mean([judge(y, p, weights=c) - judge(y, p, weights=None) for p, c in pairs])
    return judge(y, finished.apparent[known], weights=None), optimism


def test_the_study_keeps_its_table_and_gains_rows(finished, rows):
    further = [one.name for one in further_metrics("continuous")]
    assert list(rows) == ["r2", *further, "ici", "crps"]
    assert rows["r2"] == finished.bootstrap.table.rows[0]


def test_further_indexes_are_corrected_as_the_others(finished, rows):
    def ici(y, p, *, weights):
        return calibration_errors(y, p, kind="continuous", weights=weights).ici

    def forecast_crps(y, p, *, weights):
        sheet = finished.sheet
        forecast = forecast_from_sheet(sheet.distribution, sheet.outcome, mean=p)
        return crps(y, forecast, weights=weights)

    functions = {"mse": scores.mse, "g": spread.recalibrated_linear_g, "ici": ici,
                 "crps": forecast_crps}  # fmt: skip
    for name, function in functions.items():
        apparent, optimism = written_out(finished, function)
        found = rows[name]
        assert found.apparent == pytest.approx(apparent, rel=1e-9)
        assert found.optimism == pytest.approx(optimism, rel=1e-6)
        assert found.corrected == pytest.approx(apparent - optimism, rel=1e-6)
        assert found.low < found.corrected < found.high


def test_a_fit_looks_better_than_it_is(rows):
    assert rows["crps"].optimism < 0
    assert rows["mse"].optimism < 0


def test_the_curve_is_that_of_lowess_less_its_optimism(finished):
    curve = corrected_calibration(finished)
    at = np.array(curve.at)
    reached = np.array(curve.n_resamples) == finished.refits.n_resamples

    def lowess(y, p, *, weights):
        return calibration_at(y, p, at=at, kind="continuous", smoother="lowess", weights=weights)

    known = finished.known
    pairs = zip(finished.refits.predicted, finished.refits.counts, strict=True)
    y = finished.data.outcome[known]
    off = np.mean(
        [lowess(y, p[known], weights=c[known]) - lowess(y, p[known], weights=None)
         for p, c in pairs], axis=0,
    )  # fmt: skip
    assert reached.sum() > 30
    assert np.array(curve.optimism)[reached] == pytest.approx(off[reached], abs=1e-9)


def test_a_curve_ends_with_the_people():
    p = np.linspace(10, 20, 30)
    found = calibration_at(p + 1, p, at=np.array([9.0, 15.0, 21.0]), kind="continuous")
    assert np.isnan(found[[0, 2]]).all()
    assert found[1] == pytest.approx(16.0)


def test_events_are_corrected_by_the_same_refits(finished):
    rows = np.flatnonzero(finished.known)
    happened = (finished.data.outcome[rows] > 45).astype(float)
    refitted = 1 / (1 + np.exp(-(finished.refits.predicted[:, rows] - 45) / 8))
    chance = 1 / (1 + np.exp(-(finished.apparent[rows] - 45) / 8))
    table = event_optimism(
        finished, rows=rows, happened=happened, chance=chance, refitted=refitted,
        metrics=[find_metric("binary", "c_statistic")],
    )  # fmt: skip
    counts = finished.refits.counts[:, rows]
    expected = np.mean([
        discrimination.c_statistic(happened, p, weights=c) - discrimination.c_statistic(happened, p)
        for p, c in zip(refitted, counts, strict=True)
    ])  # fmt: skip
    assert table.rows[0].optimism == pytest.approx(expected, abs=1e-9)


def test_an_event_without_a_case_has_no_metric_and_the_reason(finished):
    rows = np.flatnonzero(finished.known)
    nobody = np.zeros(len(rows))
    chance = np.full(len(rows), 0.1)
    table = event_optimism(
        finished, rows=rows, happened=nobody, chance=chance,
        refitted=np.full((finished.refits.n_resamples, len(rows)), 0.1),
        metrics=[find_metric("binary", "c_statistic")],
    )  # fmt: skip
    assert table.rows == ()
    assert table.not_available == {"c_statistic": "discrimination needs events and non-events"}

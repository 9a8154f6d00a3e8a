"""The bootstrap against R rms on a small simulated study and rms' own resamples."""

import json

import numpy as np
import pytest

from hiprisk.errors import InputError
from hiprisk.validation.internal.corrected_curves import corrected_curve
from hiprisk.validation.internal.optimism import bootstrap_optimism
from hiprisk.validation.resampling.refits import refit_all
from hiprisk.validation.resampling.resamples import resamples_from_indices
from metric_examples import metrics
from rms_oracles import (
    LRM,
    OLS,
    ORACLES,
    LowessAt,
    Unpenalised,
    read,
    read_rows,
    worst_difference,
    worst_difference_632,
)

INTERVALS = json.loads((ORACLES / "optimism_intervals.json").read_text())


@pytest.fixture(scope="module", params=["ols", "lrm"])
def compared(request):
    data = read("rms_small_data.csv")
    logistic = request.param == "lrm"
    x = data[["x1", "x2", "x3"]].to_numpy()
    y = data["e" if logistic else "y"].to_numpy(dtype=float)
    procedure = Unpenalised(x, y, logistic=logistic)
    metrics = LRM if logistic else OLS
    result = bootstrap_optimism(
        procedure,
        y,
        apparent=procedure.predicted()[0],
        metrics=metrics,
        resamples=resamples_from_indices(read_rows("rms_small_rows.csv")),
    )
    return result.table, read(f"rms_small_{request.param}.csv"), metrics


def test_the_table_equals_rms_validate(compared):
    assert worst_difference(*compared) < 1e-6


def test_the_632_table_equals_rms_validate(compared):
    # rms stops its recalibrations early: on few omitted people their slopes are good to 1e-6.
    assert worst_difference_632(*compared) < 2e-6


@pytest.mark.parametrize("kind", ["continuous", "binary"])
def test_intervals_of_corrected_values_are_those_of_a_computation_in_r(kind):
    data, expected = read("rms_small_data.csv"), INTERVALS[kind]
    y = data["e" if kind == "binary" else "y"].to_numpy(dtype=float)
    procedure = Unpenalised(data[["x1", "x2", "x3"]].to_numpy(), y, logistic=kind == "binary")
    found = bootstrap_optimism(
        procedure, y, apparent=procedure.predicted()[0], metrics=metrics(kind, *expected),
        resamples=resamples_from_indices(read_rows("rms_small_rows.csv")),
    )  # fmt: skip
    for row in found.table.rows:
        r = expected[row.metric]
        assert row.corrected == pytest.approx(r["corrected"], rel=1e-7)
        assert (row.low, row.high) == pytest.approx(r["ends"], rel=1e-7)
        if row.shifted_low is not None:
            assert (row.shifted_low, row.shifted_high) == pytest.approx(r["shifted"], rel=1e-7)


def test_the_corrected_calibration_curve_equals_rms_calibrate():
    data, oracle = read("rms_small_data.csv"), read("rms_small_calibrate.csv")
    y = data["e"].to_numpy(dtype=float)
    procedure = Unpenalised(data[["x1", "x2", "x3"]].to_numpy(), y, logistic=True)
    at = oracle["predy"].to_numpy()
    curve = corrected_curve(
        refit_all(procedure, resamples_from_indices(read_rows("rms_small_rows.csv"))), y,
        apparent=procedure.predicted()[0], curve=LowessAt(at), at=at,
    )  # fmt: skip
    assert curve.apparent == pytest.approx(oracle["calibrated.orig"], abs=1e-7)
    assert curve.corrected == pytest.approx(oracle["calibrated.corrected"], abs=1e-7)
    # The lowest points lie beyond the predictions of two refits on their own resamples.
    assert curve.n_resamples[0] == 18


def test_a_point_that_no_prediction_reaches_is_refused():
    data = read("rms_small_data.csv")
    y = data["e"].to_numpy(dtype=float)
    procedure = Unpenalised(data[["x1", "x2", "x3"]].to_numpy(), y, logistic=True)
    at = np.array([0.5, 0.999])
    with pytest.raises(InputError, match="does not reach every point"):
        corrected_curve(
            refit_all(procedure, resamples_from_indices(read_rows("rms_small_rows.csv"))), y,
            apparent=procedure.predicted()[0], curve=LowessAt(at), at=at,
        )  # fmt: skip

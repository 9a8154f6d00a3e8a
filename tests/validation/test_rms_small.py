"""The bootstrap against R rms on a small simulated study and rms' own resamples."""

import pytest

from hiprisk.validation.resampling import bootstrap_optimism, resamples_from_indices
from rms_oracles import (
    LRM,
    OLS,
    Unpenalised,
    read,
    read_rows,
    worst_difference,
    worst_difference_632,
)


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

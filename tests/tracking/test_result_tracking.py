"""Which of a result's files and figures reach MLflow, and where they stand there."""

from types import SimpleNamespace

import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.reporting.result_files import ResultFiles
from hiprisk.tracking.result_tracking import artifacts_of, track_result


def test_files_stand_where_mlflow_shows_them():
    files = ResultFiles(
        name="drift", title="Drift", summary=("Nothing moved.",), plain={"n": 1},
        tables={"variables": pd.DataFrame({"psi": [0.1]})}, figures={"drift.png": b"png"},
    )  # fmt: skip
    found = artifacts_of(files)
    assert [*found] == ["report.html", "drift.json", "figures/drift.png", "tables/variables.csv"]
    assert b"Nothing moved." in found["report.html"]


def test_what_is_no_result_is_refused_before_mlflow_is_asked():
    with pytest.raises(InputError, match="a SimpleNamespace is no result that is tracked"):
        track_result(SimpleNamespace())

"""Which of a result's files and figures reach MLflow, and where they stand there."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pandas as pd
import pytest

from hiprisk.errors import InputError
from hiprisk.reporting.results.result_files import ResultFiles
from hiprisk.tracking.result_tracking import (
    artifacts_of,
    track_result,
    without_names_of_sites,
)
from hiprisk.validation.subgroups.results import Subgroups
from result_reports import small_report


@dataclass(frozen=True)
class Found:
    """As much of a validation as has groups."""

    groups: Subgroups | None = None


def test_files_stand_where_mlflow_shows_them():
    files = ResultFiles(
        name="drift", plain={"n": 1}, tables={"variables": pd.DataFrame({"psi": [0.1]})},
        report=small_report(verdict=("Nothing moved.",)),
    )  # fmt: skip
    found = artifacts_of(files)
    assert [*found] == [
        "drift.json", "report.html", "figures/calibration.png", "tables/variables.csv"
    ]  # fmt: skip
    assert b"Nothing moved." in found["report.html"]


def test_what_is_no_result_is_refused_before_mlflow_is_asked():
    with pytest.raises(InputError, match="a SimpleNamespace is no result that is tracked"):
        track_result(SimpleNamespace())


def test_groups_by_site_are_left_out_and_others_stay():
    row = SimpleNamespace
    groups = Subgroups(
        kind="continuous", n_people=3, smallest_cell=10, n_resamples=50, level=0.95, labels=(),
        optima=(), overall=(),
        groups=(row(grouping="site", level="St Mary"), row(grouping="sex", level="male")),
        estimates=(row(grouping="site", level="St Mary"),), heterogeneity=(),
    )  # fmt: skip
    found = without_names_of_sites(replace(Found(), groups=groups)).groups
    assert [one.level for one in found.groups] == ["male"]
    assert found.estimates == ()
    assert without_names_of_sites(Found()).groups is None

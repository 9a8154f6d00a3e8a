"""What an update says of itself."""

import json
from dataclasses import replace

import pytest

from updated_models import updated


@pytest.fixture(scope="module")
def result():
    return updated("intercept")[1]


def test_lineage_names_the_parent_and_its_own_lineage(result):
    line = result.lineage({"parent_name": "older"})
    assert line["parent_bundle_sha256"] == "ab"
    assert line["method"] == "intercept"
    assert line["n"] == 400
    assert line["parent_lineage"] == {"parent_name": "older"}


def test_every_metric_is_told_before_apparent_and_cross_validated(result):
    metrics, frame = result.metrics(), result.to_frame()
    assert list(frame.columns) == ["metric", "stage", "value", "low", "high"]
    for name in ("mae", "calibration_in_the_large"):
        for end, stage in (("before", "before"), ("apparent", "after, apparent"),
                           ("cross_validated", "after, cross-validated")):  # fmt: skip
            row = frame[(frame["metric"] == name) & (frame["stage"] == stage)].iloc[0]
            assert metrics[f"{name}_{end}"]["value"] == row["value"]
    # A fitted intercept leaves nothing in the large on its own people.
    assert abs(metrics["calibration_in_the_large_apparent"]["value"]) < 1e-9


def test_the_answer_is_strict_json_without_the_sheet():
    _, result = updated("recalibrate")
    plain = result.to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert "sheet" not in plain
    assert plain["parent"]["name"] == result.parent.name
    assert plain["closed_test"] is None
    assert (plain["intercept"], plain["slope"]) == (result.intercept, result.slope)


def test_people_and_imputations_are_told_where_rows_are_not_people(result):
    assert "imputations" not in result.to_dict()
    assert "n_people" not in replace(result, n_people=result.n).to_dict()
    stacked = replace(result, n_people=100, imputations=4).to_dict()
    assert (stacked["n"], stacked["n_people"], stacked["imputations"]) == (400, 100, 4)


def test_without_an_older_parent_the_line_ends(result):
    assert result.lineage(None).get("parent_lineage") is None

"""A drift report as tables and JSON."""

import json

import numpy as np

from hiprisk.metrics.estimate import Estimate
from hiprisk.validation.drift.cusum import calibration_cusum
from hiprisk.validation.drift.results import DriftReport, PredictionDrift, VariableDrift
from validated_people import MODEL

MOVED = VariableDrift(
    variable="age_years", label="age", difference=Estimate(name="x", value=0.5, low=0.3, high=0.7),
    psi=0.2, psi_by_chance=0.05, basis="normal tenths", missing_then=0.0, missing_now=0.1,
    verdict="some drift", causes=("one", "two"),
)  # fmt: skip
ABSENT = VariableDrift(
    variable="sex", label="sex", difference=None, psi=None, psi_by_chance=None, basis="not known",
    missing_then=None, missing_now=1.0, verdict="not known", causes=(),
)  # fmt: skip
PREDICTIONS = PredictionDrift(
    mean_then=40.0, sd_then=10.0, mean_now=45.0, sd_now=11.0,
    difference=Estimate(name="x", value=0.4, low=0.2, high=0.6), psi=0.15, psi_by_chance=0.05,
    verdict="some drift",
)  # fmt: skip
WATCH = calibration_cusum(np.array([1.0, 2.0, 4.0, 3.0]), np.ones(4), ["a", "a", "b", "b"],
                          kind="continuous", n_simulations=20)  # fmt: skip
REPORT = DriftReport(
    model=MODEL, cohort="c.csv", cohort_fingerprint="ab", simulated=False, n_rows=100,
    refused={"OUT_OF_RANGE(age_years)": 2}, variables=(MOVED, ABSENT), predictions=PREDICTIONS,
    watch=WATCH, watch_note="", found=True, summary=("Predictor drift: age.",),
)  # fmt: skip


def test_a_label_is_for_people_and_no_key():
    plain = MOVED.to_dict()
    assert "label" not in plain
    assert plain["variable"] == "age_years"
    assert (plain["standardised_difference"], plain["difference_low"]) == (0.5, 0.3)
    assert ABSENT.to_dict()["standardised_difference"] is None


def test_every_estimate_has_a_name_of_its_own():
    names = [one.name for one in REPORT.estimates()]
    assert names == [
        "standardised_difference_age_years", "psi_age_years",
        "standardised_difference_prediction", "psi_prediction", "mean_difference",
    ]  # fmt: skip


def test_json_holds_everything():
    plain = json.loads(json.dumps(REPORT.to_dict(), allow_nan=False))
    assert plain["rows"] == 100
    assert plain["refused"] == {"OUT_OF_RANGE(age_years)": 2}
    assert plain["metrics"]["psi_age_years"]["value"] == 0.2
    assert plain["predictions"]["mean_now"] == 45.0
    assert plain["watch"]["n_so_far"] == [2, 4]


def test_the_table_has_a_row_a_variable_with_its_causes_in_one_cell():
    frame = REPORT.to_frame()
    assert frame["variable"].tolist() == ["age_years", "sex"]
    assert frame["causes"].tolist() == ["one; two", ""]

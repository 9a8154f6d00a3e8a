"""`score` gives every row and the counts that the command prints."""

import json

import pandas as pd
import pytest

import hiprisk
from commands import answer
from hiprisk.errors import ConfigError, HipRiskWarning, InputError

pytestmark = pytest.mark.usefixtures("here")
MODEL = "invented-womac"
ADDED = ["predicted", "lower_95", "chance_worsening"]


def test_the_function_finds_what_the_command_prints_and_writes(capsys, cohort):
    _, printed = answer(capsys, "score", MODEL, "cohort.csv", "--out", "scored.csv")
    scored = hiprisk.score(MODEL, "cohort.csv", out="again.csv")
    assert scored.to_dict() == {**printed, "out": "again.csv"}
    with open("scored.csv", "rb") as one, open("again.csv", "rb") as other:
        assert one.read() == other.read()
    of_frame = hiprisk.score(MODEL, cohort)
    assert of_frame.to_dict() == {**printed, "out": None}
    written = pd.read_csv("scored.csv")
    pd.testing.assert_frame_equal(of_frame.answers[ADDED], written[ADDED], check_exact=True)
    pd.testing.assert_frame_equal(scored.answers, of_frame.answers)


def test_rows_keep_order_index_and_types(cohort):
    frame = cohort.sort_values("age_years").set_index("person_id")
    scored = hiprisk.score(hiprisk.load(MODEL), frame).to_frame()
    assert scored.index.equals(frame.index)
    pd.testing.assert_frame_equal(scored[frame.columns], frame)
    one_by_one = hiprisk.load(MODEL).score(frame)
    pd.testing.assert_frame_equal(scored[one_by_one.columns], one_by_one)


def test_rows_that_a_mapping_does_not_select_have_a_reason(cohort):
    names = [spec.name for spec in hiprisk.load(MODEL).sheet.variables]
    mapping = {"where": {"sex": ["female"]}, "variables": {name: name for name in names}}
    scored = hiprisk.score(MODEL, cohort, mapping=mapping)
    left_out = (cohort["sex"] != "female").to_numpy()
    assert (scored.answers["reason"] == "NOT_SELECTED").to_numpy().tolist() == left_out.tolist()
    assert scored.to_dict()["not_selected"] == left_out.sum()


def test_the_summary_goes_with_the_file(cohort):
    with pytest.raises(ConfigError, match=r"^summary: summary goes with out$"):
        hiprisk.score(MODEL, cohort, summary="counts.json")
    scored = hiprisk.score(MODEL, cohort, out="scored.parquet", summary="counts.json")
    with open("counts.json", encoding="utf-8") as file:
        assert json.load(file) == scored.to_dict()


def test_a_cohort_that_was_scored_is_not_scored_again(cohort):
    scored = hiprisk.score(MODEL, cohort).to_frame()
    with pytest.raises(InputError, match="already has a column 'predicted'"):
        hiprisk.score(MODEL, scored)


def test_a_unit_that_looks_wrong_refuses_the_frame(cohort):
    frame = cohort.assign(hip_flexion_right_deg=cohort["hip_flexion_right_deg"] / 57.3)
    with pytest.raises(InputError, match="DataFrame") as refused:
        hiprisk.score(MODEL, frame)
    assert "accept_units=True" in str(refused.value)
    with pytest.warns(HipRiskWarning, match="another unit or scale than deg"):
        scored = hiprisk.score(MODEL, frame, accept_units=True)
    assert scored.answers["predicted"].notna().any()

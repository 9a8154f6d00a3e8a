"""Traps that a check must catch."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hiprisk.cohort.checks.rules import check_cohort
from hiprisk.cohort.reading import read_cohort


def checked(columns, *, grain="person", stacked=False, unreadable=None, source=None):
    frame = pd.DataFrame(columns)
    return check_cohort(
        frame, unreadable=unreadable or {}, grain=grain, stacked=stacked, source=source or {}
    )


def codes(findings):
    return {(finding.code, finding.column): finding for finding in findings}


def test_a_value_outside_the_hard_range_is_an_error_with_its_rows():
    found = codes(checked({"age_years": [64.0, 9999.0, 70.0, 5.0]}))
    finding = found["OUT_OF_RANGE", "age_years"]
    assert (finding.severity, finding.count, finding.rows) == ("error", 2, (2, 4))
    assert "sentinel" in finding.message


@pytest.mark.parametrize(
    ("name", "values", "cause"),
    [
        ("hip_internal_rotation_right_deg", np.linspace(0.1, 0.8, 30), "radians"),
        ("height_cm", np.linspace(1.5, 1.9, 30), "metres"),
        ("odi_0_100", np.linspace(0.0, 0.8, 30), "share from 0 to 1"),
        ("womac_function_0_100", np.arange(5.0, 67.0), "raw 0-68 sum"),
        ("womac_pain_0_100", np.arange(1.0, 19.0), "raw 0-20 sum"),
        ("odi_0_100", np.arange(4.0, 46.0), "raw 0-50 sum"),
        ("ohs_0_48", np.arange(14.0, 58.0), "older sum of 12 to 60, in which 60 is worst"),
    ],
)
def test_another_unit_is_suspected(name, values, cause):
    assert cause in codes(checked({name: values}))["UNIT_SUSPECT", name].message


def test_codes_shifted_by_one_are_named_with_both_readings(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("lbp_any\n" + "1\n2\n" * 20)
    finding = codes(read_cohort(path).findings)["SHIFTED_CODES", "lbp_any"]
    assert "1 is yes and 2 is no, or 1 is no and 2 is yes" in finding.message
    assert finding.severity == "error"


@pytest.mark.parametrize(
    ("cells", "n_twos"),
    [("1\n" * 30 + "2\n", 1), ("1\n" * 30 + "2\n0\n", None), ("1\n0\n9\n" * 20, None)],
)
def test_a_2_is_a_shifted_code_where_no_code_says_no_and_a_9_never(tmp_path, cells, n_twos):
    (tmp_path / "x.csv").write_text("lbp_any\n" + cells)
    found = codes(read_cohort(tmp_path / "x.csv").findings)
    assert ("UNKNOWN_CATEGORY", "lbp_any") in found
    shifted = found.get(("SHIFTED_CODES", "lbp_any"))
    assert (shifted.count if shifted else None) == n_twos


def test_followup_before_baseline_is_an_error():
    found = codes(
        checked(
            {
                "baseline_date": ["2000-01-01", "2000-01-01", None],
                "followup_date": ["1999-12-31", "2001-01-01", "2001-01-01"],
            }
        )
    )
    assert found["FOLLOWUP_BEFORE_BASELINE", "followup_date"].rows == (1,)


def test_a_date_after_today_is_a_warning():
    frame = pd.DataFrame({"baseline_date": ["2020-01-01", "2020-01-02", None]})
    [finding] = check_cohort(
        frame,
        unreadable={},
        grain="person",
        stacked=False,
        source={},
        today=datetime.date(2020, 1, 1),
    )[:1]
    assert (finding.code, finding.severity, finding.rows) == ("FUTURE_DATE", "warning", (2,))


def test_two_hips_without_their_person_are_an_error():
    found = codes(checked({"hip_flexion_deg": [100.0, 90.0]}, grain="hip"))
    assert found["TWO_HIPS_NO_PERSON", "person_id"].severity == "error"


def test_two_hips_of_a_person_are_fine_and_three_are_not():
    assert not checked({"person_id": ["a", "a", "b"]}, grain="hip")
    found = codes(checked({"person_id": ["a", "a", "a", "b"]}, grain="hip"))
    assert found["REPEATED_PERSON", "person_id"].rows == (1, 2, 3)


def test_a_repeated_person_is_a_warning_where_a_row_is_a_person():
    found = codes(checked({"person_id": ["a", "a", "b"]}))
    assert found["REPEATED_PERSON", "person_id"].severity == "warning"


def test_stacked_imputations_are_refused_unless_named():
    people = [f"p{i}" for i in range(30)] * 5
    source = {"Impnr": pa.chunked_array([[str(i // 30 + 1) for i in range(150)]])}
    found = codes(checked({"person_id": people}, source=source))
    assert found["STACKED_IMPUTATIONS", "person_id"].severity == "error"
    named = codes(checked({"person_id": people}, source=source, stacked=True))
    assert [code for code, _ in named] == ["STACKED_ROWS"]


def test_a_body_mass_index_that_does_not_fit_is_a_warning():
    found = codes(
        checked(
            {
                "height_cm": [170.0, 180.0],
                "weight_kg": [70.0, 81.0],
                "bmi_kg_m2": [24.2, 35.0],
            }
        )
    )
    assert found["INCONSISTENT", "bmi_kg_m2"].rows == (2,)


def test_flexion_that_does_not_reach_the_contracture_is_a_warning():
    found = codes(
        checked(
            {
                "hip_flexion_left_deg": [90.0, 15.0, 15.0, 15.0],
                "hip_extension_left_deg": [-20.0, -20.0, 10.0, np.nan],
            }
        )
    )
    assert found["INCONSISTENT", "hip_flexion_left_deg"].rows == (2,)


def test_half_a_grade_is_an_error():
    assert codes(checked({"kl_grade": [1.0, 2.5]}))["NOT_AN_INTEGER", "kl_grade"].rows == (2,)


def test_missing_constant_and_empty_columns_are_said():
    found = codes(
        checked(
            {
                "age_years": [60.0, 61.0, np.nan, np.nan],
                "bmi_kg_m2": [25.0] * 4,
                "odi_0_100": [np.nan] * 4,
            }
        )
    )
    assert "50.0 % missing" in found["MISSING", "age_years"].message
    assert ("CONSTANT", "bmi_kg_m2") in found
    assert found["ALL_MISSING", "odi_0_100"].severity == "warning"


def test_errors_come_first():
    findings = checked({"age_years": [60.0, np.nan, 999.0], "bmi_kg_m2": [25.0, 12.0, 30.0]})
    assert [f.severity for f in findings] == ["error", "warning", "note"]


def test_an_oxford_hip_score_of_today_is_not_the_older_sum():
    assert ("UNIT_SUSPECT", "ohs_0_48") not in codes(checked({"ohs_0_48": np.arange(12.0, 49.0)}))


def test_scores_that_are_no_whole_numbers_are_no_raw_sum():
    found = codes(checked({"womac_function_0_100": np.linspace(3.3, 66.6, 50)}))
    assert ("UNIT_SUSPECT", "womac_function_0_100") not in found


@pytest.mark.parametrize(
    ("name", "points", "highest"),
    [("womac_function_0_100", 68, 45), ("womac_pain_0_100", 20, 4), ("odi_0_100", 50, 24)],
)
def test_a_raw_sum_that_was_mapped_to_its_scale_is_no_raw_sum(name, points, highest):
    raw = np.tile(np.arange(highest + 1.0), 4)
    assert ("UNIT_SUSPECT", name) not in codes(checked({name: raw * 100 / points}))
    beyond = np.append(raw, points - 1.0)
    assert ("UNIT_SUSPECT", name) in codes(checked({name: beyond}))

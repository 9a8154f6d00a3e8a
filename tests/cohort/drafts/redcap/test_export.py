"""The structure of REDCap exports, raw and labelled."""

from pathlib import Path

import pyarrow as pa
import pytest

from hiprisk.cohort.drafts.draft import draft_cohort
from hiprisk.cohort.drafts.redcap.export import question_and_choice, redcap_export

CASES = Path(__file__).parents[3] / "cases" / "redcap_labels"


def export(**columns):
    return redcap_export(pa.table({name: pa.array(cells) for name, cells in columns.items()}))


def by_column(file):
    return {item.column: item for item in draft_cohort(CASES / file).proposals}


def test_a_labelled_export_is_read_by_its_questions():
    found = by_column("export.csv")
    assert found["Record ID"].variable == "person_id"
    assert [found[name].variable for name in ("Age (years)", "Height (cm)", "Weight (kg)")] == [
        "age_years", "height_cm", "weight_kg",
    ]  # fmt: skip
    box = found["Where does it hurt? (choice=Back)"]
    assert (box.variable, box.own.label) == (
        "where_does_it_hurt_back", "Where does it hurt?: Back",
    )  # fmt: skip
    assert box.levels == {"Checked": "yes", "Unchecked": "no"}
    assert found["Complete? (column 9)"].left_out == "REDCap's status of a form"


def test_a_raw_export_is_read_at_its_first_event():
    draft = draft_cohort(CASES / "export_raw.csv")
    assert draft.rows.where == {"redcap_event_name": ("baseline_arm_1",)}
    assert draft.rows.doubts["redcap_event_name"].endswith("other events: month_12_arm_1")
    found = by_column("export_raw.csv")
    assert found["pain_sites___1"].own.levels == ("no", "yes")
    assert found["demographics_complete"].left_out == "REDCap's status of a form"
    assert "free text" in found["comments"].left_out


def test_repeated_forms_are_left_out():
    found = export(
        record_id=["1", "1"], redcap_repeat_instrument=["", "visits"],
        redcap_repeat_instance=["", "1"],
    )  # fmt: skip
    assert found.rows().where == {"redcap_repeat_instrument": ("",)}


def test_the_first_event_is_known_by_name_or_else_by_order():
    events = ["month_12_arm_1", "baseline_arm_1"]
    assert export(id=["1", "2"], redcap_event_name=events).first_event == "baseline_arm_1"
    other = ["arm_a", "arm_b"]
    assert export(id=["1", "2"], redcap_event_name=other).first_event == "arm_a"


@pytest.mark.parametrize(
    ("column", "cells", "reason"),
    [
        ("survey_timestamp", ["2024-01-01 10:00", ""], "when a survey was answered"),
        ("redcap_survey_identifier", ["jane@example.org", ""], "it names a participant"),
        ("form_complete", ["2", "0"], "REDCap's status of a form"),
    ],
)
def test_what_redcap_adds_is_no_variable(column, cells, reason):
    found = export(record_id=["1", "2"], redcap_event_name=["a", "b"], **{column: cells})
    assert found.proposal(column).left_out == reason


def test_the_record_is_the_first_column_whatever_its_name():
    found = export(code=["A1", "A2"], redcap_data_access_group=["x", "y"])
    assert found.proposal("code").variable == "person_id"
    assert found.proposal("redcap_data_access_group").doubts == ("is the group a centre?",)


def test_other_files_are_no_exports():
    assert export(age=["60"], treatment_complete=["yes"]) is None
    assert export(age=["60"], treatment_complete=["1"]) is None


def test_question_and_choice_of_a_box():
    assert question_and_choice("Where? (choice=Low back)") == ("Where?", "Low back")
    assert question_and_choice("Where? (cm)") is None

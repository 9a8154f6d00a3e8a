"""The cohort of a study, and what is done with invalid values."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hiprisk.cohort.findings import Finding
from hiprisk.cohort.reading import read_cohort
from hiprisk.config import load_config
from hiprisk.errors import ConfigError, InputError
from hiprisk.inference.association import run_associate
from hiprisk.inference.increment import run_compare
from hiprisk.learning.participants.flow import outcome_remarks
from hiprisk.learning.study_cohort import (
    handle_invalid_values,
    load_study_cohort,
    select_study_participants,
)
from own_studies import BINARY, write_study
from study_text import small_study


def with_file(path, *overrides):
    study = small_study("cohort={file: x}", *overrides)
    return dataclasses.replace(study, cohort=dataclasses.replace(study.cohort, file=str(path)))


@pytest.fixture
def bad_age(tmp_path):
    frame = load_study_cohort(small_study()).frame
    frame = frame.assign(age_years=np.where(np.arange(len(frame)) == 3, 999.0, frame["age_years"]))
    frame.to_csv(tmp_path / "bad.csv", index=False)
    return tmp_path / "bad.csv"


def test_a_simulated_cohort_says_so():
    cohort = load_study_cohort(small_study())
    assert (cohort.provenance, cohort.source_name) == ("simulated", "simulated (stupar)")
    assert cohort.n_rows == 100


def test_a_study_without_a_cohort_is_refused():
    with pytest.raises(ConfigError, match="no cohort is named"):
        load_study_cohort(small_study("cohort={}"))


def test_participants_are_selected_from_the_cohort():
    cohort, selection = select_study_participants(small_study())
    assert len(selection.development.frame) == cohort.n_rows
    assert selection.flow[0].n_remaining == cohort.n_rows


def test_a_value_out_of_range_is_refused_with_its_row(bad_age):
    study = with_file(bad_age)
    with pytest.raises(InputError, match=r"row 5: age_years.*set cohort\.on_invalid"):
        handle_invalid_values(read_cohort(bad_age), study)


@pytest.mark.parametrize(
    ("choice", "n_rows", "n_missing"), [("missing", 100, 1), ("exclude", 99, 0)]
)
def test_or_it_is_set_to_missing_or_its_row_excluded(bad_age, choice, n_rows, n_missing):
    rows = handle_invalid_values(
        read_cohort(bad_age), with_file(bad_age, f"cohort.on_invalid={choice}")
    )
    assert (len(rows), rows["age_years"].isna().sum()) == (n_rows, n_missing)


@pytest.mark.parametrize(("choice", "step"), [
    ("missing", ("values outside their range, taken as missing, in 1 row(s)", 0, 100)),
    ("exclude", ("values outside their range (excluded)", 1, 99)),
])  # fmt: skip
def test_the_flow_counts_what_was_set_to_missing_or_excluded(bad_age, choice, step):
    _, selection = select_study_participants(with_file(bad_age, f"cohort.on_invalid={choice}"))
    first, second, *_ = selection.flow
    assert (first.n_left_out, first.n_remaining) == (0, 100)
    assert (second.label, second.n_left_out, second.n_remaining) == step


def test_a_value_that_the_study_does_not_use_is_left_alone(bad_age):
    study = with_file(
        bad_age, "cohort.on_invalid=exclude", "confounders=[womac_function_0_100]",
        "blocks.core=[womac_function_0_100]",
    )  # fmt: skip
    assert len(handle_invalid_values(read_cohort(bad_age), study)) == 100


@pytest.mark.parametrize("code", ["ITEM_CODING", "AMBIGUOUS_CODE"])
def test_items_that_mean_something_else_are_refused_whatever_is_done_with_invalid_values(code):
    study = small_study("cohort.on_invalid=missing")
    used = {"code": code, "message": "misread", "advice": "a", "column": "womac_function_0_100"}
    cohort = load_study_cohort(study)
    findings = (Finding(severity="error", **used),)
    with pytest.raises(InputError, match="misread"):
        handle_invalid_values(dataclasses.replace(cohort, findings=findings), study)
    other = (Finding(severity="error", **{**used, "column": "odi_0_100"}),)
    handle_invalid_values(dataclasses.replace(cohort, findings=other), study)


@pytest.mark.parametrize("variable", ["age_years", "womac_function_followup_0_100", "kl_grade"])
def test_a_column_that_the_study_needs_is_named_and_another_is_not_needed(tmp_path, variable):
    config, frame = with_mapping(tmp_path)
    lacking = frame.drop(columns=f"my_{variable}")
    lacking.to_csv(tmp_path / "in.csv", index=False)
    if variable == "kl_grade":
        assert load_study_cohort(config).absent == {"kl_grade": ("my_kl_grade",)}
        return
    with pytest.raises(InputError, match=rf"the file has no column my_{variable}, of which"):
        load_study_cohort(config)


def with_mapping(folder):
    """A study of a file whose columns have names of their own."""
    frame = load_study_cohort(small_study()).frame
    lines = [f"  {name}: my_{name}" for name in frame.columns]
    (folder / "m.yaml").write_text("variables:\n" + "\n".join(lines) + "\n")
    config = with_file(folder / "in.csv", f"cohort.mapping={folder / 'm.yaml'}")
    return config, frame.rename(columns=lambda name: f"my_{name}")


def test_a_predictor_coded_1_and_2_is_refused_whatever_is_done_with_invalid_values(tmp_path):
    frame = load_study_cohort(small_study()).frame
    codes = np.where(np.arange(len(frame)) % 2, "1", "2")
    frame.assign(sex=np.where(frame["sex"] == "male", "male", "female"), lbp_any=codes).to_csv(
        tmp_path / "in.csv", index=False
    )
    study = with_file(tmp_path / "in.csv", "cohort.on_invalid=missing", "blocks.back=[lbp_any]")
    with pytest.raises(InputError, match="coded 1 and 2"):
        handle_invalid_values(load_study_cohort(study), study)


def own_study_with_unknown_codes(folder, *overrides):
    path = write_study(folder, BINARY)
    frame = pd.read_csv(folder / "cohort.csv")
    frame.loc[frame.index[:10], "tkr"] = 9
    frame.to_csv(folder / "cohort.csv", index=False)
    return load_config(path, overrides=["cohort.on_invalid=missing", *overrides]), frame


def test_codes_of_the_outcome_that_were_set_to_missing_are_counted_in_the_flow(tmp_path):
    study, frame = own_study_with_unknown_codes(tmp_path)
    flow = select_study_participants(study)[1].flow
    assert outcome_remarks(flow) == ("outcome: 10 codes are no declared level, taken as unknown",)
    assert flow[-1].n_left_out == 10
    study, _ = own_study_with_unknown_codes(tmp_path, "cohort.where={clinic: [north]}")
    n = int((frame["clinic"][:10] == "north").sum())
    assert 0 < n < 10
    found = outcome_remarks(select_study_participants(study)[1].flow)
    assert found == (f"outcome: {n} codes are no declared level, taken as unknown",)


def test_codes_that_are_no_level_are_said_by_what_compares_blocks(tmp_path):
    study, _ = own_study_with_unknown_codes(tmp_path, "validation.resamples=20")
    notes = run_compare(study).notes
    assert notes[0] == "Outcome: 10 codes are no declared level, taken as unknown."


def test_too_few_known_outcomes_name_the_codes_that_are_no_level(tmp_path):
    study, _ = own_study_with_unknown_codes(tmp_path)
    mapping = tmp_path / "mapping.yaml"
    text = mapping.read_text().replace("'0': not yet, '1': done", "'7': not yet, '8': done")
    mapping.write_text(text)
    with pytest.raises(InputError, match=r"0 people.*; outcome: 240 codes are no declared level"):
        select_study_participants(study)


def test_levels_of_the_outcome_that_count_as_no_event_are_said_where_they_are_several(tmp_path):
    study, _ = own_study_with_unknown_codes(tmp_path)
    for name, two, three in (
        ("variables.yaml", "[not yet, done]", "[not yet, done, died]"),
        ("mapping.yaml", "'1': done}", "'1': done, '9': died}"),
    ):
        file = tmp_path / name
        file.write_text(file.read_text().replace(two, three))
    flow = select_study_participants(study)[1].flow
    assert outcome_remarks(flow) == ("outcome: the event is done; no event: not yet, died",)


def test_people_who_were_given_twice_are_said_by_associate_and_compare(tmp_path):
    path = write_study(tmp_path, BINARY)
    twice = [f"cohort.file=[{tmp_path / 'cohort.csv'}, {tmp_path / 'cohort.csv'}]"]
    study = load_config(path, overrides=[*twice, "validation.resamples=20"])
    caution = "CAUTION: 240 rows of the file are exact copies of an earlier row"
    assert run_associate(study).sentences[0].startswith(caution)
    assert run_compare(study).notes[0].startswith(caution)

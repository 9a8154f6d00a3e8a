"""The data sheet of a cohort."""

from hiprisk.config import load_config
from hiprisk.reporting.datasheet import NOT_SAID, QUESTIONS, cohort_datasheet
from reported_study import QUICK, STUPAR


def test_it_opens_with_the_warning_and_asks_what_nobody_said(study):
    silent = load_config(STUPAR, overrides=(*QUICK, "reporting={}"))
    sheet = cohort_datasheet(study.evidence, silent, cohort_fingerprint="ab12")
    lines = [line for line in sheet.splitlines() if line]
    assert lines[0] == f"# Data sheet: the cohort of {study.config.name}"
    assert lines[1].startswith("**SIMULATED DATA")
    assert sheet.count(NOT_SAID) == len(QUESTIONS)
    assert "- Fingerprint: `ab12`" in sheet


def test_answers_of_the_config_stand_beside_their_question(study):
    config = load_config(STUPAR, overrides=(*QUICK, "reporting={setting: Twelve practices.}"))
    sheet = cohort_datasheet(study.evidence, config, cohort_fingerprint="ab12")
    assert "| In what setting? | Twelve practices. |" in sheet


def test_every_variable_of_table_1_has_its_missing_share_once(study):
    sheet = cohort_datasheet(study.evidence, study.config, cohort_fingerprint="ab12")
    names = {row.variable for row in study.evidence.table_one.rows}
    assert all(sheet.count(f"| `{name}` |") == 1 for name in names)


def test_it_says_what_the_data_are_for_and_of_whom_values_are_counted(study):
    sheet = cohort_datasheet(study.evidence, study.config, cohort_fingerprint="ab12")
    n_rows = study.evidence.table_one.groups[0][1]
    assert f"- Use: {study.config.intended_use}" in sheet
    assert f"Of {n_rows} rows that the study could use" in sheet

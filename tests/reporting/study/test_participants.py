"""Participants: flow, findings, baseline characteristics."""

import dataclasses

from hiprisk.reporting.study.participants import (
    characteristics_section,
    findings_section,
    further_characteristics_section,
)
from hiprisk.wording.quantities import TOO_FEW


def test_the_flow_is_that_of_the_evidence(study):
    [picture] = study.section["people"].pictures
    for step in study.evidence.flow:
        assert f"{step.label}: " in picture.alt
        assert f"{step.n_remaining}" in picture.alt


def test_findings_name_the_variable_by_its_label(study):
    finding = {"code": "UNUSUAL", "severity": "warning", "column": "bmi_kg_m2", "count": None,
               "message": "values are unusual"}  # fmt: skip
    of_all = {**finding, "code": "COPIED_ROWS", "column": None, "count": 7}
    missing = {**finding, "code": "MISSING"}
    evidence = dataclasses.replace(study.evidence, findings=(finding, of_all, missing))
    assert findings_section(evidence).tables[0].rows == (
        ("`UNUSUAL`", "warning", "body mass index", "fewer than 5", "values are unusual"),
        ("`COPIED_ROWS`", "warning", "-", "7", "values are unusual"),
    )


def test_without_findings_there_is_no_section_of_checks(study):
    assert findings_section(dataclasses.replace(study.evidence, findings=())) is None


def test_missing_values_have_a_picture_and_complete_rows(study):
    section = study.section["missing"]
    assert [one.name for one in section.pictures] == ["missing.png"]
    assert section.notes[0].startswith("Complete rows: all ")


def test_table_1_has_known_and_unknown_outcomes_beside_everybody(study):
    table = study.section["characteristics"].tables[0]
    assert [one.split(" (")[0] for one in table.head] == [
        "characteristic", "all", "outcome known", "outcome unknown",
    ]  # fmt: skip
    assert TOO_FEW in {cell for row in table.rows for cell in row}


def test_people_are_described_by_outcome_and_by_site(study):
    by_outcome, *_ = study.section["characteristics_by"].tables
    assert [one.split(" (")[0] for one in by_outcome.head] == [
        "characteristic", "lowest third", "middle third", "highest third",
    ]  # fmt: skip
    assert "  missing" not in [row[0] for row in by_outcome.rows]
    sites = further_characteristics_section(
        dataclasses.replace(study.evidence, by_outcome=None, by_site=study.evidence.table_one)
    )
    assert [one.caption for one in sites.tables] == ["Baseline characteristics by site"]
    neither = dataclasses.replace(study.evidence, by_outcome=None, by_site=None)
    assert further_characteristics_section(neither) is None


def test_table_1_says_who_is_described_nowhere(study):
    left_out = study.evidence.flow[1]
    note = f"Not in this table, and not described in this report: {left_out.n_left_out} "
    assert study.section["characteristics"].notes[0].startswith(note + left_out.label)
    none = dataclasses.replace(study.evidence, flow=study.evidence.flow[:1])
    assert characteristics_section(none).notes[0].startswith("Counts below ")

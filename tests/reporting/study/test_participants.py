"""Participants: flow, findings, baseline characteristics."""

import dataclasses

from hiprisk.reporting.study.participants import findings_section
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


def test_a_row_of_table_1_has_one_quantity(study):
    rows = study.section["characteristics"].tables[0].rows
    age, median = rows[0], rows[1]
    found = next(
        row for row in study.evidence.table_one.rows
        if row.variable == "age_years" and row.group == study.evidence.table_one.groups[0][0]
    )  # fmt: skip
    assert age[1] == f"{found.mean:.1f} ({found.sd:.1f})"
    assert median[1] == f"{found.median:.1f} ({found.q25:.1f} to {found.q75:.1f})"


def test_missing_values_have_a_picture_and_complete_rows(study):
    section = study.section["missing"]
    assert [one.name for one in section.pictures] == ["missing.png"]
    assert section.notes[0].startswith("Complete rows: all ")


def test_table_1_has_units_levels_and_missing_values(study):
    rows = study.section["characteristics"].tables[0].rows
    first = [row[0] for row in rows]
    assert first[:5] == ["age (years)", "  median (quartiles)", "sex", "  female", "  male"]
    assert "  missing" in first
    assert TOO_FEW in {cell for row in rows for cell in row}

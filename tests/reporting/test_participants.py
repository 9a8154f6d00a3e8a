"""Participants: flow, findings, baseline characteristics."""

import dataclasses

from hiprisk.reporting.participants import people_section
from hiprisk.wording.quantities import TOO_FEW


def test_the_flow_is_that_of_the_evidence(study):
    flow = study.section["people"].tables[0]
    assert flow.rows == tuple(
        (step.label, str(step.n_left_out), str(step.n_remaining)) for step in study.evidence.flow
    )


def test_findings_name_the_variable_by_its_label(study):
    finding = {"code": "UNUSUAL", "severity": "warning", "column": "bmi_kg_m2", "count": None,
               "message": "values are unusual"}  # fmt: skip
    of_all = {**finding, "code": "COPIED_ROWS", "column": None, "count": 7}
    missing = {**finding, "code": "MISSING"}
    evidence = dataclasses.replace(study.evidence, findings=(finding, of_all, missing))
    assert people_section(evidence).tables[1].rows == (
        ("UNUSUAL", "warning", "body mass index", "fewer than 5", "values are unusual"),
        ("COPIED_ROWS", "warning", "-", "7", "values are unusual"),
    )


def test_table_1_has_units_levels_and_missing_values(study):
    rows = study.section["characteristics"].tables[0].rows
    first = [row[0] for row in rows]
    assert first[:4] == ["age (years)", "sex", "  female", "  male"]
    assert "  missing" in first
    assert TOO_FEW in {cell for row in rows for cell in row}

"""What the predictors do, in the report."""

import dataclasses

from hiprisk.reporting.appendix.predictors import predictors_section


def test_effects_stand_in_the_report_with_their_numbers(study):
    section = study.section["predictors"]
    assert "partial_effects.png" in [picture.name for picture in section.pictures]
    largest = study.evidence.partial_effects.largest()
    assert len(section.tables[0].rows) == len(largest)
    assert section.tables[0].rows[0][2] == f"{min(largest[0].predicted):.1f}"
    caption = section.pictures[0].caption
    assert f"from {study.evidence.partial_effects.n_refits} bootstrap models" in caption
    assert f"The other {len(largest) - 8}," in caption


def test_older_evidence_has_no_such_section(study):
    older = dataclasses.replace(
        study.evidence, partial_effects=None, importance=None, example_patient=None
    )
    assert predictors_section(older, study.sheet) is None
    assert "partial_effects" not in older.to_dict()


def test_importance_and_an_invented_patient_have_their_tables(study):
    section, evidence = study.section["predictors"], study.evidence
    _, importance, example = section.tables
    assert importance.rows[0][1] == f"{evidence.importance.predictors[0].drop:.3f}"
    assert example.rows[-1] == ("invented patient", f"{evidence.example_patient.total:.3f}")
    assert [picture.name for picture in section.pictures][1:] == [
        "importance.png", "example_patient.png", "predictors_by_outcome.png",
    ]  # fmt: skip

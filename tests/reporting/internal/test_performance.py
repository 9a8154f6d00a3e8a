"""Internal validation: optimism-corrected and cross-validated performance."""

import dataclasses

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.internal.performance import crossing_in_words, performance_section
from hiprisk.wording.quantities import interval_digits, number, with_interval


def rows_with_digits(study):
    """A value has as many digits as its interval says are sure."""
    corrected = {one.name: one for one in study.evidence.optimism.estimates()}
    for row in study.evidence.optimism.rows:
        found = corrected[row.metric]
        yield row, 3 if found.low is None else interval_digits(found)


def test_optimism_corrected_values_are_those_of_the_evidence(study):
    table = study.section["internal_validation"].tables[0]
    assert [(row[0], row[1], row[3]) for row in table.rows] == [
        (label_of(row.metric), number(row.apparent, digits), number(row.corrected, digits))
        for row, digits in rows_with_digits(study)
    ]
    assert "optimism-corrected" in table.head
    assert "95 % CI" in table.head


def test_the_body_has_corrected_and_apparent_values_side_by_side(study):
    table = study.section["performance"].tables[0]
    assert table.head[:3] == ("metric", "optimism-corrected (95 % CI)", "apparent")
    assert [(row[0], row[2]) for row in table.rows] == [
        (label_of(row.metric), number(row.apparent, digits))
        for row, digits in rows_with_digits(study)
    ]
    corrected = {one.name: one for one in study.evidence.optimism.estimates()}
    [first] = [row for row in table.rows if row[0] == "R²"]
    assert first[1] == with_interval(corrected["r2"])


def test_what_the_resamples_did_not_repeat_is_said(study):
    assert any("Not repeated in the resamples: tuning" in n
               for n in study.section["performance"].notes)  # fmt: skip


def test_without_refits_the_reason_and_what_stands_are_shown(study):
    reason = "the model could not be fitted on 5 of 20 resamples"
    evidence = dataclasses.replace(
        study.evidence, not_available={"optimism": reason}, calibration_corrected=None
    )
    section = performance_section(evidence)
    assert section.paragraphs[0].endswith(f"is not available: {reason}.")
    assert section.tables[0].rows[0][1] == with_interval(evidence.apparent[0])
    assert section.pictures == section.notes == ()


def test_one_repeat_is_no_repeats(study):
    crossing = study.evidence.cross_validation
    [said] = crossing_in_words(crossing, imputed=False)
    assert said == (
        f"Cross-validation: 1 repeat of {crossing.n_folds} folds. A person is in one fold only."
    )
    assert crossing_in_words(None) == ()

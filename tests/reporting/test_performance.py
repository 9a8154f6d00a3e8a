"""Performance: out-of-fold, of events, and in held-out participants."""

import dataclasses

from hiprisk.reporting.performance import calibration_section, events_section, holdout_section
from hiprisk.wording.quantities import with_interval


def test_confidence_and_prediction_intervals_have_different_names(study):
    section = study.section["calibration"]
    assert section.tables[0].head == ("metric", "value", "95 % CI")
    metrics = [row[0] for row in section.tables[1].rows]
    assert "coverage of the 95 % prediction interval" in metrics


def test_utility_stands_at_each_threshold_in_percent(study):
    utility = study.section["events"].tables[2]
    assert [row[1:3] for row in utility.rows[:3]] == [
        ("20 %", "net benefit"), ("20 %", "standardised net benefit"),
        ("20 %", "interventions avoided per 100 patients"),
    ]  # fmt: skip
    event = study.evidence.events.events[0]
    assert utility.rows[0][3] == with_interval(event.utility(corrected=False)[0])


def test_held_out_participants_stand_beside_the_reference(study):
    section, held = study.section["holdout"], study.evidence.holdout
    both = held.model_compared.n
    assert 0 < both < held.model.n
    assert section.tables[0].head == (
        "metric", "model (95 % CI)", f"model, n = {both} (95 % CI)", "WOMAC function (95 % CI)"
    )  # fmt: skip
    assert section.paragraphs[0].startswith(f"Site or provider: site_02; n = {held.model.n}.")
    assert section.paragraphs[1] == (
        f"WOMAC function: {held.model.n - both} of them have none; compared on the other {both}."
    )


def test_the_murphy_diagram_of_model_and_reference_stands_below(study):
    section, held = study.section["holdout"], study.evidence.holdout
    assert [picture.name for picture in section.pictures] == ["murphy_diagram.png"]
    assert held.reference_comparison.n == held.model_compared.n
    alone = dataclasses.replace(held, reference_comparison=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=alone))
    assert section.pictures == ()


def test_held_out_participants_who_all_have_a_reference_or_none_have_one_column_of_the_model(study):
    held = dataclasses.replace(study.evidence.holdout, model_compared=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=held))
    assert section.tables[0].head == ("metric", "model (95 % CI)", "WOMAC function (95 % CI)")
    assert section.paragraphs[1:] == (held.reference_comparison.sentence(),)
    nobody = dataclasses.replace(held, reference=None, reference_comparison=None)
    section = holdout_section(dataclasses.replace(study.evidence, holdout=nobody))
    assert section.tables[0].head == ("metric", "model (95 % CI)")
    assert "none of them has one" in section.paragraphs[1]


def test_parts_that_are_not_there_have_no_section(study):
    evidence = dataclasses.replace(study.evidence, holdout=None, events=None)
    assert holdout_section(evidence) is None
    assert events_section(evidence) is None
    no_curve = dataclasses.replace(evidence.out_of_fold, curves=())
    assert calibration_section(dataclasses.replace(evidence, out_of_fold=no_curve)) is None

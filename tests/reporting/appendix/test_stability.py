"""Instability in the report: figures of predictions, calibration, classification, net benefit."""

import dataclasses

from hiprisk.reporting.appendix.stability import section_of_stability, stability_section
from hiprisk.wording.quantities import number


def test_instability_is_given_as_mape_and_width(study):
    table = study.section["stability"].tables[0]
    values = study.evidence.stability.predictions.to_dict()
    assert table.rows[0] == ("MAPE, mean over people", number(values["mape"]))
    assert len(table.rows) == len(values)


def test_a_study_without_stability_has_no_section_of_it(study):
    assert stability_section(dataclasses.replace(study.evidence, stability=None)) is None


def test_classification_instability_is_drawn_for_each_event_with_thresholds(study):
    pictures = {one.name: one for one in study.section["stability"].pictures}
    events = [one for one in study.evidence.events.events if one.decisions]
    assert events
    for event in events:
        picture = pictures[f"decision_stability_{event.out_of_fold.name}.png"]
        assert event.out_of_fold.label in picture.caption
        assert picture.alt
        assert "simulated data" in picture.svg.decode()


def test_an_event_without_declared_thresholds_has_no_picture_of_decisions(study):
    events = study.evidence.events
    none = dataclasses.replace(
        events, events=tuple(dataclasses.replace(one, decisions=()) for one in events.events)
    )
    stability = dataclasses.replace(study.evidence.stability, decisions=())
    found = stability_section(dataclasses.replace(study.evidence, events=none, stability=stability))
    names = [one.name for one in found.pictures]
    assert names == ["stability.png", "mape.png", "calibration_stability.png"]


def test_decisions_of_a_risk_are_drawn_once(study):
    of_event = study.evidence.events.events[0].decisions
    stability = dataclasses.replace(study.evidence.stability, decisions=of_event)
    section = section_of_stability(stability, unit="risk", provenance="real")
    names = [one.name for one in section.pictures]
    assert names[3:] == ["decision_stability.png"]
    assert "predicted (risk)" in section.pictures[3].svg.decode()

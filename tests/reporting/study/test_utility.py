"""Clinical utility: decision curves, net benefit at the declared thresholds, events in full."""

import dataclasses

import pytest

from hiprisk.reporting.study.utility import events_section, utility_section
from hiprisk.wording.quantities import number, with_interval


def test_net_benefit_stands_beside_that_of_treating_everybody(study):
    [table] = study.section["utility"].tables
    event = study.evidence.events.events[0]
    first = table.rows[0]
    assert first[1:3] == ("20 %", with_interval(event.utility(corrected=True)[0]))
    share = event.out_of_fold.n_events / event.out_of_fold.n
    assert first[3] == number(share - (1 - share) * 0.25)
    assert float(first[3]) == pytest.approx(share - (1 - share) * 0.25, abs=5e-4)


def test_every_event_has_a_decision_curve_in_the_body_and_its_calibration_in_the_appendix(study):
    names = [one.out_of_fold.name for one in study.evidence.events.events]
    drawn = [one.name for one in study.section["utility"].pictures]
    assert drawn == [f"net_benefit_{name}.png" for name in names]
    drawn = [one.name for one in study.section["events"].pictures]
    assert drawn == [f"calibration_{name}.png" for name in names]


def test_utility_stands_at_each_threshold_in_percent(study):
    utility = study.section["events"].tables[2]
    assert [row[1:3] for row in utility.rows[:3]] == [
        ("20 %", "net benefit"), ("20 %", "standardised net benefit"),
        ("20 %", "interventions avoided per 100 patients"),
    ]  # fmt: skip
    event = study.evidence.events.events[0]
    assert utility.rows[0][3] == with_interval(event.utility(corrected=False)[0])


def test_without_events_there_is_neither_section(study):
    evidence = dataclasses.replace(study.evidence, events=None)
    assert utility_section(evidence) is None
    assert events_section(evidence) is None


def test_an_event_with_fewer_people_says_why(study):
    fewest = min(one.out_of_fold.n for one in study.evidence.events.events)
    n_without = study.evidence.n_analysed - fewest
    text = " ".join(study.section["utility"].paragraphs)
    assert n_without > 0
    assert f"{n_without:.0f} people have no score at the first visit" in text

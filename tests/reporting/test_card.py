"""The model card: the same numbers as the evidence, in words."""

import dataclasses

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.card import emphasised, full_model, markdown_table, model_card
from hiprisk.wording.disclaimers import SIMULATED_MODEL
from hiprisk.wording.quantities import interval_digits, number, signed
from ordinal_sheet import ordinal_sheet
from report_words import names_in


def test_the_card_opens_with_the_warning_and_what_it_is_for(study):
    card = model_card(study.sheet, study.evidence, study.config)
    lines = [line for line in card.splitlines() if line]
    assert lines[0] == f"# {study.sheet.title}"
    assert lines[1] == f"**{SIMULATED_MODEL}**"
    assert "- Outcome: WOMAC function (points 0-100); higher is worse" in lines
    assert "- Data: simulated people" in lines


def test_performance_is_that_of_the_evidence_by_label(study):
    card = model_card(study.sheet, study.evidence, study.config)
    for row in study.evidence.optimism.rows:
        digits = interval_digits(row)
        assert (
            f"| {label_of(row.metric)} | {number(row.apparent, digits)} "
            f"| {signed(row.optimism, digits)} | {number(row.corrected, digits)} (" in card
        )
    assert "### Held-out participants" in card
    assert "The same people, WOMAC function:" in card


def test_a_reference_that_some_lack_is_compared_in_the_same_people(study):
    held, card = study.evidence.holdout, model_card(study.sheet, study.evidence, study.config)
    assert held.comparison("WOMAC function") in card
    assert "The model in these people:" in card


def test_names_stand_beside_labels_as_code_only(study):
    card = model_card(study.sheet, study.evidence, study.config)
    # A level of the held-out variable is a value, no name.
    assert set(names_in(card)) <= {"site_02"}
    assert "| age | `age_years` | 18 to 110 years |" in card


def test_the_card_has_the_limitations_of_the_report_and_sentences_begin_with_a_capital(study):
    card = model_card(study.sheet, study.evidence, study.config)
    assert all(f"- {one}" in card for one in study.section["limitations"].paragraphs)
    before_use = card.split("## Use")[0].splitlines()
    assert not [line for line in before_use if line[:1].islower()]


def test_a_risk_is_an_event_and_not_the_score_behind_it(study):
    outcome = dataclasses.replace(study.sheet.outcome, kind="binary", unit="probability")
    sheet = dataclasses.replace(study.sheet, outcome=outcome)
    card = model_card(sheet, study.evidence, study.config)
    assert "- Outcome: an event, predicted as a probability from 0 to 1; higher is worse" in card


def test_a_cell_stays_one_cell_whatever_its_author_wrote():
    table = markdown_table(("a",), [("yes | no\nor neither",)])
    assert table.splitlines() == ["| a |", "| --- |", r"| yes \| no or neither |"]


def test_only_warnings_are_emphasised():
    assert emphasised(["A.", SIMULATED_MODEL]) == ["A.", f"**{SIMULATED_MODEL}**"]


def test_an_ordinal_model_has_its_coefficients_and_points_to_its_intercepts():
    table = full_model(ordinal_sheet())
    assert "| 4 intercepts |  |  | see `sheet.json` |" in table
    assert "restricted cubic spline, knots 15, 40, 75 | 0.08, -0.03" in table

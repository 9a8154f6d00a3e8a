"""The model card: the same numbers as the evidence, in words."""

from hiprisk.metrics.registry import label_of
from hiprisk.reporting.card import emphasised, full_model, model_card
from hiprisk.wording.disclaimers import SIMULATED_MODEL
from hiprisk.wording.quantities import interval_digits, number, signed
from ordinal_sheet import ordinal_sheet
from report_words import names_in


def test_the_card_opens_with_the_warning_and_what_it_is_for(study):
    card = model_card(study.sheet, study.evidence)
    lines = [line for line in card.splitlines() if line]
    assert lines[0] == f"# {study.sheet.title}"
    assert lines[1] == f"**{SIMULATED_MODEL}**"
    assert "- Outcome: WOMAC function (points 0-100); higher is worse" in lines
    assert "- Data: simulated people" in lines


def test_performance_is_that_of_the_evidence_by_label(study):
    card = model_card(study.sheet, study.evidence)
    for row in study.evidence.optimism.rows:
        digits = interval_digits(row)
        assert (
            f"| {label_of(row.metric)} | {number(row.apparent, digits)} "
            f"| {signed(row.optimism, digits)} | {number(row.corrected, digits)} (" in card
        )
    assert "### Held-out participants" in card
    assert "The same people, WOMAC function:" in card


def test_a_reference_that_some_lack_is_compared_in_the_same_people(study):
    held, card = study.evidence.holdout, model_card(study.sheet, study.evidence)
    assert held.comparison("WOMAC function") in card
    assert "The model in these people:" in card


def test_names_stand_beside_labels_as_code_only(study):
    card = model_card(study.sheet, study.evidence)
    # A level of the held-out variable is a value, no name.
    assert set(names_in(card)) <= {"site_02"}
    assert "| age | `age_years` | 18 to 110 years |" in card


def test_only_warnings_are_emphasised():
    assert emphasised(["A.", SIMULATED_MODEL]) == ["A.", f"**{SIMULATED_MODEL}**"]


def test_an_ordinal_model_has_its_coefficients_and_points_to_its_intercepts():
    table = full_model(ordinal_sheet())
    assert "| 4 intercepts |  |  | see `sheet.json` |" in table
    assert "restricted cubic spline, knots 15, 40, 75 | 0.08, -0.03" in table

"""A clinician's questions about a model, answered from its bundle."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from hiprisk.reporting.study.verdict import verdict_of
from hiprisk.serving.clinician_page.answers import answers_about
from hiprisk.serving.model import Model
from hiprisk.wording.disclaimers import SURROGATE
from page_agreement import model_of
from reported_study import reported_study
from small_bundle import small_sheet

QUESTIONS = {
    "how good": "How good is it?",
    "for whom": "For whom, and for whom not?",
    "what moves it": "What changes an answer most?",
    "trust": "Can it be trusted?",
}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return reported_study(tmp_path_factory)


def answered(sheet, config, evidence):
    bundle = SimpleNamespace(sheet=sheet, config=config, evidence=evidence)
    return {one.question: one for one in answers_about(Model(bundle))}


@pytest.fixture(scope="module")
def answers(study):
    evidence = json.loads(json.dumps(study.evidence.to_dict()))
    outcome = {"population": "people with hip pain", "hip_replacement": {"strategy": "exclude"}}
    config = {
        "outcome": outcome,
        "validation": {"resamples": 20},
        "reporting": {"dates": "Included in 2004."},
    }
    return answered(study.sheet, config, evidence)


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("A goniometer, and training.", ["Expertise: A goniometer, and training."]),
        ("Not applicable; the model is not for use with patients.", []),
        ("Not reported by the source.", []),
    ],
)
def test_what_users_must_know_is_named_and_left_out_where_nobody_says(study, said, lines):
    config = {"reporting": {"user_expertise": said, "setting": said}}
    answers = answered(study.sheet, config, {})
    trust, whom = answers[QUESTIONS["trust"]].lines, answers[QUESTIONS["for whom"]].lines
    assert [line for line in trust if said in line] == lines
    assert [line for line in whom if said in line] == [f"Setting: {said}" for _ in lines]


def test_an_average_patient_is_predicted_with_and_without_the_exposure(study, answers):
    (lines,) = [one.lines for question, one in answers.items() if question.endswith("add?")]
    (line,) = [line for line in lines if line.startswith("By low back pain")]
    model = Model(SimpleNamespace(sheet=study.sheet, config={}, evidence={}))
    typical = model.reference.typical.patient
    for level in ("no", "yes"):
        predicted = model.answer({**typical, "lbp_any": level})["predicted"]
        assert f"{predicted:.1f} ({level})" in line
    assert "of an average patient of the development cohort; yes vs no +" in line
    assert "a difference between people who are alike in all else" in line


def test_each_of_a_clinicians_five_questions_has_an_answer(answers):
    assert set(QUESTIONS.values()) < set(answers)
    assert any(question.endswith("add?") for question in answers)
    # For whom not comes before how good.
    assert list(answers)[:3] == [
        "What is it for?",
        "For whom, and for whom not?",
        "How good is it?",
    ]
    for one in answers.values():
        assert one.headline[0].isupper() or one.headline[0] in "±+-"
        assert all(line.endswith((".", "!")) for line in one.lines), one


def test_how_good_it_is_has_the_words_of_the_report(study, answers):
    first, added = verdict_of(study.evidence, study.sheet.outcome.label)
    assert answers["How good is it?"].lines[0] == first
    (predictors,) = (one for question, one in answers.items() if question.endswith("add?"))
    assert added in predictors.lines
    assert "no proof that treating it changes the outcome" in predictors.lines[0]


def test_for_whom_not_is_said(answers):
    said = " ".join(answers[QUESTIONS["for whom"]].lines)
    assert answers[QUESTIONS["for whom"]].headline == "People with hip pain"
    assert said.startswith("Not for anybody else: how good it is in other people is not known.")
    assert "Not for a patient whose hip will be replaced" in said
    assert "simulated people (" in said
    assert "Less certain outside ages" in said
    assert "Dates: Included in 2004." in said


def test_a_model_of_simulated_people_is_not_for_patients(answers):
    trust = answers[QUESTIONS["trust"]]
    assert trust.headline == "Not for patients"
    assert "Validated internally (by 20 bootstrap resamples) and in" in trust.lines[0]
    assert "no medical advice" in " ".join(trust.lines)


def test_a_bundle_without_an_evaluation_says_that_nothing_is_known(tmp_path):
    model = model_of(tmp_path, small_sheet(provenance="published"))
    answers = {one.question: one for one in answers_about(model)}
    assert answers["How good is it?"].headline == "Not known"
    assert "hiprisk validate" in answers["How good is it?"].lines[0]
    assert answers[QUESTIONS["trust"]].headline == "For research only"
    assert not any(question.endswith("add?") for question in answers)


def test_a_paper_that_says_nothing_of_its_people_needs_every_value():
    sheet = replace(small_sheet(provenance="published"), max_imputed_weight=0.0)
    answers = answered(sheet, {}, {})
    assert QUESTIONS["what moves it"] not in answers
    said = answers[QUESTIONS["for whom"]].lines
    assert "Not for a patient with a missing value: none is imputed." in said


def of_worsening(sheet):
    estimand = "chance of: worse by at least 10 points in 12 months, if no hip replacement; nobody"
    return replace(sheet, outcome=replace(sheet.outcome, estimand=estimand))


def test_a_risk_is_said_of_its_event_and_ranks_so_many_pairs():
    found = {"value": 0.68, "low": 0.65, "high": 0.71}
    evidence = {"metrics": {"c_statistic_corrected": found}}
    answers = answered(of_worsening(small_sheet(kind="binary")), {}, evidence)
    good = answers["How good is it?"]
    assert good.headline == "It ranks 68 % of pairs of people correctly"
    assert "(95 % CI 65 to 71 %)" in good.lines[0]
    purpose = answers["What is it for?"]
    assert purpose.headline == "Risk of: worse by at least 10 points in 12 months"
    assert purpose.lines == ("Use: Tests only.",)


def test_a_surrogate_is_for_no_patient_and_its_warning_is_not_said_twice():
    sheet = small_sheet(provenance="published")
    sheet = replace(sheet, notes=(SURROGATE, *sheet.notes))
    answers = answered(sheet, {}, {"summary": [SURROGATE, "Fitted by least squares"]})
    good = answers["How good is it?"]
    assert good.lines[1:] == ("Fitted by least squares.",)
    assert answers[QUESTIONS["trust"]].headline == "Not for patients"
    assert "Fitted to the predictions of a published model" in " ".join(
        answers[QUESTIONS["for whom"]].lines
    )


def test_verdicts_that_differ_stand_with_their_blocks():
    gain = {"r2": {"label": "R²", "low": 0.01}}
    additions = [
        {"blocks": ["back"], "label": "low back pain", "verdict": "adds", "gains": gain},
        {"blocks": ["hip"], "label": "hip motion", "verdict": "inconclusive", "gains": gain},
    ]
    minimum = {"metric": "r2", "value": 0.01}
    added = {"smallest_gain_worth_having": minimum, "additions": additions}
    answers = answered(small_sheet(), {}, {"added": added})
    headline = answers["What do low back pain and hip motion add?"].headline
    assert headline == (
        "Low back pain: added at least the minimum; hip motion: added, but whether by the minimum "
        "or more is inconclusive"
    )

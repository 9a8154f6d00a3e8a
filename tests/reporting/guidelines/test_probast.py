"""PROBAST+AI: four domains, answered as far as the study can."""

import dataclasses

from hiprisk.config import load_config
from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.learning.participants.flow import lost_after_first_visit
from hiprisk.reporting.guidelines.items import DONE, NOT_REPORTED, PARTLY
from hiprisk.reporting.guidelines.probast import probast_items, probast_section
from reported_study import STUPAR


def item_on(items, words):
    return next(item for item in items if words in item.topic)


def test_the_four_domains_come_in_their_order(study):
    domains = [item.number for item in probast_items(study.evidence, study.config, study.sections)]
    assert list(dict.fromkeys(domains)) == [
        "participants and data", "predictors", "outcome", "analysis",
    ]  # fmt: skip


def test_too_few_people_and_people_without_an_outcome_are_partly(study):
    items = probast_items(study.evidence, study.config, study.sections)
    size = study.evidence.sample_size.size
    enough = all(row.satisfied for row in size.criteria)
    assert item_on(items, "enough people").state == (DONE if enough else PARTLY)
    lost = item_on(items, "Is everybody who was included analysed?")
    left_out = [step.n_left_out for step in lost_after_first_visit(study.evidence.flow)]
    assert len(left_out) == 2
    assert lost.answer.startswith(f"{study.evidence.n_analysed} rows analysed; left out: hip repl")
    assert all(f") {n}" in lost.answer for n in left_out)
    assert lost.state == PARTLY
    nobody = dataclasses.replace(study.evidence, flow=study.evidence.flow[:1])
    kept = item_on(probast_items(nobody, study.config, study.sections), "Is everybody who was")
    assert (kept.state, "left out: nobody" in kept.answer) == (DONE, True)


def test_blinding_is_asked_of_the_authors(study):
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    items = probast_items(study.evidence, silent, study.sections)
    assert item_on(items, "without knowledge of the outcome").state == NOT_REPORTED


def test_a_study_that_says_nothing_and_shows_nothing_is_not_reported(study):
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    items = probast_items(study.evidence, silent, ())
    assert {item.state for item in items} == {NOT_REPORTED}
    assert not any(item.anchors for item in items)


def test_leaving_out_whoever_gets_a_hip_replaced_is_partly_only(study):
    competing = item_on(probast_items(study.evidence, study.config, study.sections), "competing")
    assert competing.state == PARTLY
    assert "which is known only later" in competing.answer


def test_an_outcome_that_is_cut_in_two_is_partly(study):
    config = load_config(STUPAR.with_name("stupar_worsening.yaml"))
    found = item_on(probast_items(study.evidence, config, study.sections), "numbers kept")
    assert (found.state, found.answer) == (PARTLY, "The outcome is a score that is cut in two")


def test_what_the_bootstrap_could_not_do_is_said(study):
    refused = dataclasses.replace(study.evidence, not_available={"optimism": "too few events"})
    found = item_on(probast_items(refused, study.config, study.sections), "overfitting")
    assert found.state == PARTLY
    assert "not available: too few events" in found.answer


def test_steps_that_were_not_repeated_are_named(study):
    overfitting = item_on(
        probast_items(study.evidence, study.config, study.sections), "overfitting"
    )
    assert overfitting.state == PARTLY
    assert overfitting.answer.startswith("Not repeated: tuning")
    whole = dataclasses.replace(study.evidence, not_repeated=())
    assert item_on(probast_items(whole, study.config, study.sections), "overfitting").state == DONE


def test_the_section_says_whose_questions_these_are(study):
    section = probast_section(
        probast_items(study.evidence, study.config, study.sections), {"people": "Participants"}
    )
    assert "The questions are ours" in section.paragraphs[0]
    cells = {row[3] for row in section.tables[0].rows}
    assert any("[Participants](#people)" in cell for cell in cells)

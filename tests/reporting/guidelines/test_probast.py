"""PROBAST+AI: four domains, answered as far as the study can."""

import dataclasses

from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.reporting.guidelines.items import DONE, NOT_REPORTED, PARTLY
from hiprisk.reporting.guidelines.probast import probast_items, probast_section


def item_on(items, words):
    return next(item for item in items if words in item.topic)


def test_the_four_domains_come_in_their_order(study):
    domains = [item.number for item in probast_items(study.evidence, study.config)]
    assert list(dict.fromkeys(domains)) == [
        "participants and data", "predictors", "outcome", "analysis",
    ]  # fmt: skip


def test_too_few_people_and_people_without_an_outcome_are_partly(study):
    items = probast_items(study.evidence, study.config)
    size = study.evidence.sample_size.size
    enough = all(row.satisfied for row in size.criteria)
    assert item_on(items, "enough people").state == (DONE if enough else PARTLY)
    lost = item_on(items, "Is everybody who was included analysed?")
    *_, before, after = [step.n_remaining for step in study.evidence.flow]
    assert lost.answer == f"{after} of {before} have a known outcome"
    assert lost.state == (PARTLY if after < 0.9 * before else DONE)


def test_blinding_is_asked_of_the_authors(study):
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    items = probast_items(study.evidence, silent)
    assert item_on(items, "without knowledge of the outcome").state == NOT_REPORTED


def test_steps_that_were_not_repeated_are_named(study):
    overfitting = item_on(probast_items(study.evidence, study.config), "overfitting")
    assert overfitting.state == PARTLY
    assert overfitting.answer.startswith("not repeated: tuning")
    whole = dataclasses.replace(study.evidence, not_repeated=())
    assert item_on(probast_items(whole, study.config), "overfitting").state == DONE


def test_the_section_says_whose_questions_these_are(study):
    section = probast_section(
        probast_items(study.evidence, study.config), {"people": "Participants"}
    )
    assert "The questions are ours" in section.paragraphs[0]
    cells = {row[3] for row in section.tables[0].rows}
    assert any(cell.startswith("[Participants](#people)") for cell in cells)

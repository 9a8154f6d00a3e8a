"""TRIPOD+AI: every item once, answered by evidence or config, with links that lead somewhere."""

import dataclasses
import re

import pytest

from hiprisk.config import load_config
from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.reporting.guidelines.items import DONE, NOT_APPLICABLE, NOT_REPORTED, PARTLY
from hiprisk.reporting.guidelines.tripod import tripod_items, tripod_section
from hiprisk.reporting.guidelines.tripod_topics import TOPICS
from hiprisk.reporting.study.methods import methods_section
from hiprisk.reporting.study.report import study_report
from reported_study import QUICK, STUPAR

NUMBERS = [
    *("1", "2", "3a", "3b", "3c", "4", "5a", "5b", "6a", "6b", "6c", "7", "8a", "8b", "8c"),
    *("9a", "9b", "9c", "10", "11", "12a", "12b", "12c", "12d", "12e", "12f", "12g", "13", "14"),
    *("15", "16", "17", "18a", "18b", "18c", "18d", "18e", "18f", "19", "20a", "20b", "20c"),
    *("21", "22", "23a", "23b", "24", "25", "26", "27a", "27b", "27c"),
]


@pytest.fixture(scope="module")
def items(study):
    return tripod_items(study.evidence, study.config, study.sections)


def by_number(items):
    return {item.number: item for item in items}


def test_every_item_stands_there_once_in_the_order_of_the_guideline(items):
    assert [item.number for item in items] == NUMBERS
    assert len({int(re.match(r"\d+", number).group()) for number in NUMBERS}) == 27


def test_what_the_evidence_has_is_done_and_what_nobody_said_is_not_reported(study):
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    found = by_number(tripod_items(study.evidence, silent, study.sections))
    assert found["20a"].state == DONE
    assert found["12d"].state == DONE
    assert found["17"].state == NOT_REPORTED
    assert found["17"].answer == "Say it under `reporting.ethics`"
    assert found["3b"].state == PARTLY
    assert found["13"].state == found["24"].state == NOT_APPLICABLE


def test_an_answer_of_the_authors_is_done_in_their_words(study):
    answered = load_config(STUPAR, overrides=(*QUICK, "reporting={ethics: Committee X approved.}"))
    item = by_number(tripod_items(study.evidence, answered, study.sections))["17"]
    assert (item.state, item.answer) == (DONE, "Committee X approved.")


def test_a_part_that_the_report_lacks_is_not_reported(study):
    rest = [one for one in study.sections if one.anchor not in ("sites", "holdout")]
    found = by_number(tripod_items(study.evidence, study.config, rest))
    assert found["12d"].state == found["23b"].state == NOT_REPORTED
    assert found["12d"].answer.startswith("Not examined: there are no clusters")
    assert found["16"].state == NOT_APPLICABLE


# What the sections that an item leads to must speak of.
SPOKEN_OF = {
    "3b": "Intended use", "4": "Objective", "5a": "simulated people", "6b": "aged 55 or older",
    "8a": "36 months after the first visit", "9a": "declared before anything was fitted",
    "9b": "0 to 100 points", "10": "people needed", "11": "imputed 2 times",
    "12a": "bootstrap resamples", "12b": "linear", "12c": "Settings were tuned",
    "12d": "Random-effects meta-analysis", "12e": "Performance\\*\\* is measured by",
    "12g": "Prediction = intercept", "14": "sex", "15": "threshold probabilities",
    "16": "held out", "20a": "outcome unknown", "20b": "missing",
    "21": "people with a known outcome",
    "22": "`sheet.json`", "23a": "95 % CI", "23b": "prediction interval of a new site",
    "26": "The people are simulated",
}  # fmt: skip


@pytest.mark.parametrize("number", SPOKEN_OF)
def test_a_link_leads_to_what_answers_the_item(items, study, number):
    anchors = by_number(items)[number].anchors
    assert anchors
    text = " ".join(words_of(study.section[one]) for one in anchors if one in study.section)
    assert re.search(SPOKEN_OF[number], text)


def words_of(section):
    cells = [cell for table in section.tables for row in (table.head, *table.rows) for cell in row]
    captions = [one.caption for one in (*section.tables, *section.pictures)]
    alts = [one.alt for one in section.pictures]
    return " ".join((*section.paragraphs, *cells, *captions, *alts, *section.notes))


def test_nothing_said_and_nothing_shown_is_nowhere_done(study):
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    found = tripod_items(study.evidence, silent, ())
    assert not [item.number for item in found if item.state == DONE]
    beside = {item.number for item in found if item.state == PARTLY}
    # The summary, the glossary and the provenance are in every report.
    assert beside == {"1", "2", "12e", "18f", "25"}


def test_an_answer_that_awaits_its_author_is_partly(study):
    said = AuthorsAnswers(
        ethics="To be confirmed by the authors: none sought.", funding="Not reported by the source."
    )
    config = dataclasses.replace(study.config, reporting=said)
    found = by_number(tripod_items(study.evidence, config, study.sections))
    assert (found["17"].state, found["18a"].state) == (PARTLY, NOT_REPORTED)
    assert found["18a"].answer == "Not reported by the source."


def test_sections_alone_leave_to_the_authors_what_only_they_know(study):
    silent = dataclasses.replace(study.config, reporting=AuthorsAnswers())
    found = by_number(tripod_items(study.evidence, silent, study.sections))
    both = ("8a", "10", "14", "15", "26")
    assert {found[one].state for one in both} == {PARTLY}
    assert "why these thresholds, under `reporting.threshold_rationale`" in found["15"].answer
    said = AuthorsAnswers(
        outcome_choice="a", sample_size="b", fairness="c", threshold_rationale="d",
        further_limitations="e",
    )  # fmt: skip
    answered = dataclasses.replace(study.config, reporting=said)
    found = by_number(tripod_items(study.evidence, answered, study.sections))
    assert {found[one].state for one in both} == {DONE}


def test_an_only_model_type_needs_a_reason_and_a_choice_is_one(study):
    candidates = study.evidence.families
    assert [one.name for one in candidates] == ["mean", "linear"]
    found = by_number(tripod_items(study.evidence, study.config, study.sections))
    assert found["12c"].state == PARTLY
    more = dataclasses.replace(study.evidence, families=(*candidates, candidates[-1]))
    assert by_number(tripod_items(more, study.config, study.sections))["12c"].state == DONE


def test_a_title_is_done_once_it_says_that_a_model_is_developed(items, study):
    assert by_number(items)["1"].state == PARTLY
    titled = dataclasses.replace(
        study.evidence, title="Development of a prediction model of WOMAC function in hip OA"
    )
    assert by_number(tripod_items(titled, study.config, study.sections))["1"].state == DONE


def test_held_out_people_are_described_beside_those_of_development(items, study):
    found = by_number(items)
    assert (found["16"].state, found["20c"].state) == (PARTLY, DONE)
    assert found["20c"].anchors == ("holdout",)
    held = dataclasses.replace(study.evidence.holdout, characteristics=None)
    undescribed = dataclasses.replace(study.evidence, holdout=held)
    found = by_number(tripod_items(undescribed, study.config, study.sections))
    assert (found["20c"].state, found["20c"].anchors) == (NOT_REPORTED, ())


def test_groups_that_were_not_examined_leave_performance_partly_reported(study):
    rest = [one for one in study.sections if one.anchor != "subgroups"]
    found = by_number(tripod_items(study.evidence, study.config, rest))
    assert found["23a"].state == PARTLY
    assert found["23a"].answer.startswith("No performance in groups")


def test_a_risk_without_balancing_says_so_in_its_methods(binary_evidence, study):
    found = by_number(tripod_items(binary_evidence, study.config, study.sections))
    assert (found["13"].state, found["13"].anchors) == (DONE, ("methods",))
    methods = methods_section(binary_evidence, study.sheet, study.config)
    assert "not weighted or resampled for balance" in " ".join(methods.paragraphs)


def test_every_key_of_the_config_answers_an_item():
    keys = {one.key for one in TOPICS if one.key}
    by_kind_of_study = {"threshold_rationale", "model_choice"}
    assert keys | by_kind_of_study == set(AuthorsAnswers.__dataclass_fields__)


def test_every_link_of_the_report_leads_to_a_place_in_it(study):
    html = study_report(
        study.evidence, study.sheet, study.sections, config=study.config,
        cohort_fingerprint="ab12", created_with={"hiprisk": "0.1.0"},
    )  # fmt: skip
    places = set(re.findall(r'id="([a-z_0-9]+)"', html))
    links = set(re.findall(r'href="#([a-z_0-9]+)"', html))
    assert links <= places
    assert {"tripod", "probast", "glossary", "references", "provenance", "people"} <= links


def test_the_section_counts_the_states(items, study):
    titles = {section.anchor: section.title for section in study.sections}
    section = tripod_section(items, titles)
    n_done = sum(item.state == DONE for item in items)
    assert f"{n_done} done" in section.paragraphs[0]
    assert len(section.tables[0].rows) == len(items)
    assert section.tables[0].rows[NUMBERS.index("20a")][3] == "[Participants](#people)"

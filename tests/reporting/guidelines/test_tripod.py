"""TRIPOD+AI: every item once, answered by evidence or config, with links that lead somewhere."""

import dataclasses
import re

import pytest

from hiprisk.config import load_config
from hiprisk.config.authors.answers import AuthorsAnswers
from hiprisk.reporting.guidelines.items import DONE, NOT_APPLICABLE, NOT_REPORTED, PARTLY
from hiprisk.reporting.guidelines.tripod import OF_AUTHORS, tripod_items, tripod_section
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
    assert found["17"].answer == "say it under `reporting.ethics`"
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
    assert found["16"].state == NOT_APPLICABLE


def test_every_key_of_the_config_answers_an_item():
    keys = {key for _, _, key, _ in OF_AUTHORS}
    assert set(AuthorsAnswers.__dataclass_fields__) - keys == {"further_limitations"}
    assert keys <= set(AuthorsAnswers.__dataclass_fields__)


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

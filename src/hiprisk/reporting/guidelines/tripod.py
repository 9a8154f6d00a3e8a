"""TRIPOD+AI: its items answered from the evidence and the config.

Collins et al., BMJ 2024;385:e078378.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.guidelines.items import (
    DONE,
    NOT_APPLICABLE,
    NOT_REPORTED,
    PARTLY,
    Item,
    State,
    counted,
    items_section,
    state_of_answer,
)
from hiprisk.reporting.guidelines.tripod_topics import TOPICS, Topic
from hiprisk.reporting.page.blocks import Section

ANCHOR = "tripod"
# What a study has no section on where it could not be examined.
ABSENT = {
    "sites": "Not examined: there are no clusters, or fewer than two that are large enough",
    "subgroups": "No performance in groups: none is declared, or none is large enough",
}
# A title names the kind of study by one word of each.
TITLE_WORDS = (r"develop|validat|evaluat", r"predict|prognos|diagnos|\bmodel")


def tripod_items(
    evidence: Evidence, config: StudyConfig, sections: Sequence[Section]
) -> tuple[Item, ...]:
    """Every item with its state, in the order of the guideline.

    Parameters
    ----------
    evidence : Evidence
    config : StudyConfig
    sections : sequence of Section
        Of the report: an item that none of them answers is not reported.
    """
    # The report adds these to the sections that are made of the evidence.
    anchors = {section.anchor for section in sections} | {"summary", "provenance", "glossary"}
    answers = config.reporting.given()
    found = [
        *(_item(topic, answers, anchors) for topic in TOPICS),
        *_by_kind_of_study(evidence, config, answers, anchors),
    ]
    judged = [_as_far_as_the_evidence_goes(item, evidence) for item in found]
    return tuple(sorted(judged, key=lambda item: _place(item.number)))


def tripod_section(items: Sequence[Item], titles: dict[str, str]) -> Section:
    """The table of the items, each with a link to its section.

    Parameters
    ----------
    items : sequence of Item
    titles : dict of str to str
        Of all sections, by anchor.
    """
    return items_section(
        items,
        titles,
        anchor=ANCHOR,
        title="TRIPOD+AI",
        paragraph=(
            "What TRIPOD+AI (Collins et al., BMJ 2024;385:e078378) asks of a paper on a prediction "
            f"model, in our own words: {counted(items)}. Items that only authors can answer are "
            "keys of `reporting` in the config. Submit the guideline's own checklist; "
            "`tables/tripod_ai.csv` has these rows."
        ),
        head=("item", "topic"),
    )


def _item(topic: Topic, answers: dict[str, str], anchors: AbstractSet[str]) -> Item:
    """An item's state by the sections that are there and the answer that was given."""
    there = tuple(anchor for anchor in topic.sections if anchor in anchors)
    whole = len(there) == len(topic.sections)
    answer = answers.get(topic.key)
    said = state_of_answer(answer)
    if not topic.key:
        state = _of_report(there, whole=whole)
        answer = ". ".join(ABSENT[one] for one in topic.sections if one in ABSENT.keys() - anchors)
    elif topic.missing:
        state = _of_both(there, said, whole=whole)
        answer = answer or f"Say {topic.missing}, under `reporting.{topic.key}`"
    else:
        state = PARTLY if said == NOT_REPORTED and there else said
        answer = answer or f"Say it under `reporting.{topic.key}`"
    return Item(number=topic.number, topic=topic.topic, state=state, anchors=there, answer=answer)


def _of_report(there: Sequence[str], *, whole: bool) -> State:
    return DONE if whole else PARTLY if there else NOT_REPORTED


def _of_both(there: Sequence[str], said: State, *, whole: bool) -> State:
    if whole and said in (DONE, NOT_APPLICABLE):
        return DONE
    return PARTLY if there or said != NOT_REPORTED else NOT_REPORTED


def _by_kind_of_study(
    evidence: Evidence, config: StudyConfig, answers: dict[str, str], anchors: AbstractSet[str]
) -> Iterator[Item]:
    """Items that ask for other things in other kinds of study."""
    yield Item(
        number="2", topic="abstract", state=PARTLY, anchors=("summary",),
        answer="The summary has the figures; the abstract is the authors'",
    )  # fmt: skip
    yield _item(_model_choice(evidence), answers, anchors)
    yield _not_applicable("12f", "updating of the model", "A model that is newly developed")
    yield (
        _not_applicable("13", "class imbalance", "The outcome is no class")
        if evidence.kind == "continuous"
        else Item(
            number="13", topic="class imbalance: methods, why, and recalibration", state=DONE,
            anchors=("methods",), answer="None was used",
        )
    )  # fmt: skip
    yield _item(_output(config), answers, anchors)
    yield from _development_and_evaluation(evidence, held_out="holdout" in anchors)
    yield _not_applicable("24", "results of updating", "A model that is newly developed")


def _model_choice(evidence: Evidence) -> Topic:
    """Item 12c: the smallest loss is a reason only where there was a choice."""
    chosen_among = sum(one.name != "mean" and not one.benchmark for one in evidence.families)
    return Topic(
        number="12c",
        topic="type of model and why, building, tuning, internal validation",
        sections=("methods", "candidates"),
        key="" if chosen_among > 1 else "model_choice",
        missing="why this model type",
    )


def _output(config: StudyConfig) -> Topic:
    """Item 15: reasons are asked for thresholds; a prediction that is not cut needs none."""
    cut = bool(config.outcome.thresholds)
    return Topic(
        number="15",
        topic="output of the model; thresholds and why these",
        sections=("methods", "utility") if cut else ("methods",),
        key="threshold_rationale" if cut else "",
        missing="why these thresholds",
    )


def _development_and_evaluation(evidence: Evidence, *, held_out: bool) -> Iterator[Item]:
    differences = "differences between the data of development and evaluation"
    compared = "distributions of predictors and outcome in development and evaluation compared"
    if not held_out:
        for number, topic in (("16", differences), ("20c", compared)):
            yield _not_applicable(number, topic, "Evaluated in the people of development")
        return
    yield Item(
        number="16", topic=differences, state=PARTLY, anchors=("methods", "holdout"),
        answer="Rows of one cohort: eligibility, outcome and predictors are the same; whether the "
        "setting differs is for the authors to say",
    )  # fmt: skip
    described = evidence.holdout is not None and evidence.holdout.characteristics is not None
    yield Item(
        number="20c", topic=compared, state=DONE if described else NOT_REPORTED,
        anchors=("holdout",) if described else (),
        answer="" if described else "Held-out people are not described apart",
    )  # fmt: skip


def _as_far_as_the_evidence_goes(item: Item, evidence: Evidence) -> Item:
    """An item of which the section alone would promise more than it has."""
    if item.number == "1" and not all(
        re.search(words, evidence.title, re.IGNORECASE) for words in TITLE_WORDS
    ):
        return dataclasses.replace(
            item, state=PARTLY, answer="The title does not say that a prediction model is developed"
        )
    if item.number == "10" and evidence.sample_size.size is None and item.state == DONE:
        return dataclasses.replace(item, state=PARTLY)
    return item


def _not_applicable(number: str, topic: str, why: str) -> Item:
    return Item(number=number, topic=topic, state=NOT_APPLICABLE, answer=why)


def _place(number: str) -> tuple[int, str]:
    digits = number.rstrip("abcdefg")
    return int(digits), number[len(digits) :]

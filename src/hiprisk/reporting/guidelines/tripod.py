"""TRIPOD+AI: its items in our own words, answered from the evidence and the config.

Collins et al., BMJ 2024;385:e078378.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
)
from hiprisk.reporting.page.blocks import Section

ANCHOR = "tripod"
# Items that only the authors can answer: number, topic, key of `reporting` in the config, section
# that says part of it (empty where none does).
OF_AUTHORS: tuple[tuple[str, str, str, str], ...] = (
    ("3a", "background: context, reasons, existing models", "background", ""),
    ("3b", "target population, purpose and intended users", "intended_users", "methods"),
    ("3c", "known health inequalities", "health_inequalities", ""),
    ("5a", "sources of data and how representative they are", "data_source", "methods"),
    ("5b", "dates of inclusion and end of follow-up", "dates", ""),
    ("6a", "setting, number and place of centres", "setting", ""),
    ("6b", "eligibility", "eligibility", "methods"),
    ("6c", "treatments received, and how they are dealt with", "treatments", ""),
    ("7", "preparation and checks of data, in all groups alike", "data_preparation", "findings"),
    ("8b", "who assessed the outcome, if it is subjective", "outcome_assessors", ""),
    ("8c", "blinding of the assessment of the outcome", "outcome_blinding", ""),
    ("9a", "choice of the first set of predictors", "predictor_choice", "methods"),
    ("9b", "definition and measurement of predictors, and blinding", "predictor_measurement",
     "model"),
    ("9c", "who assessed predictors, if they are subjective", "predictor_assessors", ""),
    ("15", "output of the model; thresholds and why these", "threshold_rationale", "utility"),
    ("17", "ethics approval and consent", "ethics", ""),
    ("18a", "funding and role of funders", "funding", ""),
    ("18b", "conflicts of interest", "conflicts", ""),
    ("18c", "protocol", "protocol", ""),
    ("18d", "registration", "registration", ""),
    ("18e", "sharing of data", "data_sharing", ""),
    ("18f", "sharing of code", "code_sharing", "provenance"),
    ("19", "involvement of patients and the public", "public_involvement", ""),
    ("25", "interpretation, with fairness, aims and earlier studies", "interpretation", "summary"),
    ("27a", "what users do with missing or poor inputs", "poor_input", ""),
    ("27b", "what users must know and do", "user_expertise", ""),
    ("27c", "next steps", "next_steps", ""),
)  # fmt: skip
# Items that the evidence answers: number, topic, section.
OF_EVIDENCE: tuple[tuple[str, str, str], ...] = (
    ("1", "title: development or evaluation, population, outcome", "summary"),
    ("4", "objectives: development, evaluation, or both", "methods"),
    ("8a", "outcome, time of assessment, why this one", "methods"),
    ("10", "sample size: how it was arrived at, and whether it is enough", "samplesize"),
    ("11", "missing data: how many, and handling", "missing"),
    ("12a", "use of the data: all, parts, resamples", "methods"),
    ("12b", "form of predictors in the model", "model"),
    ("12c", "type of model, building, tuning, internal validation", "candidates"),
    ("12d", "heterogeneity between clusters", "sites"),
    ("12e", "measures and plots of performance", "performance"),
    ("12g", "how predictions are computed", "model"),
    ("14", "fairness: approaches and reasons", "subgroups"),
    ("20a", "flow of participants, with and without the outcome", "people"),
    ("20b", "characteristics of participants, with missing values", "characteristics"),
    ("21", "number of participants and events in each analysis", "people"),
    ("22", "the model in full", "model"),
    ("23a", "performance with confidence intervals, in groups, as plots", "performance"),
    ("23b", "heterogeneity of performance between clusters", "sites"),
    ("26", "limitations", "limitations"),
)


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
    anchors = {section.anchor for section in sections} | {"summary", "provenance"}
    found = [
        *_of_authors(config, anchors),
        *(
            Item(
                number=number,
                topic=topic,
                state=DONE if anchor in anchors else NOT_REPORTED,
                anchor=anchor,
            )
            for number, topic, anchor in OF_EVIDENCE
        ),
        *_special(evidence, anchors),
    ]
    return tuple(sorted(found, key=lambda item: _place(item.number)))


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


def _of_authors(config: StudyConfig, anchors: set[str]) -> Iterator[Item]:
    answers = config.reporting.given()
    for number, topic, key, anchor in OF_AUTHORS:
        said = anchor if anchor in anchors else ""
        state: State = DONE if key in answers else PARTLY if said else NOT_REPORTED
        answer = answers.get(key) or f"say it under `reporting.{key}`"
        yield Item(number=number, topic=topic, state=state, anchor=said, answer=answer)


def _special(evidence: Evidence, anchors: set[str]) -> Iterator[Item]:
    """Items whose state follows from what the study is."""
    yield Item(
        number="2", topic="abstract", state=PARTLY, anchor="summary",
        answer="the summary has the figures; the abstract is the authors'",
    )  # fmt: skip
    yield _not_applicable("12f", "updating of the model", "a model that is newly developed")
    balanced = evidence.kind == "continuous"
    yield (
        _not_applicable("13", "class imbalance", "the outcome is no class")
        if balanced
        else Item(
            number="13", topic="class imbalance: methods and recalibration", state=DONE,
            anchor="methods", answer="nothing is done about it, so that risks stay calibrated",
        )
    )  # fmt: skip
    held = "holdout" in anchors
    for number, topic in (
        ("16", "differences between the data of development and evaluation"),
        ("20c", "predictors in development and evaluation compared"),
    ):
        yield (
            Item(number=number, topic=topic, state=PARTLY, anchor="holdout")
            if held
            else _not_applicable(number, topic, "evaluated in the people of development")
        )
    yield _not_applicable("24", "results of updating", "a model that is newly developed")


def _not_applicable(number: str, topic: str, why: str) -> Item:
    return Item(number=number, topic=topic, state=NOT_APPLICABLE, answer=why)


def _place(number: str) -> tuple[int, str]:
    digits = number.rstrip("abcdefg")
    return int(digits), number[len(digits) :]

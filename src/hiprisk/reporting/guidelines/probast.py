"""PROBAST+AI: its domains, with questions in our own words on what PROBAST of 2019 asks.

Moons et al., BMJ 2025, doi 10.1136/bmj-2024-082505; Wolff et al., Ann Intern Med 2019. The wording
of the signalling questions of 2025 is not known to us and left out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.learning.participants.flow import lost_after_first_visit
from hiprisk.reporting.guidelines.items import (
    DONE,
    NOT_REPORTED,
    PARTLY,
    Item,
    State,
    counted,
    items_section,
    state_of_answer,
)
from hiprisk.reporting.page.blocks import Section

ANCHOR = "probast"
# A larger share without an outcome leaves the analysed people a selection.
MANY_LOST = 0.1


# Domain, question, key of `reporting` that answers it, and sections that say part of it.
OF_AUTHORS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("participants and data", "Is the source of the data right for the question?", "data_source",
     ("methods",)),
    ("participants and data", "Are all who should be in it included, and no others?",
     "eligibility", ("methods", "people")),
    ("participants and data", "Applicability: are they those in whom the model is to be used?",
     "intended_users", ("methods", "characteristics")),
    ("predictors", "Were they defined and measured alike in everybody?", "predictor_measurement",
     ("model",)),
    ("predictors", "Were they assessed without knowledge of the outcome?",
     "predictor_measurement", ()),
    ("predictors", "Are they known when the model is to be used?", "predictor_measurement",
     ("methods",)),
    ("predictors", "Applicability: can they be had in this way where the model is to be used?",
     "user_expertise", ()),
    ("outcome", "Was it assessed in a suitable way, alike in everybody?", "outcome_choice", ()),
    ("outcome", "Was it assessed without knowledge of the predictors?", "outcome_blinding", ()),
    ("outcome", "Is the time between predictors and outcome suitable?", "dates", ("methods",)),
    ("outcome", "Applicability: is it the outcome that matters where the model is to be used?",
     "outcome_choice", ("methods",)),
)  # fmt: skip
DOMAINS = ("participants and data", "predictors", "outcome", "analysis")


def probast_items(
    evidence: Evidence, config: StudyConfig, sections: Sequence[Section]
) -> tuple[Item, ...]:
    """What the study lets a reader judge, by domain; the judgement is the reader's.

    Parameters
    ----------
    evidence : Evidence
    config : StudyConfig
    sections : sequence of Section
        Of the report: a question that needs one which is not there is not answered.
    """
    anchors = frozenset(section.anchor for section in sections)
    found = [
        *_outcome(),
        *(_asked(config, *row) for row in OF_AUTHORS),
        *_people(evidence, config),
        *_analysis(evidence, config),
    ]
    in_order = sorted(found, key=lambda item: DOMAINS.index(item.number))
    return tuple(_with_sections(item, anchors) for item in in_order)


def probast_section(items: Sequence[Item], titles: dict[str, str]) -> Section:
    """The table of the domains.

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
        title="PROBAST+AI",
        paragraph=(
            "What lets a reader judge quality, risk of bias and applicability by the four domains "
            f"of PROBAST+AI (Moons et al., BMJ 2025): {counted(items)}. Done: the report says what "
            "the judgement needs, not that the judgement is favourable. The questions are ours, on "
            "what PROBAST asked in 2019. The signalling questions of 2025 (16 on development, 18 "
            "on evaluation) are left out, since we do not have their wording; whoever appraises "
            "the study answers those. `tables/probast_ai.csv` has these rows."
        ),
        head=("domain", "question"),
    )


def _asked(
    config: StudyConfig, domain: str, question: str, key: str, anchors: tuple[str, ...]
) -> Item:
    """A question that the authors answer, or the report in part."""
    answer = config.reporting.given().get(key)
    said = state_of_answer(answer)
    return Item(
        number=domain, topic=question, anchors=anchors,
        state=PARTLY if said == NOT_REPORTED and anchors else said,
        answer=answer or f"Say it under `reporting.{key}`",
    )  # fmt: skip


def _with_sections(item: Item, anchors: frozenset[str]) -> Item:
    """The item with the sections that are there; one that rests on them alone needs them all."""
    there = tuple(one for one in item.anchors if one in anchors)
    if there == item.anchors or item.state not in (DONE, PARTLY):
        return dataclasses.replace(item, anchors=there)
    return dataclasses.replace(item, anchors=there, state=PARTLY if there else NOT_REPORTED)


def _outcome() -> Iterator[Item]:
    yield Item(
        number="outcome", topic="Is it defined, and was it declared beforehand?", state=DONE,
        anchors=("methods",), answer="Declared in the config, before anything was fitted",
    )  # fmt: skip
    yield Item(
        number="outcome", topic="Is no predictor part of the outcome?", state=PARTLY,
        anchors=("methods",),
        answer="The outcome itself is refused as a predictor; scores that overlap with it are for "
        "the authors to judge",
    )  # fmt: skip


def _people(evidence: Evidence, config: StudyConfig) -> Iterator[Item]:
    """Questions of the analysis on whom it has: enough, all, and competing events."""
    size = evidence.sample_size.size
    enough = size is not None and all(row.satisfied for row in size.criteria)
    yield _analysed("Are there enough people for so many parameters?",
                    DONE if enough else PARTLY, "samplesize",
                    answer=evidence.sample_size.sentence)  # fmt: skip
    lost = lost_after_first_visit(evidence.flow)
    n_lost = sum(one.n_left_out for one in lost)
    few = n_lost <= MANY_LOST * (evidence.n_analysed + n_lost)
    left_out = "; ".join(f"{one.label} {one.n_left_out}" for one in lost) or "nobody"
    yield _analysed("Is everybody who was included analysed?", DONE if few else PARTLY, "people",
                    answer=f"{evidence.n_analysed} rows analysed; left out: {left_out}. People "
                    "whom the file never had are not counted")  # fmt: skip
    yield _competing(config)


def _competing(config: StudyConfig) -> Item:
    """Whoever has a hip replaced is known only after the first visit: leaving them out selects."""
    replaced = config.outcome.hip_replacement
    said = (
        "no hip replacement is declared"
        if replaced is None
        else "people whose hip was replaced are left out, which is known only later"
        if replaced.strategy == "exclude"
        else f"hip replacement: `{replaced.strategy}`"
    )
    handled = replaced is not None and replaced.strategy != "exclude"
    return _analysed(
        "Are competing events, and several rows of a person, dealt with?",
        DONE if handled else PARTLY, "methods",
        answer=f"Resamples and folds draw people, not rows; {said}",
    )  # fmt: skip


def _analysis(evidence: Evidence, config: StudyConfig) -> Iterator[Item]:
    cut = config.outcome.dichotomise is not None
    yield _analysed("Are numbers kept as numbers, not cut into groups?",
                    PARTLY if cut else DONE, "methods", "model",
                    answer="The outcome is a score that is cut in two" if cut else "")  # fmt: skip
    yield _analysed("Are missing values handled rather than dropped?", DONE, "methods", "missing")
    yield _analysed("Are predictors chosen without looking at single associations with the "
                    "outcome?", DONE, "methods", answer="They are declared beforehand")  # fmt: skip
    yield _analysed("Are discrimination and calibration evaluated?", DONE, "performance",
                    "calibration")  # fmt: skip
    yield _overfitting(evidence)
    yield _analysed("Is the reported model the one that was fitted?", DONE, "model")


def _overfitting(evidence: Evidence) -> Item:
    missing = [f"Not repeated: {'; '.join(evidence.not_repeated)}"] if evidence.not_repeated else []
    if "optimism" in evidence.not_available:
        reason = evidence.not_available["optimism"]
        missing.append(f"Optimism-corrected performance is not available: {reason}")
    return _analysed(
        "Is overfitting accounted for in every step?", PARTLY if missing else DONE, "performance",
        answer=". ".join(missing),
    )  # fmt: skip


def _analysed(question: str, state: State, *anchors: str, answer: str = "") -> Item:
    return Item(number="analysis", topic=question, state=state, anchors=anchors, answer=answer)

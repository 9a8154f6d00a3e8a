"""PROBAST+AI: its domains, with questions in our own words as far as their content is known.

Moons et al., BMJ 2025, doi 10.1136/bmj-2024-082505; Wolff et al., Ann Intern Med 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.guidelines.items import (
    DONE,
    NOT_REPORTED,
    PARTLY,
    Item,
    State,
    counted,
    items_section,
)
from hiprisk.reporting.page.blocks import Section

ANCHOR = "probast"
# A larger share without an outcome leaves the analysed people a selection.
MANY_LOST = 0.1


def probast_items(evidence: Evidence, config: StudyConfig) -> tuple[Item, ...]:
    """What the study lets a reader judge, by domain; the judgement is the reader's.

    Parameters
    ----------
    evidence : Evidence
    config : StudyConfig
    """
    return (
        *_participants(config),
        *_predictors(config),
        *_outcome(config),
        *_analysis(evidence, config),
    )


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
            "What lets a reader judge quality and risk of bias by the four domains of PROBAST+AI "
            f"(Moons et al., BMJ 2025): {counted(items)}. The questions are ours; the signalling "
            "questions of 2025 are not repeated here, and whoever appraises the study answers "
            "those. `tables/probast_ai.csv` has these rows."
        ),
        head=("domain", "question"),
    )


def _asked(config: StudyConfig, domain: str, question: str, key: str, anchor: str = "") -> Item:
    """A question that the authors answer, or the report in part."""
    answer = config.reporting.given().get(key)
    state: State = DONE if answer else PARTLY if anchor else NOT_REPORTED
    return Item(
        number=domain, topic=question, state=state, anchor=anchor,
        answer=answer or f"say it under `reporting.{key}`",
    )  # fmt: skip


def _participants(config: StudyConfig) -> Iterator[Item]:
    domain = "participants and data"
    yield _asked(config, domain, "Is the source of the data right for the question?", "data_source")
    yield _asked(config, domain, "Are all who should be in it included, and no others?",
                 "eligibility", "people")  # fmt: skip


def _predictors(config: StudyConfig) -> Iterator[Item]:
    domain = "predictors"
    yield _asked(config, domain, "Were they defined and measured alike in everybody?",
                 "predictor_measurement", "model")  # fmt: skip
    yield _asked(config, domain, "Were they assessed without knowledge of the outcome?",
                 "predictor_assessors")  # fmt: skip
    yield _asked(config, domain, "Are they known when the model is to be used?", "intended_users",
                 "methods")  # fmt: skip


def _outcome(config: StudyConfig) -> Iterator[Item]:
    domain = "outcome"
    yield Item(number=domain, topic="Is it defined, and was it declared beforehand?", state=DONE,
               anchor="methods")  # fmt: skip
    yield Item(
        number=domain, topic="Is no predictor part of the outcome?", state=PARTLY, anchor="methods",
        answer="the outcome itself is refused as a predictor; scores that overlap are for the "
        "authors to judge",
    )  # fmt: skip
    yield _asked(config, domain, "Was it assessed without knowledge of the predictors?",
                 "outcome_blinding")  # fmt: skip


def _analysis(evidence: Evidence, config: StudyConfig) -> Iterator[Item]:
    domain = "analysis"
    size = evidence.sample_size.size
    enough = size is not None and all(row.satisfied for row in size.criteria)
    yield Item(number=domain, topic="Are there enough people for so many parameters?",
               state=DONE if enough else PARTLY, anchor="samplesize",
               answer=evidence.sample_size.sentence)  # fmt: skip
    n_all = next((step.n_remaining for step in reversed(evidence.flow[:-1])), evidence.n_analysed)
    lost = 1.0 - evidence.n_analysed / n_all
    yield Item(number=domain, topic="Is everybody who was included analysed?",
               state=PARTLY if lost > MANY_LOST else DONE, anchor="people",
               answer=f"{evidence.n_analysed} of {n_all} have a known outcome")  # fmt: skip
    yield Item(number=domain, topic="Are missing values handled rather than dropped?", state=DONE,
               anchor="missing")  # fmt: skip
    yield Item(number=domain, topic="Are predictors chosen without looking at single associations "
               "with the outcome?", state=DONE, anchor="methods",
               answer="they are declared beforehand")  # fmt: skip
    handled = config.outcome.hip_replacement is not None
    yield Item(number=domain, topic="Are competing events, and several rows of a person, dealt "
               "with?", state=DONE if handled else PARTLY, anchor="methods",
               answer="people are drawn whole"
               + ("" if handled else "; no hip replacement is declared"))  # fmt: skip
    yield Item(number=domain, topic="Are discrimination and calibration evaluated?", state=DONE,
               anchor="performance")  # fmt: skip
    repeated = not evidence.not_repeated
    corrected = "optimism" not in evidence.not_available
    yield Item(number=domain, topic="Is overfitting accounted for in every step?",
               state=DONE if repeated and corrected else PARTLY, anchor="performance",
               answer="" if repeated else f"not repeated: {'; '.join(evidence.not_repeated)}",
               )  # fmt: skip
    yield Item(number=domain, topic="Is the reported model the one that was fitted?", state=DONE,
               anchor="model")  # fmt: skip

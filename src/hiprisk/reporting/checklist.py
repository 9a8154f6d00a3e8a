"""What a reporting guideline asks for: what the report holds, and what only authors can write."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.reporting.page import Section, Table

# Topics in the order of a paper, in our own words; what stands here belongs to the section with
# that anchor, and where there is none only the authors know.
TOPICS: tuple[tuple[str, str | None], ...] = (
    ("title and abstract: development or evaluation, population, outcome", None),
    ("background: the decision that the model is for, earlier models, known inequalities", None),
    ("sources of data, dates of inclusion and follow-up, how representative they are", None),
    ("setting, eligibility, treatments received", None),
    ("participant flow", "people"),
    ("checks of the data", "people"),
    ("outcome: definition, horizon, what became of hip replacement", "model"),
    ("outcome and predictors: who assessed them, and blind to what", None),
    ("predictors: definitions, units, how they enter", "model"),
    ("sample size: how large the study should be, and whether it is", "samplesize"),
    ("missing values: how many, and how handled", "characteristics"),
    ("model building: candidates, tuning, choice", "candidates"),
    ("internal validation and optimism", "performance"),
    ("calibration", "calibration"),
    ("clinical usefulness: net benefit", "events"),
    ("heterogeneity between sites", "sites"),
    ("performance in groups of people: fairness", "subgroups"),
    ("stability of predictions", "stability"),
    ("the full model, so that others can use it", "model"),
    ("what each block of predictors adds", "added"),
    ("evaluation in people held out", "holdout"),
    ("code and versions", "model"),
    ("ethics, consent, registration, protocol, funding, conflicts, data sharing", None),
    ("involvement of patients and the public", None),
    ("interpretation, limitations, next steps", None),
)


def checklist_section(sections: Sequence[Section]) -> Section:
    """Topic by topic: in which section it stands, or that it is not reported here."""
    titles = {section.anchor: section.title for section in sections}
    rows = tuple((topic, _where(anchor, titles)) for topic, anchor in TOPICS)
    n_here = sum(anchor in titles for _, anchor in TOPICS if anchor is not None)
    return Section(
        anchor="checklist",
        title="For the reporting checklist",
        paragraphs=(
            "Topics that reporting guidelines for prediction models (TRIPOD+AI, BMJ "
            "2024;385:e078378) ask for, in our own words; the guideline's own list is the one to "
            f"submit. Of {len(rows)} topics {n_here} stand in this report. What is marked NOT "
            "REPORTED was not done or not declared, and what the authors must write no software "
            "knows.",
        ),
        tables=(Table(head=("topic", "where"), rows=rows),),
    )


def _where(anchor: str | None, titles: dict[str, str]) -> str:
    if anchor is None:
        return "the authors must write this"
    return f"section: {titles[anchor]}" if anchor in titles else "NOT REPORTED"

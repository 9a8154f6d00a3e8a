"""Topics of a reporting guideline: where the report has them, and what only authors can write."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.reporting.page.blocks import APPENDIX, Section, Table

# Topics in the order of a paper, in our own words; what stands here belongs to the section with
# that anchor, and where there is none only the authors know.
TOPICS: tuple[tuple[str, str | None], ...] = (
    ("title and abstract: development or evaluation, population, outcome", None),
    ("background: the decision that the model is for, earlier models, known inequalities", None),
    ("sources of data, dates of inclusion and follow-up, how representative they are", None),
    ("setting, eligibility, treatments received", None),
    ("participant flow", "people"),
    ("checks of the data", "findings"),
    ("outcome: definition, horizon, handling of hip replacement", "model"),
    ("outcome and predictors: who assessed them, and blinding", None),
    ("predictors: definitions, units, functional form", "model"),
    ("sample size: required and available", "samplesize"),
    ("missing values: number and handling", "missing"),
    ("model building: candidate model types, tuning, choice", "candidates"),
    ("internal validation and optimism", "performance"),
    ("calibration", "calibration"),
    ("clinical utility: net benefit", "utility"),
    ("heterogeneity between sites", "sites"),
    ("performance in subgroups: fairness", "subgroups"),
    ("prediction instability", "stability"),
    ("the full model, for use by others", "model"),
    ("added value of each block of predictors", "added"),
    ("evaluation in held-out participants", "holdout"),
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
        part=APPENDIX,
        title="Reporting checklist",
        paragraphs=(
            "Topics that reporting guidelines for prediction models (TRIPOD+AI, BMJ "
            "2024;385:e078378) ask for, in our own words; submit the guideline's own list. This "
            f"report covers {n_here} of {len(rows)} topics. NOT REPORTED: not done or not declared "
            "in the config.",
        ),
        tables=(Table(head=("topic", "where"), rows=rows),),
    )


def _where(anchor: str | None, titles: dict[str, str]) -> str:
    if anchor is None:
        return "the authors must write this"
    return f"section: {titles[anchor]}" if anchor in titles else "NOT REPORTED"

"""The data sheet of a cohort: who is in it, what is known of them, what is not, in Markdown."""

from __future__ import annotations

from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.card import markdown_table
from hiprisk.wording.disclaimers import cohort_warnings, provenance_in_words
from hiprisk.wording.labels import with_unit
from hiprisk.wording.quantities import NONE, percent

# Questions that only the authors can answer, by the key of `reporting` that holds the answer.
QUESTIONS = (
    ("Where are the data from?", "data_source"),
    ("When were people included and followed up?", "dates"),
    ("In what setting?", "setting"),
    ("Who could take part?", "eligibility"),
    ("How was their number arrived at?", "sample_size"),
    ("What treatment did they receive?", "treatments"),
    ("How were predictors measured?", "predictor_measurement"),
    ("Who assessed the outcome?", "outcome_assessors"),
    ("Was it assessed without knowledge of the predictors?", "outcome_blinding"),
    ("How were data prepared and checked?", "data_preparation"),
    ("Was there approval and consent?", "ethics"),
    ("Who paid?", "funding"),
    ("Who may use the data?", "data_sharing"),
    ("What limits them?", "further_limitations"),
)
NOT_SAID = "NOT REPORTED"


def cohort_datasheet(evidence: Evidence, config: StudyConfig, *, cohort_fingerprint: str) -> str:
    """The data sheet of a study's cohort.

    Parameters
    ----------
    evidence : Evidence
    config : StudyConfig
    cohort_fingerprint : str
        Of the rows that were used.

    Returns
    -------
    str
        Markdown.
    """
    answers = config.reporting.given()
    parts = [
        f"# Data sheet: the cohort of {config.name}",
        *(f"**{warning}**" for warning in cohort_warnings(evidence.provenance)),
        f"- People: {config.outcome.population}; {provenance_in_words(evidence.provenance)}",
        f"- Use: {config.intended_use}",
        f"- Outcome: {with_unit(config.outcome.label, config.outcome.unit)}, after "
        f"{config.outcome.horizon_months:g} months",
        f"- Fingerprint: `{cohort_fingerprint}`",
        "## Collection",
        markdown_table(
            ("question", "answer"),
            [(question, answers.get(key, NOT_SAID)) for question, key in QUESTIONS],
        ),
        "## Composition",
        markdown_table(
            ("step", "excluded", "remaining"),
            [(one.label, str(one.n_left_out), str(one.n_remaining)) for one in evidence.flow],
        ),
        "## Variables and missing values",
        f"Of {evidence.table_one.groups[0][1]} rows that the study could use, with a known outcome "
        "or without.",
        _variables(evidence),
        "## Checks",
        _checks(evidence),
    ]
    return "\n\n".join(parts) + "\n"


def _variables(evidence: Evidence) -> str:
    table = evidence.table_one
    first = table.groups[0][0]
    rows: dict[str, tuple[str, ...]] = {}
    for row in table.rows:
        if row.group == first and row.variable not in rows:
            share = row.n_missing / max(row.n_known + row.n_missing, 1)
            label = with_unit(row.label, row.unit)
            rows[row.variable] = (label, f"`{row.variable}`", str(row.n_known), percent(share))
    return markdown_table(("variable", "column", "known", "missing"), list(rows.values()))


def _checks(evidence: Evidence) -> str:
    found = [
        (
            str(one["code"]),
            NONE if one["column"] is None else evidence.label(one["column"]),
            str(one["message"]),
        )
        for one in evidence.findings
        if one["code"] != "MISSING"
    ]
    return markdown_table(("code", "variable", "finding"), found) if found else "Nothing was found."

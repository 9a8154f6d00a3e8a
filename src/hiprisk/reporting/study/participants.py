"""Sections that describe participants: flow, baseline characteristics, missing values, checks."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.cohort.findings import SMALLEST_COUNT
from hiprisk.config import StudyConfig
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.study import draw_flow, draw_missing
from hiprisk.reporting.study.characteristics import characteristics_table
from hiprisk.wording.quantities import NONE


def people_section(evidence: Evidence) -> Section:
    """Participant flow."""
    return Section(
        anchor="people",
        title="Participants",
        paragraphs=(" ".join(_analysed(evidence)),),
        pictures=(
            drawn(
                name="participants.png",
                ax=draw_flow(evidence),
                alt="Flow of participants: "
                + "; ".join(
                    f"{step.label}: {step.n_left_out} excluded, {step.n_remaining} remaining"
                    if step.n_left_out
                    else f"{step.label}: {step.n_remaining}"
                    for step in evidence.flow
                )
                + ".",
                caption="Flow of participants, in rows of the cohort file.",
            ),
        ),
    )


def _analysed(evidence: Evidence) -> Iterator[str]:
    """How many people, and events, the analyses have."""
    rows, people = evidence.n_analysed, evidence.n_people
    yield (
        f"{people} people with a known outcome were analysed"
        + ("" if rows == people else f", in {rows} rows of the file")
        + ("" if (events := evidence.sample_size.n_events) is None else f"; {events} had the event")
        + "."
    )
    yield "Tuning, fitting and internal validation have the same people."
    if evidence.holdout is not None:
        yield f"Held out: {evidence.holdout.model.n} ({evidence.holdout.label})."


def findings_section(evidence: Evidence) -> Section | None:
    """What the checks of the cohort found."""
    rows = tuple(
        (
            f"`{found['code']}`",
            str(found["severity"]),
            NONE if found["column"] is None else evidence.label(found["column"]),
            f"fewer than {SMALLEST_COUNT}" if found["count"] is None else str(found["count"]),
            str(found["message"]),
        )
        for found in evidence.findings
        if found["code"] != "MISSING"
    )
    if not rows:
        return None
    return Section(
        anchor="findings",
        title="Checks of the data",
        tables=(
            Table(
                head=("code", "severity", "variable", "rows", "finding"),
                rows=rows,
                caption="Findings of the checks of cohort and sample size; for missing values see "
                "table 1",
            ),
        ),
        part=APPENDIX,
    )


def characteristics_section(evidence: Evidence) -> Section:
    """Table 1, with missing values."""
    return Section(
        anchor="characteristics",
        title="Baseline characteristics (table 1)",
        paragraphs=(
            "Numbers: mean (SD), or median (quartiles) where they are skewed. Categories: count "
            "(percentage of known values); of two levels one is shown. Missing values are counted "
            "below each variable.",
        ),
        tables=(characteristics_table(evidence.table_one, caption="Baseline characteristics"),),
        notes=(
            *_left_out(evidence),
            f"Counts below {evidence.table_one.smallest_cell} are not shown, and neither is a "
            "count that would disclose one.",
        ),
    )


def _left_out(evidence: Evidence) -> Iterator[str]:
    """Whom the table does not describe: those excluded before the outcome was looked for."""
    described = evidence.table_one.groups[0][1]
    before = [s for s in evidence.flow if s.n_left_out and s.n_remaining >= described]
    if before:
        who = "; ".join(f"{s.n_left_out} {s.label}" for s in before)
        yield f"Not in this table, and not described in this report: {who}."


def further_characteristics_section(evidence: Evidence) -> Section | None:
    """The same by outcome and by site."""
    found = (
        (evidence.by_outcome, "Baseline characteristics by outcome"),
        (evidence.by_site, "Baseline characteristics by site"),
    )
    tables = tuple(
        characteristics_table(table, caption=caption, missing=False)
        for table, caption in found
        if table is not None
    )
    if not tables:
        return None
    return Section(
        anchor="characteristics_by",
        title="Baseline characteristics by outcome and site",
        paragraphs=("As in table 1, among known values.",),
        tables=tables,
        notes=(
            ()
            if evidence.by_site is not None or evidence.sites is None
            else ("Sites are too many, or too small, for a table by site.",)
        ),
        part=APPENDIX,
    )


def missing_section(evidence: Evidence, config: StudyConfig) -> Section:
    """How much of each variable is missing, and in how many rows nothing is."""
    table = evidence.table_one
    return Section(
        anchor="missing",
        title="Missing values",
        pictures=(
            drawn(
                name="missing.png",
                ax=draw_missing(evidence, outcome=config.outcome.label),
                alt="Bars: percentage missing of each variable; table 1 has the numbers.",
                caption="Percentage missing of each variable, among all rows.",
                wide=True,
            ),
        ),
        notes=(
            "Complete rows: "
            + "; ".join(
                f"{name} {complete} of {n}"
                for (name, n), complete in zip(table.groups, table.n_complete, strict=True)
            )
            + ".",
        ),
        part=APPENDIX,
    )

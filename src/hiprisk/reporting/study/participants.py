"""Sections that describe participants: flow, baseline characteristics, missing values, checks."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.cohort.findings import SMALLEST_COUNT
from hiprisk.evidence.baseline_characteristics import Characteristic, TableOne
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.study import draw_flow, draw_missing
from hiprisk.wording.labels import in_words, with_unit
from hiprisk.wording.quantities import NONE, TOO_FEW, number, percent


def people_section(evidence: Evidence) -> Section:
    """Participant flow."""
    return Section(
        anchor="people",
        title="Participants",
        paragraphs=(
            f"{evidence.n_analysed} rows with a known outcome, of {evidence.n_people} people, "
            "were analysed.",
        ),
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
    table = evidence.table_one
    head = ("characteristic", *(f"{name} (n = {n})" for name, n in table.groups))
    return Section(
        anchor="characteristics",
        title="Baseline characteristics (table 1)",
        paragraphs=(
            "Numbers: mean (SD), and median (quartiles) below it. Categories: count (percentage of "
            "known values). Missing values are counted below each variable.",
        ),
        tables=(Table(head=head, rows=tuple(_rows(table)), caption="Baseline characteristics"),),
        notes=(
            f"Counts below {table.smallest_cell} are not shown, and neither is a count that would "
            "disclose one.",
        ),
    )


def missing_section(evidence: Evidence) -> Section:
    """How much of each variable is missing, and in how many rows nothing is."""
    table = evidence.table_one
    return Section(
        anchor="missing",
        title="Missing values",
        pictures=(
            drawn(
                name="missing.png",
                ax=draw_missing(evidence),
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


def _rows(table: TableOne) -> Iterator[tuple[str, ...]]:
    groups = [name for name, _ in table.groups]
    by_place: dict[tuple[str, str | None], dict[str, Characteristic]] = {}
    for row in table.rows:
        by_place.setdefault((row.variable, row.level), {})[row.group] = row
    last = ""
    for (variable, level), cells in by_place.items():
        own = [cells.get(group) for group in groups]
        first = next(iter(cells.values()))
        missing = ("  missing", *(_missing(cell) for cell in own))
        shown = [missing] if any(cell is not None and cell.n_missing for cell in own) else []
        if level is None:
            yield (with_unit(first.label, first.unit), *(_mean(cell) for cell in own))
            yield ("  median (quartiles)", *(_median(cell) for cell in own))
            yield from shown
            continue
        if variable != last:
            yield (first.label, *("" for _ in groups))
            yield from shown
        yield (f"  {in_words(level)}", *(_share(cell) for cell in own))
        last = variable


def _mean(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    if row.mean is None:
        return TOO_FEW
    return f"{number(row.mean, 1)} ({number(row.sd, 1)})"


def _median(row: Characteristic | None) -> str:
    if row is None or row.median is None:
        return NONE
    return f"{number(row.median, 1)} ({number(row.q25, 1)} to {number(row.q75, 1)})"


def _share(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    return TOO_FEW if row.n_level is None else f"{row.n_level} ({percent(row.share)})"


def _missing(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    total = row.n_known + row.n_missing
    return f"{row.n_missing} ({percent(row.n_missing / total if total else 0.0)})"

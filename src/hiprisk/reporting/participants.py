"""Sections that describe participants: flow, findings, baseline characteristics, missing values."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.cohort.findings import SMALLEST_COUNT
from hiprisk.evidence.baseline_characteristics import Characteristic, TableOne
from hiprisk.evidence.document import Evidence
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.study import draw_flow, draw_missing
from hiprisk.reporting.plots.style import as_png
from hiprisk.wording.labels import with_unit
from hiprisk.wording.quantities import NONE, TOO_FEW, number, percent


def people_section(evidence: Evidence) -> Section:
    """Participant flow, and what the check of the cohort found."""
    flow = Table(
        head=("step", "excluded", "remaining"),
        rows=tuple((s.label, str(s.n_left_out), str(s.n_remaining)) for s in evidence.flow),
        caption="Participant flow",
    )
    findings = Table(
        head=("code", "severity", "variable", "rows", "finding"),
        rows=tuple(
            (
                str(found["code"]),
                str(found["severity"]),
                NONE if found["column"] is None else evidence.label(found["column"]),
                f"fewer than {SMALLEST_COUNT}" if found["count"] is None else str(found["count"]),
                str(found["message"]),
            )
            for found in evidence.findings
            if found["code"] != "MISSING"
        ),
        caption="Findings of the checks of cohort and sample size; for missing values see table 1",
    )
    return Section(
        anchor="people",
        title="Participants",
        paragraphs=(
            f"{evidence.n_analysed} rows with a known outcome, of {evidence.n_people} people, "
            "were analysed.",
        ),
        tables=(flow, *((findings,) if findings.rows else ())),
        pictures=(
            Picture(
                name="participants.png",
                png=as_png(draw_flow(evidence)),
                alt="Bars: rows remaining after each step; the table below has the numbers.",
                caption="Rows remaining after each step.",
            ),
        ),
    )


def characteristics_section(evidence: Evidence) -> Section:
    """Table 1, with missing values."""
    table = evidence.table_one
    head = ("characteristic", *(f"{name} (n = {n})" for name, n in table.groups))
    return Section(
        anchor="characteristics",
        title="Baseline characteristics (table 1) and missing values",
        paragraphs=(
            "Numbers: mean (SD), median [quartiles]. Categories: count (percentage of known "
            "values). Missing values are counted below each variable.",
        ),
        tables=(Table(head=head, rows=tuple(_rows(table)), caption="Baseline characteristics"),),
        pictures=(
            Picture(
                name="missing.png",
                png=as_png(draw_missing(evidence)),
                alt="Bars: percentage missing of each variable; table 1 has the numbers.",
                caption="Percentage missing of each variable, among all rows.",
            ),
        ),
        notes=(
            "Complete rows: "
            + "; ".join(
                f"{name} {complete} of {n}"
                for (name, n), complete in zip(table.groups, table.n_complete, strict=True)
            )
            + ".",
            f"Counts below {table.smallest_cell} are not shown, and neither is a count that would "
            "disclose one.",
        ),
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
            yield (with_unit(first.label, first.unit), *(_cell(cell) for cell in own))
            yield from shown
            continue
        if variable != last:
            yield (first.label, *("" for _ in groups))
            yield from shown
        yield (f"  {level}", *(_cell(cell) for cell in own))
        last = variable


def _cell(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    if row.level is None:
        if row.mean is None:
            return TOO_FEW
        return (
            f"{number(row.mean, 1)} ({number(row.sd, 1)}), {number(row.median, 1)} "
            f"[{number(row.q25, 1)} to {number(row.q75, 1)}]"
        )
    return TOO_FEW if row.n_level is None else f"{row.n_level} ({percent(row.share)})"


def _missing(row: Characteristic | None) -> str:
    if row is None:
        return NONE
    total = row.n_known + row.n_missing
    return f"{row.n_missing} ({percent(row.n_missing / total if total else 0.0)})"

"""Parts that reports of several commands have: participants, metrics, tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiprisk.learning.participants.flow import FlowStep
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Line, Section, Table, Tile
from hiprisk.validation.expected.comparison import ExpectedComparison
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    interval_digits,
    number,
    number_and_interval,
    signed,
    signed_with_interval,
    with_interval,
)
from hiprisk.wording.reasons import refusal_in_words

METRIC_HEAD = ("metric", "value", "95 % CI")


def participants_section(
    flow: Sequence[FlowStep],
    *,
    reasons: Mapping[str, int] | None = None,
    labels: Mapping[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> Section:
    """From the rows of the cohort to those that are evaluated, and why others are not.

    Parameters
    ----------
    flow : sequence of FlowStep
    reasons : mapping of str to int, optional
        Rows without a prediction, by reason.
    labels : mapping of str to str, optional
        Of variables, by name.
    notes : tuple of str
    """
    tables = [
        Table(
            head=("step", "left out", "remaining"),
            rows=tuple((capital(s.label), str(s.n_left_out), str(s.n_remaining)) for s in flow),
            caption="Rows of the cohort",
        )
    ]
    if reasons:
        tables.append(
            Table(
                head=("no prediction because", "rows"),
                rows=tuple(
                    (capital(refusal_in_words(code, labels or {})), str(n))
                    for code, n in sorted(reasons.items())
                ),
                caption="Rows without a prediction",
            )
        )
    return Section(anchor="people", title="Participants", tables=tuple(tables), notes=notes)


def metric_table(estimates: Sequence[Estimate], *, caption: str, folded: bool = False) -> Table:
    """Metrics with their intervals."""
    rows = tuple((capital(label_of(one.name)), *number_and_interval(one)) for one in estimates)
    return Table(head=METRIC_HEAD, rows=rows, caption=caption, folded=folded)


def metric_tile(estimate: Estimate, *, title: str, note: str, anchor: str) -> Tile:
    """One metric with its interval, large."""
    value, ends = number_and_interval(estimate)
    return Tile(
        title=title,
        lines=(
            Line(
                label=capital(label_of(estimate.name)),
                value=f"{capital(label_of(estimate.name))} {value}",
                detail="" if ends == NONE else f"95 % CI {ends}",
            ),
        ),
        note=note,
        anchor=anchor,
    )


def expected_section(comparison: ExpectedComparison) -> Section:
    """What the model expects of these people, beside development and what was observed."""
    events = [event for event in comparison.expected.events if event.reason is None]
    endings = tuple(f"_{event.name}" for event in comparison.expected.events)
    own = [one for one in comparison.figures if not one.name.endswith(endings) or not endings]
    tables = [_expected_table(comparison, {one.name: label_of(one.name) for one in own}, "Outcome")]
    for event in events:
        names = {f"{one.name}_{event.name}": label_of(one.name) for one in event.estimates}
        tables.append(
            _expected_table(comparison, names, f"Event: {event.label} (n = {event.n})", fold=True)
        )
    return Section(
        anchor="expected",
        title="Expected and observed performance"
        if comparison.has_observed
        else "Expected performance",
        paragraphs=comparison.sentences,
        tables=tuple(tables),
    )


def _expected_table(
    comparison: ExpectedComparison, names: Mapping[str, str], caption: str, *, fold: bool = False
) -> Table:
    head = ["metric", "expected here (95 % CI)"]
    beside, observed = comparison.has_development, comparison.has_observed
    head += ["expected in development", "by case mix"] if beside else []
    head += ["observed (95 % CI)", "observed minus expected (95 % CI)"] if observed else []
    rows = []
    for one in comparison.figures:
        if one.name not in names:
            continue
        row = [capital(names[one.name]), with_interval(one.expected)]
        if beside:
            moved = one.by_case_mix
            digits = interval_digits(one.expected)
            row += [number(one.development, digits)]
            row += [NONE if moved is None else signed(moved, digits)]
        if observed:
            found = one.difference
            row += [
                NONE if one.observed is None else with_interval(one.observed),
                NONE if found is None else signed_with_interval(found),
            ]
        rows.append(tuple(row))
    return Table(head=tuple(head), rows=tuple(rows), caption=caption, folded=fold)


def notes_section(sentences: Sequence[str], *, title: str = "How it was done") -> Section:
    """How a result came about, and what to mind."""
    return Section(anchor="methods", title=title, paragraphs=tuple(sentences))


def findings_table(findings: Sequence[Mapping[str, object]], labels: Mapping[str, str]) -> Section:
    """What the checks of the cohort found."""
    rows = tuple(
        (
            str(found["code"]),
            labels.get(str(found.get("column") or ""), str(found.get("column") or NONE)),
            str(found.get("count") or NONE),
            str(found["message"]),
        )
        for found in findings
    )
    return Section(
        anchor="findings",
        title="Checks of the data",
        tables=(Table(head=("code", "variable", "rows", "finding"), rows=rows),),
        part=APPENDIX,
    )

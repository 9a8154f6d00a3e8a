"""Sections on robustness: expected performance and subgroups."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.clinical_utility.net_benefit import NET_BENEFIT
from hiprisk.metrics.registry import headlines, label_of
from hiprisk.reporting.page.blocks import APPENDIX, Section, Table
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.subgroups import draw_subgroups
from hiprisk.validation.subgroups.results import (
    CALIBRATION,
    GroupEstimate,
    Heterogeneity,
    Subgroups,
)
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    number,
    p_value,
    percent,
    plural,
    with_interval,
)


def expected_section(evidence: Evidence) -> Section | None:
    """What the model itself expects of the development cohort."""
    expected = evidence.expected
    if expected is None:
        return None
    labels = {event.name: event.label for event in expected.events}
    groups = [("", one) for one in expected.estimates]
    groups += [(labels[event.name], one) for event in expected.events for one in event.estimates]
    correction = "" if not expected.interval_note else f" No intervals: {expected.interval_note}."
    return Section(
        anchor="expected",
        part=APPENDIX,
        title="Expected performance",
        paragraphs=(
            "What the model itself expects of everybody at the first visit of the development "
            "cohort (also those whose hip is replaced later) if it is right: averages over "
            "its own predictive distribution, corrected for the error of the fit where it has "
            f"bootstrap models.{correction} `hiprisk validate --expected` and `hiprisk drift` tell "
            "the same of a new cohort before its outcomes are known: the difference from this "
            "table is the effect of case mix.",
        ),
        tables=(
            Table(
                head=("metric", "expected (95 % CI)"),
                rows=tuple(
                    (capital(label_of(one.name, event=event)), with_interval(one))
                    for event, one in groups
                ),
                caption=f"Expected of {plural(expected.n, 'row')} at the first visit of the "
                "development cohort, whatever became of them",
            ),
        ),
    )


def subgroups_section(evidence: Evidence) -> Section | None:
    """Performance in subgroups."""
    if evidence.subgroups is None:
        return None
    return section_of_subgroups(evidence.subgroups, provenance=evidence.provenance)


def section_of_subgroups(
    groups: Subgroups,
    *,
    where: str = "tables/heterogeneity.parquet",
    drawn_metrics: Sequence[str] | None = None,
    provenance: str = "real",
) -> Section:
    """The same of one result.

    Parameters
    ----------
    groups : Subgroups
    where : str
        What has every comparison.
    drawn_metrics : sequence of str, optional
        Metrics with a picture; the first and calibration by default.
    provenance : str
        Of the data.
    """
    shown = drawn_metrics or [
        groups.metrics[0],
        *([CALIBRATION] if CALIBRATION in groups.metrics else []),
    ]
    benefits = {NET_BENEFIT.at(value).name for value in {one.threshold for one in groups.benefits}}
    tables = [
        Table(
            head=("group", "people", *map(label_of, groups.metrics)),
            rows=_group_rows(groups),
            caption="Performance by subgroup (95 % CI)",
        ),
        Table(
            head=("metric", "by", "groups", "between-group heterogeneity (SD, 95 % CI)",
                  "second minus first (95 % CI)", "p-value", "adjusted p-value"),
            rows=tuple(
                _spread_row(row, groups)
                for row in groups.heterogeneity
                if _is_shown(row, groups, benefits)
            ),
            caption="Heterogeneity between groups. Of predictive distributions and events, only "
            f"net benefit and differences with evidence ({where} has all)",
            folded=True,
        ),
    ]  # fmt: skip
    tables[1:1] = _further_tables(groups)
    if groups.benefits:
        tables.append(_benefit_table(groups))
    return Section(
        anchor="subgroups",
        part=APPENDIX,
        title="Performance in subgroups",
        paragraphs=groups.sentences(),
        tables=tuple(tables),
        pictures=tuple(
            drawn(
                name=f"groups_{metric}.png",
                ax=draw_subgroups(groups, metric=metric, provenance=provenance),
                alt=f"Points with 95 % CI: {label_of(metric)} by subgroup, as in the table.",
                caption=f"{capital(label_of(metric))} by subgroup.",
                wide=True,
            )
            for metric in shown
        ),
    )


def _group_rows(groups: Subgroups) -> tuple[tuple[str, ...], ...]:
    found: dict[tuple[str, str], dict[str, GroupEstimate]] = {}
    for row in groups.estimates:
        found.setdefault((row.grouping, row.level), {})[row.metric] = row
    everybody = {estimate.name: estimate for estimate in groups.overall}
    rows = [
        (
            "everybody",
            f"{groups.n_people}",
            *(with_interval(everybody[name]) for name in groups.metrics),
        )
    ]
    for group in groups.groups:
        cells = found.get((group.grouping, group.level), {})
        rows.append(
            (
                f"{groups.label_of_grouping(group.grouping)}: {group.level}",
                "not shown" if group.n_people is None else f"{group.n_people}",
                *(_group_cell(cells.get(name)) for name in groups.metrics),
            )
        )
    return tuple(rows)


def _further_tables(groups: Subgroups) -> list[Table]:
    """Predictive distributions and event probabilities by subgroup; files have all metrics."""
    found: dict[str, dict[tuple[str, str], dict[str, GroupEstimate]]] = {}
    for row in groups.further:
        by_place = found.setdefault(row.event, {})
        by_place.setdefault((row.grouping, row.level), {})[row.metric] = row
    return [_further_table(event, by_place, groups) for event, by_place in found.items()]


def _further_table(
    event: str, by_place: dict[tuple[str, str], dict[str, GroupEstimate]], groups: Subgroups
) -> Table:
    digits = 3 if event else 2
    first = next(iter(by_place.values()))
    few = headlines("binary") if event else headlines("distribution", "continuous")
    names = [name for name in first if name in few]
    shown = {(group.grouping, group.level): not group.suppressed for group in groups.groups}
    return Table(
        head=("group", *map(label_of, names)),
        rows=tuple(
            (
                _group(groups, grouping, level),
                *(_group_cell(cells[name], digits) for name in names),
            )
            for (grouping, level), cells in by_place.items()
            if shown.get((grouping, level), True)
        ),
        caption=f"Predicted probability by subgroup (95 % CI): {groups.event_label(event)}"
        if event
        else "Predictive distribution, floor and ceiling proportions by subgroup (95 % CI)",
        folded=True,
    )


def _is_shown(row: Heterogeneity, groups: Subgroups, benefits: Collection[str]) -> bool:
    """Whether a comparison stands in the report: there are many of forecasts and events."""
    main = not row.event and row.metric in groups.metrics
    return main or row.metric in benefits or row.p_adjusted < 1.0 - groups.level


def _group(groups: Subgroups, grouping: str, level: str) -> str:
    return level if grouping == level else f"{groups.label_of_grouping(grouping)}: {level}"


def _group_cell(row: GroupEstimate | None, digits: int = 2) -> str:
    return NONE if row is None or row.estimate is None else with_interval(row.estimate, digits)


def _spread_row(row: Heterogeneity, groups: Subgroups) -> tuple[str, ...]:
    return (
        groups.metric_label(row),
        groups.label_of_grouping(row.grouping),
        f"{row.n_groups}",
        with_interval(row.tau),
        NONE if row.difference is None else with_interval(row.difference),
        p_value(row.p_value),
        p_value(row.p_adjusted),
    )


def _benefit_table(groups: Subgroups) -> Table:
    rows = tuple(
        (
            groups.event_label(row.event) or "outcome",
            percent(row.threshold, 0),
            _group(groups, row.grouping, row.level),
            NONE if row.net_benefit is None else with_interval(row.net_benefit),
            number(row.act_on_all),
            NONE if row.gain is None else with_interval(row.gain),
        )
        for row in groups.benefits
    )
    return Table(
        head=("event", "threshold probability", "group", "net benefit (95 % CI)", "treat all",
              "gain over the better of treat all and treat none (95 % CI)"),
        rows=rows,
        caption="Net benefit by subgroup at the declared thresholds",
        folded=True,
    )  # fmt: skip

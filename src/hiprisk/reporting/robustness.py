"""The sections of a report on robustness: stability, groups of people, sites."""

from __future__ import annotations

from collections.abc import Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.decision_curve.net_benefit import NET_BENEFIT
from hiprisk.metrics.registry import find_metric, headlines, label_of
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.sites import draw_sites
from hiprisk.reporting.plots.stability import (
    draw_calibration_stability,
    draw_mape,
    draw_prediction_stability,
)
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.plots.subgroups import draw_subgroups
from hiprisk.validation.internal.instability_results import DecisionStability, Stability
from hiprisk.validation.subgroups.results import (
    CALIBRATION,
    GroupEstimate,
    Heterogeneity,
    Subgroups,
)
from hiprisk.wording.quantities import (
    NONE,
    interval,
    number,
    percent,
    share_with_interval,
    with_interval,
)


def stability_section(evidence: Evidence) -> Section | None:
    """How far the model would differ had other people been in the study."""
    stability = evidence.stability
    if stability is None:
        return None
    return Section(
        anchor="stability",
        title="How stable the model is",
        paragraphs=(
            f"The model as refitted on {stability.n_refits} resamples of people, each refit judged "
            "on the original people.",
        ),
        tables=_stability_tables(stability),
        pictures=_stability_pictures(
            stability,
            unit=evidence.outcome_unit if evidence.kind == "continuous" else "risk",
            provenance=evidence.provenance,
        ),
    )


def _stability_tables(stability: Stability) -> tuple[Table, ...]:
    figures = stability.predictions.to_dict()
    predictions = Table(
        head=("measure", "value"),
        rows=tuple((name.replace("_", " "), number(value)) for name, value in figures.items()),
        caption="Predictions: mean absolute difference of the refits from the model (MAPE), "
        "and the width of the middle 95 % of the refits, over people",
    )
    calibration = Table(
        head=("index", "the model (95 % of the refits)"),
        rows=tuple(
            (label_of(one.name), with_interval(one)) for one in stability.calibration.spread
        ),
        caption="Calibration of the refits on the original people",
    )
    decisions = (_decision_table(stability.decisions),) if stability.decisions else ()
    return (predictions, calibration, *decisions)


def _decision_table(decisions: Sequence[DecisionStability]) -> Table:
    return Table(
        head=("prediction that one acts on", "reach it", "change sides in a refit",
              "in any refit", "in a tenth of the refits or more"),
        rows=tuple(
            (f"{one.threshold:g}", percent(one.share_acted_on),
             share_with_interval(one.share_flipped), percent(one.share_ever_flipped),
             percent(one.share_often_flipped))
            for one in decisions
        ),
        caption="Decisions, in brackets the middle 95 % of the refits",
    )  # fmt: skip


def _stability_pictures(stability: Stability, *, unit: str, provenance: str) -> tuple[Picture, ...]:
    predictions, calibration = stability.predictions, stability.calibration
    drawn = (
        (
            "stability.png",
            draw_prediction_stability(predictions, unit=unit, provenance=provenance),
            "Each prediction beside the range of the refits' predictions",
        ),
        (
            "mape.png",
            draw_mape(predictions, unit=unit, provenance=provenance),
            "Mean absolute difference of the refits, by predicted level",
        ),
        (
            "calibration_stability.png",
            draw_calibration_stability(calibration, unit=unit, provenance=provenance),
            "Calibration curves of the refits around that of the model",
        ),
    )
    return tuple(
        Picture(name=name, png=as_png(ax), alt=f"{words}.", caption=f"{words}.")
        for name, ax, words in drawn
    )


def subgroups_section(evidence: Evidence) -> Section | None:
    """Performance in groups of people."""
    groups = evidence.subgroups
    if groups is None:
        return None
    shown = [groups.metrics[0], *([CALIBRATION] if CALIBRATION in groups.metrics else [])]
    tables = [
        Table(
            head=("group", "people", *map(label_of, groups.metrics)),
            rows=_group_rows(groups),
            caption="Every metric by group (95 % interval)",
        ),
        Table(
            head=("metric", "by", "groups", "spread between groups beyond chance",
                  "second less first", "p", "adjusted p"),
            rows=tuple(_spread_row(row) for row in groups.heterogeneity if _is_shown(row, groups)),
            caption="Heterogeneity between groups; of forecasts and events only what differs by "
            "more than chance, and net benefit (tables/heterogeneity.parquet has all)",
            folded=True,
        ),
    ]  # fmt: skip
    tables[1:1] = _further_tables(groups)
    if groups.benefits:
        tables.append(_benefit_table(groups))
    return Section(
        anchor="subgroups",
        title="Groups of people",
        paragraphs=groups.sentences(),
        tables=tuple(tables),
        pictures=tuple(
            Picture(
                name=f"groups_{metric}.png",
                png=as_png(draw_subgroups(groups, metric=metric)),
                alt=f"Points with intervals: {label_of(metric)} in every group; the table has the "
                "numbers.",
                caption=f"{label_of(metric)} in every group.",
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
            *(with_interval(everybody[name], 2) for name in groups.metrics),
        )
    ]
    for group in groups.groups:
        cells = found.get((group.grouping, group.level), {})
        rows.append(
            (
                f"{group.grouping}: {group.level}",
                "not shown" if group.n_people is None else f"{group.n_people}",
                *(_group_cell(cells.get(name)) for name in groups.metrics),
            )
        )
    return tuple(rows)


def _further_tables(groups: Subgroups) -> list[Table]:
    """Forecasts, and every event's chance, by group: compact, the tables have all metrics."""
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
                level if grouping == level else f"{grouping}: {level}",
                *(_group_cell(cells[name], digits) for name in names),
            )
            for (grouping, level), cells in by_place.items()
            if shown.get((grouping, level), True)
        ),
        caption=f"Chance of {event.replace('_', ' ')} by group (95 % interval)"
        if event
        else "Forecasts and shares at the bounds by group (95 % interval)",
        folded=True,
    )


def _is_shown(row: Heterogeneity, groups: Subgroups) -> bool:
    """Whether a comparison stands in the report: there are many of forecasts and events."""
    main = not row.event and row.metric in groups.metrics
    benefits = {NET_BENEFIT.at(one.threshold).name for one in groups.benefits}
    return main or row.metric in benefits or row.p_adjusted < 1.0 - groups.level


def _group_cell(row: GroupEstimate | None, digits: int = 2) -> str:
    return NONE if row is None or row.estimate is None else with_interval(row.estimate, digits)


def _spread_row(row: Heterogeneity) -> tuple[str, ...]:
    return (
        label_of(row.metric, event=row.event.replace("_", " ")),
        row.grouping,
        f"{row.n_groups}",
        with_interval(row.tau),
        NONE if row.difference is None else with_interval(row.difference),
        number(row.p_value),
        number(row.p_adjusted),
    )


def _benefit_table(groups: Subgroups) -> Table:
    rows = tuple(
        (
            row.event,
            f"{row.threshold:g}",
            f"{row.grouping}: {row.level}",
            NONE if row.net_benefit is None else with_interval(row.net_benefit),
            number(row.act_on_all),
            NONE if row.gain is None else with_interval(row.gain),
        )
        for row in groups.benefits
    )
    return Table(
        head=("event", "threshold", "group", "net benefit", "acting on all",
              "gain over the better of all and none"),
        rows=rows,
        caption="Net benefit by group, at the declared thresholds",
        folded=True,
    )  # fmt: skip


def sites_section(evidence: Evidence) -> Section | None:
    """Each site judged by a fit without it."""
    sites = evidence.sites
    if sites is None:
        return None
    pictures = tuple(
        Picture(
            name=f"sites_{row.metric}.png",
            png=as_png(
                draw_sites(
                    sites,
                    metric=row.metric,
                    label=label_of(row.metric),
                    ideal=find_metric(evidence.kind, row.metric).optimum,
                    provenance=evidence.provenance,
                )
            ),
            alt=f"Points with intervals: {label_of(row.metric)} in every site, the mean and what a "
            "new site may see; the table has the numbers.",
            caption=f"{label_of(row.metric)} in each site by a model fitted without it.",
        )
        for row in sites.pooled[:1] + tuple(r for r in sites.pooled if r.metric == CALIBRATION)
    )
    tables = [
        Table(
            head=("metric", "sites", "mean (95 % interval)", "95 % prediction interval of a new "
                  "site", "variance between sites", "I2"),
            rows=tuple(
                (label_of(row.metric), f"{row.n_sites}",
                 f"{number(row.value)} ({interval(row.low, row.high)})",
                 interval(row.new_low, row.new_high), number(row.tau2, 4), percent(row.i2, 0))
                for row in sites.pooled
            ),
            caption="Pooled over sites by random effects",
        )
    ]  # fmt: skip
    whole = [one for one in sites.left_out if one.metric is None]
    return Section(
        anchor="sites",
        title="From site to site",
        paragraphs=(
            f"Internal-external validation: each site judged by a model fitted without it. A site "
            f"needs {sites.rule}; {len(whole)} site(s) had fewer and were not judged.",
            "Sites are numbered in order of first appearance.",
        ),
        tables=tuple(tables),
        pictures=pictures,
    )

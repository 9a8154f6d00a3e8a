"""The sections of a report that conclude: what blocks add, and association."""

from __future__ import annotations

from collections.abc import Iterator

from hiprisk.evidence.document import Evidence
from hiprisk.inference.association import AssociationRow
from hiprisk.inference.increment import AddedValue, Addition, Gain
from hiprisk.metrics.decision_curve.bands import DecisionCurveDifference
from hiprisk.reporting.page import Picture, Section, Table
from hiprisk.reporting.plots.association import draw_association
from hiprisk.reporting.plots.increment import draw_added_value
from hiprisk.reporting.plots.style import as_png
from hiprisk.reporting.plots.utility import draw_decision_curve_difference
from hiprisk.wording.quantities import NONE, interval, number, percent, with_interval


def added_section(evidence: Evidence) -> Section | None:
    """What each block of predictors adds, with the verdict."""
    added = evidence.added
    if added is None:
        return None
    return Section(
        anchor="added",
        title="What each block of predictors adds",
        paragraphs=tuple(one.sentence for one in added.additions),
        tables=(_verdict_table(added), _gain_table(added), _block_test_table(added)),
        pictures=(
            Picture(
                name="added.png",
                png=as_png(draw_added_value(added)),
                alt="Points with intervals: gain of each block; a line: the smallest gain worth "
                "having. The table below has the numbers.",
                caption="Gain of each block beside the minimum important gain.",
            ),
            *_benefit_pictures(added),
        ),
        notes=(
            f"{added.models[0].upper()}{added.models[1:]}; {added.n_resamples} resamples.",
            *added.notes,
        ),
    )


def _benefit_pictures(added: AddedValue) -> list[Picture]:
    """What the blocks add in net benefit across thresholds, an event a picture."""
    by_event: dict[str, list[DecisionCurveDifference]] = {}
    for one in added.additions:
        for gain in one.decisions:
            by_event.setdefault(gain.event, []).append(gain.curve)
    return [
        Picture(
            name=f"added_net_benefit_{event}.png",
            png=as_png(draw_decision_curve_difference(curves, provenance=added.provenance)),
            alt=f"Net benefit of models with more blocks less that of the base, across thresholds: "
            f"{curves[0].outcome}.",
            caption=f"What blocks add in net benefit, corrected for optimism: {curves[0].outcome}.",
        )
        for event, curves in by_event.items()
    ]


def _verdict_table(added: AddedValue) -> Table:
    return Table(
        head=("added", "scenario", "verdict", "share of new information (95 % interval)"),
        rows=tuple(row for one in added.additions for row in _information_rows(one)),
        caption=f"Beside {' + '.join(added.base)}",
    )


def _gain_table(added: AddedValue) -> Table:
    return Table(
        head=("added", "measure", "scenario", "base", "with it", "gain", "95 % interval"),
        rows=tuple(
            _gain_row(one, gain, scenario)
            for one in added.additions
            for scenario, gains in (
                ("as used", one.gains),
                *((error_free.name, error_free.gains) for error_free in one.error_free),
            )
            for gain in gains
        ),
        caption="Gains in every measure, corrected for optimism; positive is better",
        folded=True,
    )


def _block_test_table(added: AddedValue) -> Table:
    return Table(
        head=("added", "test", "statistic", "degrees of freedom", "p"),
        rows=tuple(
            (one.name, test.method, number(test.statistic, 2),
             _degrees(test.df, test.df_denominator),
             "below 0.001" if test.p_value < 0.001 else number(test.p_value))
            for one in added.additions
            for test in one.tests
        ),
        caption="Tests that all coefficients of the block are zero; read them with the "
        "gains above, never alone",
    )  # fmt: skip


def _information_rows(one: Addition) -> Iterator[tuple[str, ...]]:
    yield (one.name, "as used", one.verdict, with_interval(one.new_information))
    for case in one.error_free:
        yield (one.name, case.name, case.verdict, with_interval(case.new_information))


def _gain_row(one: Addition, gain: Gain, scenario: str) -> tuple[str, ...]:
    label = f"{gain.label}{', reduction' if gain.reduction else ''}"
    ends = gain.estimate
    return (
        one.name,
        label,
        scenario,
        number(gain.base),
        number(gain.model),
        number(ends.value),
        interval(ends.low, ends.high),
    )


def _degrees(df: float, denominator: float | None) -> str:
    return f"{df:g}" if denominator is None else f"{df:g}, {denominator:.0f}"


def association_section(evidence: Evidence) -> Section | None:
    """The table of a cohort paper."""
    table = evidence.association
    if table is None:
        return None
    digits = 2 if table.kind == "continuous" else 3
    tables = [
        Table(
            head=("group", "model", "measure", "estimate (95 % interval)", "n", "exposed",
                  "missing information", "E-value", "of its limit"),
            rows=tuple(_effect_row(row, digits) for row in table.rows),
            caption=table.exposure,
        )
    ]  # fmt: skip
    if table.differences:
        tables.append(
            Table(
                head=("strata", "model", "measure", "difference (95 % interval)"),
                rows=tuple(
                    (f"{one.stratum} against {one.versus}", one.model.replace("_", " + "),
                     one.measure.replace("_", " "), with_interval(one.estimate, digits))
                    for one in table.differences
                ),
                caption="Difference between strata; of ratios, their ratio",
            )
        )  # fmt: skip
    return Section(
        anchor="association",
        title="Association with the declared exposure",
        paragraphs=table.sentences,
        tables=tuple(tables),
        pictures=(
            Picture(
                name="association.png",
                png=as_png(draw_association(table)),
                alt="Points with intervals: crude and adjusted effects; the table has the numbers.",
                caption="Crude and adjusted effects with 95 % intervals.",
            ),
        ),
        notes=table.notes,
    )


def _effect_row(row: AssociationRow, digits: int) -> tuple[str, ...]:
    e = row.e_value
    return (
        row.stratum,
        row.model.replace("_", " + "),
        row.measure.replace("_", " "),
        with_interval(row.estimate, digits),
        f"{row.n}",
        NONE if row.n_exposed is None else f"{row.n_exposed}",
        percent(row.share_missing, 0),
        NONE if e is None else number(e.point, 2),
        NONE if e is None else number(e.limit, 2),
    )

"""Sections on added value of blocks of predictors, and on association."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hiprisk.evidence.document import Evidence
from hiprisk.inference.association import AssociationRow, AssociationTable
from hiprisk.inference.association.result import ALL
from hiprisk.inference.increment import AddedValue, Addition, Gain
from hiprisk.metrics.clinical_utility.bands import DecisionCurveDifference
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.association import draw_association
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.reporting.plots.increment import draw_added_value
from hiprisk.reporting.plots.utility import draw_decision_curve_difference
from hiprisk.wording.associations import MEASURE_LABELS, MODEL_SHORT_LABELS
from hiprisk.wording.disclaimers import SIMULATED_COHORT
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import (
    NONE,
    interval_digits,
    number,
    number_and_interval,
    p_value,
    percent,
    with_interval,
)

WHAT_IF = (
    " What if: had the block's measurements no error and no missing values; the model in use would "
    "not gain this much. As measured: the same with the measurement error left in."
)


def added_section(evidence: Evidence) -> Section | None:
    """What each block of predictors adds, with the verdict."""
    return None if evidence.added is None else added_of(evidence.added)


def added_of(added: AddedValue) -> Section:
    """The same of one result."""
    return Section(
        anchor="added",
        title="What blocks of predictors add",
        paragraphs=tuple(capital(one.sentence) for one in added.additions),
        pictures=(
            drawn(
                name="added.png",
                ax=draw_added_value(added),
                alt="Points with 95 % CI: gain of each block; a line: the minimum important gain. "
                "The appendix has the numbers.",
                caption="Gain of each block beside the minimum important gain."
                + (WHAT_IF if any(one.error_free for one in added.additions) else ""),
                wide=True,
            ),
        ),
    )


def added_details_section(evidence: Evidence) -> Section | None:
    """Every gain in every measure, tests, and how it was done."""
    if evidence.added is None:
        return None
    return added_details_of(evidence.added, thresholds=_declared(evidence))


def added_details_of(added: AddedValue, *, thresholds: Sequence[float] = ()) -> Section:
    """The same of one result; declared thresholds are marked in its pictures."""
    return Section(
        anchor="added_details",
        title="Added value in full",
        tables=(_verdict_table(added), _gain_table(added), _block_test_table(added)),
        pictures=tuple(_benefit_pictures(added, thresholds)),
        notes=(
            f"{capital(added.models)}; {added.n_resamples} bootstrap resamples.",
            *added.notes,
        ),
        part=APPENDIX,
    )


def _declared(evidence: Evidence) -> tuple[float, ...]:
    events = () if evidence.events is None else evidence.events.events
    return next((one.thresholds for one in events if one.thresholds), ())


def _benefit_pictures(added: AddedValue, thresholds: Sequence[float]) -> list[Picture]:
    """Gain in net benefit by threshold probability, an event a picture."""
    by_event: dict[str, list[DecisionCurveDifference]] = {}
    for one in added.additions:
        for gain in one.decisions:
            # "with low back pain minus without": the base model is that without these blocks.
            named = replace(gain.curve, reference_name="without")
            by_event.setdefault(gain.event, []).append(named)
    return [
        drawn(
            name=f"added_net_benefit_{event}.png",
            ax=draw_decision_curve_difference(
                curves, provenance=added.provenance, declared=thresholds
            ),
            alt="Net benefit of models with more blocks minus that of the base model, by threshold "
            f"probability: {curves[0].outcome}.",
            caption=f"Gain in net benefit, optimism-corrected: {curves[0].outcome}. The band is "
            f"the pointwise {100 * curves[0].level:g} % CI of the first line.",
        )
        for event, curves in by_event.items()
    ]


def _verdict_table(added: AddedValue) -> Table:
    return Table(
        head=("added", "scenario", "verdict", "share of new information (95 % CI)"),
        rows=tuple(row for one in added.additions for row in _information_rows(one)),
        caption=f"Base model: {added.base_label}",
    )


def _gain_table(added: AddedValue) -> Table:
    return Table(
        head=("added", "measure", "scenario", "base", "extended", "gain", "95 % CI"),
        rows=tuple(
            _gain_row(one, gain, scenario)
            for one in added.additions
            for scenario, gains in (
                ("as used", one.gains),
                *((error_free.name, error_free.gains) for error_free in one.error_free),
            )
            for gain in gains
        ),
        caption="Gain in every measure, optimism-corrected; positive is better",
        folded=True,
    )


def _block_test_table(added: AddedValue) -> Table:
    return Table(
        head=("added", "test", "statistic", "degrees of freedom", "p-value"),
        rows=tuple(
            (one.label, test.method, number(test.statistic, 2),
             _degrees(test.df, test.df_denominator),
             p_value(test.p_value))
            for one in added.additions
            for test in one.tests
        ),
        caption="Tests that all coefficients of the block are zero; interpret them together with "
        "the gains above",
    )  # fmt: skip


def _information_rows(one: Addition) -> Iterator[tuple[str, ...]]:
    yield (one.label, "as used", one.verdict, with_interval(one.new_information))
    for case in one.error_free:
        yield (one.label, case.name, case.verdict, with_interval(case.new_information))


def _gain_row(one: Addition, gain: Gain, scenario: str) -> tuple[str, ...]:
    label = f"{gain.label}{', reduction' if gain.reduction else ''}"
    ends = gain.estimate
    digits = interval_digits(ends)
    return (
        one.label,
        label,
        scenario,
        number(gain.base, digits),
        number(gain.model, digits),
        *number_and_interval(ends, digits),
    )


def _degrees(df: float, denominator: float | None) -> str:
    return f"{df:g}" if denominator is None else f"{df:g}, {denominator:.0f}"


def association_section(evidence: Evidence) -> Section | None:
    """Crude and adjusted effects, with differences between strata."""
    return None if evidence.association is None else association_of(evidence.association)


def association_of(table: AssociationTable) -> Section:
    """The same of one result."""
    digits = table.digits
    tables = [
        Table(
            head=("stratum", "model", "measure", "estimate (95 % CI)", "n", "exposed",
                  "missing information", "E-value", "E-value of the CI"),
            rows=tuple(_effect_row(row, digits) for row in table.rows),
            caption=f"{capital(table.exposure)}; fully adjusted: confounders and baseline score"
            if any(row.model == "adjusted_baseline" for row in table.rows)
            else capital(table.exposure),
        )
    ]  # fmt: skip
    if table.differences:
        tables.append(
            Table(
                head=("strata", "model", "measure", "difference (95 % CI)"),
                rows=tuple(
                    (f"{one.stratum} vs {one.versus}", MODEL_SHORT_LABELS[one.model],
                     MEASURE_LABELS[one.measure], with_interval(one.estimate, digits))
                    for one in table.differences
                ),
                caption="Difference between strata (for ratios, their ratio)",
            )
        )  # fmt: skip
    return Section(
        anchor="association",
        title="Association with the declared exposure",
        # The page has that warning at its top.
        paragraphs=tuple(one for one in table.sentences if one != SIMULATED_COHORT),
        tables=tuple(tables),
        pictures=(
            drawn(
                name="association.png",
                ax=draw_association(table),
                alt="Points with 95 % CI: crude and adjusted effects; the table has the numbers.",
                caption="Crude and adjusted effects with 95 % CI.",
                wide=True,
            ),
        ),
        notes=table.notes,
    )


def _effect_row(row: AssociationRow, digits: int) -> tuple[str, ...]:
    e = row.e_value
    return (
        "everybody" if row.stratum == ALL else row.stratum,
        MODEL_SHORT_LABELS[row.model],
        MEASURE_LABELS[row.measure],
        with_interval(row.estimate, digits),
        f"{row.n}",
        NONE if row.n_exposed is None else f"{row.n_exposed}",
        percent(row.share_missing, 0),
        NONE if e is None else number(e.point, 2),
        NONE if e is None else number(e.limit, 2),
    )

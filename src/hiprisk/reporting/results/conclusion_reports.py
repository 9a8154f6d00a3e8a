"""The reports of ``hiprisk compare`` and ``hiprisk associate``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hiprisk.inference.association import AssociationRow, AssociationTable
from hiprisk.inference.association.sentences import difference_sentence, effect_sentence
from hiprisk.inference.increment import AddedValue
from hiprisk.reporting.page.blocks import BODY, Line, Section, Tile
from hiprisk.reporting.results.common_sections import notes_section, participants_section
from hiprisk.reporting.results.report import ResultReport, banner_of
from hiprisk.reporting.study.conclusions import (
    added_details_of,
    added_of,
    association_of,
)
from hiprisk.reporting.study.first_screen import gain_line
from hiprisk.reporting.study.verdict import blocks_sentence
from hiprisk.wording.associations import MEASURE_LABELS, MODEL_SHORT_LABELS
from hiprisk.wording.labels import blocks_in_words, capital, unit_of_amount
from hiprisk.wording.quantities import (
    interval,
    number,
    p_equals,
    people_counted,
    signed,
    with_interval,
)

# How large the effect is said to be: the measure that comes first.
FIRST = {"continuous": "mean_difference", "binary": "odds_ratio"}


def added_value_report(result: AddedValue) -> ResultReport:
    """What the report of a comparison shows.

    Parameters
    ----------
    result : AddedValue
    """
    summary = result.sentences()
    n_people = result.n_analysed if result.n_people is None else result.n_people
    counted = people_counted(n_people, result.n_analysed)
    gains = Tile(
        title=f"Gain in {result.metric_label} (95 % CI)",
        lines=tuple(gain_line(one, result) for one in result.additions if len(one.blocks) == 1),
        note=f"Minimum important gain {result.smallest_gain:g}. {counted}, optimism-corrected.",
        anchor="added",
    )
    information = Tile(
        title="Share of new information (95 % CI)",
        lines=tuple(
            Line(label=capital(one.label), value=with_interval(one.new_information))
            for one in result.additions
            if len(one.blocks) == 1
        ),
        note="Share of the larger model's likelihood-ratio statistic that the base model lacks.",
        anchor="added_details",
    )
    details = replace(added_details_of(result), part=BODY, notes=())
    return ResultReport(
        title=f"What is added to {blocks_in_words(result.base)}: {result.outcome_label}",
        summary=summary,
        warnings=banner_of(summary, data=result.provenance),
        verdict=tuple(filter(None, (blocks_sentence(result),))),
        tiles=(gains, information),
        main_figure="added_value.png",
        sections=(
            _renamed(added_of(result), "added.png", "added_value.png"),
            details,
            notes_section(
                (
                    f"{capital(result.models)}; {result.n_resamples} bootstrap resamples"
                    + (
                        f", of which {result.n_refused} could not be fitted."
                        if result.n_refused
                        else "."
                    ),
                    *result.notes,
                )
            ),
        ),
        sources=(
            ("study", f"`{result.study}`"),
            ("cohort fingerprint", f"`{result.cohort_fingerprint or 'not known'}`"),
        ),
        data=result.provenance,
    )


def _renamed(section: Section, name: str, new: str) -> Section:
    """A section whose picture has the name that the command's files know it by."""
    pictures = tuple(
        replace(one, name=new) if one.name == name else one for one in section.pictures
    )
    return replace(section, pictures=pictures)


def association_report(table: AssociationTable) -> ResultReport:
    """What the report of an association shows.

    Parameters
    ----------
    table : AssociationTable
    """
    row = _fullest(table)
    differences = [
        difference_sentence(one, table)
        for one in table.differences
        if one.model == row.model and one.measure == row.measure
    ]
    section = association_of(table)
    return ResultReport(
        title=table.title,
        summary=table.sentences,
        warnings=banner_of(table.sentences, data=table.provenance),
        verdict=(f"{capital(table.exposure)}. {effect_sentence(row, table)}", *differences[:1]),
        tiles=tuple(_tiles(table, row)),
        main_figure="association.png",
        sections=(
            replace(section, paragraphs=(), notes=()),
            participants_section(table.flow),
            notes_section(table.notes),
        ),
        sources=(("cohort fingerprint", f"`{table.cohort_fingerprint or 'not known'}`"),),
        data=table.provenance,
    )


def _fullest(table: AssociationTable) -> AssociationRow:
    """The effect of everybody in the model with most adjustment."""
    models = list(dict.fromkeys(row.model for row in table.rows))
    return table.row(models[-1], measure=FIRST[table.kind])


def _tiles(table: AssociationTable, row: AssociationRow) -> Iterator[Tile]:
    of_means = row.measure == "mean_difference"
    unit = unit_of_amount(table.unit) if of_means else ""
    digits = table.digits if of_means else 2
    write = signed if of_means else number
    yield Tile(
        title=f"Effect, {MODEL_SHORT_LABELS[row.model]}",
        lines=(
            Line(
                label=MEASURE_LABELS[row.measure],
                value=f"{write(row.estimate.value, digits)} {unit}".rstrip(),
                detail=f"{MEASURE_LABELS[row.measure]}, 95 % CI "
                f"{interval(row.estimate.low, row.estimate.high, digits)}",
            ),
        ),
        note=f"n = {row.n}" + ("." if row.n_exposed is None else f", {row.n_exposed} exposed."),
        anchor="association",
    )
    others = [
        one
        for one in table.rows
        if (one.stratum, one.measure) == (row.stratum, row.measure) and one.model != row.model
    ]
    if others:
        yield Tile(
            title="With less adjustment",
            lines=tuple(_line(MODEL_SHORT_LABELS[one.model], one, digits) for one in others),
            note=f"{capital(MEASURE_LABELS[row.measure])} (95 % CI).",
            anchor="association",
        )
    strata = [
        one
        for one in table.rows
        if (one.model, one.measure) == (row.model, row.measure) and one.stratum != row.stratum
    ]
    if strata:
        tests = [one for one in table.differences
                 if (one.model, one.measure) == (row.model, row.measure)]  # fmt: skip
        yield Tile(
            title="Does it differ between strata?",
            lines=tuple(_line(one.stratum, one, digits) for one in strata),
            note=f"Difference between them: {p_equals(tests[0].p_value)}." if tests else "",
            anchor="association",
        )
    yield from _confounding(table, row)


def _line(label: str, row: AssociationRow, digits: int) -> Line:
    write = signed if row.measure == "mean_difference" else number
    return Line(
        label=capital(label),
        value=write(row.estimate.value, digits),
        detail=f"({interval(row.estimate.low, row.estimate.high, digits)})",
    )


def _confounding(table: AssociationTable, row: AssociationRow) -> Iterator[Tile]:
    measure = "mean_difference" if table.kind == "continuous" else "risk_ratio"
    place = (row.model, row.stratum, measure)
    found = [one for one in table.rows if (one.model, one.stratum, one.measure) == place]
    value = found[0].e_value if found else None
    if value is None:
        return
    yield Tile(
        title="Unmeasured confounding (E-value)",
        lines=(
            Line(
                label="E-value",
                value=number(value.point, 2),
                detail=f"of the CI {number(value.limit, 2)}",
            ),
        ),
        note="Risk ratio that a confounder would need with exposure and outcome to explain the "
        "effect away.",
        anchor="association",
    )

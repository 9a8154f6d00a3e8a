"""Sections on internal validation: optimism-corrected and cross-validated performance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.metrics.estimate import Estimate
from hiprisk.metrics.registry import label_of
from hiprisk.reporting.page.blocks import APPENDIX, Picture, Section, Table
from hiprisk.reporting.plots.calibration import Bounds, draw_corrected_calibration
from hiprisk.reporting.plots.drawn import drawn
from hiprisk.validation.internal.corrected_curves import CorrectedCurve
from hiprisk.validation.internal.cross_validation import CrossValidation
from hiprisk.validation.internal.optimism_table import OptimismRow, OptimismTable
from hiprisk.wording.availability import not_available_in_words, not_computed_in_words
from hiprisk.wording.quantities import (
    NONE,
    interval,
    interval_digits,
    number,
    signed,
    with_interval,
)

ABOUT_INTERVALS = (
    "The 95 % CI is from the spread of the optimism over the bootstrap; Noma's "
    "location-shifted interval is given with it. In simulated studies of 300 people the "
    "first covered the truth in 93 to 99 %; Noma's, in 82 to 92 %, is somewhat too narrow "
    "(`experiments/interval_coverage`)."
)


def performance_section(evidence: Evidence) -> Section:
    """Optimism-corrected beside apparent and cross-validated values: what everybody reads."""
    refused = evidence.not_available.get("optimism")
    table, crossing = evidence.optimism, evidence.cross_validation
    return Section(
        anchor="performance",
        title="Performance",
        paragraphs=(
            repeated_in_words(table)
            if refused is None
            else f"Optimism-corrected performance is not available: {refused}.",
            *crossing_in_words(crossing),
        ),
        tables=(
            _main_columns(table, crossing)
            if refused is None
            else _apparent_columns(evidence.apparent, crossing),
        ),
        notes=() if refused else (_not_repeated(evidence),),
    )


def internal_validation_section(evidence: Evidence) -> Section | None:
    """Every estimate of every metric, for those who compare methods of internal validation."""
    if "optimism" in evidence.not_available:
        return None
    table, crossing = evidence.optimism, evidence.cross_validation
    return Section(
        anchor="internal_validation",
        title="Internal validation in full",
        tables=(optimism_columns(table, crossing),),
        notes=(ABOUT_INTERVALS, _not_repeated(evidence), *refused_in_words(table, crossing)),
        part=APPENDIX,
    )


def _not_repeated(evidence: Evidence) -> str:
    return f"Not repeated in the resamples: {'; '.join(evidence.not_repeated)}."


def _main_columns(table: OptimismTable, crossing: CrossValidation | None) -> Table:
    crossed = _by_name(crossing)
    return Table(
        head=("metric", "optimism-corrected (95 % CI)", "apparent", "optimism", "cross-validated"),
        rows=tuple(
            (
                label_of(row.metric),
                with_interval(found, digits),
                number(row.apparent, digits),
                signed(row.optimism, digits),
                number(crossed[row.metric].value, digits) if row.metric in crossed else NONE,
            )
            for row, found, digits in with_digits(table)
        ),
        caption="Performance, optimism-corrected and apparent",
    )


def with_digits(table: OptimismTable) -> Iterator[tuple[OptimismRow, Estimate, int]]:
    """Each row, its corrected estimate, and the digits that the interval says are sure."""
    for row in table.rows:
        found = Estimate(name=row.metric, value=row.corrected, low=row.low, high=row.high)
        yield row, found, interval_digits(found)


def repeated_in_words(table: OptimismTable) -> str:
    """What the bootstrap did."""
    return (
        f"Imputation and fit were repeated on {table.n_resamples} bootstrap resamples of "
        "people. Optimism-corrected = apparent minus optimism."
    )


def crossing_in_words(crossing: CrossValidation | None, *, imputed: bool = True) -> tuple[str, ...]:
    """What cross-validation did; nothing where there was none."""
    if crossing is None:
        return ()
    imputation = "; missing values are imputed in each fold separately" if imputed else ""
    repeats = "1 repeat" if crossing.n_repeats == 1 else f"{crossing.n_repeats} repeats"
    return (
        f"Cross-validation: {repeats} of {crossing.n_folds} folds. A person "
        f"is in one fold only{imputation}.",
    )


def optimism_columns(table: OptimismTable, crossing: CrossValidation | None) -> Table:
    """Every metric: apparent, optimism, corrected, .632, cross-validated.

    Parameters
    ----------
    table : OptimismTable
    crossing : CrossValidation or None
    """
    crossed = _by_name(crossing)
    return Table(
        head=("metric", "apparent", "optimism", "optimism-corrected", "95 % CI",
              "location-shifted 95 % CI", ".632", ".632+", "cross-validated (95 % CI)"),
        rows=tuple(
            (
                label_of(row.metric),
                number(row.apparent, digits),
                signed(row.optimism, digits),
                number(row.corrected, digits),
                interval(row.low, row.high, digits),
                interval(row.shifted_low, row.shifted_high, digits),
                number(row.value_632, digits),
                number(row.value_632_plus, digits),
                with_interval(crossed[row.metric], digits) if row.metric in crossed else NONE,
            )
            for row, _, digits in with_digits(table)
        ),
        caption="Apparent, optimism-corrected and cross-validated performance",
    )  # fmt: skip


def _apparent_columns(apparent: Sequence[Estimate], crossing: CrossValidation | None) -> Table:
    crossed = _by_name(crossing)
    return Table(
        head=("metric", "apparent (95 % CI)", "cross-validated (95 % CI)"),
        rows=tuple(
            (
                label_of(one.name),
                with_interval(one),
                with_interval(crossed[one.name]) if one.name in crossed else NONE,
            )
            for one in apparent
        ),
        caption="Apparent and cross-validated performance; apparent values are optimistic",
    )


def _by_name(crossing: CrossValidation | None) -> dict[str, Estimate]:
    return {} if crossing is None else {one.name: one for one in crossing.estimates()}


def corrected_calibration_pictures(
    curve: CorrectedCurve | None, *, unit: str, provenance: str, bounds: Bounds = (None, None)
) -> tuple[Picture, ...]:
    """The corrected calibration curve, within the outcome's bounds; nothing where there is none."""
    if curve is None:
        return ()
    return (
        drawn(
            name="calibration_corrected.png",
            ax=draw_corrected_calibration(curve, unit=unit, provenance=provenance, bounds=bounds),
            alt="Observed outcome as a smooth function of the model's prediction, apparent and "
            "optimism-corrected, with pointwise 95 % CI.",
            caption="Calibration curve of the model (lowess), apparent and optimism-corrected.",
        ),
    )


def refused_in_words(table: OptimismTable, crossing: CrossValidation | None) -> tuple[str, ...]:
    """Resamples without a fit, metrics that resamples or repeats could not give."""
    notes = [f"{table.n_refused} further resamples could not be fitted."] * bool(table.n_refused)
    notes.append(not_computed_in_words(table.not_computed(), table.n_resamples, label_of))
    for line in not_available_in_words(table.not_available, label_of):
        notes.append(f"Optimism-corrected {line}.")
    if crossing is not None:
        for line in not_available_in_words(crossing.not_available, label_of):
            notes.append(f"Cross-validated {line}.")
    return tuple(note for note in notes if note)

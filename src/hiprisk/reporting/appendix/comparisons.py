"""The candidates of a study in words, and each beside the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hiprisk.evidence.document import Evidence
from hiprisk.learning.model_choice import CandidateResult
from hiprisk.reporting.page.blocks import Table
from hiprisk.validation.performance.paired import PairedDifference
from hiprisk.wording.labels import in_words
from hiprisk.wording.quantities import (
    NONE,
    interval_digits,
    number,
    setting_text,
    signed_with_interval,
)


def candidate_label(candidate: CandidateResult) -> str:
    """Name of a candidate, with the class of one of the study's own."""
    name = in_words(candidate.name)
    if not candidate.estimator:
        return name
    benchmark = ", benchmark" if candidate.benchmark else ""
    return f"{name} ({candidate.estimator}{benchmark})"


def settings_text(params: Mapping[str, object]) -> str:
    """Settings with their values; a dash where there are none."""
    said = ", ".join(f"{in_words(name)} {setting_text(value)}" for name, value in params.items())
    return said or NONE


def comparison_paragraphs(evidence: Evidence) -> tuple[str, ...]:
    """How the candidates were compared; empty where the study has none of its own."""
    if not evidence.comparisons:
        return ()
    return (
        "A benchmark is tuned and evaluated as the others are, and never chosen, since it cannot "
        "be written as a sheet. Differences are the candidate minus the model, on the same people, "
        "with paired 95 % bootstrap intervals.",
    )


def comparison_tables(evidence: Evidence) -> tuple[Table, ...]:
    """Each candidate beside the model: out of fold, and in held-out participants."""
    found = evidence.comparisons
    tables = [
        _table(
            [(one.name, one.out_of_fold) for one in found],
            caption="Candidates beside the model, by out-of-fold predictions",
        ),
        _table(
            [(one.name, one.holdout) for one in found],
            caption="Candidates beside the model, in held-out participants",
        ),
    ]
    return tuple(table for table in tables if table.rows)


def _table(found: Sequence[tuple[str, Sequence[PairedDifference]]], *, caption: str) -> Table:
    rows = tuple(
        (
            in_words(name),
            one.label,
            number(one.first.value, interval_digits(one.difference)),
            number(one.second.value, interval_digits(one.difference)),
            signed_with_interval(one.difference),
        )
        for name, differences in found
        for one in differences
    )
    head = ("candidate", "metric", "of the model", "of the candidate", "difference (95 % CI)")
    return Table(head=head, rows=rows, caption=caption)

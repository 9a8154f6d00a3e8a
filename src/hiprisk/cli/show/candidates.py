"""The candidates of a study beside its model, on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hiprisk.cli.show.output import print_lines, print_table
from hiprisk.wording.labels import in_words
from hiprisk.wording.quantities import interval_digits, number, signed_with_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hiprisk.evidence.document import Evidence
    from hiprisk.validation.candidates.results import CandidateComparison
    from hiprisk.validation.performance.paired import PairedDifference


def show_comparisons(evidence: Evidence) -> None:
    """Each candidate beside the model, where the study has candidates of its own."""
    found = evidence.comparisons
    if not found:
        return
    n = found[0].n
    print_lines(
        "", f"Candidates beside the model ({in_words(found[0].model)}), out of fold, n = {n}:"
    )
    _table([(one, one.out_of_fold) for one in found])
    held = [one for one in found if one.holdout]
    if held:
        print_lines("", f"The same in held-out participants, n = {held[0].n_holdout}:")
        _table([(one, one.holdout) for one in held])
    print_lines("Difference: candidate minus model, paired 95 % CI. Benchmarks are never shipped.")


def _table(found: Sequence[tuple[CandidateComparison, Sequence[PairedDifference]]]) -> None:
    rows = [
        [
            in_words(candidate.name) + (" (benchmark)" if candidate.benchmark else ""),
            one.label,
            number(one.first.value, interval_digits(one.difference)),
            number(one.second.value, interval_digits(one.difference)),
            signed_with_interval(one.difference),
        ]
        for candidate, differences in found
        for one in differences
    ]
    print_table(("candidate", "metric", "of the model", "of the candidate", "difference"), rows)

"""What could not be computed, and why: one line a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hiprisk.sheet.distribution import FEWEST_FOR_95, guaranteed_coverage
from hiprisk.wording.quantities import percent

if TYPE_CHECKING:
    from hiprisk.sheet.format import Sheet


# How an authors' answer begins that gives none: see `AuthorsAnswers`.
NOT_REPORTED, NOT_APPLICABLE = "not reported", "not applicable"


def is_answered(answer: str) -> bool:
    """Whether the authors' words answer what they were asked.

    Examples
    --------
    >>> is_answered("A goniometer."), is_answered("Not applicable; the people are simulated.")
    (True, False)
    """
    return bool(answer) and not answer.lower().startswith((NOT_REPORTED, NOT_APPLICABLE))


def not_available_in_words(
    not_available: Mapping[str, str], label: Callable[[str], str]
) -> tuple[str, ...]:
    """Figures that could not be computed; those with one reason share a line.

    Parameters
    ----------
    not_available : mapping of str to str
        Reason by name of the figure.
    label : callable
        What a person reads for a name.

    Examples
    --------
    >>> not_available_in_words({"a": "no events", "b": "no events"}, str.upper)
    ('A, B: not available (no events)',)
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in not_available.items():
        by_reason.setdefault(reason, []).append(label(name))
    return tuple(
        f"{', '.join(labels)}: not available ({reason})" for reason, labels in by_reason.items()
    )


def not_computed_in_words(
    not_computed: Mapping[str, int], n_resamples: int, label: Callable[[str], str]
) -> str:
    """On how many resamples figures could not be computed; empty where each could on all.

    Examples
    --------
    >>> not_computed_in_words({"slope": 1, "c": 0}, 200, str.upper)
    'Could not be computed on some of the 200 resamples, and is from the others: SLOPE (1).'
    """
    some = [f"{label(name)} ({count})" for name, count in not_computed.items() if count]
    if not some:
        return ""
    verb = "is" if len(some) == 1 else "are"
    return (
        f"Could not be computed on some of the {n_resamples} resamples, and {verb} from the "
        f"others: {', '.join(some)}."
    )


def few_residuals_in_words(sheet: Sheet) -> str:
    """That a model has no 95 % prediction interval for want of residuals; empty where it has."""
    covered = guaranteed_coverage(sheet)
    if covered is None:
        return ""
    return (
        f"Fewer than {FEWEST_FOR_95} residuals stand behind the prediction intervals: at 95 % "
        "there is none. Its ends are the least and the largest, which are guaranteed to cover at "
        f"most {percent(covered)} of new outcomes."
    )

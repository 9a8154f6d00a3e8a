"""Whether a patient is like the development cohort, in words that every way out shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiprisk.sheet.similarity import Distance

SIMILARITY = {
    "alike": "like the development cohort",
    "less_usual": "less usual than 19 in 20 of the development cohort",
    "unlike": "unlike the development cohort: fewer than 1 in 100 are as far from its mean",
}
SHORT_SIMILARITY = {
    "alike": "Like the development cohort",
    "less_usual": "Less usual than 19 in 20 of the development cohort",
    "unlike": "Unlike the development cohort (fewer than 1 in 100 are as far from its mean)",
}
TOGETHER = {
    "less_usual": "taken together, these values are less usual than 19 in 20 of the development "
    "cohort",
    "unlike": "taken together, these values are unlike the development cohort; check them, and "
    "trust the prediction less",
}
NOTHING_KNOWN = "nothing is known that would show whether the model applies to this patient"
_LOUDNESS = {"less_usual": "Note", "unlike": "WARNING"}


def similarity_warning(found: Distance | None) -> str | None:
    """One line for whoever reads the answer; None where the patient is like the cohort.

    Values that are each possible may be impossible together, which only the distance shows.

    Parameters
    ----------
    found : Distance or None
        None where nothing is known.
    """
    if found is None:
        return f"Note: {NOTHING_KNOWN}."
    words = TOGETHER.get(found.likeness)
    return None if words is None else f"{_LOUDNESS[found.likeness]}: {words}."

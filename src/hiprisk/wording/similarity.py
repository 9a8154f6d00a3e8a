"""Whether a patient is like those that a model learned from, in words that every way out shares."""

from __future__ import annotations

from hiprisk.sheet.similarity import Distance

SIMILARITY = {
    "alike": "like those that the model learned from",
    "less_usual": "less usual than 19 in 20 of those that the model learned from",
    "unlike": "unlike those that the model learned from: fewer than 1 in 100 are as far out",
}
SHORT_SIMILARITY = {
    "alike": "Like those learned from",
    "less_usual": "Less usual than 19 in 20 of those learned from",
    "unlike": "Unlike those learned from (fewer than 1 in 100 are as far out)",
}
TOGETHER = {
    "less_usual": "taken together, these values are less usual than 19 in 20 of those learned from",
    "unlike": "taken together, these values are unlike those learned from; check them, trust the "
    "answer less",
}
NOTHING_KNOWN = "nothing is known by which to tell whether the model fits this patient"
_LOUDNESS = {"less_usual": "Note", "unlike": "WARNING"}


def similarity_warning(found: Distance | None) -> str | None:
    """One line for whoever reads the answer; None where the patient is like those learned from.

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

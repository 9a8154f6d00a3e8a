"""Whom a patient is compared with, in words that every way out shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiprisk.sheet.format import VariableSpec

AVERAGE_PATIENT = "an average patient of the development cohort"
# What "average" means, for where there is room to say it.
AVERAGE_MEANS = "median or most common value of each variable"
ABSENT_LEVELS = ("no", "none")


def without_exposure(exposure: VariableSpec, absent: float | str) -> str:
    """The average patient without an exposure, for instance without low back pain."""
    if absent in ABSENT_LEVELS or absent == 0.0:
        return f"{AVERAGE_PATIENT} without {exposure.label}"
    return f"{AVERAGE_PATIENT} with {exposure.label}: {absent}"


def compared_with(words: str) -> str:
    """The beginning of a sentence on contributions."""
    return f"Compared with {words}"

"""Verdicts that several rooms give in the same words."""

from __future__ import annotations


def slope_in_words(slope: float) -> str:
    """What a calibration slope other than 1 says of the predictions."""
    return "too extreme" if slope < 1 else "too moderate"

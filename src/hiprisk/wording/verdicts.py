"""Verdicts that several rooms give in the same words."""

from __future__ import annotations

from hiprisk.wording.quantities import WithInterval, with_ci


def excludes(estimate: WithInterval, value: float) -> bool:
    """Whether an interval speaks against a value; without an interval nothing does."""
    low, high = estimate.low, estimate.high
    return low is not None and high is not None and not low <= value <= high


def is_worth_a_word(slope: WithInterval) -> bool:
    """Whether a slope belongs among the few sentences on a study: off 1, or not known to be 1."""
    return excludes(slope, 1.0) or not 0.9 <= slope.value <= 1.1


def slope_in_words(slope: WithInterval, *, how: str = "") -> str:
    """What a calibration slope says of the predictions, by its interval.

    Parameters
    ----------
    slope : value with its interval
    how : str
        How it was evaluated, where that is to be said: ``cross-validated``.
    """
    said = f"{how} calibration slope {with_ci(slope)}".lstrip()
    if excludes(slope, 1.0):
        side = "too extreme" if slope.value < 1 else "too moderate"
        return f"Predictions are {side}: {said}."
    if slope.low is None or slope.high is None:
        return (
            "Whether predictions are too extreme or too moderate is inconclusive: "
            f"{said}, without an interval."
        )
    return f"No evidence that predictions are too extreme or too moderate: {said}."

"""How good a model is, in the words that a report's first screen and the clinician's page share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hiprisk.wording.labels import capital, listed, predictor_label, unit_of_amount
from hiprisk.wording.quantities import WithInterval, amount, number, percent, vanishes
from hiprisk.wording.verdicts import excludes

if TYPE_CHECKING:
    from hiprisk.sheet.explanation.importance import Importance
    from hiprisk.sheet.format import Sheet

# Which figure says best how well a model predicts, by the kind of its outcome.
HEADLINES = {"continuous": "r2", "binary": "c_statistic"}
SLOPE = "calibration_slope"
ADDS, TOO_LITTLE = "adds", "adds less than the minimum important gain"
# The predictors that are named where few words have to do.
MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockGain:
    """What one block of predictors adds, as far as a sentence needs it.

    Attributes
    ----------
    label, verdict : str
    low : float or None
        Lower end of the gain's 95 % CI.
    """

    label: str
    verdict: str
    low: float | None


def how_well(kind: str, found: WithInterval, *, outcome: str, how: str, label: str) -> str:
    """How well a model predicts, without a full stop.

    Parameters
    ----------
    kind : str
        Of the outcome: ``continuous`` or ``binary``.
    found : value with its interval
        Of the headline metric.
    outcome, how, label : str
        Label of the outcome, how the metric was evaluated, label of the metric.
    """
    share = f"{percent(found.value, 0)}{_ends(found)}"
    if kind == "continuous":
        return (
            f"The model explains {share} of how much {outcome} differs between people ({how} "
            f"{label})"
        )
    return (
        "Of two people, one with and one without the event, the model gives the first the higher "
        f"risk in {share} of pairs ({how} {label})"
    )


def _ends(estimate: WithInterval) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f" (95 % CI {100.0 * estimate.low:.0f} to {100.0 * estimate.high:.0f} %)"


def calibration_clause(slope: WithInterval) -> str:
    """What a calibration slope says, as the end of a sentence."""
    if excludes(slope, 1.0):
        side = "extreme" if slope.value < 1 else "moderate"
        return f"; its predictions are too {side} (calibration slope {number(slope.value, 2)})"
    if slope.low is None:
        return ""
    return "; there is no evidence that its predictions are too extreme or too moderate"


def blocks_added(gains: Sequence[BlockGain], minimum: str) -> str:
    """What each block adds to the base, in words; empty where none is compared.

    Parameters
    ----------
    gains : sequence of BlockGain
    minimum : str
        The minimum important gain with its measure: ``R² 0.01``.
    """
    # In the past tense: a label may be singular or plural.
    groups: dict[str, list[str]] = {}
    for one in gains:
        groups.setdefault(_said(one), []).append(one.label)
    parts = []
    for said, names in groups.items():
        parts.append(said.format(blocks=listed(names), minimum=minimum))
    return f"{capital('; '.join(parts))}." if parts else ""


def _said(one: BlockGain) -> str:
    return _CONCLUSIONS[_conclusion(one)][1]


def gain_in_brief(one: BlockGain) -> str:
    """The same of one block in a few words, for where its gain stands beside them.

    Examples
    --------
    >>> gain_in_brief(BlockGain(label="x", verdict="inconclusive at this sample size", low=0.002))
    'added, but whether by the minimum or more is inconclusive'
    """
    return _CONCLUSIONS[_conclusion(one)][0]


def _conclusion(one: BlockGain) -> str:
    if one.verdict in (ADDS, TOO_LITTLE):
        return one.verdict
    return "above 0" if one.low is not None and one.low > 0.0 else "inconclusive"


# In brief, and as part of a sentence: whatever stands beside each other says the same.
_CONCLUSIONS = {
    ADDS: (
        "added at least the minimum",
        "{blocks} added at least the minimum important gain ({minimum})",
    ),
    TOO_LITTLE: (
        "added less than the minimum",
        "{blocks} added less than the minimum important gain ({minimum})",
    ),
    "above 0": (
        "added, but whether by the minimum or more is inconclusive",
        "{blocks} added to the prediction, but whether by the minimum important gain ({minimum}) "
        "or more is inconclusive at this sample size",
    ),
    "inconclusive": (
        "inconclusive at this sample size",
        "whether {blocks} added to the prediction is inconclusive at this sample size",
    ),
}


def what_changes_most(sheet: Sheet, found: Sequence[Importance]) -> str:
    """The predictors that move predictions most, with how far; empty where there are none.

    Parameters
    ----------
    sheet : Sheet
    found : sequence of Importance
        Of the sheet, the largest first.
    """
    unit = "" if sheet.outcome.kind == "binary" else f" {unit_of_amount(sheet.outcome.unit)}"
    named = [
        f"{predictor_label(one.group.label, sheet.outcome.label)} "
        f"({amount(sheet, one.sd)}{unit.rstrip()})"
        for one in found[:MOST_NAMED]
        if not vanishes(sheet, one.sd)
    ]
    if not named:
        return ""
    return (
        f"{capital(listed(named))}: how far predictions typically differ between people by this "
        "alone (standard deviation)."
    )


def validation_in_words(how: str, *, held_out: str | None = None) -> str:
    """How a model was validated, and that nobody else did.

    Parameters
    ----------
    how : str
        ``by 200 bootstrap resamples``, ``by cross-validation``.
    held_out : str, optional
        Whom it was tried on beside that: ``120 people held out (last year)``.
    """
    if held_out is None:
        return f"Validated internally only ({how}): not yet tried at another time or place."
    return f"Validated internally ({how}) and in {held_out}, by nobody else."


def sample_size_in_words(*, is_enough: bool) -> str:
    """Whether a study had as many people as its model asks for."""
    return f"Sample size {'meets' if is_enough else 'is below'} the criteria of Riley et al."

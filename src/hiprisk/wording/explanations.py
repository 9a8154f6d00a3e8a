"""Which parts of an explanation are worth a reader's time, and what is said of the others.

The page's script repeats these rules; the JSON of an answer keeps every part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiprisk.wording.labels import in_words, unit_of_amount
from hiprisk.wording.quantities import amount, plural, vanishes

if TYPE_CHECKING:
    from hiprisk.sheet.explanation.exposure import LevelPrediction, PredictionsByExposure
    from hiprisk.sheet.format import Sheet

# A measurement that narrows the 80 % interval by less than this share of its width is not listed.
NOTICEABLE_SHARE = 0.01
NOTHING_NOTICEABLE = (
    "Measuring what is not known would not narrow the 80 % interval noticeably (by 1 % of its "
    "width or more)."
)
# As sources in the dictionary mark their figures.
SOURCE_MARKS = "[found]: read in the source named; [derived]: computed from found figures."
DIFFERENCE_BETWEEN_PEOPLE = (
    "Predictions for patients who are alike in all else: a difference between people, not the "
    "effect of a treatment."
)
NOTHING_ELSE = "Nothing else would narrow it noticeably."


def level_in_words(found: PredictionsByExposure, level: LevelPrediction) -> str:
    """A level of the exposure; that of the patient is said."""
    own = " (this patient)" if level.level == found.given else ""
    return f"{in_words(level.level)}{own}"


def differences_in_words(sheet: Sheet, found: PredictionsByExposure) -> list[tuple[str, str]]:
    """Each level against that of reference: ``yes vs no``, ``+7.0 points``."""
    unit = unit_of_amount(sheet.outcome.unit) if sheet.outcome.kind == "continuous" else ""
    return [
        (
            f"{in_words(one.level)} vs {in_words(found.reference)}",
            f"{'+' if one.difference >= 0 else ''}{amount(sheet, one.difference)} {unit}".rstrip(),
        )
        for one in found.levels[1:]
        if one.difference is not None
    ]


def changed_in_words(sheet: Sheet, found: PredictionsByExposure) -> list[str]:
    """What else had to change at a level, a sentence a value."""
    return [
        f"For '{in_words(one.level)}', {sheet.variable(name).label} is taken as "
        f"{'not known' if value is None else _plain(value)}."
        for one in found.levels
        for name, value in one.changed.items()
    ]


def _plain(value: float | str) -> str:
    return in_words(value) if isinstance(value, str) else f"{value:g}"


def is_noticeable(sheet: Sheet, narrows_80_by: float, *, width_80: float) -> bool:
    """Whether a measurement narrows the interval by what digits show, and 1 % of its width.

    Parameters
    ----------
    sheet : Sheet
    narrows_80_by : float
        By how much the 80 % interval is expected to be narrower.
    width_80 : float
        Its width now.
    """
    if vanishes(sheet, narrows_80_by):
        return False
    return narrows_80_by >= NOTICEABLE_SHARE * width_80


def others_that_narrow(n_noticeable: int, n_measurable: int, *, shown: int) -> str:
    """What measurements that are not shown would do, below those that are.

    Parameters
    ----------
    n_noticeable, n_measurable : int
        Measurements that narrow the interval noticeably, and all of them.
    shown : int
        At most so many are shown.

    Examples
    --------
    >>> others_that_narrow(7, 20, shown=5), others_that_narrow(5, 20, shown=5)
    ('2 others would narrow it too.', 'Nothing else would narrow it noticeably.')
    """
    if n_noticeable > shown:
        return f"{plural(n_noticeable - shown, 'other')} would narrow it too."
    return NOTHING_ELSE if n_noticeable < n_measurable else ""


def has_effect(value: float, digits: int) -> bool:
    """Whether a contribution is shown as anything but 0."""
    return float(f"{value:.{digits}f}") != 0.0


def others_in_words(values: Sequence[float], digits: int) -> str:
    """A line for contributions that are each shown as 0: ``4 others: no effect``."""
    others = plural(len(values), "other")
    return f"{others} together" if has_effect(sum(values), digits) else f"{others}: no effect"

"""Questionnaires: from item answers to scores, each with its own rule for missing answers.

Items are known by number only; no wording is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from hiprisk.arrays import Bools, Floats
from hiprisk.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """How a questionnaire is scored.

    Attributes
    ----------
    items : tuple of str
    top : int
        Highest answer to an item; the lowest is 0.
    most_missing : int
        Missing answers up to which the mean of the others stands in.
    other_tops : tuple of int
        Highest answers of other published forms with the same items, also from 0.
    best_is_high : bool
        The score runs from 0 (worst) to 100 (best); otherwise higher is worse.
    raw_sum : bool
        The score is the sum of the items, not its share of the largest sum.
    """

    items: tuple[str, ...]
    top: int
    most_missing: int
    other_tops: tuple[int, ...] = ()
    best_is_high: bool = False
    raw_sum: bool = False


def _numbered(prefix: str, count: int) -> tuple[str, ...]:
    return tuple(f"{prefix}{number}" for number in range(1, count + 1))


_WOMAC_PAIN = _numbered("pain_", 5)
_WOMAC_FUNCTION = _numbered("function_", 17)
# Beside the Likert form: numerical rating 0-10, visual analogue 0-100 mm.
VISUAL_ANALOGUE = 100
_WOMAC_FORMS = (10, VISUAL_ANALOGUE)
_HOOS_ADL = _numbered("a", 17)
_HOOS_OF_WOMAC_PAIN = ("p4", "p5", "p6", "p7", "p8")

INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        "womac_pain": Instrument(items=_WOMAC_PAIN, top=4, most_missing=1, other_tops=_WOMAC_FORMS),
        "womac_stiffness": Instrument(
            items=_numbered("stiffness_", 2), top=4, most_missing=1, other_tops=_WOMAC_FORMS
        ),
        "womac_function": Instrument(
            items=_WOMAC_FUNCTION, top=4, most_missing=3, other_tops=_WOMAC_FORMS
        ),
        # HOOS holds the items of WOMAC LK 3.0 unchanged. The two missing rules differ, so each has
        # a name of its own: WOMAC's needs 14 of 17 answers, HOOS's needs 9.
        "womac_pain_from_hoos": Instrument(items=_HOOS_OF_WOMAC_PAIN, top=4, most_missing=1),
        "womac_stiffness_from_hoos": Instrument(items=("s4", "s5"), top=4, most_missing=1),
        "womac_function_from_hoos": Instrument(items=_HOOS_ADL, top=4, most_missing=3),
        "womac_function_from_hoos_by_hoos_rule": Instrument(items=_HOOS_ADL, top=4, most_missing=8),
        "hoos_symptoms": Instrument(
            items=_numbered("s", 5), top=4, most_missing=2, best_is_high=True
        ),
        "hoos_pain": Instrument(items=_numbered("p", 10), top=4, most_missing=5, best_is_high=True),
        "hoos_adl": Instrument(items=_HOOS_ADL, top=4, most_missing=8, best_is_high=True),
        "hoos_sport": Instrument(
            items=_numbered("sp", 4), top=4, most_missing=2, best_is_high=True
        ),
        "hoos_qol": Instrument(items=_numbered("q", 4), top=4, most_missing=2, best_is_high=True),
        "ohs": Instrument(items=_numbered("item_", 12), top=4, most_missing=2, raw_sum=True),
        "odi": Instrument(items=_numbered("section_", 10), top=5, most_missing=1),
        "rmdq": Instrument(items=_numbered("item_", 24), top=1, most_missing=0, raw_sum=True),
    }
)

HOOS_PS_ITEMS = ("a1", "a13", "a14", "sp2", "sp3")
# Raw sum 0 to 20 to the 100-best interval scale.
HOOS_PS_TABLE = (
    *(100.0, 95.4, 91.2, 87.3, 83.6, 80.0, 76.6, 73.1, 69.6, 66.1, 62.3),
    *(58.3, 53.9, 49.2, 44.1, 38.4, 32.1, 25.2, 17.6, 9.2, 0.0),
)

# The last item has five answers, 0 to 4, of which the upper two count.
STARTBACK_ITEMS = _numbered("item_", 9)
STARTBACK_LAST_COUNTS_FROM = 3

ITEM_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{name: instrument.items for name, instrument in INSTRUMENTS.items()},
        "womac_total": (*_WOMAC_PAIN, *_numbered("stiffness_", 2), *_WOMAC_FUNCTION),
        "hoos_ps": HOOS_PS_ITEMS,
        "startback_total": STARTBACK_ITEMS,
        "startback_psych": STARTBACK_ITEMS[4:],
    }
)

# The dictionary's variable of each score, at the first visit; another variable has another scale.
SCORE_VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        **{f"womac_{part}": f"womac_{part}_0_100" for part in ("pain", "stiffness", "function")},
        "womac_total": "womac_total_0_100",
        "womac_pain_from_hoos": "womac_pain_0_100",
        "womac_stiffness_from_hoos": "womac_stiffness_0_100",
        "womac_function_from_hoos": "womac_function_0_100",
        "womac_function_from_hoos_by_hoos_rule": "womac_function_0_100",
        **{f"hoos_{part}": f"hoos_{part}_0_100"
           for part in ("symptoms", "pain", "adl", "sport", "qol", "ps")},
        "ohs": "ohs_0_48",
        "odi": "odi_0_100",
        "rmdq": "rmdq_0_24",
        "startback_total": "startback_total_0_9",
        "startback_psych": "startback_psych_0_5",
    }
)  # fmt: skip


def item_tops(instrument: str) -> Mapping[str, int]:
    """Highest answer to each item of a questionnaire; the lowest is 0."""
    names = ITEM_NAMES[instrument]
    if instrument.startswith("startback"):
        return {name: 4 if name == STARTBACK_ITEMS[-1] else 1 for name in names}
    rule = INSTRUMENTS.get(instrument)
    # WOMAC as a whole and HOOS-PS are made of items of WOMAC and HOOS.
    return dict.fromkeys(names, 4 if rule is None else rule.top)


def no_complaints(instrument: str) -> int:
    """Points of the answer that says that nothing is wrong: those of the Oxford Hip Score fall."""
    return max(item_tops(instrument).values()) if instrument == "ohs" else 0


def published_tops(instrument: str) -> tuple[int, ...]:
    """Highest answer to an item in each published form of a questionnaire, the usual one first."""
    rule = INSTRUMENTS.get("womac_function" if instrument == "womac_total" else instrument)
    return (max(item_tops(instrument).values()), *(rule.other_tops if rule else ()))


def score_items(
    instrument: str,
    items: Mapping[str, Floats],
    *,
    top: int | None = None,
    max_missing: int | None = None,
) -> Floats:
    """Score a questionnaire.

    Parameters
    ----------
    instrument : str
        A key of `ITEM_NAMES`.
    items : mapping of str to ndarray, each of shape (n_rows,)
        Answers by item name, from 0, NaN where missing.
    top : int, optional
        Highest answer to every item, one of `published_tops`; else that of the usual form.
    max_missing : int, optional
        Missing answers up to which the mean of the others stands in; else as published.

    Returns
    -------
    ndarray, shape (n_rows,)
        On the dictionary's scale (WOMAC 0-100 with 100 worst; HOOS 0-100 with 100 best; OHS 0-48;
        ODI 0-100), NaN where more answers are missing than the instrument allows.

    Raises
    ------
    InputError
        If an item is absent, or an answer is not a whole number on the item's scale.
    """
    if instrument == "womac_total":
        return _womac_total(items, top)
    tops = item_tops(instrument)
    answers = _answers(items, tops if top is None else dict.fromkeys(tops, top))
    if instrument.startswith("startback"):
        return _startback(answers)
    if instrument == "hoos_ps":
        raw = answers.sum(axis=0)
        known = ~np.isnan(raw)
        table = np.array(HOOS_PS_TABLE)
        return np.where(known, table[np.where(known, raw, 0.0).astype(int)], np.nan)
    rule = INSTRUMENTS[instrument]
    allowed = rule.most_missing if max_missing is None else max_missing
    answered = (~np.isnan(answers)).sum(axis=0)
    valid = answered >= len(rule.items) - allowed
    total = np.where(np.isnan(answers), 0.0, answers).sum(axis=0)
    mean = total / np.maximum(answered, 1)
    score = mean * len(rule.items) if rule.raw_sum else 100.0 * mean / (top or rule.top)
    if rule.best_is_high:
        score = 100.0 - score
    return np.where(valid, score, np.nan)


def _startback(answers: Floats) -> Floats:
    last = answers[-1]
    counts = np.where(np.isnan(last), np.nan, (last >= STARTBACK_LAST_COUNTS_FROM).astype(float))
    return np.asarray(answers[:-1].sum(axis=0) + counts)


def _womac_total(items: Mapping[str, Floats], top: int | None) -> Floats:
    parts = (("womac_pain", 20.0), ("womac_stiffness", 8.0), ("womac_function", 68.0))
    summed = [score_items(name, items, top=top) * points / 100.0 for name, points in parts]
    return np.asarray(100.0 * np.sum(summed, axis=0) / 96.0)


def _answers(items: Mapping[str, Floats], tops: Mapping[str, int]) -> Floats:
    absent = [name for name in tops if name not in items]
    if absent:
        raise InputError(
            f"the items {', '.join(absent)} are absent",
            code="MISSING_COLUMN",
            advice="map every item; an item that was not asked is a column of missing values",
        )
    answers = np.array([np.asarray(items[name], dtype=np.float64) for name in tops])
    off = np.array([off_scale(row, top) for row, top in zip(answers, tops.values(), strict=True)])
    if off.any():
        item, row = (int(place[0]) for place in np.nonzero(off))
        name, top = list(tops.items())[item]
        raise InputError(
            f"an answer must be a whole number from 0 to {top}; {int(off.sum())} are not",
            code="OFF_SCALE",
            row=row + 1,
            column=name,
            advice="list the codes of missing values under missing in the mapping",
        )
    return answers


def off_scale(answers: Floats, top: int) -> Bools:
    """Answers that an item of this highest answer does not have; a missing one is none."""
    # Millimetres on a line may come with decimals.
    whole = (answers == np.floor(answers)) | (top == VISUAL_ANALOGUE)
    return np.asarray(~np.isnan(answers) & ~((answers >= 0) & (answers <= top) & whole))

"""Columns that hold the items of a questionnaire, known by their names and codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hiprisk.cohort.items.instruments import HOOS_PS_ITEMS, ITEM_NAMES, item_tops

_BETWEEN = r"[\s._-]*"
# What names put before an item's number where the items have no parts.
_NUMBERED = ("", "q", "question", "item", "section", "s")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Questionnaire:
    """How columns of a questionnaire are named.

    Attributes
    ----------
    words : tuple of str
        Names of the questionnaire, as a pattern each.
    parts : mapping of str to tuple of str
        By the start of the items' names: the texts before the number, as patterns.
    instruments : tuple of str
        What its items can be scored to.
    items : tuple of str
        Names of the items in the order of their numbers, where they do not have them.
    """

    words: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    instruments: tuple[str, ...]
    items: tuple[str, ...] = ()

    def pattern(self) -> re.Pattern[str]:
        """A column's name: what stands before, questionnaire, part, number, what stands behind."""
        texts = sorted({text for own in self.parts.values() for text in own}, key=len, reverse=True)
        return re.compile(
            rf"(?P<before>.*?)(?<![a-z])(?:{'|'.join(self.words)}){_BETWEEN}"
            rf"(?P<part>{'|'.join(texts)}){_BETWEEN}0?(?P<number>[1-9][0-9]?)(?![0-9])(?P<after>.*)"
        )

    def item(self, part: str, number: int) -> str | None:
        """The item of a part's text and a number."""
        if self.items:
            return self.items[number - 1] if number <= len(self.items) else None
        start = next(start for start, texts in self.parts.items() if part in texts)
        return f"{start}{number}"


# HOOS-PS goes before HOOS, whose name it has.
QUESTIONNAIRES: Mapping[str, _Questionnaire] = MappingProxyType(
    {
        "HOOS-PS": _Questionnaire(
            words=(rf"hoos{_BETWEEN}ps",),
            parts={"": _NUMBERED},
            instruments=("hoos_ps",),
            items=HOOS_PS_ITEMS,
        ),
        "HOOS": _Questionnaire(
            words=("hoos",),
            parts={
                "a": ("a", "adl"),
                "p": ("p", "pain"),
                "s": ("s", "symptom", "symptoms"),
                "sp": ("sp", "sport", "sports"),
                "q": ("q", "qol"),
            },
            instruments=(
                *("womac_function_from_hoos", "womac_pain_from_hoos", "womac_stiffness_from_hoos"),
                *("hoos_adl", "hoos_pain", "hoos_symptoms", "hoos_sport", "hoos_qol", "hoos_ps"),
            ),
        ),
        "WOMAC": _Questionnaire(
            words=("womac",),
            parts={
                "pain_": ("p", "pain"),
                "stiffness_": ("s", "stiff", "stiffness"),
                "function_": ("f", "pf", "func", "function", "adl"),
            },
            instruments=("womac_function", "womac_pain", "womac_stiffness", "womac_total"),
        ),
        "OHS": _Questionnaire(
            words=("ohs", rf"oxford{_BETWEEN}hip(?:{_BETWEEN}score)?"),
            parts={"item_": _NUMBERED},
            instruments=("ohs",),
        ),
        "ODI": _Questionnaire(
            words=("odi", "oswestry"), parts={"section_": _NUMBERED}, instruments=("odi",)
        ),
        "RMDQ": _Questionnaire(
            words=("rmdq", "rdq", rf"roland(?:{_BETWEEN}morris)?"),
            parts={"item_": _NUMBERED},
            instruments=("rmdq",),
        ),
        "STarT Back": _Questionnaire(
            words=(rf"start?{_BETWEEN}back", "sbst"),
            parts={"item_": _NUMBERED},
            instruments=("startback_total", "startback_psych"),
        ),
    }
)
_PATTERNS = {name: one.pattern() for name, one in QUESTIONNAIRES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemBlock:
    """Columns with the items of one questionnaire at one visit, or of one side.

    Attributes
    ----------
    questionnaire : str
        A key of `QUESTIONNAIRES`.
    columns : mapping of str to str
        Column of each item.
    before, after : str
        What the columns' names have before and behind, such as a visit.
    """

    questionnaire: str
    columns: Mapping[str, str]
    before: str = ""
    after: str = ""

    @property
    def instruments(self) -> tuple[str, ...]:
        """Instruments of which every item is there."""
        return tuple(
            name
            for name in QUESTIONNAIRES[self.questionnaire].instruments
            if set(ITEM_NAMES[name]) <= set(self.columns)
        )

    def columns_of(self, instrument: str) -> dict[str, str]:
        """Column of each item of an instrument, as a mapping states it."""
        return {item: self.columns[item] for item in ITEM_NAMES[instrument]}


def item_blocks(names: Sequence[str]) -> tuple[ItemBlock, ...]:
    """Blocks of items among the columns of a file, each with every item of an instrument at least.

    Parameters
    ----------
    names : sequence of str
        Columns; letter case does not count.
    """
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for name in names:
        place = _place(name)
        if place is not None:
            block, item = place
            # Two columns of one item are left for a person: the first is no better.
            found.setdefault(block, {}).setdefault(item, name)
    blocks = (
        ItemBlock(questionnaire=questionnaire, columns=columns, before=before, after=after)
        for (questionnaire, before, after), columns in found.items()
    )
    return tuple(block for block in blocks if block.instruments)


def _place(name: str) -> tuple[tuple[str, str, str], str] | None:
    """The block that a column belongs to, and its item."""
    for questionnaire, pattern in _PATTERNS.items():
        match = pattern.fullmatch(name.strip().lower())
        if match is None:
            continue
        item = QUESTIONNAIRES[questionnaire].item(match["part"], int(match["number"]))
        if item is not None:
            return (questionnaire, match["before"], match["after"]), item
    return None


def likely_coding(instrument: str, codes: Iterable[float]) -> tuple[int, int] | None:
    """Lowest and highest code by the codes that came; None where they leave it open.

    Parameters
    ----------
    instrument : str
    codes : iterable of float
        Distinct codes of all items, without those of missing answers.
    """
    top = max(item_tops(instrument).values())
    came = set(codes)
    if 0 in came and came <= set(range(top + 1)):
        return 0, top
    # Without its highest code a coding from 1 looks like one from 0 without its lowest.
    if {1, top + 1} <= came <= set(range(1, top + 2)):
        return 1, top + 1
    return None

"""Rules about the items of a questionnaire as a set: whether their codes run as they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hiprisk.cohort.findings import Finding
from hiprisk.cohort.items.coding import ItemCodes
from hiprisk.cohort.items.instruments import INSTRUMENTS
from hiprisk.values import AMBIGUOUS_CODE

ITEM_CODING = "ITEM_CODING"
# As errors these say that the answers mean something else: none of the scores can be used.
MISREAD_ITEMS = frozenset({AMBIGUOUS_CODE, ITEM_CODING})
# So many people with so many answers do not all avoid the lowest code by chance.
LEAST_PEOPLE = 20
LEAST_ANSWERS = 100


def item_findings(found: Mapping[str, ItemCodes]) -> Iterable[Finding]:
    """``ITEM_CODING`` of each score, and ``MISSING_RULE`` where it is not the published one."""
    for name, codes in found.items():
        yield from _coding(name, codes)
        yield from _missing_rule(name, codes)


def _coding(name: str, codes: ItemCodes) -> Iterable[Finding]:
    low, high = codes.source.codes
    lowest, highest = codes.counts.get(low, 0), codes.counts.get(high, 0)
    below, above = codes.counts.get(low - 1, 0), codes.counts.get(high + 1, 0)
    read_as = f"they are read as {low} to {high}"
    if not lowest and above:
        # One code too many among a few answers may be a typing error.
        certain = above > 1 or codes.n_answers >= LEAST_ANSWERS
        yield Finding(
            code=ITEM_CODING,
            severity="error" if certain else "warning",
            column=name,
            count=codes.n_people,
            message=f"no answer to an item is {low} and {above} are {high + 1}: the items look "
            f"coded {low + 1} to {high + 1}, and {read_as}",
            advice=_state(low + 1, high + 1),
        )
    elif not highest and below and codes.source.coded is not None:
        # Without a coding the code below 0 is one for missing.
        yield Finding(
            code=ITEM_CODING,
            severity="error",
            column=name,
            count=codes.n_people,
            message=f"no answer to an item is {high} and {below} are {low - 1}: the items look "
            f"coded {low - 1} to {high - 1}, and {read_as}",
            advice=_state(low - 1, high - 1),
        )
    elif not lowest and codes.n_people >= LEAST_PEOPLE and codes.n_answers >= LEAST_ANSWERS:
        stated = codes.source.coded is not None
        yield Finding(
            code=ITEM_CODING,
            severity="note" if stated else "warning",
            column=name,
            count=codes.n_people,
            message=f"none of {codes.n_answers} answers to the items is {low}, the lowest code: "
            f"{read_as}; are they coded {low + 1} to {high + 1}?",
            advice=f"{_state(low + 1, high + 1)}; else coded: [{low}, {high}]",
        )


def _state(low: int, high: int) -> str:
    return f"if so, state coded: [{low}, {high}] under items in the mapping"


def _missing_rule(name: str, codes: ItemCodes) -> Iterable[Finding]:
    stated = codes.source.max_missing
    rule = INSTRUMENTS.get(codes.source.instrument)
    if stated is not None and rule is not None and stated != rule.most_missing:
        yield Finding(
            code="MISSING_RULE",
            severity="note",
            column=name,
            message=f"scored with up to {stated} missing answers, as the mapping states; "
            f"the rule of {codes.source.instrument} is {rule.most_missing}",
            advice="say so where the score is reported",
        )

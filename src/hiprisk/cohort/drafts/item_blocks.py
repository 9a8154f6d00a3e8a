"""Blocks of items of known questionnaires among the columns, by their names and answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.drafts.columns import SampledColumn, plain_name
from hiprisk.cohort.drafts.item_answers import item_coding
from hiprisk.cohort.drafts.proposals import ItemBlock
from hiprisk.cohort.drafts.visits import is_later
from hiprisk.cohort.instruments import ITEM_NAMES, SCORE_VARIABLES


@dataclass(frozen=True, slots=True)
class Form:
    """How columns of a questionnaire's items are called.

    Attributes
    ----------
    prefix : str
        Pattern of the questionnaire's name.
    stem : str
        Pattern of what stands before the item's number.
    """

    instrument: str
    prefix: str
    stem: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """A plain name, with what stands before and behind."""
        return re.compile(
            rf"(?P<before>(?:.*_)?|v\d\d)(?:{self.prefix})_?(?:{self.stem})_?0*(?P<number>\d{{1,2}})"
            r"(?P<behind>(?:_.*)?)"
        )


_ANY = "|q|i|item|question"
_NAMELESS = "(?:)"
_HOOS = {
    "womac_function_from_hoos": "a|adl",
    "hoos_pain": "p|pain",
    "hoos_symptoms": "s|sy|symptoms?",
    "hoos_sport": "sp|sports?",
    "hoos_qol": "q|qol",
}
FORMS = (
    *(Form(instrument, "hoos", stem) for instrument, stem in _HOOS.items()),
    Form("hoos_ps", "hoos_?ps", _ANY),
    Form("womac_total", "womac", _ANY),
    Form("womac_function", "womac", "f|func|function|pf|physical_function|c|d"),
    Form("womac_pain", "womac", "p|pain|a"),
    Form("womac_stiffness", "womac", "s|stiff|stiffness|b"),
    Form("ohs", "ohs|oxford_hip_score|oxford_hip|oxford|oxf", _ANY),
    Form("odi", "odi|oswestry", f"{_ANY}|s|sec|section"),
    Form("rmdq", "rmdq|rdq|rmq|roland_morris|roland", _ANY),
)
# HOOS's letters alone, where the whole form is there.
_WHOLE_HOOS = tuple(Form(instrument, _NAMELESS, stem) for instrument, stem in _HOOS.items())


def item_blocks(
    columns: Mapping[str, SampledColumn], taken: Collection[str]
) -> tuple[list[ItemBlock], dict[str, str]]:
    """Blocks of items, and columns of blocks of which nothing is made.

    Parameters
    ----------
    columns : mapping of str to SampledColumn
    taken : collection of str
        Variables that a column of the file holds already.

    Returns
    -------
    tuple of list of ItemBlock and dict of str to str
        The blocks; and why other items are left out, by column.
    """
    blocks: list[ItemBlock] = []
    left_out: dict[str, str] = {}
    scores = set(taken)
    for form in (*FORMS, *_nameless_forms(columns)):
        for visit, found in _complete(form, columns):
            if set(found.values()) & {*left_out, *_used(blocks)}:
                continue
            block, why = _block(form.instrument, visit, found, columns, scores)
            if block is None:
                left_out |= dict.fromkeys(found.values(), why) if why else {}
            else:
                blocks.append(block)
                scores.add(block.variable)
    return blocks, left_out


def _nameless_forms(columns: Mapping[str, SampledColumn]) -> tuple[Form, ...]:
    """HOOS's letters without its name are believed where three of its parts are complete."""
    found = [form for form in _WHOLE_HOOS if any(_complete(form, columns))]
    return tuple(found) if len(found) > len(_WHOLE_HOOS) // 2 else ()


def _used(blocks: list[ItemBlock]) -> set[str]:
    return {column for block in blocks for column in block.columns.values()}


def _complete(
    form: Form, columns: Mapping[str, SampledColumn]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Visits at which every item of a form has its column, with the columns by item."""
    visits: dict[str, dict[int, str]] = {}
    for name in columns:
        match = form.pattern.fullmatch(plain_name(name))
        if match:
            visit = f"{match['before']}|{match['behind']}"
            visits.setdefault(visit, {}).setdefault(int(match["number"]), name)
    items = ITEM_NAMES[form.instrument]
    for visit, numbered in visits.items():
        if set(numbered) == set(range(1, len(items) + 1)):
            yield visit, {item: numbered[n] for n, item in enumerate(items, start=1)}


def _block(
    instrument: str,
    visit: str,
    found: dict[str, str],
    columns: Mapping[str, SampledColumn],
    scores: Collection[str],
) -> tuple[ItemBlock | None, str]:
    """The block, or why nothing is made of it; neither where it holds no answers."""
    variable = SCORE_VARIABLES[instrument]
    if any(is_later(part.strip("_")) for part in visit.split("|")):
        scale = re.search(r"_0_\d+$", variable)
        at = scale.start() if scale else len(variable)
        later = f"{variable[:at]}_followup{variable[at:]}"
        if later not in load_dictionary():
            return None, f"an item of {variable} at a later visit, which the dictionary lacks"
        variable = later
    if variable in scores:
        return None, f"an item of {variable}, which other columns give"
    coding = item_coding(instrument, [columns[name] for name in found.values()])
    if coding is None:
        return None, ""
    return ItemBlock(instrument=instrument, variable=variable, columns=found, coding=coding), ""

"""Blocks of items of known questionnaires among the columns, by their names and answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.drafts.columns import SampledColumn, plain_name
from hiprisk.cohort.drafts.item_answers import item_coding
from hiprisk.cohort.drafts.proposals import ItemBlock
from hiprisk.cohort.drafts.redcap.data_dictionary import ColumnField
from hiprisk.cohort.drafts.visits import is_later
from hiprisk.cohort.items.instruments import ITEM_NAMES, SCORE_VARIABLES
from hiprisk.cohort.items.names import ItemBlock as NamedItems
from hiprisk.cohort.items.names import item_blocks as named_items

# What is drafted of each questionnaire; a score whose items another one has used is left.
DRAFTED = {
    "HOOS": (
        *("womac_function_from_hoos", "hoos_pain", "hoos_symptoms", "hoos_sport", "hoos_qol"),
        *("hoos_ps", "womac_pain_from_hoos"),
    ),
    "WOMAC": ("womac_function", "womac_pain", "womac_stiffness"),
    "STarT Back": ("startback_total",),
}
# HOOS's letters without its name are believed where so many of its parts are complete.
FEWEST_PARTS = 3
_HOOS_LETTERS = re.compile(r"(a|p|s|sp|q)_?0?[1-9][0-9]?")
# WOMAC's 24 items are also numbered through: pain, stiffness, function.
_WOMAC_NUMBERED = re.compile(r"(.*_|)womac_?q?_?0?([1-9][0-9]?)(_.*|)")


def item_blocks(
    columns: Mapping[str, SampledColumn],
    taken: Collection[str],
    described: Mapping[str, ColumnField] | None = None,
) -> tuple[list[ItemBlock], dict[str, str]]:
    """Blocks of items, and columns of blocks of which nothing is made.

    Parameters
    ----------
    columns : mapping of str to SampledColumn
    taken : collection of str
        Variables that a column of the file holds already.
    described : mapping of str to ColumnField, optional
        What a data dictionary says of the columns.

    Returns
    -------
    tuple of list of ItemBlock and dict of str to str
        The blocks; and why other items are left out, by column.
    """
    blocks: list[ItemBlock] = []
    left_out: dict[str, str] = {}
    scores = set(taken)
    described = described or {}
    for instrument, visit, found in _scored(columns, described):
        if set(found.values()) & {*left_out, *_used(blocks)}:
            continue
        block, why = _block(instrument, visit, found, columns, scores, described)
        if block is not None:
            blocks.append(block)
            scores.add(block.variable)
        elif why:
            left_out |= dict.fromkeys(found.values(), why)
    return blocks, left_out


def _used(blocks: list[ItemBlock]) -> set[str]:
    return {column for block in blocks for column in block.columns.values()}


def _scored(
    columns: Mapping[str, SampledColumn], described: Mapping[str, ColumnField]
) -> Iterator[tuple[str, tuple[str, str], dict[str, str]]]:
    """Instruments whose items are all there: with visit, and columns by item."""
    for block, own_names in _named_blocks(columns, described):
        wanted = DRAFTED.get(block.questionnaire, block.instruments)
        for instrument in wanted:
            if instrument in block.instruments:
                found = {
                    item: own_names[name] for item, name in block.columns_of(instrument).items()
                }
                visit = (plain_name(block.before), plain_name(block.after))
                yield instrument, visit, found


def _named_blocks(
    columns: Mapping[str, SampledColumn], described: Mapping[str, ColumnField]
) -> Iterator[tuple[NamedItems, dict[str, str]]]:
    """Blocks by the usual names; then by names in which the questionnaire or its parts lack."""
    usual = {_usual_name(name, described): name for name in columns}
    for block in named_items(list(usual)):
        yield block, usual
    letters = {f"hoos_{name}": name for name in columns if _HOOS_LETTERS.fullmatch(name.lower())}
    for block in named_items(list(letters)):
        if len(block.instruments) >= FEWEST_PARTS:
            yield block, letters
    numbered = dict(_with_womac_parts(columns))
    for block in named_items(list(numbered)):
        if "womac_total" in block.instruments:
            yield block, numbered


def _usual_name(column: str, described: Mapping[str, ColumnField]) -> str:
    """The field's name, where a labelled export has the question in its place."""
    one = described.get(column)
    if one is None or column.startswith(one.field.name):
        return column
    return "_".join(filter(None, [one.field.name, one.event]))


def _with_womac_parts(columns: Mapping[str, SampledColumn]) -> Iterator[tuple[str, str]]:
    """WOMAC's items that are numbered through, by names that tell their part."""
    items = ITEM_NAMES["womac_total"]
    for name in columns:
        match = _WOMAC_NUMBERED.fullmatch(plain_name(name))
        if match and int(match[2]) <= len(items):
            yield f"{match[1]}womac_{items[int(match[2]) - 1]}{match[3]}", name


def _block(
    instrument: str,
    visit: tuple[str, str],
    found: dict[str, str],
    columns: Mapping[str, SampledColumn],
    scores: Collection[str],
    described: Mapping[str, ColumnField],
) -> tuple[ItemBlock | None, str]:
    """The block, or why nothing is made of it; neither where it holds no answers."""
    variable = SCORE_VARIABLES[instrument]
    beside = tuple(map(plain_name, columns))
    if any(is_later(part, beside) for part in visit):
        scale = re.search(r"_0_\d+$", variable)
        at = scale.start() if scale else len(variable)
        later = f"{variable[:at]}_followup{variable[at:]}"
        if later not in load_dictionary():
            return None, f"an item of {variable} at a later visit, which the dictionary lacks"
        variable = later
    if variable in scores:
        return None, f"an item of {variable}, which other columns give"
    names = list(found.values())
    choices = [described[name].field.choices for name in names if name in described]
    coding = item_coding(
        instrument,
        [columns[name] for name in names],
        choices if len(choices) == len(names) else (),
    )
    if coding is None:
        return None, ""
    return ItemBlock(instrument=instrument, variable=variable, columns=found, coding=coding), ""

"""Value labels of SPSS and Stata files: a mapping may name a code or its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.cohort.items.coding import ItemsSource
from hiprisk.cohort.mapping import CohortMapping, VariableSource
from hiprisk.errors import ConfigError
from hiprisk.values import LevelReader, one_code

Labels = Mapping[str, str]
_Meaning = TypeVar("_Meaning", str, int)


def mapping_by_codes(mapping: CohortMapping, block: TextBlock) -> CohortMapping:
    """The mapping with codes in place of labels, and with what the file itself declares missing.

    A category for which the mapping states no codes takes those whose labels are its levels, in any
    letter case: a code of which the file says Yes must not be read by its number. A code whose
    label says missing, such as unknown, is missing, as that word is in a cell; but for None, which
    may be an answer (no falls, no pain).
    """
    if not block.labels and not block.missing:
        return mapping
    variables = {
        name: _by_codes(name, source, mapping, block) for name, source in mapping.variables.items()
    }
    where = {
        column: tuple(_code(text, block.labels.get(column, {})) for text in texts)
        for column, texts in mapping.where.items()
    }
    return replace(mapping, variables=variables, where=where)


def table_in_labels(block: TextBlock) -> pa.Table:
    """The rows with labels in place of codes, for who has to be told what they mean.

    A column in which a code has no label keeps its codes. What the file declares missing is empty.
    """
    table = block.table
    for column in {*block.labels, *block.missing}:
        at = table.column_names.index(column)
        missing = pa.array(block.missing.get(column, ()), pa.string())
        cells = pc.if_else(pc.is_in(table[column], missing), "", table[column])
        labels = block.labels.get(column, {})
        if all(not code or code in labels for code in pc.unique(cells).to_pylist()):
            cells = pa.array([labels.get(code, "") for code in cells.to_pylist()], pa.string())
        table = table.set_column(at, column, cells)
    return table


def _by_codes(
    name: str, source: VariableSource, mapping: CohortMapping, block: TextBlock
) -> VariableSource:
    variable = mapping.dictionary.get(name)
    own = () if variable is None else variable.levels
    if source.items is not None:
        columns = list(source.items.columns.values())
        items = _items_by_codes(source.items, block, f"variables.{name}.items.labels")
        missing = _missing(source, columns, mapping, block, own)
        return replace(source, items=items, missing=missing)
    if source.column is None:
        return source
    labels = block.labels.get(source.column, {})
    levels = _meanings_by_code(source.levels, labels, f"variables.{name}.levels")
    if not levels:
        levels = _levels_by_label(own, labels)
    missing = _missing(source, [source.column], mapping, block, own)
    return replace(source, levels=levels, missing=missing)


def _levels_by_label(levels: Sequence[str], labels: Labels) -> dict[str, str]:
    """Codes whose labels are levels, in any letter case; none unless all levels have one."""
    known = {level.lower(): level for level in levels}
    found = {
        code: known[label.strip().lower()]
        for code, label in labels.items()
        if label.strip().lower() in known
    }
    return found if levels and set(found.values()) == set(levels) else {}


def _meanings_by_code(
    meanings: Mapping[str, _Meaning], labels: Labels, key: str
) -> dict[str, _Meaning]:
    """Meanings by code, where the mapping has them by label.

    Raises
    ------
    ConfigError
        If the mapping says two things of a code, one by its label.
    """
    found: dict[str, _Meaning] = {}
    for text, meaning in meanings.items():
        code = _code(text, labels)
        if found.setdefault(code, meaning) != meaning:
            raise ConfigError(
                f"'{text}' is the label of the code '{code}' in this file, and the two mean two "
                "things here",
                column=key,
                advice="keep one of the two lines",
            )
    return found


def _items_by_codes(items: ItemsSource, block: TextBlock, key: str) -> ItemsSource:
    """Points by code, where the mapping has them by label."""
    if not items.labels and not items.item_labels:
        return items
    own = {}
    for item, column in items.columns.items():
        points = items.item_labels.get(item, items.labels)
        labels = block.labels.get(column, {})
        own[item] = {**points, **_meanings_by_code(points, labels, key)}
    return replace(items, item_labels=own)


def _missing(
    source: VariableSource,
    columns: Sequence[str],
    mapping: CohortMapping,
    block: TextBlock,
    levels: Sequence[str],
) -> tuple[str, ...]:
    found = dict.fromkeys(source.missing)
    for column in columns:
        labels = block.labels.get(column, {})
        stated = {text: _code(text, labels) for text in (*source.missing, *mapping.missing)}
        found |= dict.fromkeys(code for text, code in stated.items() if code != text)
        found |= dict.fromkeys(block.missing.get(column, ()))
    reader = LevelReader(levels, codes=source.levels)
    own = [block.labels.get(column, {}) for column in columns]
    codes = dict.fromkeys(code for labels in own for code in labels)
    # The items of a set share their codes: one that is an answer to another item is none here.
    return tuple(found) + tuple(
        code
        for code in codes
        if code not in found
        and all(_says_missing(labels[code], reader) for labels in own if code in labels)
    )


def _says_missing(label: str, reader: LevelReader) -> bool:
    text = label.strip()
    may_be_answer = text.lower() in ("", "none")
    return not may_be_answer and reader.meaning(text) is None and reader.is_missing(text)


def _code(text: str, labels: Labels) -> str:
    """The code that has a label; a text that is a code itself, or no label, stays."""
    if one_code(text) in labels:
        return text
    same = [code for code, label in labels.items() if label.strip() == text.strip()]
    return same[0] if len(same) == 1 else text

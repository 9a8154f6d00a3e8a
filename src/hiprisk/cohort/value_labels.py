"""Value labels of SPSS and Stata files: a mapping may name a code or its label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.cohort.items.coding import ItemsSource
from hiprisk.cohort.mapping import CohortMapping, VariableSource
from hiprisk.values import one_code

Labels = Mapping[str, str]


def mapping_by_codes(mapping: CohortMapping, block: TextBlock) -> CohortMapping:
    """The mapping with codes in place of labels, and with what the file itself declares missing.

    A category for which the mapping states no codes takes those whose labels are its levels.
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
    if source.items is not None:
        columns = list(source.items.columns.values())
        items = _items_by_codes(source.items, block)
        return replace(source, items=items, missing=_missing(source, columns, mapping, block))
    if source.column is None:
        return source
    labels = block.labels.get(source.column, {})
    levels = {_code(text, labels): level for text, level in source.levels.items()}
    if not levels and name in mapping.dictionary:
        levels = _levels_by_label(mapping.dictionary[name].levels, labels)
    return replace(source, levels=levels, missing=_missing(source, [source.column], mapping, block))


def _levels_by_label(levels: Sequence[str], labels: Labels) -> dict[str, str]:
    """Codes whose labels are levels, in any letter case; none unless all levels have one."""
    known = {level.lower(): level for level in levels}
    found = {
        code: known[label.strip().lower()]
        for code, label in labels.items()
        if label.strip().lower() in known
    }
    return found if levels and set(found.values()) == set(levels) else {}


def _items_by_codes(items: ItemsSource, block: TextBlock) -> ItemsSource:
    """Points by code, where the mapping has them by label."""
    if not items.labels and not items.item_labels:
        return items
    own = {}
    for item, column in items.columns.items():
        points = items.item_labels.get(item, items.labels)
        labels = block.labels.get(column, {})
        own[item] = {**points, **{_code(text, labels): n for text, n in points.items()}}
    return replace(items, item_labels=own)


def _missing(
    source: VariableSource, columns: Sequence[str], mapping: CohortMapping, block: TextBlock
) -> tuple[str, ...]:
    found = dict.fromkeys(source.missing)
    for column in columns:
        labels = block.labels.get(column, {})
        stated = {text: _code(text, labels) for text in (*source.missing, *mapping.missing)}
        found |= dict.fromkeys(code for text, code in stated.items() if code != text)
        found |= dict.fromkeys(block.missing.get(column, ()))
    return tuple(found)


def _code(text: str, labels: Labels) -> str:
    """The code that has a label; a text that is a code itself, or no label, stays."""
    if one_code(text) in labels:
        return text
    same = [code for code, label in labels.items() if label.strip() == text.strip()]
    return same[0] if len(same) == 1 else text

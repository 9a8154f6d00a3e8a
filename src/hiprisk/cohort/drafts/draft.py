"""A first draft of mapping, dictionary and study config for an unknown file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.checks.structure import IMPUTATION_NAME
from hiprisk.cohort.drafts.columns import SampledColumn, sampled_columns
from hiprisk.cohort.drafts.item_blocks import item_blocks
from hiprisk.cohort.drafts.matching import SAME_WORD, matches, packaged_proposal
from hiprisk.cohort.drafts.own_variables import own_proposal
from hiprisk.cohort.drafts.proposals import Draft, ItemBlock, Proposal, RowChoice
from hiprisk.cohort.drafts.redcap.data_dictionary import (
    ColumnField,
    fields_of_columns,
    read_data_dictionary,
)
from hiprisk.cohort.drafts.redcap.export import is_first_event, redcap_export
from hiprisk.cohort.drafts.redcap.fields import field_proposal, with_choices
from hiprisk.cohort.files.opening import StatedFormat, open_cohort_file
from hiprisk.cohort.value_labels import table_in_labels

SAMPLE_ROWS = 20_000
# A column that only the published files have.
NHS_PROMS = "Hip Replacement Pre-Op Q Score"


def draft_cohort(
    path: Path | str,
    *,
    redcap_dictionary: Path | str | None = None,
    encoding: str | None = None,
) -> Draft:
    """Propose a variable for every column of a file, by name and by distribution.

    Parameters
    ----------
    path : path-like
        Any cohort file.
    redcap_dictionary : path-like, optional
        Data dictionary (CSV) of the REDCap project that the file was exported from.
    encoding : str, optional
        Of texts that are not UTF-8.

    Returns
    -------
    Draft
        One proposal a column, in the file's order; no variable is proposed twice.
    """
    file = open_cohort_file(path, StatedFormat(encoding=encoding))
    table = table_in_labels(next(file.blocks())).slice(0, SAMPLE_ROWS)
    fields = {} if redcap_dictionary is None else read_data_dictionary(redcap_dictionary)
    export = redcap_export(table)
    rows = export.rows() if export is not None else None
    columns = sampled_columns(_chosen(table, rows), decimal=file.dialect.decimal)
    known: dict[str, Proposal] = {}
    imputation = next((name for name, one in columns.items() if _numbers_imputations(one)), None)
    for name in columns:
        proposal = export.proposal(name) if export is not None else None
        if name == imputation:
            proposal = Proposal(column=name, left_out="the number of a stacked imputation")
        if proposal is not None:
            known[name] = proposal
        elif not columns[name].codes and rows is not None and _texts(table[name]):
            known[name] = Proposal(column=name, left_out="empty in the rows that are read")
    others = {name: column for name, column in columns.items() if name not in known}
    described = fields_of_columns(others, fields)
    known |= _proposals(others, described, {p.variable for p in known.values() if p.variable})
    hint = export.how_to_join(Path(path).name) if export is not None else _known_source(columns)
    return Draft(
        proposals=tuple(known[name] for name in columns),
        rows=rows,
        hint=hint,
        encoding=encoding,
        imputation_column=imputation,
    )


def _numbers_imputations(column: SampledColumn) -> bool:
    """Whether a column numbers stacked imputations: by its name, and as many rows of each."""
    if not IMPUTATION_NAME.fullmatch(column.name.lower()) or len(column.codes) < 2:
        return False
    numbers = sorted(int(code) for code in column.codes if code.isdecimal())
    if len(numbers) < len(column.codes) or numbers[-1] - numbers[0] != len(numbers) - 1:
        return False
    # The last one may be cut off by the end of the sample.
    rows = [column.counts[str(number)] for number in numbers if str(number) in column.counts]
    return len(rows) == len(numbers) and set(rows[:-1]) == {rows[0]} and rows[-1] <= rows[0]


def _known_source(columns: Collection[str]) -> str:
    """A shipped mapping that reads the file as it is; empty where there is none."""
    if NHS_PROMS not in columns:
        return ""
    return (
        "these are NHS PROMs as published: configs/cohorts/nhs_proms_hip_published.yaml reads them "
        "without a draft (docs/how-to/nhs-proms.md)"
    )


def _proposals(
    columns: Mapping[str, SampledColumn],
    described: Mapping[str, ColumnField],
    taken: set[str],
) -> dict[str, Proposal]:
    """A proposal for each column: an item of a score, a packaged variable, or one of its own."""
    labels = {
        name: one.field.label
        for name, one in described.items()
        if not one.choice and (not one.event or is_first_event(one.event))
    }
    by_name = _free(matches(columns.values(), labels), taken)
    certain = {name: match for name, match in by_name.items() if match[1] >= SAME_WORD}
    rest = {name: column for name, column in columns.items() if name not in certain}
    blocks, not_scored = item_blocks(
        rest, {*taken, *(name for name, _ in certain.values())}, described
    )
    # What is only alike does not stand in the way of a score that is made of its items.
    found = _free(by_name, {*taken, *(block.variable for block in blocks)})
    items = _item_proposals(blocks)
    proposals: dict[str, Proposal] = {}
    own_names: set[str] = set()
    for name, column in columns.items():
        field = described.get(name)
        if name in items:
            proposals[name] = items[name]
        elif name in not_scored:
            proposals[name] = Proposal(column=name, left_out=not_scored[name])
        elif name in found:
            packaged = packaged_proposal(column, *found[name])
            proposals[name] = (
                packaged if field is None else with_choices(packaged, column, field.field)
            )
        elif field is not None:
            proposals[name] = field_proposal(column, field, own_names)
        else:
            proposals[name] = own_proposal(column, own_names)
        own_names.add(proposals[name].variable or "")
    return proposals


def _free(
    found: Mapping[str, tuple[str, float]], taken: Collection[str]
) -> dict[str, tuple[str, float]]:
    return {column: match for column, match in found.items() if match[0] not in taken}


def _chosen(table: pa.Table, rows: RowChoice | None) -> pa.Table:
    """The rows that the draft reads."""
    for column, texts in (rows.where if rows is not None else {}).items():
        cells = pc.utf8_trim_whitespace(table[column])
        table = table.filter(pc.is_in(cells, pa.array(texts, pa.string())))
    return table


def _texts(cells: pa.ChunkedArray) -> bool:
    """Whether any cell holds a text."""
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py())


def _item_proposals(blocks: Sequence[ItemBlock]) -> dict[str, Proposal]:
    """A proposal for each item's column; the first of a block carries it."""
    found = {}
    for block in blocks:
        first, *others = block.columns.values()
        found[first] = Proposal(
            column=first, variable=block.variable, items=block, doubts=block.coding.doubts
        )
        for column in others:
            found[column] = Proposal(column=column, part_of=block.variable)
    return found

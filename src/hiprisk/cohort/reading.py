"""The only reader of patient data: a file and a mapping to columns in the dictionary's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.arrays import Bools, Integers
from hiprisk.cohort.cells import CellReader, Column, one_codes
from hiprisk.cohort.checks.rules import check_cohort
from hiprisk.cohort.checks.structure import unnamed_stack
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.cohort.file_rows import FileRows
from hiprisk.cohort.files.arrow_text import is_exact
from hiprisk.cohort.files.column_names import check_usable
from hiprisk.cohort.files.csv_text import BLOCK_BYTES
from hiprisk.cohort.files.opening import StatedFormat
from hiprisk.cohort.files.stacking import CohortPath, StackedFiles, cohort_files
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.cohort.findings import SHOWN_ROWS, Finding, by_severity, undecided_findings
from hiprisk.cohort.fingerprints import fingerprint
from hiprisk.cohort.items.coding import ItemCodes, codes_over_blocks
from hiprisk.cohort.mapped_columns import (
    absent_findings,
    columns_lacking,
    columns_of_texts,
    lacking_findings,
    mapping_of_file,
    mapping_of_present,
    needed_columns,
    selected_rows,
    source_columns,
    unused_columns,
    with_source_columns,
)
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.value_labels import mapping_by_codes
from hiprisk.errors import InputError
from hiprisk.values import Note, one_code


@dataclass(frozen=True)
class CohortBlock:
    """Some rows of a cohort.

    Attributes
    ----------
    columns : dict of str to ndarray
        By dictionary name: floats with NaN, or text with None, where missing or unreadable.
    problems : mapping of Note to ndarray of bool
        Rows whose cell of a variable could not be read.
    text : TextBlock
        The file's own columns, with the rows that the mapping does not select.
    plain : frozenset of str
        Columns of the source in which every cell is a number or says "missing".
    rows : ndarray of int
        Row of the file of each, as a text editor counts: the header is row 1.
    items : mapping of str to ItemCodes
        Codes of the items of each score that was made of items.
    selected : ndarray of bool, optional
        Which rows of the text these are; None where all are.
    absent : mapping of str to tuple of str
        Variables of the mapping that the file lacks columns for, and those columns.
    file : str
        Of several files that are read as one, the name of that which the rows are from.
    lacking : mapping of str to tuple of str
        Variables that only other ones of those files have all columns for, and what this one lacks.
    """

    n_rows: int
    columns: dict[str, Column]
    problems: Mapping[Note, Bools]
    text: TextBlock
    rows: Integers
    plain: frozenset[str] = frozenset()
    items: Mapping[str, ItemCodes] = field(default_factory=dict)
    selected: Bools | None = None
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: str = ""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def column_names(self) -> list[str]:
        """Of the file's own columns."""
        return list(self.text.given.column_names)

    @property
    def whole(self) -> pa.Table:
        """The file's own columns as text, with the rows that the mapping does not select."""
        return self.text.table

    def as_text(self) -> CohortBlock:
        """The same for who keeps it and writes nothing: of a number in two forms, the text."""
        return replace(self, text=replace(self.text, given=self.whole))

    def source(self, name: str) -> pa.ChunkedArray:
        """Texts of one of the file's own columns, unchanged."""
        texts = self.text.with_text([name])[name]
        return texts if self.selected is None else texts.filter(pa.array(self.selected))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A whole cohort, read and checked; no person is dropped, clipped or recoded.

    Attributes
    ----------
    frame : DataFrame
        Dictionary variables; floats, or text with None where missing.
    findings : tuple of Finding
    fingerprint : str
        SHA-256 over all rows.
    source_name : str
        Name of the file without its folder.
    ignored : tuple of str
        Columns of the file that nothing was made of.
    rows : FileRows, optional
        Row and file of each row of the frame.
    absent : mapping of str to tuple of str
        Variables of the mapping that the file lacks columns for, and those columns.
    unreadable : mapping
        Rows of the frame whose cell could not be read, by code and variable.
    unread_cells : mapping
        Texts of the first of those cells, in the same order: patients' data, shown to whoever asks.
    imputation : tuple of str, optional
        Number of the imputation that each row belongs to, where the mapping names its column.
    dictionary : Dictionary
        What its variables mean.
    """

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    grain: str
    fingerprint: str
    provenance: str
    source_name: str
    ignored: tuple[str, ...] = ()
    rows: FileRows | None = None
    absent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unreadable: Mapping[Note, Bools] = field(default_factory=dict)
    unread_cells: Mapping[Note, tuple[str, ...]] = field(default_factory=dict)
    imputation: tuple[str, ...] | None = None
    dictionary: Dictionary = field(default_factory=load_dictionary, repr=False)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    @property
    def file_rows(self) -> Integers | None:
        """Row of its file of each row of the frame."""
        return None if self.rows is None else self.rows.rows

    def file_row(self, place: int) -> int | None:
        """Row of the file of a position in the frame (from 0); None where there is no file."""
        return None if self.rows is None else int(self.rows.rows[place])

    def file_of(self, place: int) -> str:
        """Name of the file of a position in the frame."""
        return (self.rows.file(place) if self.rows is not None else "") or self.source_name

    def place(self, file_row: int, file: str = "") -> int:
        """Position in the frame (from 0) of a row of a file."""
        assert self.rows is not None
        return self.rows.place(file_row, file)

    def take(self, rows: Integers) -> Cohort:
        """Some of the rows, in this order; findings stay those of the whole file."""
        frame = self.frame.iloc[rows].reset_index(drop=True)
        numbers = self.imputation
        return replace(
            self,
            frame=frame,
            fingerprint=fingerprint(frame),
            rows=None if self.rows is None else self.rows.take(rows),
            unreadable={key: mask[rows] for key, mask in self.unreadable.items()},
            imputation=None if numbers is None else tuple(numbers[row] for row in rows),
        )

    @property
    def n_errors(self) -> int:
        """Number of findings that are errors."""
        return sum(finding.severity == "error" for finding in self.findings)


def iter_blocks(
    path: CohortPath,
    mapping: CohortMapping | None = None,
    *,
    block_bytes: int = BLOCK_BYTES,
    dictionary: Dictionary | None = None,
) -> Iterator[CohortBlock]:
    """Read a cohort file, or several as one, block by block.

    Parameters
    ----------
    path : path-like, or several
    mapping : CohortMapping, optional
        Without it the file uses the dictionary's names.
    block_bytes : int
        Bytes of CSV text in a block.
    dictionary : Dictionary, optional
        What it states wins over the mapping's. With a mapping only what that names is read, and
        what no dictionary declares (`Dictionary.undeclared`) from the column of its name.

    Raises
    ------
    InputError
        If the file as a whole cannot be used; single cells become `problems` instead.
    """
    files = open_mapped_file(path, mapping)
    reader = BlockReader(
        mapping=mapping, dictionary=dictionary, name=files.name, decimal=files.dialect.decimal
    )
    yield from map(reader.read, files.blocks(block_bytes=block_bytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReader:
    """Reads blocks of text of a cohort as its mapping says.

    Attributes
    ----------
    mapping, dictionary
        As for `iter_blocks`.
    name : str
        Of the files, for letters.
    decimal : str
        The decimal sign of their numbers.
    names_people : bool
        Whether identifiers are needed; without it no column holds them, and they are only checked.
    """

    mapping: CohortMapping | None
    dictionary: Dictionary | None
    name: str
    decimal: str
    names_people: bool = True

    def read(self, block: TextBlock) -> CohortBlock:
        """The columns of a block.

        Raises
        ------
        InputError
            If the columns are not those that are needed.
        """
        names = block.given.column_names
        file = block.file or self.name
        # A name that several columns have is looked for too, so that using it is refused.
        used = mapping_of_file(self.mapping, [*names, *block.repeated], file, self.dictionary)
        check_usable(block, needed_columns(used), file)
        used, absent = mapping_of_present(used, names, file)
        lacking = columns_lacking(used, block.lacking)
        mapped = map_block(
            block,
            mapping_by_codes(used, block),
            decimal=self.decimal,
            names_people=self.names_people,
        )
        return replace(mapped, absent=absent, file=block.file, lacking=lacking)


def open_mapped_file(path: CohortPath, mapping: CohortMapping | None) -> StackedFiles:
    """Open files as far as the mapping states their format, and else as they look.

    Raises
    ------
    ConfigError, InputError, StoreError
        If it is no readable local file of a known format.
    """
    files = cohort_files(path)
    if mapping is None:
        return files.open()
    how = mapping.format
    stated = StatedFormat(
        delimiter=how.delimiter, decimal=how.decimal, encoding=how.encoding, sheet=how.sheet
    )
    return files.open(stated)


def map_block(
    block: TextBlock, mapping: CohortMapping, *, decimal: str = ".", names_people: bool = True
) -> CohortBlock:
    """Apply a mapping to a block of columns; identifiers are columns if they are needed."""
    how = {"labelled": mapping.format.labelled_codes}
    readers = {
        name: CellReader(mapping.dictionary[name], source, mapping.missing, decimal, **how)
        for name, source in mapping.variables.items()
    }
    numbers = _numbers(block, mapping, readers)
    table = block.with_text(columns_of_texts(mapping, without=numbers))
    selected = selected_rows(table, mapping, decimal)
    if selected is not None:
        table = table.filter(pa.array(selected))
    columns: dict[str, Column] = {}
    for name, source in mapping.variables.items():
        is_needed = names_people or mapping.dictionary[name].kind != "identifier"
        if name in numbers:
            columns[name] = readers[name].read_numbers(table[str(source.column)])
        elif is_needed or source.column is None:
            columns[name] = readers[name].read(table)
        else:
            readers[name].check(table)
    # Of rows that are not selected nothing is known.
    plain = _plain_columns(mapping, readers) if selected is None else frozenset()
    return CohortBlock(
        n_rows=table.num_rows,
        columns=columns,
        problems={note: rows for one in readers.values() for note, rows in one.problems.items()},
        text=block,
        rows=block.rows if selected is None else block.rows[selected],
        plain=plain,
        items={name: one.items for name, one in readers.items() if one.items is not None},
        selected=selected,
    )


def _numbers(
    block: TextBlock, mapping: CohortMapping, readers: Mapping[str, CellReader]
) -> set[str]:
    """Variables whose numbers came as such, so that their texts need not be read."""
    exact = {name for name, column in block.typed.items() if is_exact(column.type)}
    return {
        name
        for name, source in mapping.variables.items()
        if source.column in exact and readers[name].takes_numbers
    }


def _plain_columns(mapping: CohortMapping, readers: Mapping[str, CellReader]) -> frozenset[str]:
    """Columns in which every cell is a number or says "missing"."""
    return frozenset(
        source.column
        for name, source in mapping.variables.items()
        if source.column
        and mapping.dictionary[name].kind == "number"
        and readers[name].missing_is_plain
        and not readers[name].problems
    )


def read_cohort(
    path: CohortPath,
    mapping: CohortMapping | None = None,
    *,
    dictionary: Dictionary | None = None,
) -> Cohort:
    """Read and check a whole cohort.

    Parameters
    ----------
    path : path-like, or several
        A file of any format that is read, or files that are read as one.
    mapping : CohortMapping, optional
    dictionary : Dictionary, optional
        As for `iter_blocks`.

    Returns
    -------
    Cohort

    Raises
    ------
    InputError
        If the file as a whole cannot be used; everything else becomes findings.
    """
    files = cohort_files(path)
    blocks = [block.as_text() for block in iter_blocks(files, mapping, dictionary=dictionary)]
    frame = _joined_frame(blocks)
    grain = mapping.grain if mapping else "person"
    unreadable = _joined_problems(blocks)
    source = {name: _source_text(blocks, name) for name in blocks[0].column_names}
    columns = blocks[0].column_names
    named = mapping_of_file(mapping, columns, files.name, dictionary)
    used, absent = mapping_of_present(named, columns, files.name)
    stacked = used.imputation_column is not None
    cells = _unread(unreadable, used, source)
    findings = check_cohort(
        frame,
        unreadable=unreadable,
        grain=grain,
        stacked=stacked,
        source=source,
        dictionary=used.dictionary,
        unread=cells,
        items=codes_over_blocks(block.items for block in blocks),
    )
    rows = FileRows.of(blocks)
    lacking = {block.file: block.lacking for block in blocks}
    imputation = _imputation(used, source, file=files.name)
    return Cohort(
        frame=frame,
        findings=by_severity(
            (
                *with_source_columns(rows.in_the_file(findings), used),
                *undecided_findings((*used.undecided, *used.dictionary.undecided)),
                *absent_findings(absent, unused_columns(named, columns)),
                *lacking_findings(lacking),
                *(() if "person_id" in frame.columns else unnamed_stack(imputation)),
            )
        ),
        rows=rows,
        grain=grain,
        fingerprint=fingerprint(frame),
        provenance=_provenance(frame, used.provenance),
        source_name=files.name,
        ignored=unused_columns(used, columns),
        absent=absent,
        unreadable=unreadable,
        unread_cells={key: texts[:SHOWN_ROWS] for key, texts in cells.items()},
        imputation=imputation,
        dictionary=used.dictionary,
    )


def _imputation(
    mapping: CohortMapping, source: Mapping[str, pa.ChunkedArray], *, file: str
) -> tuple[str, ...] | None:
    """Number of the imputation of each row, ``1.0`` read as ``1``.

    Raises
    ------
    InputError
        If no row belongs to an imputation that the mapping asks for.
    """
    if mapping.imputation_column is None:
        return None
    cells = one_codes(pc.utf8_trim_whitespace(source[mapping.imputation_column]), ",")
    found = tuple(str(text) for text in cells.to_pylist())
    absent = [text for text in mapping.imputations if one_code(text) not in set(found)]
    if absent:
        raise InputError(
            f"no row that is read belongs to imputation '{absent[0]}'",
            code="MISSING_IMPUTATION",
            file=file,
            column=mapping.imputation_column,
            advice="correct imputations in the mapping",
        )
    return found


def _unread(
    unreadable: Mapping[Note, Bools],
    mapping: CohortMapping,
    source: Mapping[str, pa.ChunkedArray],
) -> dict[Note, tuple[str, ...]]:
    """What stood in the cells that could not be read, row by row."""
    found = {}
    for note, mask in unreadable.items():
        source_of = mapping.variables.get(note.variable)
        columns = [note.variable] if source_of is None else source_columns(source_of)
        rows = pa.array(np.flatnonzero(mask))
        parts = [source[column].take(rows).to_pylist() for column in columns]
        found[note] = tuple(" | ".join(map(str, texts)) for texts in zip(*parts, strict=True))
    return found


def _provenance(frame: pd.DataFrame, stated: str) -> str:
    """One simulated row makes a cohort simulated, whatever the mapping states."""
    if "data_provenance" in frame.columns and (frame["data_provenance"] == "simulated").any():
        return "simulated"
    return stated


def _joined_frame(blocks: list[CohortBlock]) -> pd.DataFrame:
    names = list(blocks[0].columns)
    return pd.DataFrame(
        {name: _joined([block.columns[name] for block in blocks]) for name in names}
    )


def _joined(parts: list[Column]) -> Column:
    joined: Column = np.concatenate(parts) if len(parts) > 1 else parts[0]  # type: ignore[assignment]  # one kind
    return joined


def _joined_problems(blocks: list[CohortBlock]) -> dict[Note, Bools]:
    n_rows = sum(block.n_rows for block in blocks)
    found: dict[Note, Bools] = {}
    start = 0
    for block in blocks:
        for note, mask in block.problems.items():
            whole = found.setdefault(note, np.zeros(n_rows, dtype=bool))
            whole[start : start + block.n_rows] |= mask
        start += block.n_rows
    return found


def _source_text(blocks: list[CohortBlock], name: str) -> pa.ChunkedArray:
    chunks = [chunk for block in blocks for chunk in block.source(name).chunks]
    return pa.chunked_array(chunks, pa.string())

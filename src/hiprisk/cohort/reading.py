"""The only reader of patient data: a file and a mapping to columns in the dictionary's words."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hiprisk.cohort.checking import check_cohort
from hiprisk.cohort.csv_text import (
    BLOCK_BYTES,
    TextBlock,
    check_local_file,
    detect_dialect,
    is_parquet,
    iter_csv,
    iter_parquet,
)
from hiprisk.cohort.dictionary import Variable, load_dictionary
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.instruments import score_items
from hiprisk.cohort.mapping import UNITS, CohortMapping, VariableSource, identity_mapping
from hiprisk.errors import InputError

# Texts that mean "missing" in every column but identifiers.
MISSING_TEXTS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "#N/A")
_NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?$"
_DATE = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"

Floats = NDArray[np.float64]
Column = NDArray[np.float64] | NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class CellProblems:
    """Cells of one variable that could not be read, in one block.

    Attributes
    ----------
    code : str
        ``NOT_A_NUMBER``, ``NOT_FINITE``, ``NOT_A_DATE``, ``UNKNOWN_CATEGORY``, ``BAD_ID``.
    mask : ndarray of bool, shape (n_rows,)
    """

    variable: str
    code: str
    mask: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CohortBlock:
    """Some rows of a cohort.

    Attributes
    ----------
    first_row : int
        Position of the first of them; the first data row is 1.
    columns : dict of str to ndarray
        By dictionary name: floats with NaN, or text with None, where missing or unreadable.
    problems : tuple of CellProblems
    source : pyarrow.Table
        The file's own columns as text, unchanged.
    plain : frozenset of str
        Columns of the source in which every cell is a number or says "missing".
    """

    first_row: int
    n_rows: int
    columns: dict[str, Column]
    problems: tuple[CellProblems, ...]
    source: pa.Table
    plain: frozenset[str] = frozenset()


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
    """

    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    grain: str
    fingerprint: str
    provenance: str
    source_name: str
    ignored: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    @property
    def n_errors(self) -> int:
        """Number of findings that are errors."""
        return sum(finding.severity == "error" for finding in self.findings)


def iter_blocks(
    path: Path | str, mapping: CohortMapping | None = None, *, block_bytes: int = BLOCK_BYTES
) -> Iterator[CohortBlock]:
    """Read a CSV or Parquet file block by block.

    Parameters
    ----------
    path : path-like
    mapping : CohortMapping, optional
        Without it the file uses the dictionary's own names.
    block_bytes : int
        Bytes of CSV text in a block.

    Raises
    ------
    InputError
        If the file as a whole cannot be used; single cells become `problems` instead.
    """
    path = check_local_file(path)
    decimal = "."
    if is_parquet(path):
        blocks: Iterator[TextBlock] = iter_parquet(path)
    else:
        stated = mapping.format if mapping is not None else None
        dialect = detect_dialect(
            path,
            delimiter=stated.delimiter if stated else None,
            decimal=stated.decimal if stated else None,
            encoding=stated.encoding if stated else None,
        )
        decimal = dialect.decimal
        blocks = iter_csv(path, dialect, block_bytes=block_bytes)
    for block in blocks:
        names = block.table.column_names
        used = mapping or identity_mapping(names)
        check_columns(names, used, path.name)
        yield map_block(block, used, decimal=decimal)


def check_columns(names: list[str], mapping: CohortMapping, file: str) -> None:
    """Raise InputError if the file lacks columns that the mapping needs, or has none at all."""
    needed = {name for source in mapping.variables.values() for name in _source_columns(source)}
    needed |= set(mapping.where)
    if mapping.imputation_column:
        needed.add(mapping.imputation_column)
    lacking = sorted(needed - set(names))
    if lacking:
        folded = {name.strip().lower(): name for name in names}
        hints = [folded[name.lower()] for name in lacking if name.lower() in folded]
        advice = f"did you mean {', '.join(hints)}?" if hints else "check the mapping and header"
        raise InputError(
            f"the file lacks {len(lacking)} column(s): {', '.join(lacking)}",
            code="MISSING_COLUMN",
            file=file,
            advice=advice,
        )
    if not needed:
        raise InputError(
            "no column has a name of the dictionary",
            code="MISSING_COLUMN",
            file=file,
            advice="give a mapping (hiprisk init drafts one), or check that the header is there",
        )


def map_block(block: TextBlock, mapping: CohortMapping, *, decimal: str = ".") -> CohortBlock:
    """Apply a mapping to a block of text columns."""
    table = block.table
    for column, wanted in mapping.where.items():
        keep = pc.is_in(pc.utf8_trim_whitespace(table[column]), pa.array(list(wanted)))
        table = table.filter(keep)
    if mapping.imputation_column and mapping.imputations:
        numbers = pc.utf8_trim_whitespace(table[mapping.imputation_column])
        table = table.filter(pc.is_in(numbers, pa.array(list(mapping.imputations))))
    columns: dict[str, Column] = {}
    problems: list[CellProblems] = []
    plain: set[str] = set()
    dictionary = load_dictionary()
    for name, source in mapping.variables.items():
        reader = _CellReader(dictionary[name], source, mapping.missing, decimal)
        columns[name] = reader.read(table)
        problems += reader.problems
        if dictionary[name].kind == "number" and source.column and not reader.problems:
            plain.add(source.column)
    # A decimal comma must be quoted where the comma is the delimiter.
    kept = frozenset(plain) if decimal == "." else frozenset()
    return CohortBlock(block.first_row, table.num_rows, columns, tuple(problems), table, kept)


class _CellReader:
    """Reads one variable's cells; collects what could not be read."""

    def __init__(
        self, variable: Variable, source: VariableSource, missing: tuple[str, ...], decimal: str
    ) -> None:
        self._variable = variable
        self._source = source
        self._missing = pa.array([*MISSING_TEXTS, *missing, *source.missing])
        self._decimal = decimal
        self.problems: list[CellProblems] = []

    def read(self, table: pa.Table) -> Column:
        source, kind = self._source, self._variable.kind
        if source.value is not None:
            return self._constant(source.value, table.num_rows)
        if source.items is not None:
            items = {
                item: self._numbers(_trimmed(table, column))
                for item, column in source.items.columns.items()
            }
            return self._converted(score_items(source.items.instrument, items))
        text = _trimmed(table, str(source.column))
        if kind == "number":
            return self._converted(self._numbers(text))
        if kind == "category":
            return self._levels(text)
        return self._dates(text) if kind == "date" else self._identifiers(text)

    def _constant(self, value: str, n_rows: int) -> Column:
        if self._variable.kind == "number":
            return np.full(n_rows, float(value))
        return np.full(n_rows, value, dtype=object)

    def _note(self, code: str, mask: NDArray[np.bool_]) -> None:
        if mask.any():
            self.problems.append(CellProblems(self._variable.name, code, mask))

    def _numbers(self, text: pa.ChunkedArray) -> Floats:
        missing = pc.is_in(text, self._missing)
        plain = pc.replace_substring(text, ",", ".") if self._decimal == "," else text
        if self._decimal == ",":
            plain = pc.if_else(pc.match_substring(text, "."), "point", plain)
        fits = pc.match_substring_regex(plain, _NUMBER)
        readable = pc.and_(fits, pc.invert(missing))
        values = _numpy(pc.cast(pc.if_else(readable, plain, None), pa.float64()))
        infinite = np.isinf(values)
        values[infinite] = np.nan
        self._note("NOT_A_NUMBER", _mask(pc.and_not(pc.invert(fits), missing)))
        self._note("NOT_FINITE", infinite)
        return values

    def _converted(self, values: Floats) -> Floats:
        source, hard = self._source, self._variable.hard
        if source.unit is not None:
            values = values * UNITS[source.unit][1]
        if source.from_range is not None and hard is not None:
            low, high = source.from_range
            values = hard[0] + (values - low) * (hard[1] - hard[0]) / (high - low)
        if source.reverse and hard is not None:
            values = hard[0] + hard[1] - values
        return values

    def _levels(self, text: pa.ChunkedArray) -> NDArray[np.object_]:
        encoded = pc.dictionary_encode(text).combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.string())
        if not len(encoded):
            return np.empty(0, dtype=object)
        codes = encoded.indices.to_numpy(zero_copy_only=False)
        meanings = [self._level(cell) for cell in encoded.dictionary.to_pylist()]
        levels = np.array([level for level, _ in meanings] + [None], dtype=object)[:-1]
        unknown = np.array([bad for _, bad in meanings], dtype=bool)
        self._note("UNKNOWN_CATEGORY", unknown[codes])
        return np.asarray(levels[codes], dtype=object)

    def _level(self, cell: str) -> tuple[str | None, bool]:
        """Level that a cell means, and whether it means none that is known."""
        source, variable = self._source, self._variable
        if cell in source.levels:
            return source.levels[cell], False
        if cell in self._missing.to_pylist():
            return None, False
        if not variable.levels:
            return cell, False
        if not source.levels and (cell in variable.levels or cell in variable.aliases):
            return variable.aliases.get(cell, cell), False
        return None, True

    def _dates(self, text: pa.ChunkedArray) -> NDArray[np.object_]:
        missing = pc.is_in(text, self._missing)
        fits = pc.match_substring_regex(text, _DATE)
        self._note("NOT_A_DATE", _mask(pc.and_not(pc.invert(fits), missing)))
        return _objects(pc.if_else(pc.and_(fits, pc.invert(missing)), text, None))

    def _identifiers(self, text: pa.ChunkedArray) -> NDArray[np.object_]:
        # The text stays as it is: 0012 is not 12, and a person may be called NA.
        bad = pc.or_(
            pc.match_substring_regex(text, r"[\x00-\x1f\x7f]"),
            pc.greater(pc.utf8_length(text), 256),
        )
        self._note("BAD_ID", _mask(bad))
        return _objects(pc.if_else(pc.equal(text, ""), None, text))


def _source_columns(source: VariableSource) -> list[str]:
    if source.items is not None:
        return list(source.items.columns.values())
    return [] if source.column is None else [source.column]


def _trimmed(table: pa.Table, column: str) -> pa.ChunkedArray:
    return pc.utf8_trim_whitespace(table[column])


def _numpy(values: pa.ChunkedArray) -> Floats:
    return np.array(values.to_numpy(), dtype=np.float64)


def _mask(values: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(values.to_numpy(), dtype=bool)


def _objects(values: pa.ChunkedArray) -> NDArray[np.object_]:
    return np.asarray(values.to_numpy(), dtype=object)


def read_cohort(path: Path | str, mapping: CohortMapping | None = None) -> Cohort:
    """Read and check a whole cohort.

    Parameters
    ----------
    path : path-like
        CSV or Parquet.
    mapping : CohortMapping, optional

    Returns
    -------
    Cohort

    Raises
    ------
    InputError
        If the file as a whole cannot be used; everything else becomes findings.
    """
    blocks = list(iter_blocks(path, mapping))
    names = list(blocks[0].columns)
    frame = pd.DataFrame(
        {name: _joined([block.columns[name] for block in blocks]) for name in names}
    )
    stacked = mapping is not None and mapping.imputation_column is not None
    grain = mapping.grain if mapping else "person"
    findings = check_cohort(
        frame,
        unreadable=_joined_problems(blocks),
        grain=grain,
        stacked=stacked,
        source={name: _source_text(blocks, name) for name in blocks[0].source.column_names},
    )
    used = mapping or identity_mapping(blocks[0].source.column_names)
    taken = {column for item in used.variables.values() for column in _source_columns(item)}
    taken |= {*used.where, used.imputation_column or ""}
    return Cohort(
        frame=frame,
        findings=findings,
        grain=grain,
        fingerprint=fingerprint(frame),
        provenance=_provenance(frame, used.provenance),
        source_name=Path(path).name,
        ignored=tuple(name for name in blocks[0].source.column_names if name not in taken),
    )


def _provenance(frame: pd.DataFrame, stated: str) -> str:
    """One simulated row makes a cohort simulated, whatever the mapping states."""
    if "data_provenance" in frame.columns and (frame["data_provenance"] == "simulated").any():
        return "synthetic"
    return stated


def _joined(parts: list[Column]) -> Column:
    joined: Column = np.concatenate(parts) if len(parts) > 1 else parts[0]  # type: ignore[assignment]  # one kind
    return joined


def _joined_problems(blocks: list[CohortBlock]) -> dict[tuple[str, str], NDArray[np.bool_]]:
    n_rows = sum(block.n_rows for block in blocks)
    found: dict[tuple[str, str], NDArray[np.bool_]] = {}
    start = 0
    for block in blocks:
        for problem in block.problems:
            key = (problem.variable, problem.code)
            whole = found.setdefault(key, np.zeros(n_rows, dtype=bool))
            whole[start : start + block.n_rows] |= problem.mask
        start += block.n_rows
    return found


def _source_text(blocks: list[CohortBlock], name: str) -> pa.ChunkedArray:
    return pa.chunked_array([chunk for block in blocks for chunk in block.source[name].chunks])


def fingerprint(frame: pd.DataFrame) -> str:
    """SHA-256 over every row of a cohort, by name, whatever the order of the columns."""
    digest = hashlib.sha256()
    for name in sorted(frame.columns):
        values = frame[name]
        digest.update(f"\x1f{name}\x1f".encode())
        if values.dtype.kind == "f":
            numbers = values.to_numpy(dtype="<f8").copy()
            numbers[np.isnan(numbers)] = math.nan
            digest.update(numbers.tobytes())
        else:
            digest.update(_text_bytes(values))
    return digest.hexdigest()


def _text_bytes(values: pd.Series) -> bytes:
    cells = ("\x1e" if value is None or value != value else str(value) for value in values)
    return "\x1f".join(cells).encode()


def frame_columns(frame: pd.DataFrame) -> Mapping[str, Column]:
    """Columns of a frame as floats with NaN or text with None."""
    dictionary = load_dictionary()
    columns: dict[str, Column] = {}
    for name in frame.columns:
        values = frame[name]
        if name in dictionary and dictionary[name].kind == "number":
            columns[name] = values.to_numpy(dtype=np.float64)
        else:
            text = values.to_numpy(dtype=object).copy()
            text[values.isna().to_numpy()] = None
            columns[name] = text
    return columns

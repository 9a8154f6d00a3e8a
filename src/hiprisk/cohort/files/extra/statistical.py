"""Files of SPSS and Stata as blocks of text columns, with their value labels."""

from __future__ import annotations

import datetime
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.files.byte_source import MAX_COPY_BYTES, MAX_RATIO, ByteSource, too_large
from hiprisk.cohort.files.column_names import column_names
from hiprisk.cohort.files.extra.library import library
from hiprisk.cohort.files.local_file import MAX_FIELD_BYTES, changed_error
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import InputError
from hiprisk.values import is_missing, text_of

BLOCK_ROWS = 50_000
# Of a block's values as the file states their widths: a long text packs to a few bytes.
MAX_BLOCK_BYTES = 64 << 20
_READERS = {"spss": "read_sav", "spss portable": "read_por", "stata": "read_dta"}


def iter_statistical(
    source: ByteSource, kind: str, encoding: str | None = None
) -> Iterator[TextBlock]:
    """Blocks of rows of an SPSS or Stata file, every column as text: codes, not their labels.

    Stata's missing values ``.a`` to ``.z`` are these texts; a value that the file declares missing
    stays what it is, and is told with the block. A row's number is the case's.

    Raises
    ------
    ConfigError
        If the library of the extra is not installed.
    InputError
        If the file cannot be read, or changed meanwhile.
    """
    pyreadstat = library("pyreadstat")
    read = getattr(pyreadstat, _READERS[kind])
    options: dict[str, Any] = {"output_format": "dict"}
    if kind != "spss portable":
        options |= {"user_missing": True, "encoding": encoding}
    before = source.size_and_time()
    with source.local_path() as path:
        if kind == "spss":
            _check_survived(path, source.name)
        head = _head(read, path, options, kind=kind, name=source.name)
        rows, start = _block_rows(head), 0
        while True:
            try:
                columns, told = read(str(path), row_offset=start, row_limit=rows, **options)
            except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as problem:
                raise _unreadable(kind, source.name) from problem
            block = _block(columns, told, start, source.name)
            if block.table.num_rows or not start:
                yield block
            start += block.table.num_rows
            if block.table.num_rows < rows:
                break
    if source.size_and_time() != before:
        raise changed_error(source.name)


def _head(read: Any, path: Path, options: Mapping[str, Any], *, kind: str, name: str) -> Any:
    """What the file states; InputError if it states more rows of its width than a real one has.

    Blank texts pack to nothing, and each block is looked for from the beginning of the file.
    """
    pyreadstat = library("pyreadstat")
    try:
        _, told = read(str(path), metadataonly=True, **options)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as problem:
        raise _unreadable(kind, name) from problem
    width = sum(told.variable_storage_width[one] or 0 for one in told.column_names)
    allowed = max(MAX_COPY_BYTES, MAX_RATIO * path.stat().st_size)
    if (told.number_rows or 0) * width > allowed:
        raise too_large(name)
    return told


def _block_rows(told: Any) -> int:
    """Rows of a block; Stata states no width of a text that may be long."""
    widths = (told.variable_storage_width[name] or MAX_FIELD_BYTES for name in told.column_names)
    return max(1, min(BLOCK_ROWS, MAX_BLOCK_BYTES // max(1, sum(widths))))


def _unreadable(kind: str, name: str) -> InputError:
    return InputError(
        f"the file cannot be read as {'Stata' if kind == 'stata' else 'SPSS'}",
        code="STATISTICAL_FILE",
        file=name,
        advice="export it again; if its texts are not UTF-8, give --encoding",
    )


def _check_survived(path: Path, name: str) -> None:
    """Raise InputError if reading the head of an SPSS file ends the process that tries.

    The library's parser of these files can crash on damaged ones, and would take this process with
    it; a process of its own goes first.
    """
    code = "import sys, pyreadstat; pyreadstat.read_sav(sys.argv[1], metadataonly=True)"
    tried = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, check=False
    )
    if tried.returncode < 0:
        raise _unreadable("spss", name)


def _block(columns: Mapping[str, Sequence[Any]], told: Any, start: int, file: str) -> TextBlock:
    names = column_names(list(told.column_names), file)
    is_text = {name: told.readstat_variable_types[name] == "string" for name in told.column_names}
    cells = {
        name: [_text(value, is_text=is_text[name]) for value in columns.get(name, ())]
        for name in told.column_names
    }
    table = pa.table([pa.array(texts, pa.string()) for texts in cells.values()],
                     names=list(names.names))  # fmt: skip
    for name, column in zip(names.names, table.columns, strict=True):
        if (pc.max(pc.binary_length(column)).as_py() or 0) > MAX_FIELD_BYTES:
            raise InputError(
                f"a field has more than {MAX_FIELD_BYTES} bytes",
                code="FIELD_TOO_LONG",
                file=file,
                column=name,
            )
    labels = {
        name: {_text(code, is_text=is_text[name]): str(label) for code, label in known.items()}
        for name, known in told.variable_value_labels.items()
        if name in cells
    }
    missing = {
        name: _missing_texts(
            columns.get(name, ()),
            cells[name],
            told.missing_ranges.get(name, []),
            is_text=is_text[name],
        )
        for name in told.column_names
    }
    return TextBlock(
        start + 1,
        table,
        np.arange(start, start + table.num_rows, dtype=np.intp) + 1,
        labels=labels,
        missing={name: texts for name, texts in missing.items() if texts},
    )


def _text(value: Any, *, is_text: bool) -> str:
    """A value's text: whole numbers without a point, dates as ISO 8601 has them."""
    if isinstance(value, str):
        # In a column of numbers a letter is one of Stata's 26 further missing values.
        return value if is_text else f".{value}"
    if value is None or is_missing(value):
        return ""
    if isinstance(value, datetime.datetime):
        return str(value.date() if value.time() == datetime.time() else value)
    return text_of(value)


def _missing_texts(
    values: Sequence[Any],
    texts: Sequence[str],
    ranges: Sequence[Mapping[str, Any]],
    *,
    is_text: bool,
) -> tuple[str, ...]:
    """Texts that stand for a missing value: Stata's, and those that SPSS declares."""
    pairs = list(zip(values, texts, strict=True))
    found = set() if is_text else {text for value, text in pairs if isinstance(value, str)}
    for part in ranges:
        low, high = part["lo"], part["hi"]
        alike = str if is_text else (int, float)
        found |= {
            text for value, text in pairs if isinstance(value, alike) and low <= value <= high
        }
    return tuple(sorted(found))

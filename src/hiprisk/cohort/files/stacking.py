"""Several files of one cohort, such as the years of a register, read as one; or a data frame."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.files.csv_dialect import Dialect
from hiprisk.cohort.files.csv_text import BLOCK_BYTES
from hiprisk.cohort.files.data_frame import CohortFrame, DataFrame, cohort_frame
from hiprisk.cohort.files.opening import CohortFile, StatedFormat, open_cohort_file
from hiprisk.cohort.files.packed import path_on_disk
from hiprisk.cohort.files.text_block import TextBlock
from hiprisk.errors import ConfigError

_NUMBERS = {
    sign: rf"^\s*[-+]?([0-9]+[{sign}][0-9]*|[{sign}][0-9]+)([eE][-+]?[0-9]{{1,3}})?\s*$"
    for sign in ",."
}


@dataclass(frozen=True, slots=True)
class CohortFiles:
    """The files of a cohort, in the order in which they are stacked.

    Attributes
    ----------
    paths : tuple of path-like
    encoding : str, optional
        Of their texts, in place of what a mapping states.
    frame : CohortFrame, optional
        A data frame in the place of files.
    """

    paths: tuple[Path | str, ...]
    encoding: str | None = None
    frame: CohortFrame | None = None

    @property
    def name(self) -> str:
        """Names of the files without their folders."""
        if self.frame is not None:
            return self.frame.name
        return ", ".join(Path(path).name for path in self.paths)

    @property
    def on_disk(self) -> list[Path]:
        """The files themselves, where a path names a part of one."""
        return [path_on_disk(path) for path in self.paths]

    def open(self, stated: StatedFormat | None = None) -> StackedFiles:
        """Find out what each file is and how it is written.

        Raises
        ------
        ConfigError, InputError, StoreError
            If one is no readable local file of a known format, or none is named.
        """
        if self.frame is not None:
            return StackedFiles((self.frame,))
        stated = stated or StatedFormat()
        if self.encoding is not None:
            stated = replace(stated, encoding=self.encoding)
        if not self.paths:
            raise ConfigError("no cohort file is named", code="USAGE")
        return StackedFiles(tuple(open_cohort_file(path, stated) for path in self.paths))


CohortPath = Path | str | Sequence[Path | str] | CohortFiles | DataFrame


def cohort_files(cohort: CohortPath) -> CohortFiles:
    """One path, several or a data frame as the files of a cohort.

    Raises
    ------
    InputError
        If it is none of these.
    """
    if isinstance(cohort, CohortFiles):
        return cohort
    if isinstance(cohort, Path | str):
        return CohortFiles((cohort,))
    # A list that holds anything but paths is refused there, as what is no table.
    if isinstance(cohort, Sequence) and all(isinstance(one, Path | str) for one in cohort):
        return CohortFiles(tuple(cohort))
    return CohortFiles((), frame=cohort_frame(cohort))


def in_encoding(cohort: CohortPath, encoding: str | None) -> CohortFiles:
    """The files of a cohort, their texts in an encoding that is stated.

    Raises
    ------
    ConfigError
        If one is stated of a data frame, whose texts are read already.
    """
    files = cohort_files(cohort)
    if encoding is not None and files.frame is not None:
        raise ConfigError(
            "an encoding is one of files, and a data frame came", code="USAGE", column="--encoding",
            advice="leave it out",
        )  # fmt: skip
    return files if encoding is None else replace(files, encoding=encoding)


@dataclass(frozen=True, slots=True)
class StackedFiles:
    """Opened files of one cohort."""

    files: tuple[CohortFile | CohortFrame, ...]

    @property
    def name(self) -> str:
        """For letters: names of the files without their folders."""
        return ", ".join(file.name for file in self.files)

    @property
    def dialect(self) -> Dialect:
        """How cells are written: as in the first file."""
        return self.files[0].dialect

    def blocks(self, *, block_bytes: int = BLOCK_BYTES) -> Iterator[TextBlock]:
        """Blocks of rows, file after file, every column of any file in each of them.

        A cell is empty where a file lacks the column, and a number has the decimal sign of the
        first file.

        Raises
        ------
        InputError
            If a file as a whole cannot be read.
        """
        streams = [file.blocks(block_bytes=block_bytes) for file in self.files]
        if len(streams) == 1:
            yield from streams[0]
            return
        # Every header is known before the first row is given.
        firsts = [next(stream) for stream in streams]
        names = list(dict.fromkeys(name for one in firsts for name in one.table.column_names))
        for file, first, stream in zip(self.files, firsts, streams, strict=True):
            for block in itertools.chain([first], stream):
                yield self._aligned(block, names, file)

    def _aligned(
        self, block: TextBlock, names: list[str], file: CohortFile | CohortFrame
    ) -> TextBlock:
        table = in_decimal(block.table, file.dialect.decimal, self.dialect.decimal)
        lacking = frozenset(names) - set(table.column_names)
        empty = pa.array([""] * table.num_rows, pa.string())
        cells = [empty if name in lacking else table[name] for name in names]
        return replace(
            block,
            given=pa.table(cells, names=names),
            file=file.name,
            lacking=lacking,
            bare_lines=None,
        )


def in_decimal(table: pa.Table, own: str, wanted: str) -> pa.Table:
    """Text cells with another decimal sign, where they hold nothing but a number with one."""
    if own == wanted:
        return table
    columns = []
    for cells in table.columns:
        is_number = pc.match_substring_regex(cells, _NUMBERS[own])
        columns.append(pc.if_else(is_number, pc.replace_substring(cells, own, wanted), cells))
    return pa.table(columns, names=table.column_names)

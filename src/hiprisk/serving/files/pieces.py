"""Blocks of a large CSV file scored in several processes, each as in one."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

import pyarrow as pa

from hiprisk.cohort.files.csv_blocks import RowRange
from hiprisk.cohort.files.csv_text import CsvReader, csv_reader
from hiprisk.cohort.files.opening import CohortFile
from hiprisk.cohort.files.stacking import StackedFiles
from hiprisk.cohort.files.table_writer import csv_lines
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import BlockReader
from hiprisk.parallel import map_in_order
from hiprisk.serving.files.processes import likely_workers
from hiprisk.serving.files.rows import RowFormat, answered
from hiprisk.serving.files.summary import Tally, TallyPart
from hiprisk.serving.model import Model

# Memory is given back to the system after so many.
BLOCKS_TO_RELEASE = 4


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Rows of a file as they came, and how many data rows came before them."""

    content: bytes
    n_before: int

    def read(self, csv: CsvReader) -> bytes:
        """What is parsed."""
        del csv
        return self.content


@dataclass(frozen=True, slots=True)
class RangeBlock:
    """Rows of a file on disk, which whoever scores them reads."""

    place: RowRange

    @property
    def n_before(self) -> int:
        """Data rows that come before them."""
        return self.place.n_before

    def read(self, csv: CsvReader) -> bytes:
        """What is parsed."""
        return csv.raw_block(self.place)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where processes of this machine leave what they scored, for the one that joins it.

    Attributes
    ----------
    folder : Path
    joined_by : int
        Number of the process that takes its own from memory.
    """

    folder: Path
    joined_by: int

    def left(self, lines: memoryview, name: str) -> memoryview | bytes | Path:
        """The lines where the process that joins them finds them.

        Where the disk does not take them, they travel: it may have room for the scored file alone.
        """
        if os.getpid() == self.joined_by:
            return lines
        path = self.folder / name
        try:
            path.write_bytes(lines)
        except OSError:
            with contextlib.suppress(OSError):
                path.unlink()
            return bytes(lines)
        return path


@dataclass(frozen=True, slots=True)
class ScoredBlock:
    """Lines of the scored file, behind line ends, in UTF-8; and what is counted of them."""

    lines: memoryview | bytes | Path
    tally: TallyPart

    @contextlib.contextmanager
    def text(self) -> Iterator[memoryview]:
        """The lines; a part file is gone afterwards."""
        if not isinstance(self.lines, Path):
            yield memoryview(self.lines)
            return
        with (
            self.lines.open("rb") as part,
            mmap(part.fileno(), 0, access=ACCESS_READ) as content,
            memoryview(content) as lines,
        ):
            yield lines
        self.lines.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlan:
    """How the blocks of a file are scored.

    Attributes
    ----------
    model : Model
    csv : CsvReader
    reader : BlockReader
    how : RowFormat
    parts : Parts, optional
        Without it what is read and written travels from process to process, and to other machines.
    """

    model: Model
    csv: CsvReader
    reader: BlockReader
    how: RowFormat
    parts: Parts | None

    def blocks(self, block_bytes: int) -> Iterator[RawBlock | RangeBlock]:
        """The blocks of the file; at least one."""
        if self.parts is not None and self.csv.has_ranges(block_bytes):
            yield from map(RangeBlock, self.csv.ranges(block_bytes))
            return
        n_before = 0
        for content in self.csv.raw_blocks(block_bytes):
            yield RawBlock(content, n_before)
            n_before += content.count(b"\n")


def large_csv(
    opened: StackedFiles, how: RowFormat, mapping: CohortMapping | None, workers: int | None
) -> tuple[CsvReader | None, int]:
    """A file whose blocks can be scored apart, and in how many processes.

    Parameters
    ----------
    opened : StackedFiles
    how : RowFormat
    mapping : CohortMapping, optional
    workers : int or None
        None where nobody states how many.

    Returns
    -------
    tuple of CsvReader or None and int
        None where one process scores it: one file of CSV to CSV is taken, each line of which is a
        row (no quotes, no blank lines), if the mapping selects no rows.

    Raises
    ------
    InputError
        As `csv_reader` does.
    """
    file = opened.files[0]
    selects = mapping is not None and bool(mapping.where or mapping.imputations)
    if not how.is_csv or selects or len(opened.files) > 1 or not isinstance(file, CohortFile):
        return None, 1
    n_workers = likely_workers(file.source.path) if workers is None else workers
    if n_workers == 1 or file.kind != "csv":
        return None, 1
    csv = csv_reader(file.source, file.dialect)
    return (csv, n_workers) if csv.lines.are_bare and csv.lines.has_rows else (None, 1)


def scored_in_order(
    plan: FilePlan,
    blocks: Iterator[RawBlock | RangeBlock],
    *,
    workers: int,
    meanwhile: Callable[[], None],
) -> Generator[ScoredBlock, None, None]:
    """Blocks of a file behind its first, scored by several processes; this is one of them.

    Parameters
    ----------
    plan : FilePlan
    blocks : iterator of RawBlock or RangeBlock
    workers : int
    meanwhile : callable
        Scores the first block here, while the others begin.

    Yields
    ------
    ScoredBlock

    Raises
    ------
    InputError
        On the first block that cannot be read.
    StoreError
        If a process ends before its work is done.
    """
    score = functools.partial(score_block, pickle.dumps(plan, pickle.HIGHEST_PROTOCOL))
    done = map_in_order(score, blocks, workers=workers, takes_part=True, meanwhile=meanwhile)
    for number, scored in enumerate(done):
        yield scored
        if number % BLOCKS_TO_RELEASE == 0:
            # Arrow keeps what blocks gave back; the first, of which all was new, most of it.
            pa.default_memory_pool().release_unused()


def score_block(plan: bytes, block: RawBlock | RangeBlock) -> ScoredBlock:
    """Score a block in whichever process.

    Parameters
    ----------
    plan : bytes
        A pickled `FilePlan`: a process reads it once.
    block : RawBlock or RangeBlock
        Not the first of its file.
    """
    file = _plan(plan)
    text = file.csv.parsed(block.read(file.csv), block.n_before + 1)
    tally = Tally(file.model, file.reader.name, file.reader.mapping, n_before=block.n_before)
    cohort = file.reader.read(text)
    answers = answered(file.model, cohort, tally, accept_units=True)
    rows = file.how.rows(file.model, cohort, answers)
    lines = csv_lines(
        rows.table, plain=rows.plain, dialect=file.how.dialect, read_lines=rows.read_lines
    )
    if file.parts is None:
        return ScoredBlock(bytes(lines), tally.part())
    return ScoredBlock(file.parts.left(lines, str(block.n_before)), tally.part())


@functools.lru_cache(maxsize=1)
def _plan(pickled: bytes) -> FilePlan:
    plan: FilePlan = pickle.loads(pickled)
    return plan

"""Scoring of a cohort file in blocks; rows keep their order."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from hiprisk.cohort.bundled_variables import bundled_variables
from hiprisk.cohort.dictionary import Dictionary, load_dictionary
from hiprisk.cohort.files.csv_text import CsvReader
from hiprisk.cohort.files.stacking import CohortPath, StackedFiles, cohort_files
from hiprisk.cohort.files.table_writer import CsvWriter, TableWriter, output_format, table_writer
from hiprisk.cohort.formulas import guarded_frame
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import BlockReader, CohortBlock, iter_blocks, open_mapped_file
from hiprisk.errors import ConfigError
from hiprisk.outputs import check_output_file, written_whole
from hiprisk.parallel import current_cluster
from hiprisk.processes.scratch import working_folder
from hiprisk.serving.files.pieces import FilePlan, Parts, large_csv, scored_in_order
from hiprisk.serving.files.rows import MOST_DIGITS, RowFormat, answered, answered_in_order
from hiprisk.serving.files.summary import ScoreResult, Tally
from hiprisk.serving.model import Model
from hiprisk.sheet.answers import Answers

BLOCK_BYTES = 2 << 20


def score_file(
    model: Model,
    path: CohortPath,
    out: Path | str,
    *,
    mapping: CohortMapping | None = None,
    force: bool = False,
    accept_units: bool = False,
    raw_text: bool = False,
    progress: Callable[[int], None] | None = None,
    summary: Path | str | None = None,
    digits: int | None = None,
    workers: int | None = 1,
    each: Callable[[CohortBlock, Answers], None] | None = None,
) -> ScoreResult:
    """Score a cohort file.

    Parameters
    ----------
    model : Model
    path : path-like, or several
        A file of any format that is read, or files that are read as one.
    out : path-like
        Written whole or not at all, in the format that its suffix says: csv, csv.gz, parquet or
        xlsx. CSV has the delimiter, the decimal sign and the encoding of the (first) file; the
        others have decimal points.
    mapping : CohortMapping, optional
    force : bool
        Overwrite `out`.
    accept_units : bool
        Score although a variable's spread in the first block says that its unit is another.
    raw_text : bool
        Write texts as they came, even those that a spreadsheet takes for formulas.
    progress : callable, optional
        Told the number of rows done.
    summary : path-like, optional
        Where the counts and warnings go: a table if it ends in ``.csv``, else JSON.
    digits : int, optional
        Significant digits of the added numbers, 1 to 15, in every format; without it a number has
        as many as tell it from every other one.
    workers : int or None
        Processes that score a large CSV file to CSV, this one among them, always to the same
        bytes; None for as many as the file and the machine are likely to make use of. On a cluster
        that is open, with more than 1, files of other formats are answered there too.
    each : callable, optional
        Given every block and its answers, for whoever keeps them beside the file.

    Raises
    ------
    ConfigError, InputError, StoreError
        Then nothing was written.
    """
    files, out = cohort_files(path), Path(out)
    kind = output_format(out)
    _check_numbers(digits, workers)
    check_output_file(out, force=force, inputs=files.on_disk)
    if summary is not None:
        summary = Path(summary)
        check_output_file(summary, force=force, inputs=files.on_disk)
        if summary.resolve() == out.resolve():
            raise ConfigError("output and summary are the same file", code="SAME_FILE",
                              file=out.name)  # fmt: skip
    opened = open_mapped_file(files, mapping)
    tally = Tally(model, files.name, mapping)
    how = RowFormat(
        is_csv=kind.startswith("csv"),
        keeps_types=kind == "parquet",
        own=opened.dialect,
        raw_text=raw_text,
        digits=digits,
    )
    with (
        written_whole(out) as scratch,
        contextlib.closing(table_writer(scratch, kind, how.dialect)) as to,
    ):
        job = _Job(model, mapping, opened, how, tally, to, accept_units, each)
        # Whoever is given each block needs it here, with its answers.
        csv, n_workers = (None, 1) if each is not None else large_csv(opened, how, mapping, workers)
        elsewhere = workers or 1 if current_cluster() is not None else 1
        done = (
            job.one_by_one(elsewhere) if csv is None else job.in_pieces(csv, n_workers, out.parent)
        )
        with contextlib.closing(done):
            for n_rows in done:
                if progress is not None:
                    progress(n_rows)
    result = dataclasses.replace(tally.result(out), dialect=how.dialect)
    if summary is not None:
        _write_summary(result, Path(summary))
    return result


@dataclasses.dataclass(frozen=True, slots=True)
class _Job:
    """A file that is being scored; each way through it tells the number of rows done."""

    model: Model
    mapping: CohortMapping | None
    opened: StackedFiles
    how: RowFormat
    tally: Tally
    to: TableWriter
    accept_units: bool
    each: Callable[[CohortBlock, Answers], None] | None

    def one_by_one(self, workers: int) -> Generator[int, None, None]:
        """Blocks read and written in this process, and answered in it or on a cluster."""
        reader = self._reader()
        blocks = (reader.read(text) for text in self.opened.blocks(block_bytes=BLOCK_BYTES))
        for block, answers in answered_in_order(
            self.model, blocks, self.tally, accept_units=self.accept_units, workers=workers
        ):
            self._write(block, answers)
            yield self.tally.n_rows

    def in_pieces(self, csv: CsvReader, workers: int, beside: Path) -> Generator[int, None, None]:
        """The first block here, since it may refuse the file; the others wherever there is room."""
        assert isinstance(self.to, CsvWriter)
        reader = self._reader()
        with contextlib.ExitStack() as stack:
            stack.enter_context(csv.told_if_changed())
            parts = None
            if current_cluster() is None:
                parts = Parts(stack.enter_context(working_folder(beside)), os.getpid())
            plan = FilePlan(model=self.model, csv=csv, reader=reader, how=self.how, parts=parts)
            blocks = plan.blocks(BLOCK_BYTES)
            first = next(blocks)

            def score_first() -> None:
                block = reader.read(csv.parsed(first.read(csv), 1))
                how = {"accept_units": self.accept_units}
                self._write(block, answered(self.model, block, self.tally, **how))

            done = scored_in_order(plan, blocks, workers=workers, meanwhile=score_first)
            # Before the folder is removed, since the others may write there as long as they live.
            stack.enter_context(contextlib.closing(done))
            for scored in done:
                self.tally.follow(scored.tally)
                with scored.text() as lines:
                    self.to.write_lines(lines)
                yield self.tally.n_rows
        yield self.tally.n_rows

    def _reader(self) -> BlockReader:
        return BlockReader(
            mapping=self.mapping,
            dictionary=_dictionary(self.model, self.mapping),
            name=self.opened.name,
            decimal=self.opened.dialect.decimal,
            names_people=False,
        )

    def _write(self, block: CohortBlock, answers: Answers) -> None:
        rows = self.how.rows(self.model, block, answers)
        self.to.write(rows.table, plain=rows.plain, read_lines=rows.read_lines)
        if self.each is not None:
            self.each(block, answers)


def _check_numbers(digits: int | None, workers: int | None) -> None:
    if digits is not None and not 1 <= digits <= MOST_DIGITS:
        raise ConfigError(
            f"from 1 to {MOST_DIGITS} significant digits can be written, not {digits}",
            code="USAGE",
            column="--digits",
            advice="leave it out for all digits that a number has",
        )
    if workers is not None and workers < 1:
        raise ConfigError(
            f"at least one process works, not {workers}", code="USAGE", column="--workers"
        )


def scored_blocks(
    model: Model,
    cohort: CohortPath,
    tally: Tally,
    *,
    mapping: CohortMapping | None = None,
    accept_units: bool = False,
    workers: int = 1,
) -> Iterator[tuple[CohortBlock, Answers]]:
    """Blocks of a cohort with the answers of every row, counted by the tally.

    With `workers` above 1 the answers come from elsewhere, as `answered_in_order` has it.

    Raises
    ------
    ConfigError, InputError, StoreError
        Before the first block, if the cohort as a whole cannot be scored.
    """
    dictionary = _dictionary(model, mapping)
    blocks = iter_blocks(cohort, mapping, block_bytes=BLOCK_BYTES, dictionary=dictionary)
    yield from answered_in_order(model, blocks, tally, accept_units=accept_units, workers=workers)


def _write_summary(result: ScoreResult, path: Path) -> None:
    with written_whole(path) as scratch:
        if path.suffix == ".csv":
            guarded_frame(result.to_frame()).to_csv(scratch, index=False)
        else:
            plain = json.dumps(result.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)
            scratch.write_text(f"{plain}\n", encoding="utf-8")


def _dictionary(model: Model, mapping: CohortMapping | None) -> Dictionary:
    known = load_dictionary() if mapping is None else mapping.dictionary
    return bundled_variables(model.sheet, model.bundle.config).laid_over(known)

"""A cohort file in, a scored file out: streaming, every row back in its place."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hiprisk.cohort.checking import compare_with_training
from hiprisk.cohort.dictionary import variables_beyond
from hiprisk.cohort.findings import Finding
from hiprisk.cohort.mapping import CohortMapping
from hiprisk.cohort.reading import CohortBlock, iter_blocks
from hiprisk.errors import ConfigError, InputError, StoreError
from hiprisk.serving.answers import Answers, Unreadable, answer, column_names
from hiprisk.serving.patient import Model

# A spreadsheet takes a cell that starts so for a formula.
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[-+]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][-+]?[0-9]{1,3})?$"
BLOCK_BYTES = 2 << 20

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreResult:
    """What became of a cohort file.

    Attributes
    ----------
    reasons : mapping of str to int
        Refused rows by reason.
    absent : tuple of str
        Variables of the model that the file lacks; they were imputed in every row.
    """

    out: Path
    n_rows: int
    n_refused: int
    reasons: dict[str, int]
    absent: tuple[str, ...]
    findings: tuple[Finding, ...]
    provenance: str
    bundle_sha256: str

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk score --json`` prints."""
        return {
            "out": str(self.out),
            "rows": self.n_rows,
            "scored": self.n_rows - self.n_refused,
            "refused": self.n_refused,
            "reasons": self.reasons,
            "absent": list(self.absent),
            "warnings": [finding.to_dict() for finding in self.findings],
            "provenance": self.provenance,
            "bundle_sha256": self.bundle_sha256,
        }


def score_file(
    model: Model,
    path: Path | str,
    out: Path | str,
    *,
    mapping: CohortMapping | None = None,
    force: bool = False,
    accept_units: bool = False,
    raw_text: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ScoreResult:
    """Score a cohort file.

    Parameters
    ----------
    model : Model
    path, out : path-like
        CSV or Parquet, each by its own kind; `out` is written whole or not at all.
    mapping : CohortMapping, optional
    force : bool
        Overwrite `out`.
    accept_units : bool
        Score although a variable's spread says that its unit is another.
    raw_text : bool
        Write texts as they came, even those that a spreadsheet takes for formulas.
    progress : callable, optional
        Told the number of rows done.

    Raises
    ------
    ConfigError, InputError, StoreError
        Then nothing was written.
    """
    path, out = Path(path), Path(out)
    _check_target(path, out, force=force)
    if mapping is not None:
        # Every row comes back, so nothing is selected here.
        mapping = dataclasses.replace(mapping, where={}, imputations=())
    tally = _Tally(model, path.name)
    with _written_whole(out) as scratch, _Writer(scratch, parquet=out.suffix == ".parquet") as to:
        extra = variables_beyond(model.sheet.variables)
        for block in iter_blocks(path, mapping, block_bytes=BLOCK_BYTES, extra=extra):
            tally.look(block, accept_units=accept_units)
            answers = _answers(model, block)
            to.write(_scored(model, block, answers, raw_text=raw_text), plain=block.plain)
            tally.add(block, answers)
            if progress is not None:
                progress(tally.n_rows)
    return tally.result(out)


def _check_target(path: Path, out: Path, *, force: bool) -> None:
    if out.exists() and path.exists() and out.samefile(path):
        raise ConfigError("input and output are the same file", code="SAME_FILE", file=out.name)
    if out.exists() and not force:
        raise ConfigError(
            "the output file exists", code="EXISTS", file=out.name, advice="add --force"
        )
    if not out.parent.is_dir():
        raise StoreError("the output's folder does not exist", file=out.name, advice="make it")


@contextlib.contextmanager
def _written_whole(out: Path) -> Iterator[Path]:
    scratch = out.parent / f".{out.name}.{os.getpid()}-{secrets.token_hex(4)}.part"
    try:
        yield scratch
        with scratch.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(scratch, out)
    except StoreError:
        # Already says which file failed: the input, not this one.
        raise
    except OSError as problem:
        raise StoreError(
            f"the output cannot be written: {problem.strerror or 'the disk refused'}",
            file=out.name,
        ) from problem
    finally:
        scratch.unlink(missing_ok=True)


class _Writer:
    """CSV or Parquet, opened with the first block."""

    def __init__(self, path: Path, *, parquet: bool) -> None:
        self._path = path
        self._parquet = parquet
        self._parquet_writer: Any = None
        self._stream: BinaryIO | None = None

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *error: object) -> None:
        for writer in (self._parquet_writer, self._stream):
            if writer is not None:
                writer.close()

    def write(self, table: pa.Table, *, plain: frozenset[str]) -> None:
        if self._parquet:
            if self._parquet_writer is None:
                self._parquet_writer = pq.ParquetWriter(self._path, table.schema)
            self._parquet_writer.write_table(table)
            return
        if self._stream is None:
            self._stream = self._path.open("wb")
            header = pa.table({name: pa.array([name]) for name in table.column_names})
            self._stream.write(csv_bytes(header))
        self._stream.write(csv_bytes(table, plain=plain))


def csv_bytes(table: pa.Table, *, plain: frozenset[str] = frozenset()) -> bytes:
    """Rows as CSV lines; a cell is in quotes only where it must be, and missing is empty.

    Columns named in `plain` are known to need no quotes.
    """
    if not table.num_rows:
        return b""
    cells = [table[name] if name in plain else _quoted(table[name]) for name in table.column_names]
    lines = pc.binary_join_element_wise(*cells, ",")
    joined = pc.binary_join(pa.array([lines.to_pylist()], pa.list_(pa.string())), "\n")
    return f"{joined[0].as_py()}\n".encode()


def _quoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    text = pc.fill_null(pc.cast(column, pa.string()), "")
    if pa.types.is_floating(column.type):
        return text
    risky = pc.match_substring_regex(text, r'[",\r\n]')
    if not pc.any(risky).as_py():
        return text
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(text, '"', '""'), '"', "")
    return pc.if_else(risky, quoted, text)


def _answers(model: Model, block: CohortBlock) -> Answers:
    unreadable = [Unreadable(p.variable, p.code, p.mask) for p in block.problems]
    return answer(model.evaluator, block.columns, n_rows=block.n_rows, unreadable=unreadable)


def _scored(model: Model, block: CohortBlock, answers: Answers, *, raw_text: bool) -> pa.Table:
    names = column_names(model.evaluator)
    taken = [name for name in names if name in block.source.column_names]
    if taken:
        raise InputError(
            f"the file already has a column '{taken[0]}'",
            code="COLUMN_EXISTS",
            advice="score the original file, or rename the column",
        )
    columns = {
        name: block.source[name] if raw_text or name in block.plain else _safe(block.source[name])
        for name in block.source.column_names
    }
    for name in names:
        if name in answers.numbers:
            columns[name] = pa.array(answers.numbers[name], from_pandas=True)
        else:
            columns[name] = pa.array(answers.texts[name], pa.string())
    return pa.table(columns)


def _safe(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text that a spreadsheet would run, with an apostrophe before it."""
    risky = pc.match_substring_regex(column, _FORMULA)
    if not pc.any(risky).as_py():
        return column
    risky = pc.and_(risky, pc.invert(pc.match_substring_regex(column, _NUMBER)))
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


class _Tally:
    """Counts over the blocks of a file."""

    def __init__(self, model: Model, name: str) -> None:
        self._model = model
        self._name = name
        self.n_rows = 0
        self._n_refused = 0
        self._reasons: Counter[str] = Counter()
        self._absent: tuple[str, ...] = ()
        self._findings: tuple[Finding, ...] = ()

    def look(self, block: CohortBlock, *, accept_units: bool) -> None:
        """Before the first block is scored: does the file have the model's variables and units."""
        if self.n_rows:
            return
        sheet = self._model.sheet
        self._absent = tuple(v.name for v in sheet.variables if v.name not in block.columns)
        self._check_names(block)
        columns: dict[str, NDArray[np.generic]] = dict(block.columns)
        self._findings = compare_with_training(sheet.variables, columns)
        wrong = [finding for finding in self._findings if finding.severity == "error"]
        if wrong and not accept_units:
            raise InputError(
                wrong[0].message,
                code=wrong[0].code,
                file=self._name,
                column=wrong[0].column,
                advice=f"{wrong[0].advice}; or --accept-units",
            )

    def _check_names(self, block: CohortBlock) -> None:
        folded = {name.strip().lower(): name for name in block.source.column_names}
        alike = [name for name in self._absent if name in folded]
        none_left = len(self._absent) == len(self._model.sheet.variables)
        if alike or none_left:
            raise InputError(
                f"the file lacks {len(self._absent)} of the model's variables"
                + (f", {alike[0]} among them" if alike else ""),
                code="MISSING_COLUMN",
                file=self._name,
                advice=f"did you mean {folded[alike[0]]}? Names are matched to the letter"
                if alike
                else "hiprisk template lists them; a mapping can rename columns",
            )

    def add(self, block: CohortBlock, answers: Answers) -> None:
        self.n_rows += block.n_rows
        self._n_refused += int(answers.refused.sum())
        self._reasons.update(answers.counts)

    def result(self, out: Path) -> ScoreResult:
        return ScoreResult(
            out=out,
            n_rows=self.n_rows,
            n_refused=self._n_refused,
            reasons=dict(self._reasons),
            absent=self._absent,
            findings=self._findings,
            provenance=self._model.sheet.provenance,
            bundle_sha256=self._model.bundle.sha256,
        )

"""Files of one cohort, a file a visit or a theme, and events of one file, joined by person."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiprisk.cohort.events import PersonTable, rows_where, split_by_event
from hiprisk.cohort.files.csv_dialect import ORDINARY
from hiprisk.cohort.files.opening import CohortFile, StatedFormat, open_cohort_file
from hiprisk.cohort.files.stacking import cohort_files, in_decimal
from hiprisk.cohort.files.table_writer import output_format, table_writer
from hiprisk.cohort.formulas import guarded, guarded_names
from hiprisk.errors import ConfigError, InputError
from hiprisk.outputs import check_output_file, written_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedFile:
    """One of the files, or of the events of a file, that were joined.

    Attributes
    ----------
    persons : int
        Rows, each a person of its own.
    new_persons : int
        Persons that nothing before had.
    columns : tuple of str
        Columns taken from it.
    event : str, optional
        Which event of the file.
    """

    name: str
    persons: int
    new_persons: int
    columns: tuple[str, ...]
    event: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk join --json`` prints."""
        plain = {"name": self.name, "persons": self.persons, "new_persons": self.new_persons,
                 "columns": list(self.columns)}  # fmt: skip
        return plain if self.event is None else {**plain, "event": self.event}


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinResult:
    """What became of the files.

    Attributes
    ----------
    guarded : int
        Cells and column names that have an apostrophe before them, since a spreadsheet would run
        them as formulas.
    """

    out: Path
    persons: int
    files: tuple[JoinedFile, ...]
    guarded: int

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk join --json`` prints."""
        files = [file.to_dict() for file in self.files]
        return {"out": str(self.out), "persons": self.persons, "files": files,
                "guarded": self.guarded}  # fmt: skip


def join_files(
    paths: Sequence[Path | str],
    out: Path | str,
    *,
    by: str,
    columns: Sequence[str] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
    event_column: str | None = None,
    events: Sequence[str] = (),
    where: Mapping[str, str] | None = None,
    force: bool = False,
    raw_text: bool = False,
) -> JoinResult:
    """Join files by person: every person of any file, in the order of first appearance.

    Names of columns are found whatever their case, since releases of one source differ in it. All
    cells stay the text that they were, but for a decimal comma or point that is the other one in
    the output, and for texts that a spreadsheet would run as formulas; a person whom a file lacks
    has empty cells there.

    Parameters
    ----------
    paths : sequence of path-like
    out : path-like
        Written whole or not at all: by its suffix; CSV as the first file is written.
    by : str
        Column that names the person in every file.
    columns : sequence of str
        Which columns to take, in this order; all if none are named.
    delimiter, encoding : str, optional
        Found out from the file's beginning if not stated.
    event_column : str, optional
        A file that has this column has a row a person and event. Each event is joined as a file of
        its own would be, its columns called by their name and the event's (``age_baseline``)
        unless `events` names a single one.
    events : sequence of str
        Which events, in this order; all if none are named. One that no row of a file has gives
        empty columns, and is among the result's files with 0 persons.
    where : mapping of str to str, optional
        Only rows whose column holds this text, in files that have the column.
    force : bool
        Overwrite `out`.
    raw_text : bool
        Do not guard texts that a spreadsheet would run as formulas.

    Raises
    ------
    ConfigError
        If `out` exists, or there are not two things to join.
    InputError
        If a person comes twice in a file or event or has no name, or is 1 in one and 1.0 in
        another; a wanted column is nowhere, no event that is named occurs, or one column comes
        from two files.
    """
    if len(paths) < 2 and event_column is None:
        raise ConfigError(
            "name at least two files to join, or --event-column for the events of one",
            code="USAGE",
        )
    out = Path(out)
    kind = output_format(out)
    check_output_file(out, force=force, inputs=cohort_files(paths).on_disk)
    stated = StatedFormat(delimiter=delimiter, encoding=encoding)
    files = [open_cohort_file(path, stated) for path in paths]
    # CSV is written as the first file is; what has no dialect has decimal points.
    dialect = files[0].dialect if kind.startswith("csv") else ORDINARY
    wholes = [_read(file, dialect.decimal) for file in files]
    _check_columns_exist([*(where or {}), *([event_column] if event_column else [])], wholes)
    joined = _Joined(by, {name.lower(): name for name in columns})
    for whole in wholes:
        for part in split_by_event(
            rows_where(whole, where or {}, files[0].dialect.decimal), event_column, events, by=by
        ):
            joined.add(part)
    joined.check_wanted()
    table = joined.table([name.lower() for name in columns] or list(joined.homes))
    written = table if raw_text else _guarded(table)
    with (
        written_whole(out) as scratch,
        contextlib.closing(table_writer(scratch, kind, dialect)) as to,
    ):
        to.write(written)
    return JoinResult(
        out=out,
        persons=len(joined.rows),
        files=tuple(joined.files),
        guarded=_n_changed(table, written),
    )


def _guarded(table: pa.Table) -> pa.Table:
    return pa.table(
        [guarded(column) for column in table.columns], names=guarded_names(table.column_names)
    )


def _n_changed(before: pa.Table, after: pa.Table) -> int:
    names = zip(before.column_names, after.column_names, strict=True)
    columns = zip(before.columns, after.columns, strict=True)
    changed = [int(old != new) for old, new in names]
    changed += [int(pc.sum(pc.not_equal(old, new)).as_py() or 0) for old, new in columns]
    return sum(changed)


def _read(file: CohortFile, decimal: str) -> PersonTable:
    blocks = list(file.blocks())
    table = pa.concat_tables([block.table for block in blocks])
    rows = np.concatenate([block.rows for block in blocks])
    return PersonTable(
        file=file.name, table=in_decimal(table, file.dialect.decimal, decimal), rows=rows
    )


def _check_columns_exist(columns: Sequence[str], tables: Sequence[PersonTable]) -> None:
    there = {name.lower() for table in tables for name in table.table.column_names}
    lacking = [name for name in columns if name.lower() not in there]
    if lacking:
        raise InputError(
            f"no file has the column(s) {', '.join(lacking)}",
            code="MISSING_COLUMN",
            advice="check the names",
        )


# What a program makes of a whole number in a column with gaps.
_WITH_ZEROS = re.compile(r"^([-+]?[0-9]+)[.,]0+$")


class _Joined:
    """Rows by person, as they grow file by file."""

    def __init__(self, by: str, wanted: dict[str, str]) -> None:
        self.by = by
        self._wanted = wanted
        self.rows: dict[str, dict[str, str]] = {}
        # Column in lower case: its own name, and the file that it comes from.
        self.homes: dict[str, tuple[str, str]] = {}
        self.files: list[JoinedFile] = []

    def add(self, part: PersonTable) -> None:
        table = part.table
        key = self._key(table, part.file)
        taken = self._taken(table, key, part.file)
        persons = [str(cell).strip() for cell in table[key].to_pylist()]
        _check_persons(persons, key, part)
        self._check_one_spelling(persons, key, part)
        n_before = len(self.rows)
        cells = {name.lower(): table[name].to_pylist() for name in taken}
        for position, person in enumerate(persons):
            row = self.rows.setdefault(person, {})
            for name, values in cells.items():
                row[name] = values[position]
        self.files.append(
            JoinedFile(
                name=part.file,
                persons=len(persons),
                new_persons=len(self.rows) - n_before,
                columns=tuple(taken),
                event=part.event,
            )
        )

    def _check_one_spelling(self, persons: list[str], column: str, part: PersonTable) -> None:
        """Raise if persons are 1.0 here and 1 before, or the other way: one would become two."""
        whole = [_WITH_ZEROS.sub(r"\1", person) for person in persons]
        n_here = sum(
            bare != person and bare in self.rows
            for bare, person in zip(whole, persons, strict=True)
        )
        before = {_WITH_ZEROS.sub(r"\1", known) for known in self.rows if _WITH_ZEROS.match(known)}
        n_before = sum(person in before and person not in self.rows for person in persons)
        if n_here or n_before:
            where = "here and whole before" if n_here else "before and whole here"
            raise InputError(
                f"{n_here or n_before} persons would come twice: their identifiers end in .0 "
                f"{where} (1.0 and 1), and an identifier is compared exactly",
                code="ID_SPELLING",
                file=part.file,
                column=column,
                advice="write whole numbers in both files; pandas makes 1.0 of 1 where a column "
                "of numbers has gaps: read it with dtype={'COLUMN': 'string'} or save it as Int64",
            )

    def check_wanted(self) -> None:
        lacking = [name for folded, name in self._wanted.items() if folded not in self.homes]
        if lacking:
            raise InputError(
                f"no file has the column(s) {', '.join(lacking)}",
                code="MISSING_COLUMN",
                advice="check the names, and that the file of that visit is among the files; a "
                "column of an event is called by its name and the event's, such as "
                "age_baseline_arm_1",
            )

    def table(self, names: Sequence[str]) -> pa.Table:
        """All persons; a cell that nothing gave is empty."""
        columns = [list(self.rows)]
        columns += [[row.get(name, "") for row in self.rows.values()] for name in names]
        own = [self.homes[name][0] for name in names]
        return pa.table([pa.array(cells, pa.string()) for cells in columns], names=[self.by, *own])

    def _key(self, table: pa.Table, file: str) -> str:
        same = [name for name in table.column_names if name.lower() == self.by.lower()]
        if len(same) != 1:
            raise InputError(
                f"{len(same)} columns are named '{self.by}'; the person needs one",
                code="MISSING_COLUMN",
                file=file,
                advice="name the person's column with --by",
            )
        return str(same[0])

    def _taken(self, table: pa.Table, key: str, file: str) -> list[str]:
        taken = []
        for name in table.column_names:
            folded = name.lower()
            if name == key or (self._wanted and folded not in self._wanted):
                continue
            if folded in self.homes:
                raise InputError(
                    f"the column '{name}' is in {self.homes[folded][1]} too",
                    code="DUP_COLUMN",
                    file=file,
                    advice="say with --columns which columns to take, or rename one",
                )
            self.homes[folded] = (name, file)
            taken.append(name)
        return taken


def _check_persons(persons: list[str], column: str, part: PersonTable) -> None:
    seen: set[str] = set()
    for row, person in zip(part.rows, persons, strict=True):
        if not person or person in seen:
            what = "no person is named" if not person else "the person came before"
            among = "a file" if part.event is None else "an event"
            raise InputError(
                what if part.event is None else f"{what} in the event '{part.event}'",
                code="NO_ID" if not person else "DUP_ID",
                file=part.file,
                row=int(row),
                column=column,
                advice=f"{among} to join has one row a person: name the events with "
                "--event-column, or select rows with --where COLUMN=TEXT",
            )
        seen.add(person)

"""Files of one cohort, a file a visit or a theme, joined by person into one."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from hiprisk.cohort.files.opening import StatedFormat, open_cohort_file
from hiprisk.errors import ConfigError, InputError
from hiprisk.outputs import check_output_file, written_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedFile:
    """One of the files that were joined.

    Attributes
    ----------
    persons : int
        Rows, each a person of its own.
    new_persons : int
        Persons that no file before had.
    columns : tuple of str
        Columns taken from it.
    """

    name: str
    persons: int
    new_persons: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinResult:
    """What became of the files."""

    out: Path
    persons: int
    files: tuple[JoinedFile, ...]

    def to_dict(self) -> dict[str, Any]:
        """What ``hiprisk join --json`` prints."""
        return {
            "out": str(self.out),
            "persons": self.persons,
            "files": [
                {"name": file.name, "persons": file.persons, "new_persons": file.new_persons,
                 "columns": list(file.columns)}
                for file in self.files
            ],
        }  # fmt: skip


def join_files(
    paths: Sequence[Path | str],
    out: Path | str,
    *,
    by: str,
    columns: Sequence[str] = (),
    delimiter: str | None = None,
    force: bool = False,
) -> JoinResult:
    """Join files by person: every person of any file, in the order of first appearance.

    Names of columns are found whatever their case, since releases of one source differ in it. All
    cells stay the text that they were; a person whom a file lacks has empty cells there.

    Parameters
    ----------
    paths : sequence of path-like
    out : path-like
        CSV, written whole or not at all.
    by : str
        Column that names the person in every file.
    columns : sequence of str
        Which columns to take, in this order; all if none are named.
    delimiter : str, optional
        Found out from the first line if not stated.
    force : bool
        Overwrite `out`.

    Raises
    ------
    ConfigError
        If `out` exists, or fewer than two files are named.
    InputError
        If a person comes twice in a file or has no name, a wanted column is nowhere, or one column
        comes from two files.
    """
    if len(paths) < 2:
        raise ConfigError("name at least two files to join", code="USAGE")
    out = Path(out)
    check_output_file(out, force=force, inputs=[Path(path) for path in paths])
    wanted = {name.lower(): name for name in columns}
    joined = _Joined(by, wanted)
    for path in paths:
        joined.add(Path(path), delimiter)
    lacking = [name for folded, name in wanted.items() if folded not in joined.homes]
    if lacking:
        raise InputError(
            f"no file has the column(s) {', '.join(lacking)}",
            code="MISSING_COLUMN",
            advice="check the names, and that the file of that visit is among the files",
        )
    names = [name.lower() for name in columns] or list(joined.homes)
    _write(out, joined, names)
    return JoinResult(out=out, persons=len(joined.rows), files=tuple(joined.files))


class _Joined:
    """Rows by person, as they grow file by file."""

    def __init__(self, by: str, wanted: dict[str, str]) -> None:
        self.by = by
        self._wanted = wanted
        self.rows: dict[str, dict[str, str]] = {}
        # Column in lower case: its own name, and the file that it comes from.
        self.homes: dict[str, tuple[str, str]] = {}
        self.files: list[JoinedFile] = []

    def add(self, path: Path, delimiter: str | None) -> None:
        table = _read(path, delimiter)
        key = self._key(table, path.name)
        taken = self._taken(table, key, path.name)
        persons = [str(cell).strip() for cell in table[key].to_pylist()]
        _check_persons(persons, key, path.name)
        n_before = len(self.rows)
        cells = {name.lower(): table[name].to_pylist() for name in taken}
        for position, person in enumerate(persons):
            row = self.rows.setdefault(person, {})
            for name, values in cells.items():
                row[name] = values[position]
        self.files.append(
            JoinedFile(
                name=path.name,
                persons=len(persons),
                new_persons=len(self.rows) - n_before,
                columns=tuple(taken),
            )
        )

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


def _read(path: Path, delimiter: str | None) -> pa.Table:
    file = open_cohort_file(path, StatedFormat(delimiter=delimiter))
    return pa.concat_tables([block.table for block in file.blocks()])


def _check_persons(persons: list[str], column: str, file: str) -> None:
    seen: set[str] = set()
    for row, person in enumerate(persons, start=2):
        if not person or person in seen:
            what = "no person is named" if not person else "the person came before"
            raise InputError(
                what,
                code="NO_ID" if not person else "DUP_ID",
                file=file,
                row=row,
                column=column,
                advice="a file to join has one row a person",
            )
        seen.add(person)


def _write(out: Path, joined: _Joined, names: list[str]) -> None:
    own = [joined.homes[name][0] for name in names]
    with (
        written_whole(out) as scratch,
        scratch.open("w", newline="", encoding="utf-8") as stream,
    ):
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([joined.by, *own])
        for person, row in joined.rows.items():
            writer.writerow([person, *(row.get(name, "") for name in names)])

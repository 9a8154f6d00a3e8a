"""The result of a command as files: JSON, tables, figures, and a report that shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.cohort.formulas import guarded_frame
from hiprisk.errors import StoreError
from hiprisk.outputs import check_output_files, check_output_folder, written_whole
from hiprisk.reporting.results.report import Made, ResultReport

REPORT = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFiles:
    """What a result is written down as.

    Attributes
    ----------
    name : str
        Of the JSON file.
    plain : mapping
        What ``--json`` prints.
    tables : mapping of str to DataFrame
        Each becomes a CSV file.
    report : ResultReport
        With the figures, each a PNG file too.
    """

    name: str
    plain: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    report: ResultReport

    @property
    def figures(self) -> dict[str, bytes]:
        """PNG by file name."""
        return {picture.name: picture.png for picture in self.report.pictures}

    def contents(self, made: Made | None = None) -> dict[str, bytes]:
        """The bytes of every file, by name: JSON, report, figures and tables.

        Parameters
        ----------
        made : Made, optional
            For the provenance of the report.
        """
        text = json.dumps(dict(self.plain), ensure_ascii=False, allow_nan=False, indent=1)
        files: dict[str, bytes] = {
            f"{self.name}.json": f"{text}\n".encode(),
            REPORT: self.report.html(made).encode(),
            **self.figures,
        }
        for table, frame in self.tables.items():
            files[f"{table}.csv"] = (
                guarded_frame(frame).to_csv(index=False, lineterminator="\n").encode()
            )
        return files


def write_result(folder: Path, result: ResultFiles, made: Made | None = None) -> None:
    """Write a result into a folder, which is made if need be.

    Raises
    ------
    StoreError
        If the disk does not take it, or something that is no plain file has a file's name.
    """
    files = result.contents(made)
    check_output_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreError(
            f"the results cannot be written: {problem.strerror or 'the disk refused'}",
            file=folder.name,
        ) from problem
    check_output_files(folder, files)
    for file, data in files.items():
        with written_whole(folder / file) as scratch:
            scratch.write_bytes(data)

"""The result of a command as files: JSON, tables, figures, and a page that shows them."""

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
from hiprisk.reporting.page.blocks import Picture, Section, Table
from hiprisk.reporting.page.render import render_page
from hiprisk.wording.disclaimers import CARD_DISCLAIMER
from hiprisk.wording.labels import capital
from hiprisk.wording.quantities import number

# A longer table opens only when asked for.
SHOWN_ROWS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFiles:
    """What a result is written down as.

    Attributes
    ----------
    name : str
        Of the JSON file.
    title : str
    summary : tuple of str
        Plain sentences.
    plain : mapping
        What ``--json`` prints.
    tables : mapping of str to DataFrame
        Each becomes a CSV file.
    figures : mapping of str to bytes
        PNG by file name.
    """

    name: str
    title: str
    summary: tuple[str, ...]
    plain: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, bytes]

    def contents(self) -> dict[str, bytes]:
        """The bytes of every file, by name: JSON, figures and tables."""
        text = json.dumps(dict(self.plain), ensure_ascii=False, allow_nan=False, indent=1)
        files: dict[str, bytes] = {f"{self.name}.json": f"{text}\n".encode(), **self.figures}
        for table, frame in self.tables.items():
            files[f"{table}.csv"] = (
                guarded_frame(frame).to_csv(index=False, lineterminator="\n").encode()
            )
        return files

    def page(self) -> str:
        """One HTML file with summary, figures and tables, which needs nothing beside itself."""
        pictures = tuple(
            Picture(name=name, png=png, alt=_in_words(name)) for name, png in self.figures.items()
        )
        figures = Section(anchor="figures", title="Figures", pictures=pictures)
        tables = tuple(
            Section(anchor=name, title=_in_words(name), tables=(_shown(frame, _in_words(name)),))
            for name, frame in self.tables.items()
            if len(frame)
        )
        return render_page(
            title=self.title,
            banner="",
            lead=self.summary,
            sections=(*((figures,) if pictures else ()), *tables),
            footer=CARD_DISCLAIMER,
        )


def _in_words(name: str) -> str:
    return capital(name.removesuffix(".png").replace("_", " "))


def _shown(frame: pd.DataFrame, caption: str) -> Table:
    return Table(
        # The title of its section says the same, unless the table is folded.
        caption=caption if len(frame) > SHOWN_ROWS else "",
        head=tuple(str(column).replace("_", " ") for column in frame.columns),
        rows=tuple(tuple(map(_cell, row)) for row in frame.itertuples(index=False)),
        folded=len(frame) > SHOWN_ROWS,
    )


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return number(value) if isinstance(value, float) else str(value)


def write_result(folder: Path, result: ResultFiles) -> None:
    """Write a result into a folder, which is made if need be.

    Raises
    ------
    StoreError
        If the disk does not take it, or something that is no plain file has a file's name.
    """
    files = result.contents()
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

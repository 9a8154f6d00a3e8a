"""A result of validate, update or drift as files: JSON, tables, figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from hiprisk.errors import StoreError
from hiprisk.outputs import check_output_files, check_output_folder, written_whole


def write_result(
    folder: Path,
    *,
    name: str,
    plain: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    figures: Mapping[str, bytes],
) -> None:
    """Write a result into a folder, which is made if need be.

    Parameters
    ----------
    folder : Path
    name : str
        Of the JSON file.
    plain : mapping
    tables : mapping of str to DataFrame
        Each becomes a CSV file.
    figures : mapping of str to bytes
        PNG by file name.

    Raises
    ------
    StoreError
        If the disk does not take it, or something that is no plain file has a file's name.
    """
    text = json.dumps(dict(plain), ensure_ascii=False, allow_nan=False, indent=1)
    files: dict[str, bytes] = {f"{name}.json": f"{text}\n".encode(), **figures}
    for table, frame in tables.items():
        files[f"{table}.csv"] = frame.to_csv(index=False, lineterminator="\n").encode()
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

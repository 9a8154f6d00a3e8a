"""Finished pieces of long work, kept in a folder so that an interrupted run goes on.

One small NumPy archive a piece, numbers only, written beside its place and renamed, so that a kill
leaves a piece whole or absent. The folder belongs to one config, cohort and version; another's is
refused. Nothing is unpickled.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiprisk.errors import ConfigError, StoreError

Arrays = Mapping[str, NDArray[Any]]

LABEL = "checkpoint.json"


@dataclass(frozen=True)
class Checkpoint:
    """A folder of finished pieces.

    Attributes
    ----------
    folder : Path
    fingerprint : str
        Of config, cohort and version.
    """

    folder: Path
    fingerprint: str

    def open(self) -> None:
        """Make the folder, or make sure that it belongs to this work.

        Raises
        ------
        ConfigError
            If it was left by another config, cohort or version.
        StoreError
            If the folder cannot be made, read or written.
        """
        if self.check():
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"fingerprint": self.fingerprint})
            self._write(self.folder / LABEL, text.encode())
        except OSError as broken:
            raise self._unusable() from broken

    def check(self) -> bool:
        """Whether the folder is there and belongs to this work; nothing is written.

        Raises
        ------
        ConfigError, StoreError
            As `open`.
        """
        label = self.folder / LABEL
        try:
            stored = json.loads(label.read_text("utf-8")) if label.exists() else None
        except (OSError, ValueError) as broken:
            raise self._unusable() from broken
        if stored is not None and stored != {"fingerprint": self.fingerprint}:
            raise ConfigError(
                "the checkpoint belongs to another config, cohort or version",
                code="RESUME_MISMATCH",
                file=self.folder.name,
                advice="delete the folder to start again, or name another",
            )
        return stored is not None

    def _unusable(self) -> StoreError:
        return StoreError(
            "the checkpoint cannot be used",
            file=self.folder.name,
            advice="delete the folder to start again",
        )

    def load(self, name: str) -> dict[str, NDArray[Any]] | None:
        """A finished piece, or None where there is none that is whole."""
        path = self.folder / f"{name}.npz"
        try:
            with np.load(path, allow_pickle=False) as archive:
                return {key: archive[key] for key in archive.files}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, KeyError):
            # A piece that cannot be read is computed again.
            return None

    def save(self, name: str, arrays: Arrays) -> None:
        """Write a piece."""
        with tempfile.SpooledTemporaryFile() as buffer:
            np.savez(buffer, **arrays)  # type: ignore[arg-type]
            buffer.seek(0)
            data = buffer.read()
        try:
            self._write(self.folder / f"{name}.npz", data)
        except OSError as broken:
            raise StoreError(
                "a finished resample cannot be written to the checkpoint",
                file=self.folder.name,
                advice="free some disk space, or run without a checkpoint",
            ) from broken

    def _write(self, path: Path, data: bytes) -> None:
        handle, beside = tempfile.mkstemp(dir=self.folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(beside).replace(path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise

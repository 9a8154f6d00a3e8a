"""Whose the trials are that an interrupted search left: read without Optuna, which takes seconds.

Optuna keeps what is said of a search in a table of its SQLite file, each value as JSON.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hiprisk.errors import ConfigError, HipRiskError, StoreError
from hiprisk.learning.tuning.server import SearchServer, search_address

# Under which name a search says what it belongs to.
FINGERPRINT = "fingerprint"
_STORED = "SELECT value_json FROM study_user_attributes WHERE key = ? ORDER BY study_id"


def search_store(checkpoints: Path) -> Path:
    """Where the trials of all candidates are while a study runs."""
    return checkpoints / "search.db"


def search_storage(checkpoints: Path, identity: str) -> Path | SearchServer:
    """Where the trials of a study are while it runs: a file, or the server that is named.

    Parameters
    ----------
    checkpoints : Path
        Of the study, ``.searching/NAME`` below the folder of models.
    identity : str
        Of the study.

    Raises
    ------
    ConfigError
        If the environment names what is no PostgreSQL server.
    """
    address = search_address()
    if address is None:
        return search_store(checkpoints)
    return SearchServer(address=address, study=checkpoints.name, identity=identity)


def has_searches(storage: Path | SearchServer) -> bool:
    """Whether anything was searched.

    Raises
    ------
    StoreError
        If the server cannot be read.
    """
    return bool(storage.names()) if isinstance(storage, SearchServer) else storage.exists()


def check_stored_searches(storage: Path | SearchServer, fingerprint: str) -> None:
    """Raise ConfigError where searches that an interrupted run left belong to another study.

    Raises
    ------
    ConfigError
        With code ``RESUME_MISMATCH``.
    StoreError
        If the storage cannot be read.
    """
    if isinstance(storage, SearchServer):
        found = storage.fingerprints(FINGERPRINT)
    else:
        found = _fingerprints(storage) if storage.exists() else []
    for stored in found:
        check_fingerprint(stored, fingerprint)


def _fingerprints(storage: Path) -> list[str]:
    # Not opened as read-only: what a kill left in the journal is first rolled back.
    with store_in_use(storage), closing(sqlite3.connect(storage)) as store:
        if store.execute("PRAGMA quick_check").fetchone() != ("ok",):
            raise LookupError("pages are damaged")
        return [json.loads(text) for (text,) in store.execute(_STORED, (FINGERPRINT,))]


def check_fingerprint(stored: str | None, fingerprint: str) -> None:
    """Raise ConfigError where a stored search has another fingerprint; one without it is new."""
    if stored is not None and stored != fingerprint:
        raise ConfigError(
            "the interrupted search belongs to another config, cohort or version",
            code="RESUME_MISMATCH",
            advice="run without --resume to start again",
        )


@contextmanager
def store_in_use(storage: Path | SearchServer | None) -> Iterator[None]:
    """Whatever a damaged file or a full disk makes the database layer raise, as one refusal.

    A page that cannot be read raises SQLite's own error or a row that SQLAlchemy, Optuna or the
    JSON in it cannot be made of: there is no common class.
    """
    try:
        yield
    except HipRiskError:
        raise
    except Exception as broken:
        if storage is None:
            raise
        if isinstance(storage, SearchServer):
            raise storage.refusal(broken) from broken
        raise StoreError(
            "the store of the tuning cannot be read or written: it is damaged, or the disk is full",
            file=storage.name,
            advice="free some space, or run without --resume, which deletes it and starts again",
        ) from broken

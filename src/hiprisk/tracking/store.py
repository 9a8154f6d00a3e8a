"""The SQLite file of MLflow's runs: made whole or not at all, and named when it is broken."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from hiprisk.errors import StoreError

DEFAULT_STORE = "sqlite:///mlflow.db"
_SQLITE = "sqlite:///"
_LOST = "it holds the runs recorded so far, and no model: bundles stay where they are"


@contextlib.contextmanager
def ready_store(store: str) -> Iterator[None]:
    """Hold the lock of a store that is a SQLite file, which is whole inside the block.

    MLflow makes its tables in some seventy steps. It does not survive an interruption of them, nor
    two processes at them at once.

    Parameters
    ----------
    store : str
        Address of the tracking store; any but a SQLite file's is left to MLflow.

    Raises
    ------
    StoreError
        If a file is there that MLflow cannot use.
    """
    path = store_file(store)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        _sweep_leftovers(path)
        if path.exists() and path.stat().st_size:
            _check_whole(path)
        else:
            _make(path)
        yield


def store_file(store: str) -> Path | None:
    """The file of a SQLite address; None for any other address."""
    if not store.startswith(_SQLITE) or "?" in store:
        return None
    name = store.removeprefix(_SQLITE)
    return Path(name).resolve() if name not in ("", ":memory:") else None


def _make(path: Path) -> None:
    """Make the store beside its place and rename it when it is whole."""
    # Its import takes seconds, and a store that is there needs none of it.
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    scratch = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        SqlAlchemyStore(f"{_SQLITE}{scratch}", "./mlruns").engine.dispose()
        with scratch.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(scratch, path)
    finally:
        _sweep_leftovers(path)


def _sweep_leftovers(path: Path) -> None:
    """Whoever holds the lock is alone: what else is being made belongs to the dead."""
    for left in path.parent.glob(f".{path.name}.*.part*"):
        with contextlib.suppress(OSError):
            left.unlink()


def _check_whole(path: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            names = {row[0] for row in file.execute("SELECT name FROM sqlite_master")}
            revisions = (
                {row[0] for row in file.execute("SELECT version_num FROM alembic_version")}
                if "alembic_version" in names
                else set()
            )
    except sqlite3.OperationalError:
        return  # locked or not readable: MLflow waits, and says so if that does not help
    except sqlite3.DatabaseError as broken:
        raise broken_store(path, "the file is no SQLite database, or a torn one") from broken
    if any(name.startswith("_alembic_tmp_") for name in names) or "experiments" not in names:
        raise broken_store(path, "the making of this MLflow store was interrupted half way")
    newest = _newest_revision()
    if newest is not None and revisions != {newest}:
        raise StoreError(
            "this MLflow store was made by another version of MLflow, or its making was "
            "interrupted",
            file=path.name,
            advice=f"copy the file, then: mlflow db upgrade {_SQLITE}{path.name}; "
            f"or move it away, and the next run makes a new one; {_LOST}",
        )


def broken_store(path: Path, reason: str) -> StoreError:
    """The refusal of a store that is a file: which file, how to go on, and what that loses."""
    return StoreError(
        reason,
        file=path.name,
        advice=f"move it away: mv {path.name} {path.name}.broken; the next run makes a new one; "
        f"{_LOST}",
    )


def _newest_revision() -> str | None:
    try:
        from mlflow.store.db.utils import _get_latest_schema_revision
    except ImportError:  # not of MLflow's public interface
        return None
    return str(_get_latest_schema_revision())

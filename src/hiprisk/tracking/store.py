"""The SQLite file of MLflow's runs: created completely or not at all; a broken one is refused."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hiprisk.databases.postgres import Database
from hiprisk.databases.sqlite import without_waiting_for_disk
from hiprisk.errors import ConfigError, StoreError
from hiprisk.tracking.server import WITHOUT, database_of

if TYPE_CHECKING:
    from hiprisk.parallel import StageProgress

DEFAULT_STORE = "sqlite:///mlflow.db"
_SQLITE = "sqlite:///"
SECONDS_FOR_WRITERS = 30
_STAGE = "SELECT lifecycle_stage FROM experiments WHERE name = ?"
_LOST = "it holds the runs recorded so far, and no model: bundles stay where they are"


@contextlib.contextmanager
def locked_store(store: str) -> Iterator[None]:
    """Hold the lock of a store, an SQLite file, which is complete inside the block, or a database.

    MLflow makes its tables in some seventy steps. It does not survive an interruption of them in a
    file, nor two processes at them at once.

    Parameters
    ----------
    store : str
        Address of the tracking store; any but a SQLite file's or a PostgreSQL server's is left to
        MLflow.

    Raises
    ------
    MissingExtraError, StoreError
        If a file is there that MLflow cannot use, or the database cannot be used.
    """
    database = database_of(store)
    if database is not None:
        with database.making_tables():
            yield
        return
    path = store_file(store)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        _sweep_leftovers(path)
        if path.exists() and path.stat().st_size:
            _check_complete(path)
        else:
            _create_store(path)
        yield


def store_file(store: str) -> Path | None:
    """The file of a SQLite address; None for any other address."""
    if not store.startswith(_SQLITE) or "?" in store:
        return None
    name = store.removeprefix(_SQLITE)
    return Path(name).resolve() if name not in ("", ":memory:") else None


def check_store(store: str, experiment: str, tell: StageProgress) -> None:
    """Raise where a run could not be logged to a file or database; nothing is written or created.

    Parameters
    ----------
    store : str
        Address of the tracking store; any but a SQLite file's or a PostgreSQL server's is not
        looked at.
    experiment : str
        Its name.
    tell : callable
        Told the stage of waiting for another program that writes to the file.

    Raises
    ------
    ConfigError
        If the experiment was deleted, which MLflow refuses to log to.
    StoreError
        If the file cannot be read or written to, or is no store of MLflow's.
    """
    database = database_of(store)
    if database is not None:
        _check_database(database, experiment)
        return
    path = store_file(store)
    if path is None:
        return
    there = path if path.exists() else next(one for one in path.parents if one.exists())
    if not os.access(there, os.W_OK):
        raise StoreError(
            "the MLflow store cannot be written to",
            file=there.name or str(there),
            advice="set MLFLOW_TRACKING_URI to another, or --set tracking.enabled=false",
        )
    if not path.exists() or not path.stat().st_size:
        return
    _wait_for_writers(path, tell)
    _check_stage(_lifecycle_stage(path, experiment), experiment)


def _check_database(database: Database, experiment: str) -> None:
    database.check_writable("experiments")
    # Where its creation was interrupted before the tables have a version, MLflow finishes it.
    if not (database.has_table("experiments") and database.has_table("alembic_version")):
        return
    made_by = {row[0] for row in database.ask("SELECT version_num FROM alembic_version")}
    newest = _newest_revision()
    if newest is not None and made_by != {newest}:
        raise database.made_by_another_version()
    found = database.ask(_STAGE.replace("?", ":name"), name=experiment)
    _check_stage(str(found[0][0]) if found else None, experiment)


def _wait_for_writers(path: Path, tell: StageProgress) -> None:
    """Wait while another program writes to the file; MLflow would do so without a word."""
    until, stage = time.monotonic() + SECONDS_FOR_WRITERS, f"waiting for who writes to {path.name}"
    told = False
    while _is_being_written(path):
        if time.monotonic() >= until:
            raise StoreError(
                f"another program has kept the MLflow store locked for {SECONDS_FOR_WRITERS} s",
                file=path.name,
                advice=f"try again later (a bundle: hiprisk track), or {WITHOUT}",
            )
        if not told:
            tell(stage, 0, 1)
            told = True
        time.sleep(0.2)
    if told:
        tell(stage, 1, 1)


def _is_being_written(path: Path) -> bool:
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("ROLLBACK")
    except sqlite3.OperationalError as refused:
        return "locked" in str(refused)
    except sqlite3.DatabaseError:
        return False  # no database: told by the next who reads it
    return False


def _check_stage(stage: str | None, experiment: str) -> None:
    if stage == "deleted":
        raise ConfigError(
            f"the MLflow experiment {experiment} was deleted, and takes no runs",
            column="tracking.experiment",
            advice="restore it (mlflow experiments restore), or name another",
        )


def _lifecycle_stage(path: Path, experiment: str) -> str | None:
    """``active`` or ``deleted``; None where there is no such experiment, or MLflow must say."""
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            found = file.execute(_STAGE, (experiment,)).fetchone()
    except sqlite3.OperationalError:
        return None  # locked, or its creation was interrupted: told when the run is opened
    except sqlite3.DatabaseError as broken:
        raise broken_store(path, "the file is not an SQLite database, or it is damaged") from broken
    return None if found is None else str(found[0])


def _create_store(path: Path) -> None:
    """Create the store under a scratch name and rename it when it is complete."""
    # Its import takes seconds, and a store that is there needs none of it.
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    scratch = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with without_waiting_for_disk():
            SqlAlchemyStore(f"{_SQLITE}{scratch}", "./mlruns").engine.dispose()
        with scratch.open("rb") as stream:
            os.fsync(stream.fileno())
        os.replace(scratch, path)
    finally:
        _sweep_leftovers(path)


def _sweep_leftovers(path: Path) -> None:
    """Remove scratch files of dead processes; the holder of the lock is the only live one."""
    for left in path.parent.glob(f".{path.name}.*.part*"):
        with contextlib.suppress(OSError):
            left.unlink()


def _check_complete(path: Path) -> None:
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
        raise broken_store(path, "the file is not an SQLite database, or it is damaged") from broken
    if any(name.startswith("_alembic_tmp_") for name in names) or "experiments" not in names:
        raise broken_store(path, "the creation of this MLflow store was interrupted")
    newest = _newest_revision()
    if newest is not None and revisions != {newest}:
        raise StoreError(
            "this MLflow store was made by another version of MLflow, or its creation was "
            "interrupted",
            file=path.name,
            advice=f"copy the file, then: mlflow db upgrade {_SQLITE}{path.name}; "
            f"or move it away, and the next run makes a new one; {_LOST}",
        )


def broken_store(path: Path, reason: str) -> StoreError:
    """Error of a store that is a file: which file, what to do, and what is lost by it."""
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

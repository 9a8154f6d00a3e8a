"""A PostgreSQL server as a store: a lock that reaches other machines, and refusals as letters.

SQLAlchemy comes with Optuna and MLflow, which keep their stores by it; it is imported when a
server is named and not before.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hiprisk.databases.address import without_password
from hiprisk.errors import HipRiskError, MissingExtraError, StoreError
from hiprisk.processes.identity import this_process
from hiprisk.processes.locks import HeldError, wait_until

if TYPE_CHECKING:
    from sqlalchemy import Connection

SECONDS_TO_CONNECT = 10
SECONDS_FOR_TABLES = 60
_SECONDS_BETWEEN_TRIES = 0.5
# A name of an application has 63 bytes.
_MOST_OF_A_NAME = 63

_HOLDER = """
SELECT a.application_name, to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND ((l.classid::bigint << 32) | l.objid::bigint) = :key
"""

_MAY_WRITE = """
SELECT CASE WHEN to_regclass(:table) IS NULL
  THEN coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
  ELSE has_table_privilege(to_regclass(:table), 'INSERT') END
"""
_NOT_WRITABLE = (
    "the user may not write to this database",
    "grant it CREATE on the schema, or name another database",
)

_ANOTHER_VERSION = (
    "the tables in this database were made by another version",
    "copy the database, then upgrade it (mlflow db upgrade, optuna storage upgrade)",
)

# What libpq and the server say, and what that means here. Servers of other languages say it
# otherwise: then the last letter names what to look at.
_SAID = (
    (
        ("password authentication failed", "no password supplied", "no pg_hba.conf entry",
         "pg_hba.conf rejects", "role "),
        "the database server refuses this user or password",
        "correct the user or the password (PGPASSWORD, ~/.pgpass), or what pg_hba.conf allows",
    ),
    (
        ("does not exist",),
        "there is no such database on the server, or what was in it is gone",
        "make it (createdb), or correct the address",
    ),
    (("permission denied", "read-only transaction"), *_NOT_WRITABLE),
    (
        ("connection refused", "timeout", "timed out", "could not translate", "name or service",
         "resolve", "no route", "unreachable", "starting up", "shutting down", "terminating",
         "closed the connection", "connection is closed", "connection is lost", "too many clients",
         "no such file", "connection reset", "consuming input failed", "network"),
        "the database server does not answer",
        "start it, or correct the address",
    ),
    (
        ("out-of-date database schema", "no longer compatible with the table schema",
         "can't locate revision"),
        *_ANOTHER_VERSION,
    ),
    (
        ("no space left", "disk full"),
        "the database server's disk is full",
        "free some space there",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database on a server.

    Attributes
    ----------
    address : str
        Of SQLAlchemy, ``postgresql+psycopg://user@host/name``; it may hold a password.
    what : str
        What hiprisk keeps there, as its letters call it.
    variable : str
        Environment variable that names it.
    otherwise : str
        How to go on without it, for the end of letters.
    """

    address: str
    what: str
    variable: str
    otherwise: str = ""

    @property
    def shown(self) -> str:
        """The address as it may be printed."""
        return without_password(self.address)

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """An open connection, each statement of which stands by itself.

        Raises
        ------
        MissingExtraError, StoreError
        """
        with self.in_use():
            from sqlalchemy import create_engine
            from sqlalchemy.pool import NullPool

            engine = create_engine(
                self.address,
                poolclass=NullPool,
                connect_args=connection_settings(),
                isolation_level="AUTOCOMMIT",
            )
            opened = engine.connect()
        try:
            yield opened
        finally:
            with contextlib.suppress(Exception):  # the server may be gone by now
                opened.close()

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Whatever server, driver and database layer raise, as one refusal."""
        try:
            yield
        except (HipRiskError, HeldError):
            raise
        except Exception as problem:
            # Of an address that is escaped wrongly the driver repeats a part of the password.
            raise self.refusal(problem) from None

    def check_writable(self, table: str) -> None:
        """Raise unless the database answers, and takes rows of a table that is or can be made.

        Raises
        ------
        MissingExtraError, StoreError
        """
        if not self.ask(_MAY_WRITE, table=table)[0][0]:
            raise self._letter(*_NOT_WRITABLE)

    def made_by_another_version(self) -> StoreError:
        """The letter on tables of an older or newer MLflow or Optuna."""
        return self._letter(*_ANOTHER_VERSION)

    def has_table(self, table: str) -> bool:
        """Whether a table is there."""
        return bool(self.ask("SELECT to_regclass(:table) IS NOT NULL", table=table)[0][0])

    def ask(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement, over a connection of its own.

        Raises
        ------
        MissingExtraError, StoreError
        """
        with self.connection() as server, self.in_use():
            from sqlalchemy import text

            return [tuple(row) for row in server.execute(text(statement), values)]

    def refusal(self, problem: BaseException) -> HipRiskError:
        """What a person can do about an error of the driver, never with a password."""
        if isinstance(problem, ModuleNotFoundError) and (problem.name or "").startswith("psycopg"):
            return MissingExtraError(
                f"{self.what} on PostgreSQL needs a driver",
                column=self.variable,
                advice="pip install 'hiprisk[postgres]'; the address begins postgresql+psycopg://",
            )
        said = _said_by(problem)
        for signs, reason, advice in _SAID:
            if any(sign in said for sign in signs):
                return self._letter(reason, advice)
        return self._letter(
            f"the database cannot be used ({type(problem).__name__})",
            "see that the server answers (psql), that the user may make tables, and its log",
        )

    def _letter(self, reason: str, advice: str) -> StoreError:
        return StoreError(
            f"{self.what} at {self.shown}: {reason}",
            column=self.variable,
            advice=f"{advice}; or {self.otherwise}" if self.otherwise else advice,
        )

    @contextlib.contextmanager
    def lock(
        self, name: str, *, wait: float, waiting: Callable[[str], None] = lambda holder: None
    ) -> Iterator[None]:
        """Hold a lock of the server's during a block, whatever machine the others are on.

        The server gives it up when its connection ends, however that ends.

        Parameters
        ----------
        name : str
        wait : float
            Seconds to wait for another process.
        waiting : callable
            Told once, before waiting, who holds it.

        Raises
        ------
        HeldError
            If another process held it for as long as `wait`.
        StoreError
            If the server cannot be used.
        """
        with self.connection() as connection:
            with self.in_use():
                _take(connection, _key(name), wait, waiting)
            yield

    @contextlib.contextmanager
    def making_tables(self) -> Iterator[None]:
        """Be the only process that makes tables there: two at once would break each other.

        Raises
        ------
        StoreError
        """
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(self.lock(f"tables of {self.what}", wait=SECONDS_FOR_TABLES))
            except HeldError as busy:
                raise self._letter(
                    f"its tables are being made by {busy.holder or 'another process'}",
                    "try again when that is done",
                ) from busy
            yield


def connection_settings() -> dict[str, Any]:
    """How a connection is made: within ten seconds, told apart, and given up when it is dead.

    A machine that lost its power does not say good-bye: the server asks each minute.
    """
    here = this_process()
    return {
        "connect_timeout": SECONDS_TO_CONNECT,
        "application_name": f"hiprisk, process {here.pid} on {here.host}"[:_MOST_OF_A_NAME],
        "keepalives_idle": 60,
        "tcp_user_timeout": 30_000,
    }


def _said_by(problem: BaseException) -> str:
    found: list[str] = []
    cause: BaseException | None = problem
    while cause is not None:
        found.append(str(cause))
        cause = cause.__cause__ or cause.__context__
    return " ".join(found).lower()


def _key(name: str) -> int:
    """A lock's number: 64 bits, without the sign, which the server's table shows in two halves."""
    return int.from_bytes(hashlib.sha256(f"hiprisk:{name}".encode()).digest()[:8], "big") >> 1


def _take(connection: Connection, key: int, wait: float, waiting: Callable[[str], None]) -> None:
    from sqlalchemy import text

    for setting, seconds in (("idle", 60), ("interval", 10), ("count", 3)):
        connection.execute(text(f"SET tcp_keepalives_{setting} TO {seconds}"))
    named = {"key": key}
    wait_until(
        lambda: connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), named) or None,
        holder=lambda: " since ".join(connection.execute(text(_HOLDER), named).fetchone() or ()),
        wait=wait,
        waiting=waiting,
        pause=_SECONDS_BETWEEN_TRIES,
    )

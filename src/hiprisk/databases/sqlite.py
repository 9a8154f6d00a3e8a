"""SQLite files that a library makes in many steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_waiting_for_disk() -> Iterator[None]:
    """SQLAlchemy's SQLite files of the block are not written through to the disk at each step.

    For a file that nobody else knows yet: whoever makes it writes it through when it is complete.
    """
    from sqlalchemy import Engine, event

    event.listen(Engine, "connect", _ask_no_waiting)
    try:
        yield
    finally:
        event.remove(Engine, "connect", _ask_no_waiting)


def _ask_no_waiting(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")

"""Locks on files: the kernel gives them up when their process ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

try:
    import fcntl
except ImportError:  # not a Unix system: no file is locked there
    fcntl = None  # type: ignore[assignment]

_SECONDS_BETWEEN_TRIES = 0.2
Taken = TypeVar("Taken")


class NoLocksError(OSError):
    """The file system, or the system, has no locks."""


class HeldError(Exception):
    """Another process holds the lock."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        super().__init__(holder)


def try_lock(descriptor: int) -> bool:
    """Lock an open file or folder unless another process does; it stays locked until closed.

    Raises
    ------
    NoLocksError
        If it cannot be locked at all.
    """
    if fcntl is None:
        raise NoLocksError
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as refused:
        raise NoLocksError(*refused.args) from refused
    return True


@contextlib.contextmanager
def exclusive(
    path: Path,
    *,
    text: str,
    wait: float,
    waiting: Callable[[str], None],
    unlocked: Callable[[], None],
) -> Iterator[None]:
    """Hold a lock file during a block; it is removed at the end.

    Parameters
    ----------
    path : Path
        Its folder must be there.
    text : str
        What the file says, for those who wait: who holds it.
    wait : float
        Seconds to wait for another process.
    waiting : callable
        Told once, before waiting, what the holder wrote.
    unlocked : callable
        Told where the file system has no locks; the block is run all the same.

    Raises
    ------
    HeldError
        If another process held it for as long as `wait`.
    OSError
        If the file cannot be made.
    """
    try:
        descriptor = wait_until(
            lambda: _taken(path),
            holder=lambda: _holder(path),
            wait=wait,
            waiting=waiting,
            pause=_SECONDS_BETWEEN_TRIES,
        )
    except NoLocksError:
        unlocked()
        yield
        return
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
        yield
    finally:
        # Removed while it is held: who waits for it sees that it is no longer the file's.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(descriptor)


def wait_until(
    take: Callable[[], Taken | None],
    *,
    holder: Callable[[], str],
    wait: float,
    waiting: Callable[[str], None],
    pause: float,
) -> Taken:
    """Try for a lock again and again, and give back what was taken.

    Parameters
    ----------
    take : callable
        Takes the lock; None where another process holds it.
    holder : callable
        Says who does.
    wait : float
        Seconds to wait.
    waiting : callable
        Told once, before waiting, who holds it.
    pause : float
        Seconds between tries.

    Raises
    ------
    HeldError
        If another process held it for as long as `wait`.
    """
    until, told = time.monotonic() + wait, False
    while (taken := take()) is None:
        held_by = holder()
        if time.monotonic() >= until:
            raise HeldError(held_by)
        if not told:
            waiting(held_by)
            told = True
        time.sleep(pause)
    return taken


def _taken(path: Path) -> int | None:
    """The file, open and locked; None where another process holds it or just gave it up."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if try_lock(descriptor) and _is_still(path, descriptor):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the path names the open file, and not one made after it was removed."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")[:200]
    except OSError:
        return ""

"""Locks on files: the kernel gives them up when their process ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a Unix system: no file is locked there
    fcntl = None  # type: ignore[assignment]

_SECONDS_BETWEEN_TRIES = 0.2


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
        descriptor = _wait_for(path, wait, waiting)
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


def _wait_for(path: Path, wait: float, waiting: Callable[[str], None]) -> int:
    until, told = time.monotonic() + wait, False
    while True:
        descriptor = _taken(path)
        if descriptor is not None:
            return descriptor
        holder = _holder(path)
        if time.monotonic() >= until:
            raise HeldError(holder)
        if not told:
            waiting(holder)
            told = True
        time.sleep(_SECONDS_BETWEEN_TRIES)


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

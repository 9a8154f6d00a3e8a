"""A worker process that ends when the process that started it ends, however that happens.

PR_SET_PDEATHSIG would do so too early: Linux sends it when the *thread* that started the worker
ends, and workers are kept for the next stage. So a thread of the worker waits for the parent.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable, Iterator

from hiprisk.processes.identity import start_of

_SECONDS_BETWEEN_LOOKS = 0.5


def end_with_parent(parent: int, started: str | None = None) -> None:
    """Have this process end without further ado once its parent has.

    Parameters
    ----------
    parent : int
        Number of the process that started this one.
    started : str, optional
        When that process started (`start_of`): it may have had this one started by another.
    """
    if os.name != "posix":
        return
    threading.Thread(target=_wait_and_end, args=(parent, started), daemon=True).start()


def _wait_and_end(parent: int, started: str | None = None) -> None:
    with contextlib.suppress(OSError, AttributeError):
        _wait_on_descriptor(parent, started)
    # Looks now and then where the kernel has no such descriptors; at once right where it has.
    while _is_there(parent, started):
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def _wait_on_descriptor(parent: int, started: str | None) -> None:
    """Wait in the kernel, which costs nothing (Linux 5.3)."""
    descriptor = os.pidfd_open(parent)
    # A parent that had ended before this line may have left its number to another process.
    if _is_there(parent, started):
        select.select([descriptor], [], [])


def _is_there(parent: int, started: str | None) -> bool:
    return os.getppid() == parent or (bool(started) and start_of(parent) == started)


@contextlib.contextmanager
def ending_with_parent(*, leaving: Callable[[], None]) -> Iterator[None]:
    """Have this process end during a block once its parent does; no thread outlives the block.

    Parameters
    ----------
    leaving : callable
        Called before this process ends.
    """
    stopped, stop = os.pipe()
    watch = threading.Thread(
        target=_end_unless_stopped, args=(os.getppid(), stopped, leaving), daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        os.write(stop, b".")
        watch.join()
        os.close(stop)
        os.close(stopped)


def _end_unless_stopped(parent: int, stopped: int, leaving: Callable[[], None]) -> None:
    if _is_stopped_first(parent, stopped):
        return
    leaving()
    os._exit(1)


def _is_stopped_first(parent: int, stopped: int) -> bool:
    try:
        descriptor = os.pidfd_open(parent)
    except (OSError, AttributeError):
        # It has ended before; or the kernel has no such descriptors, and nobody watches.
        return _is_there(parent, None)
    try:
        if not _is_there(parent, None):
            return False
        return stopped in select.select([descriptor, stopped], [], [])[0]
    finally:
        os.close(descriptor)

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

_SECONDS_BETWEEN_LOOKS = 0.5


def end_with_parent(parent: int) -> None:
    """Have this process end without further ado once its parent has.

    Parameters
    ----------
    parent : int
        Number of the process that started this one.
    """
    if os.name != "posix":
        return
    threading.Thread(target=_wait_and_end, args=(parent,), daemon=True).start()


def _wait_and_end(parent: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        _wait_on_descriptor(parent)
    # Looks now and then where the kernel has no such descriptors; at once right where it has.
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def _wait_on_descriptor(parent: int) -> None:
    """Wait in the kernel, which costs nothing (Linux 5.3)."""
    descriptor = os.pidfd_open(parent)
    # A parent that had ended before this line may have left its number to another process.
    if os.getppid() == parent:
        select.select([descriptor], [], [])

"""Python's search for unreachable objects, put off while modules are imported and at the end.

Importing makes objects that stay: searching them again and again took a quarter of the time of
importing what trains a study, and found nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_search() -> Iterator[None]:
    """For imports, and for commands of a fraction of a second; afterwards as it was before."""
    searches = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searches:
            gc.enable()


def search_garbage_rarely() -> None:
    """In a worker process, which imports with its first task and then computes with arrays."""
    gc.set_threshold(50_000, 20, 100)


def leave_memory_to_system() -> None:
    """At the end of a process: what it holds is not searched again before the system takes it.

    Python's own last search takes more than a second of a study that has imported MLflow.
    """
    gc.freeze()

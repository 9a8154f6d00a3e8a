"""One numerical thread in each process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """One BLAS and OpenMP thread: results do not depend on how many a machine has."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        yield

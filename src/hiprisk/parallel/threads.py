"""One numerical thread in each process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """One BLAS and OpenMP thread: results do not depend on how many a machine has."""
    with _libraries(len(sys.modules)).limit(limits=1):
        yield


@lru_cache(maxsize=1)
def _libraries(n_modules: int) -> Any:
    """The numerical libraries of this process; looked for anew once further modules are imported.

    A look through all that the process has loaded takes 2.5 ms, and only an import loads more.
    """
    del n_modules
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()

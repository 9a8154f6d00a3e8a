"""A stream of blocks, each worked on in one of several processes, given back in order."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from hiprisk.errors import StoreError
from hiprisk.processes.parent import end_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")
# Enough that no worker waits for the next block, few enough that memory stays bounded.
BLOCKS_A_WORKER = 2


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], *, workers: int = 1
) -> Iterator[Result]:
    """Apply a function to items as they come; results come in the order of the items.

    Needs the standard library alone. At most `BLOCKS_A_WORKER` items a worker are on their way at
    once, so that a stream of any length takes the same memory.

    Parameters
    ----------
    function : callable
        Must be importable, with what it needs bound by `functools.partial`.
    items : iterable
        Read as far as there is room for.
    workers : int
        Processes; with 1 everything happens here.

    Yields
    ------
    object
        One result an item.

    Raises
    ------
    StoreError
        If a worker process ends before its work does.
    """
    if workers == 1:
        yield from map(function, items)
        return
    pool = ProcessPoolExecutor(
        workers,
        # A copy of this process would hold its threads' locks, Arrow's among them.
        mp_context=multiprocessing.get_context("spawn"),
        initializer=end_with_parent,
        initargs=(os.getpid(),),
    )
    try:
        yield from _bounded(pool, function, iter(items), BLOCKS_A_WORKER * workers)
    except BrokenProcessPool as lost:
        raise worker_lost() from lost
    finally:
        pool.shutdown(cancel_futures=True)


def worker_lost() -> StoreError:
    """What is said of a process that the system ended, for instance because memory was short."""
    return StoreError(
        "a worker process ended before its work was done",
        code="WORKER_LOST",
        advice="memory may be short: use fewer --workers",
    )


def _bounded(
    pool: ProcessPoolExecutor,
    function: Callable[[Item], Result],
    items: Iterator[Item],
    most: int,
) -> Iterator[Result]:
    under_way = deque(pool.submit(function, item) for item in itertools.islice(items, most))
    while under_way:
        result = under_way.popleft().result()
        under_way.extend(pool.submit(function, item) for item in itertools.islice(items, 1))
        yield result

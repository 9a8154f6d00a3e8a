"""A stream of blocks, each worked on in one of several processes, given back in order."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from hiprisk.errors import StoreError
from hiprisk.parallel.cluster.current import current_cluster
from hiprisk.parallel.fork_server import start_method, starts_at_once
from hiprisk.processes.garbage import leave_memory_to_system
from hiprisk.processes.identity import start_of
from hiprisk.processes.parent import end_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")
# Enough that no worker waits for the next block, few enough that memory stays bounded.
BLOCKS_A_WORKER = 2
# Items that this process may have done before their turn: it waits less for a slower one.
OWN_AHEAD = 2


def map_in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    *,
    workers: int = 1,
    takes_part: bool = False,
    meanwhile: Callable[[], None] | None = None,
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
        With 1 everything happens here; with more in processes, or on the cluster that is open
        (`spread_over`).
    takes_part : bool
        This process is one of the workers: it takes an item when the others have enough, which
        saves the memory and the start of one of them. Those of a cluster do without it.
    meanwhile : callable, optional
        Done here before the first result is given, while processes start or work on first items.
        What it raises ends everything.

    Yields
    ------
    object
        One result an item.

    Raises
    ------
    StoreError
        If a worker process ends before its work does, or the cluster is lost.
    """
    cluster, first = current_cluster(), meanwhile or _nothing
    if cluster is None and workers > 1:
        yield from _in_processes(function, items, workers, first, takes_part=takes_part)
        return
    first()
    if cluster is None or workers == 1:
        yield from map(function, items)
    else:
        from hiprisk.parallel.cluster.work import stream_on_cluster

        yield from stream_on_cluster(cluster, function, iter(items))


def _nothing() -> None:
    """Where there is nothing to do in the meantime."""


def _in_processes(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    meanwhile: Callable[[], None],
    *,
    takes_part: bool,
) -> Iterator[Result]:
    others = workers - 1 if takes_part else workers
    with _starting():
        pool = ProcessPoolExecutor(
            others,
            mp_context=multiprocessing.get_context(start_method()),
            initializer=_begin_worker,
            initargs=(os.getpid(), start_of(os.getpid())),
        )
    try:
        of_pool = _bounded_with_this if takes_part else _bounded
        yield from of_pool(pool, function, iter(items), BLOCKS_A_WORKER * others, meanwhile)
    except BrokenProcessPool as lost:
        raise worker_lost() from lost
    finally:
        pool.shutdown(cancel_futures=True)


def _begin_worker(parent: int, started: str | None) -> None:
    end_with_parent(parent, started)
    # Keys reach every process of a terminal. The first one hears them, and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whoever started it waits for its end.
    atexit.register(leave_memory_to_system)


@contextlib.contextmanager
def _starting() -> Iterator[None]:
    """Say of processes that the system does not start that it was they, and not a file's fault."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            f"a worker process cannot be started: {problem.strerror}",
            code="WORKER_LOST",
            advice="use fewer --workers",
        ) from problem


def _submit(
    pool: ProcessPoolExecutor, function: Callable[[Item], Result], item: Item
) -> Future[Result]:
    """Have an item worked on; where no process is free for it, one more is started."""
    with _starting():
        return pool.submit(function, item)


def _process_number(_: None) -> int:
    return os.getpid()


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
    meanwhile: Callable[[], None],
) -> Iterator[Result]:
    under_way = deque(_submit(pool, function, item) for item in itertools.islice(items, most))
    meanwhile()
    while under_way:
        result = under_way.popleft().result()
        under_way.extend(_submit(pool, function, item) for item in itertools.islice(items, 1))
        yield result


def _bounded_with_this(
    pool: ProcessPoolExecutor,
    function: Callable[[Item], Result],
    items: Iterator[Item],
    most: int,
    meanwhile: Callable[[], None],
) -> Iterator[Result]:
    """The same; an item that nobody has room for is worked on here."""
    ready = _submit(pool, _process_number, None)
    under_way: deque[Future[Result]] = deque()
    if starts_at_once():
        under_way.extend(_submit(pool, function, item) for item in itertools.islice(items, most))
    meanwhile()
    # A process that starts anew takes as long as some items do.
    while not under_way and not ready.done():
        for item in itertools.islice(items, 1):
            yield function(item)
            break
        else:
            return
    while True:
        free = most - sum(not future.done() for future in under_way)
        under_way.extend(_submit(pool, function, item) for item in itertools.islice(items, free))
        if not under_way:
            return
        # What waits for the first of them is bounded too.
        if len(under_way) <= most + OWN_AHEAD and not under_way[0].done():
            own = [_done(function, item) for item in itertools.islice(items, 1)]
            under_way.extend(own)
            if own:
                continue
        yield under_way.popleft().result()


def _done(function: Callable[[Item], Result], item: Item) -> Future[Result]:
    """The result, or the refusal, that has its turn like any other's."""
    future: Future[Result] = Future()
    try:
        future.set_result(function(item))
    except Exception as refusal:
        future.set_exception(refusal)
    return future

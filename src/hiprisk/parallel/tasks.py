"""Pieces of work known beforehand, spread over processes with one numerical thread in each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from hiprisk.parallel.in_order import worker_lost
from hiprisk.parallel.threads import one_thread
from hiprisk.processes.parent import end_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")
# Told how many of how many are done, the second with the stage of the work before it.
Progress = Callable[[int, int], None]
StageProgress = Callable[[str, int, int], None]


def run_parallel(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Result]:
    """Apply a function to every item, in order, whatever the number of workers.

    Parameters
    ----------
    function : callable
        Must be importable, with what it needs bound by `functools.partial`.
    items : sequence
    workers : int
        Processes; with 1 everything happens here.
    progress : callable, optional
        Told how many of how many items are done.

    Returns
    -------
    list
        Results in the order of the items.

    Raises
    ------
    StoreError
        If a worker process ends before its work does.
    """
    if workers == 1:
        with one_thread():
            return _collected((function(item) for item in items), len(items), progress)
    import joblib

    of_worker = {"initializer": end_with_parent, "initargs": (os.getpid(),)}
    with joblib.parallel_config(backend="loky", inner_max_num_threads=1, **of_worker):
        parallel = joblib.Parallel(n_jobs=workers, return_as="generator", batch_size="auto")
        results = parallel(joblib.delayed(_with_one_thread)(function, item) for item in items)
        try:
            return _collected(results, len(items), progress)
        except BrokenProcessPool as lost:
            raise worker_lost() from lost


def _with_one_thread(function: Callable[[Any], Result], item: Any) -> Result:
    with one_thread():
        return function(item)


def _collected(
    results: Iterator[Result] | Any, n_items: int, progress: Progress | None
) -> list[Result]:
    collected: list[Result] = []
    for result in results:
        collected.append(result)
        if progress is not None:
            progress(len(collected), n_items)
    return collected

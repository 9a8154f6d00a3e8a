"""Pieces of work known beforehand, spread over processes with one numerical thread in each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

from hiprisk.parallel.cluster.current import current_cluster
from hiprisk.parallel.fork_server import Tracker, joblib_forks
from hiprisk.parallel.in_order import worker_lost
from hiprisk.parallel.threads import one_thread
from hiprisk.processes.garbage import search_garbage_rarely
from hiprisk.processes.identity import start_of
from hiprisk.processes.parent import end_with_parent

Item = TypeVar("Item")
Result = TypeVar("Result")
# Told how many of how many are done, the second with the stage of the work before it.
Progress = Callable[[int, int], None]
StageProgress = Callable[[str, int, int], None]
# A worker that leaves for idleness while work is handed out leaves whoever waits for it waiting for
# ever (seen after the 300 s that are usual). Workers end with this process, so they may stay.
_IDLE_SECONDS = 7 * 24 * 3600


def run_parallel(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int = 1,
    progress: Progress | None = None,
    on_result: Callable[[int, Result], None] | None = None,
    repeated: bool = False,
) -> list[Result]:
    """Apply a function to every item, in order, whatever the number of workers.

    Parameters
    ----------
    function : callable
        Must be importable, with what it needs bound by `functools.partial`.
    items : sequence
    workers : int
        With 1 everything happens here; with more in processes, or on the cluster that is open
        (`spread_over`).
    progress : callable, optional
        Told how many of how many items are done.
    on_result : callable, optional
        Told, in this process, the position of an item and its result as soon as it is there.
    repeated : bool
        Whether later calls have the same items: a cluster is then sent each once.

    Returns
    -------
    list
        Results in the order of the items.

    Raises
    ------
    StoreError
        If a worker process ends before its work does, or the cluster is lost.
    """
    told = _Told(len(items), progress, on_result)
    if workers == 1:
        with one_thread():
            return told.collected(enumerate(map(function, items)))
    cluster = current_cluster()
    if cluster is not None:
        from hiprisk.parallel.cluster.work import run_on_cluster

        return told.collected(run_on_cluster(cluster, function, items, repeated=repeated))
    import joblib

    with (
        joblib_forks() as tracker,
        joblib.parallel_config(
            backend="loky",
            inner_max_num_threads=1,
            initializer=_begin_worker,
            initargs=(os.getpid(), start_of(os.getpid()), tracker),
        ),
    ):
        parallel = joblib.Parallel(
            n_jobs=workers,
            return_as="generator",
            batch_size="auto",
            idle_worker_timeout=_IDLE_SECONDS,
        )
        results = parallel(joblib.delayed(_with_one_thread)(function, item) for item in items)
        try:
            return told.collected(enumerate(results))
        except BrokenProcessPool as lost:
            raise worker_lost() from lost


def _begin_worker(parent: int, started: str | None, tracker: Tracker | None) -> None:
    end_with_parent(parent, started)
    if tracker is not None:
        tracker.adopt()
    search_garbage_rarely()


def _with_one_thread(function: Callable[[Any], Result], item: Any) -> Result:
    with one_thread():
        return function(item)


@dataclass(frozen=True)
class _Told:
    """Who hears of results."""

    n_items: int
    progress: Progress | None
    on_result: Callable[[int, Any], None] | None

    def collected(self, results: Iterable[tuple[int, Any]]) -> list[Any]:
        """Results by position, in whatever order they come."""
        by_position: dict[int, Any] = {}
        for position, result in results:
            by_position[position] = result
            if self.on_result is not None:
                self.on_result(position, result)
            if self.progress is not None:
                self.progress(len(by_position), self.n_items)
        return [by_position[position] for position in range(self.n_items)]

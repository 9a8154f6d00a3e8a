"""Batches on a cluster: sent few at a time, asked for again where they were lost.

A batch is keyed by its place, so that results do not depend on who worked, in which order or how
often. What batches share is sent once to all workers and kept for later calls with the same.
"""

from __future__ import annotations

import hashlib
import time
import uuid
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hiprisk.errors import StoreError
from hiprisk.parallel.cluster.sealed import Failure, Sealed, run_batch
from hiprisk.parallel.cluster.versions import own_versions

BATCHES_A_WORKER = 4
# Under way at once: each worker has its next one, and memory stays bounded.
UNDER_WAY_A_WORKER = 2
# What is smaller travels with its batch.
LEAST_SHARED = 64 << 10
# How much is kept on the workers for later calls.
MOST_KEPT = 1 << 30
# How often one batch is sent after the cluster lost it, or what it needs.
MOST_TIMES = 5
SECONDS_WITHOUT_WORKERS = 60.0
_SECONDS_BETWEEN_LOOKS = 1.0


class Cluster:
    """A connected cluster.

    Parameters
    ----------
    client : distributed.Client
    address : str
        As the user named it.
    """

    def __init__(self, client: Any, address: str) -> None:
        self.client = client
        self.address = address
        self.width = len(client.nthreads())
        self._name = f"hiprisk-{uuid.uuid4().hex[:8]}"
        self._n_named = 0
        self._kept: OrderedDict[bytes, tuple[Any, Sealed]] = OrderedDict()
        self._without_workers_since: float | None = None

    def named(self, kind: str) -> str:
        """A name for the scheduler: a number, so that no name of the study is shown."""
        self._n_named += 1
        return f"{self._name}-{kind}-{self._n_named}"

    def sent(self, sealed: Sealed, *, broadcast: bool) -> Any:
        """What stands for a sealed object in a batch: itself, or what all workers have of it."""
        if len(sealed.data) < LEAST_SHARED:
            return sealed
        digest = hashlib.sha256(sealed.data).digest()
        there = self._kept.pop(digest, None)
        if there is None or there[0].status != "finished":
            key = self.named("data")
            there = (self.client.scatter({key: sealed}, broadcast=broadcast)[key], sealed)
        self._kept[digest] = there
        while len(self._kept) > 1 and sum(map(_size, self._kept.values())) > MOST_KEPT:
            self._kept.popitem(last=False)
        return there[0]

    def forget(self) -> None:
        """Send shared objects again: the workers that had them may be gone."""
        self._kept.clear()

    def check(self) -> None:
        """Raise StoreError if the scheduler is gone, or has had no workers for long."""
        try:
            there = self.client.status == "running" and self.client.nthreads()
        except (OSError, CancelledError, RuntimeError) as lost:
            raise self.lost() from lost
        if there is False:
            raise self.lost()
        if there:
            self._without_workers_since = None
            return
        now = time.monotonic()
        self._without_workers_since = self._without_workers_since or now
        if now - self._without_workers_since > SECONDS_WITHOUT_WORKERS:
            raise StoreError(
                f"the scheduler has had no workers for {SECONDS_WITHOUT_WORKERS:.0f} s",
                code="NO_WORKERS",
                advice="start some, then run the command again; train goes on with --resume",
            )

    def lost(self) -> StoreError:
        """What is said of a scheduler that is gone."""
        return StoreError(
            f"the connection to the cluster {self.address} was lost",
            code="CLUSTER_LOST",
            advice="run the command again when it is back; train goes on with --resume",
        )

    def close(self) -> None:
        """Let go what the workers keep."""
        self.forget()


@dataclass
class _Batch:
    number: int
    items: Sequence[Sealed]
    times: int = 0


class Work:
    """One function applied to batches of items.

    Parameters
    ----------
    cluster : Cluster
    function : callable
    """

    def __init__(self, cluster: Cluster, function: Callable[[Any], Any]) -> None:
        self._cluster = cluster
        self._function = Sealed.of(function)
        self._under_way: dict[Any, _Batch] = {}

    @property
    def n_under_way(self) -> int:
        """Batches that are on the cluster."""
        return len(self._under_way)

    def send(self, number: int, items: Sequence[Sealed]) -> None:
        """Give the cluster a batch."""
        self._send(_Batch(number, items))

    def _send(self, batch: _Batch) -> None:
        cluster = self._cluster
        batch.times += 1
        if batch.times > MOST_TIMES:
            raise _worn_out()
        try:
            function = cluster.sent(self._function, broadcast=True)
            items = [cluster.sent(one, broadcast=False) for one in batch.items]
            with warnings.catch_warnings():
                # Of a large graph: batches are few.
                warnings.simplefilter("ignore")
                future = cluster.client.submit(
                    run_batch, function, items, own_versions(), key=cluster.named("work"),
                    pure=False,
                )  # fmt: skip
        except (OSError, CancelledError, RuntimeError, KeyError) as broken:
            cluster.check()
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            cluster.forget()
            if batch.times >= MOST_TIMES:
                raise cluster.lost() from broken
            self._send(batch)
            return
        self._under_way[future] = batch

    def next_done(self) -> tuple[int, list[Any] | Failure]:
        """Number and results of a batch that is done; waits for one, and sends lost ones again."""
        while True:
            for future in [one for one in self._under_way if one.status in _SETTLED]:
                batch = self._under_way.pop(future)
                if future.status == "error":
                    raise _of_worker(future.exception())
                found = self._result(future)
                if found is not None:
                    return batch.number, found.opened()
                # Neither its result nor what it needs need be there any more.
                self._cluster.check()
                self._cluster.forget()
                self._send(batch)
            self._wait()

    def _result(self, future: Any) -> Sealed | None:
        if future.status != "finished":
            return None
        while True:
            try:
                found: Sealed = future.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except TimeoutError:
                # Its worker may be gone, and another is at it again.
                self._cluster.check()
            except (CancelledError, OSError, KeyError):
                return None
            else:
                return found

    def _wait(self) -> None:
        from distributed import wait

        try:
            with self._cluster.client.as_current():
                wait(list(self._under_way), timeout=_SECONDS_BETWEEN_LOOKS,
                     return_when="FIRST_COMPLETED")  # fmt: skip
        except (TimeoutError, CancelledError):
            self._cluster.check()

    def stop(self) -> None:
        """Take back what is not done."""
        if self._under_way and self._cluster.client.status == "running":
            self._cluster.client.cancel(list(self._under_way))
        self._under_way.clear()


_SETTLED = ("finished", "error", "cancelled")


def run_on_cluster(
    cluster: Cluster,
    function: Callable[[Any], Any],
    items: Sequence[Any],
    *,
    repeated: bool = False,
) -> Iterator[tuple[int, Any]]:
    """Apply a function to every item on a cluster.

    Parameters
    ----------
    cluster : Cluster
    function : callable
    items : sequence
    repeated : bool
        Whether later calls have the same items: then each is sent once.

    Yields
    ------
    tuple of int and object
        Position of an item and its result, as batches are done.
    """
    parts = _parts(len(items), len(items) if repeated else cluster.width * BATCHES_A_WORKER)
    waiting = iter(enumerate(parts))
    work = Work(cluster, function)
    failed: dict[int, Failure] = {}
    try:
        while True:
            while not failed and work.n_under_way < cluster.width * UNDER_WAY_A_WORKER:
                number, part = next(waiting, (None, range(0)))
                if number is None:
                    break
                work.send(number, [Sealed.of([items[at] for at in part])])
            if not work.n_under_way:
                break
            number, found = work.next_done()
            if isinstance(found, Failure):
                failed[number] = found
            else:
                yield from zip(parts[number], found, strict=True)
    finally:
        work.stop()
    if failed:
        # The refusal of a run without a cluster: that of the first item that is refused.
        raise _in_words(failed[min(failed)])


def stream_on_cluster(
    cluster: Cluster, function: Callable[[Any], Any], items: Iterator[Any]
) -> Iterator[Any]:
    """Apply a function to items as they come, each a batch of its own; results in order."""
    most = cluster.width * UNDER_WAY_A_WORKER
    work = Work(cluster, function)
    done: dict[int, list[Any] | Failure] = {}
    n_sent = n_given = 0
    try:
        while True:
            # What is done and waits for its turn takes memory as well.
            while n_sent - n_given < most and (item := next(items, _END)) is not _END:
                work.send(n_sent, [Sealed.of([item])])
                n_sent += 1
            if n_given == n_sent:
                return
            while n_given not in done:
                number, found = work.next_done()
                done[number] = found
            first = done.pop(n_given)
            n_given += 1
            if isinstance(first, Failure):
                raise _in_words(first)
            yield first[0]
    finally:
        work.stop()


_END = object()


def _parts(n_items: int, n_parts: int) -> list[range]:
    """Positions in as many runs of about the same length as there may be."""
    n_parts = max(1, min(n_parts, n_items))
    edges = [n_items * at // n_parts for at in range(n_parts + 1)]
    return [range(low, high) for low, high in pairwise(edges) if low < high]


def _size(kept: tuple[Any, Sealed]) -> int:
    return len(kept[1].data)


def _in_words(failure: Failure) -> Exception:
    if failure.error is not None:
        return failure.error
    return StoreError(
        f"{failure.reason}, unlike this process" if "has" in failure.reason else failure.reason,
        code="CLUSTER_VERSIONS",
        advice="install the same versions everywhere: results must not depend on who works",
    )


def _worn_out() -> StoreError:
    return StoreError(
        "a part of the work ended one worker after another",
        code="WORKER_LOST",
        advice="memory of the workers may be short: fewer of them a machine, or more memory",
    )


def _of_worker(error: BaseException) -> Exception:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return _worn_out()
    # Not of our function, which gives its errors back: the worker could not call it.
    return StoreError(
        f"a worker of the cluster cannot run this version of hiprisk ({type(error).__name__})",
        code="CLUSTER_VERSIONS",
        advice="install the same versions everywhere: results must not depend on who works",
    )

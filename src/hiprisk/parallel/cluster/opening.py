"""A cluster while it is used: reached or started, checked, given to the work, left or closed."""

from __future__ import annotations

import contextlib
import importlib
import logging
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hiprisk.errors import StoreError
from hiprisk.parallel.cluster.address import LOCAL, check_cluster
from hiprisk.parallel.cluster.current import work_goes_to
from hiprisk.parallel.cluster.versions import check_versions
from hiprisk.parallel.cluster.work import Cluster
from hiprisk.processes.scratch import working_folder

CONNECT_SECONDS = 5.0
WORKERS_SECONDS = 10.0
# How many worker processes one batch of a cluster of our own may outlive.
ALLOWED_FAILURES = 5
_DASK = "distributed."


@contextmanager
def spread_over(cluster: str | None, *, workers: int = 1) -> Iterator[int]:
    """Have the work inside go to processes here, or to a cluster.

    Parameters
    ----------
    cluster : str or None
        Address of a Dask scheduler, ``tcp://HOST:PORT`` or ``tls://HOST:PORT``; ``local`` for a
        cluster of this machine that ends with the work; None for processes without Dask.
    workers : int
        Processes here, or of the cluster ``local``; another cluster has its own.

    Yields
    ------
    int
        What functions that spread work are given as `workers`.

    Raises
    ------
    ConfigError, MissingExtraError
        If the address has another form, or Dask is not installed.
    StoreError
        If no scheduler answers, it has no workers, or they have other versions.
    """
    if cluster is None:
        yield workers
        return
    check_cluster(cluster)
    with _quiet():
        opened = _own(workers) if cluster == LOCAL else _reached(cluster)
        with opened as client:
            found = Cluster(client, cluster)
            try:
                with work_goes_to(found):
                    # One worker process alone is asked too: work stays here with `workers` 1.
                    yield max(2, found.width)
            finally:
                found.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask says of lost connections is said by a letter, without tracebacks."""
    # Importing it gives many of its loggers levels of their own.
    importlib.import_module("distributed")
    names = [name for name in logging.root.manager.loggerDict if f"{name}.".startswith(_DASK)]
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _reached(address: str) -> Iterator[Any]:
    try:
        _ask(address)
    # Names that cannot be resolved, refused connections, certificates, services of another kind.
    except Exception as broken:
        raise _unreachable(address) from broken
    with _connected(address, address) as client:
        _wait_for_workers(client, address)
        check_versions(client)
        yield client


def _ask(address: str) -> None:
    """Have a scheduler say who it is; a client would wait for ever for one that says nothing."""
    import asyncio

    from distributed import Security
    from distributed.core import rpc

    async def identity() -> None:
        arguments = Security().get_connection_args("client")
        async with rpc(address, timeout=CONNECT_SECONDS, connection_args=arguments) as scheduler:
            await scheduler.identity()

    async def in_time() -> None:
        await asyncio.wait_for(identity(), CONNECT_SECONDS)

    # A notebook has a loop of its own in this thread.
    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, in_time()).result()


def _unreachable(address: str) -> StoreError:
    return StoreError(
        f"no Dask scheduler answers at {address}",
        code="CLUSTER_UNREACHABLE",
        column="--cluster",
        advice="start one (dask scheduler), correct the address, or leave --cluster out",
    )


@contextmanager
def _connected(address: str, to: Any, **how: Any) -> Iterator[Any]:
    from distributed import Client

    try:
        with warnings.catch_warnings():
            # Other versions are refused with a letter.
            warnings.simplefilter("ignore")
            client = Client(to, timeout=CONNECT_SECONDS, set_as_default=False, **how)
    except (OSError, ValueError, RuntimeError) as broken:
        raise _unreachable(address) from broken
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=2)


def _wait_for_workers(client: Any, address: str) -> None:
    deadline = time.monotonic() + WORKERS_SECONDS
    while not client.nthreads():
        if time.monotonic() > deadline:
            raise StoreError(
                f"the scheduler at {address} has had no workers for {WORKERS_SECONDS:.0f} s",
                code="NO_WORKERS",
                column="--cluster",
                advice=f"start some: dask worker {address} --nworkers auto --nthreads 1",
            )
        time.sleep(0.1)


@contextmanager
def _own(workers: int) -> Iterator[Any]:
    """Processes of this machine, reachable from it alone and gone at the end."""
    import dask
    from distributed import LocalCluster

    # Scheduler and workers listen for browsers, from this machine alone: there are no pages.
    pages: dict[str, Any] = {
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    everybodys = Path(tempfile.gettempdir())
    with (
        working_folder(everybodys) as folder,
        dask.config.set({**pages, "temporary-directory": str(folder)}),
    ):
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            worker_dashboard_address=None,
            silence_logs=logging.CRITICAL,
            # Dask would end a worker at a share of the memory that it takes for its own.
            memory_limit=0,
            local_directory=str(folder),
            scheduler_kwargs={
                "allowed_failures": ALLOWED_FAILURES,
                # Without a word it is 8787, which another scheduler may be at.
                "dashboard_address": "127.0.0.1:0",
            },
            security=_security(),
        )
        with cluster, _connected(LOCAL, cluster) as client:
            yield client


def _security() -> Any:
    """Certificates for this run: else other users of this machine could have code run by it."""
    from distributed import Security

    return Security.temporary() if find_spec("cryptography") is not None else None

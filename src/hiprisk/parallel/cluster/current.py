"""Which cluster work goes to, as long as one is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hiprisk.parallel.cluster.work import Cluster

_CURRENT: ContextVar[Cluster | None] = ContextVar("hiprisk_cluster", default=None)


def current_cluster() -> Cluster | None:
    """The cluster that is open, or None where work stays here."""
    return _CURRENT.get()


@contextmanager
def work_goes_to(cluster: Cluster) -> Iterator[None]:
    """Send work to a cluster until this ends."""
    before = _CURRENT.set(cluster)
    try:
        yield
    finally:
        _CURRENT.reset(before)

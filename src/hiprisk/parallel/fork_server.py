"""Worker processes as copies of one that imports what they need while the command does the same.

Importing what trains takes a process two to three seconds. A server of this command's own imports
it once, beside the command's imports, and then forks: it has no threads of ours, has computed
nothing, and every worker is there at once with the memory of the imports shared. Linux only;
elsewhere, and for users of the Python interface, joblib starts each worker anew.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from multiprocessing import util
from typing import Any

from hiprisk.processes.environment import environment
from hiprisk.processes.garbage import no_garbage_search
from hiprisk.processes.parent import ending_with_parent

# What joblib sets for the workers that it starts itself: their libraries make no threads.
_THREADS = dict.fromkeys(
    (
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"),
        *("VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
    ),
    "1",
)
# Folder of the server's socket: whoever of the two ends last removes it.
_FOLDER = "HIPRISK_FORK_SERVER_FOLDER"


@dataclass(slots=True)
class _Running:
    """A server that runs, and whether joblib has workers from it."""

    has_workers: bool = False


_CURRENT: ContextVar[_Running | None] = ContextVar("hiprisk_fork_server", default=None)


@contextmanager
def fork_server(module: str, *, workers: int) -> Iterator[None]:
    """Have worker processes inside be copies of one that has imported a module.

    Parameters
    ----------
    module : str
        Imports what workers need, inside `imports_of_server`.
    workers : int
        With 1 there is nothing to start. Where the system refuses the server, workers start anew.
    """
    if workers == 1 or sys.platform != "linux":
        yield
        return
    from multiprocessing import forkserver

    multiprocessing.get_context("forkserver").set_forkserver_preload([module])
    try:
        with environment({**_THREADS, **_same_modules(), _FOLDER: util.get_temp_dir()}):
            forkserver.ensure_running()
    except OSError:
        # The name of a socket has about 100 bytes, and the folder of temporary files may have more.
        yield
        return
    server, failed = _Running(), True
    before = _CURRENT.set(server)
    try:
        yield
        failed = False
    finally:
        _CURRENT.reset(before)
        _stop(server, kill_workers=failed)


def _same_modules() -> dict[str, str]:
    """Have a process import from where this one does.

    Python would look in the working folder first, and a user's file may be named like a module.
    """
    folders = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
    return {"PYTHONSAFEPATH": "1", "PYTHONPATH": folders}


def _stop(server: _Running, *, kill_workers: bool) -> None:
    """End what was started and wait for it, so that its time is counted as this command's."""
    from multiprocessing import forkserver

    if server.has_workers:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor(reuse=True).shutdown(kill_workers=kill_workers)
    # The standard library lets a server run until the command ends, and has no public way.
    started: Any = forkserver._forkserver
    if started._forkserver_pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(started._forkserver_pid, signal.SIGTERM)
        started._stop()


@contextmanager
def imports_of_server() -> Iterator[None]:
    """What a server imports; in any other process nothing but the block happens.

    It ends with the command, also where that is refused in the meantime.
    """
    folder = os.environ.pop(_FOLDER, None)
    if folder is None:
        yield
        return
    remove = partial(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(remove)
    # The command hears of an interruption, and ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with ending_with_parent(leaving=remove), no_garbage_search():
        yield
    # Memory of what stays is not written to by later searches, so that copies go on sharing it.
    gc.freeze()


@dataclass(frozen=True)
class Tracker:
    """The process that removes joblib's files once nobody uses them, for a worker that is a copy.

    joblib gives it to the workers that it starts itself.
    """

    descriptor: int
    process: int

    def __reduce__(self) -> tuple[Any, ...]:
        from multiprocessing.reduction import DupFd

        return _received, (DupFd(self.descriptor), self.process)

    def adopt(self) -> None:
        """Have joblib use it in this process."""
        from joblib.externals.loky.backend import resource_tracker

        own = resource_tracker._resource_tracker
        own._fd, own._pid = self.descriptor, self.process


def _received(descriptor: Any, process: int) -> Tracker:
    return Tracker(descriptor.detach(), process)


def start_method() -> str:
    """How the standard library starts a worker process here: by the server that runs, or anew.

    A copy of this process would hold its threads' locks, Arrow's among them.
    """
    return "forkserver" if starts_at_once() else "spawn"


def starts_at_once() -> bool:
    """Whether a worker process is there without importing anything."""
    return _CURRENT.get() is not None


@contextmanager
def joblib_forks() -> Iterator[Tracker | None]:
    """Have joblib start its workers by the server that runs; None where none does."""
    server = _CURRENT.get()
    if server is None:
        yield None
        return
    from joblib.externals.loky.backend import context, resource_tracker

    server.has_workers = True

    with environment(_same_modules()):
        resource_tracker._resource_tracker.ensure_running()
    own = resource_tracker._resource_tracker
    before = context.get_start_method()
    context.set_start_method("forkserver", force=True)
    try:
        yield Tracker(own._fd, own._pid)
    finally:
        context.set_start_method(before, force=True)

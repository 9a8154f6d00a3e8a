"""One study of a name at a time: two at once would delete each other's search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hiprisk.cohort.findings import Finding
from hiprisk.errors import StoreError
from hiprisk.learning.tuning.server import SearchServer
from hiprisk.processes.identity import this_process
from hiprisk.processes.locks import HeldError, exclusive

WAIT_SECONDS = 10


@contextmanager
def only_study_of(
    checkpoints: Path, *, wait: int = WAIT_SECONDS, tell: Callable[[Finding], None]
) -> Iterator[None]:
    """Be the only study of a name below one folder of models during a block.

    Parameters
    ----------
    checkpoints : Path
        Of the study, ``.searching/NAME`` below the folder of models.
    wait : float
        Seconds to wait for another process.
    tell : callable
        Told whom this waits for, or that the file system has no locks.

    Raises
    ------
    StoreError
        With code ``STUDY_RUNNING`` if another process has it for as long as `wait`.
    """
    name = checkpoints.name
    # No name of a model begins with a dot.
    lock = checkpoints.with_name(f".{name}.lock")
    with ExitStack() as held:
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            held.enter_context(
                exclusive(
                    lock,
                    text=_who(),
                    wait=wait,
                    waiting=lambda holder: tell(_waiting(name, holder, wait)),
                    unlocked=lambda: tell(_unlocked(name)),
                )
            )
        except HeldError as running:
            raise _still_running(name, running.holder) from running
        except OSError as problem:
            raise StoreError(
                f"the output's folder cannot be written to: {problem.strerror or 'it refused'}",
                file=lock.parent.name,
                advice="free some space, or name another folder with --out",
            ) from problem
        yield


@contextmanager
def only_search_of(
    storage: Path | SearchServer,
    *,
    resume: bool,
    wait: int = WAIT_SECONDS,
    tell: Callable[[Finding], None],
) -> Iterator[None]:
    """Be the only process that tunes a study on a database server during a block.

    What an interrupted run left there is removed at the start, unless it is gone on with, and all
    of this study's when the block is done. Nothing is to be done for trials in a file.

    Parameters
    ----------
    storage : Path or SearchServer
    resume : bool
        Whether an interrupted search goes on.
    wait : float
        Seconds to wait for another process, of any machine.
    tell : callable
        Told whom this waits for.

    Raises
    ------
    StoreError
        With code ``STUDY_RUNNING`` if another process has it for as long as `wait`; or if the
        server cannot be used.
    """
    if not isinstance(storage, SearchServer):
        yield
        return
    with ExitStack() as held:
        try:
            held.enter_context(
                storage.only_one(
                    wait=wait, waiting=lambda holder: tell(_waiting(storage.study, holder, wait))
                )
            )
        except HeldError as running:
            raise _still_running(storage.study, running.holder) from running
        if not resume:
            storage.delete()
        yield
        try:
            storage.delete()
        except StoreError as refused:
            tell(_not_removed(storage.study, refused))


def _who() -> str:
    here = this_process()
    began = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    return f"process {here.pid} on {here.host}, since {began}"


def _still_running(name: str, holder: str) -> StoreError:
    return StoreError(
        f"another study of this name is running: {holder or 'its process is not known'}",
        code="STUDY_RUNNING",
        file=name,
        advice="try again when it has ended, or with --wait SECONDS; or take another name or --out",
    )


def _waiting(name: str, holder: str, wait: int) -> Finding:
    return Finding(
        code="STUDY_RUNNING",
        severity="note",
        column=name,
        message="waiting for another study of this name: " + (holder or "its process is not known"),
        advice=f"for {wait} s at most; --wait sets how long",
    )


def _not_removed(name: str, refused: StoreError) -> Finding:
    return Finding(
        code="TUNING_NOT_REMOVED",
        severity="warning",
        column=name,
        message=f"the trials of this study stay on the server: {refused.reason}",
        advice="the bundle is whole; remove them with optuna delete-study, or leave them",
    )


def _unlocked(name: str) -> Finding:
    return Finding(
        code="NO_FILE_LOCKS",
        severity="warning",
        column=name,
        message="the output's file system has no locks: a second study of this name at the same "
        "time would delete this one's search",
        advice="run one at a time there, or name a local folder with --out",
    )

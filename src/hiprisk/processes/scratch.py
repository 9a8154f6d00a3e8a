"""Scratch files and folders: named for their process, locked while it lives, swept when it is dead.

A result is written under a hidden scratch name and renamed when it is whole. A process that is
killed leaves the scratch behind, with the rows of patients in it. The next writer to the folder
removes it, and never that of a process that may be alive: the kernel gives up the lock of a dead
one, in any container, and without locks the number and start of the process decide.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hiprisk.processes.identity import is_gone, this_process
from hiprisk.processes.locks import NoLocksError, try_lock

FILE_END = ".part"
FOLDER_START = ".writing-"
# Sums of host and boot, namespace, number and start of the process, and a random word.
_OWNER = (
    r"(?P<host>[0-9a-f]{8})-(?P<boot>[0-9a-f]{8})-(?P<namespace>\d*)-(?P<pid>\d+)"
    r"-(?P<started>\d*)-[0-9a-f]{8}"
)
# SQLite keeps a journal beside its file.
_FILE = re.compile(rf"\..+\.{_OWNER}\.part(-journal|-wal|-shm)?", re.DOTALL)
_FOLDER = re.compile(rf"\.writing-{_OWNER}")
# A file's name has at most 255 bytes, and the owner takes some sixty of them.
_LONGEST_STEM = 150
# A scratch file is made before it is locked.
_SECONDS_UNTOUCHED = 60.0


def scratch_file(out: Path) -> Path:
    """A hidden name beside a file that is to be written."""
    stem = os.fsdecode(os.fsencode(out.name)[:_LONGEST_STEM])
    return out.with_name(f".{stem}.{_owner()}{FILE_END}")


def scratch_folder(parent: Path) -> Path:
    """A hidden name in a folder, for a folder that is to be written."""
    return parent / f"{FOLDER_START}{_owner()}"


@contextlib.contextmanager
def working_folder(parent: Path, *, mode: int = 0o700) -> Iterator[Path]:
    """A hidden folder for as long as the block takes, unless the block gives it another name.

    Parameters
    ----------
    parent : Path
        What killed processes left in it is removed first.
    mode : int
        Who may enter it, less the umask; without it this account alone.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    # Only writers need it; a prediction starts faster without.
    import shutil

    sweep(parent)
    folder = scratch_folder(parent)
    folder.mkdir(mode=mode)
    try:
        with kept_from_sweeping(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str:
    # Only writers need it; a prediction starts faster without.
    import secrets

    here = this_process()
    word = secrets.token_hex(4)
    return f"{_sum(here.host)}-{_sum(here.boot)}-{here.namespace}-{here.pid}-{here.started}-{word}"


def _sum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


@contextlib.contextmanager
def kept_from_sweeping(scratch: Path) -> Iterator[None]:
    """Hold the lock of a scratch file or folder that is there, as long as it is written."""
    if os.name != "posix":
        yield  # what is open there can be neither locked nor renamed
        return
    descriptor = os.open(scratch, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(NoLocksError):
            try_lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Remove what dead processes left in a folder; what cannot be removed stays without a word."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and not entry.is_symlink():
                with contextlib.suppress(OSError):
                    _sweep_one(entry)


def _sweep_one(entry: os.DirEntry[str]) -> None:
    is_folder = entry.is_dir(follow_symlinks=False)
    named = (_FOLDER if is_folder else _FILE).fullmatch(entry.name)
    if named is None or not (is_folder or entry.is_file(follow_symlinks=False)):
        return
    if not _is_left(Path(entry.path), named):
        return
    if is_folder:
        import shutil

        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        Path(entry.path).unlink(missing_ok=True)


def _is_left(path: Path, named: re.Match[str]) -> bool:
    """Whether nobody writes it any more."""
    here = this_process()
    same_host = named["host"] == _sum(here.host)
    if named["boot"] != _sum(here.boot):
        # From before this machine was booted; or its name is another's too, who holds the lock.
        return same_host and _is_unlocked(path, without_locks=True)
    if same_host and named["namespace"] == here.namespace:
        return is_gone(replace(here, pid=int(named["pid"]), started=named["started"]))
    # Another container on this kernel: its processes cannot be seen from here, their locks can.
    # A file from the future was made before the clock was set back.
    untouched = abs(time.time() - path.stat().st_mtime) > _SECONDS_UNTOUCHED
    return bool(here.boot) and untouched and _is_unlocked(path, without_locks=False)


def _is_unlocked(path: Path, *, without_locks: bool) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return try_lock(descriptor)
    except NoLocksError:
        return without_locks
    finally:
        os.close(descriptor)

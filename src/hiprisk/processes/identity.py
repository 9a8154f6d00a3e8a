"""Which process this is, so that another can tell later whether it is still there.

A number alone does not tell: numbers are used again, and in a container each main process is
number 1. The time at which a process started, counted since the boot, tells them apart.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Field 22 of /proc/PID/stat, the 20th after the name in brackets, which may hold anything.
_START_FIELD = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process of some machine.

    Attributes
    ----------
    host : str
        Name of the machine or container.
    boot : str
        Changes with each boot of the kernel; empty where the system does not say.
    namespace : str
        Within which `pid` is a number: a container has its own. Empty where there are none.
    pid : int
    started : str
        Clock ticks from the boot to the start; empty where the system does not say.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: str


def this_process() -> ProcessIdentity:
    """The process that asks."""
    return ProcessIdentity(
        host=socket.gethostname(),
        boot=_BOOT_ID.read_text("ascii").strip() if _BOOT_ID.exists() else "",
        namespace=_namespace(),
        pid=os.getpid(),
        started=start_of(os.getpid()) or "",
    )


def _namespace() -> str:
    try:
        return "".join(filter(str.isdigit, os.readlink("/proc/self/ns/pid")))
    except OSError:
        return ""


def start_of(pid: int) -> str | None:
    """Clock ticks from the boot to the start of a process; None where it is not there."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
        state, *fields = text.rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    # A zombie has ended; only its parent has not asked for its exit code yet.
    return None if state in ("Z", "X") else fields[_START_FIELD - 1]


def is_gone(process: ProcessIdentity) -> bool:
    """Whether a process has ended; False where it cannot be told from here.

    Of another machine nothing is known. Of this one: a process of an earlier boot is gone, and so
    is one whose number is free or has been given to a process that started at another time. A
    container that was started again under its name is this machine: its numbers begin anew.
    """
    here = this_process()
    if process.host != here.host:
        return False
    if process.boot != here.boot:
        return True
    if not here.boot:
        return not _has_number(process.pid)
    started = start_of(process.pid)
    return started is None or (bool(process.started) and started != process.started)


def _has_number(pid: int) -> bool:
    """Whether some process has this number, where the system has no /proc."""
    if os.name != "posix":
        return True  # os.kill would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True

"""CPU time, wall time and peak memory of a command with all of its processes (Linux)."""

from __future__ import annotations

import os
import subprocess
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

SECONDS_BETWEEN_LOOKS = 0.1
# One numerical thread a process, as the workers of a study have: CPU times can then be compared.
# Bytecode is written as of an installed package.
ENVIRONMENT = {
    **{name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes
    ----------
    cpu_seconds : float
        User and system time of the process and of all that it started.
    wall_seconds : float
    peak_mib : float
        Largest sum over its processes of the memory that each has for itself and its share of what
        they have together.
    """

    cpu_seconds: float
    wall_seconds: float
    peak_mib: float


class CommandFailedError(RuntimeError):
    """A command that was to be measured ended with another code than 0."""


def measure(command: list[str], *, cwd: Path | None = None) -> Cost:
    """Run a command and say what it took; its output is kept for its failure alone."""
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    os.set_blocking(process.stderr.fileno(), False)
    said, peak = b"", 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        said = (said + (process.stderr.read() or b""))[-4_000:]
        peak = max(peak, sum(_memory(one) for one in _tree(process.pid)))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    said += process.stderr.read() or b""
    process.stderr.close()
    if process.returncode:
        text = said.decode(errors="replace").strip()[-1_500:]
        raise CommandFailedError(f"{' '.join(command)} ended with {process.returncode}: {text}")
    # Workers are waited for by the process that started them, which has their time in its own.
    return Cost(usage.ru_utime + usage.ru_stime, wall, max(peak, usage.ru_maxrss / 1024))


def _tree(root: int) -> list[int]:
    """A process and all below it."""
    children = defaultdict(list)
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _stat(int(folder.name))
            if fields:
                children[int(fields[1])].append(int(folder.name))
    found = [root]
    for one in found:
        found += children[one]
    return found


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the state on; empty once the process has gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _memory(pid: int) -> float:
    """MiB of its own, and its share of what it has with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("Pss:")), 0.0)

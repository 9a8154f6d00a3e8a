"""Workers end with the process that started them, also after SIGKILL."""

import time
from pathlib import Path

import pytest

from hiprisk.processes import parent
from hiprisk.processes.identity import start_of
from killed_process import a_process

WITH_WORKERS = """
import os, time
from hiprisk.parallel import run_parallel
run_parallel(time.sleep, [0.2, 0.2], workers=2)
children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
print(*children)
"""
# Blocks of a file that is scored are shared with such processes.
WITH_A_STREAM = """
import os, time
from hiprisk.parallel import map_in_order
found = map_in_order(abs, range(10**6), workers=3, takes_part=True)
done, until = 0, time.monotonic() + 1.5
while time.monotonic() < until:
    done += next(found)
children = open(f"/proc/self/task/{os.getpid()}/children").read().split()
print(*children)
"""


def wait_until(is_so, seconds=4.0):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


@pytest.mark.skipif(
    not Path("/proc/self/task").is_dir(), reason="the children of a process are read from /proc"
)
@pytest.mark.parametrize("code", [WITH_WORKERS, WITH_A_STREAM], ids=["pieces", "stream"])
def test_no_worker_outlives_a_killed_parent(code):
    with a_process(code) as (process, lines):
        workers = [int(pid) for pid in lines[-1].split()]
        assert len(workers) >= 2
        assert all(start_of(pid) for pid in workers)
        process.kill()
        process.wait()
        assert wait_until(lambda: not any(start_of(pid) for pid in workers))


def test_without_descriptors_of_processes_it_looks_now_and_then(monkeypatch):
    ended, parents = [], iter([7, 7, 1])

    def refused(_):
        raise OSError

    monkeypatch.setattr(parent.os, "pidfd_open", refused, raising=False)
    monkeypatch.setattr(parent.os, "getppid", lambda: next(parents))
    monkeypatch.setattr(parent.os, "_exit", ended.append)
    monkeypatch.setattr(parent.time, "sleep", lambda seconds: None)
    parent._wait_and_end(7)
    assert ended == [1]

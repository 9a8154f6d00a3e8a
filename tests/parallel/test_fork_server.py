"""Workers that are copies of one process: the same results, nothing left behind."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from hiprisk.parallel import fork_server, imports_of_server, map_in_order, run_parallel
from hiprisk.processes.identity import start_of
from killed_process import a_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")

# A module that the server imports, and the command that uses it.
MODULE = """
import time
from hiprisk.parallel import imports_of_server
with imports_of_server():
    import numpy as np
    time.sleep({seconds})
    IMPORTED = time.monotonic()

def total(array, factor=1):
    import os, sys
    return float(array.sum()) * factor, type(array).__name__, os.getpid(), os.getppid()
"""
COMMAND = """
import os, sys
sys.path.insert(0, sys.argv[1])
from hiprisk.parallel import fork_server, run_parallel
with fork_server("imported_once", workers=2):
    import numpy as np
    import imported_once
    big = np.ones((1000, 300))
    for _ in range(2):
        found = run_parallel(imported_once.total, [big, 2 * big, 3 * big], workers=2)
    folder = os.environ.get("HIPRISK_FORK_SERVER_FOLDER")
    print(found, folder, imported_once.IMPORTED)
    print(*{one for each in found for one in each[2:]}, flush=True)
"""


@pytest.fixture
def module(tmp_path):
    def written(seconds):
        (tmp_path / "imported_once.py").write_text(MODULE.format(seconds=seconds))
        return tmp_path

    return written


def wait_until(is_so, seconds=4.0):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.05)
    return is_so()


def run_it(code, folder, **more):
    environment = os.environ | {"TMPDIR": str(folder), "PYTHONPATH": str(folder)} | more
    return subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def left_in(folder):
    return [one.name for one in folder.iterdir() if one.name.startswith("pymp-")]


def test_workers_are_copies_of_the_server_and_nothing_is_left(module):
    folder = module(0)
    done = run_it(COMMAND, folder)
    assert (done.returncode, done.stderr) == (0, "")
    found, pids = done.stdout.splitlines()
    # The array is mapped from a file of joblib's, as in workers that it starts itself.
    assert "300000.0, 'memmap'" in found
    assert "900000.0, 'memmap'" in found
    assert "None" in found  # the environment is as it was
    assert not any(start_of(int(pid)) for pid in pids.split())
    assert left_in(folder) == []


def test_no_copy_and_no_server_outlives_a_killed_command(module, monkeypatch):
    folder = module(0)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    waits = COMMAND + "    print('there', flush=True)\n    import time; time.sleep(60)"
    with a_process(waits, folder) as (process, lines):
        pids = [int(pid) for pid in lines[-1].split()]
        assert all(start_of(pid) for pid in pids)
        assert left_in(folder)
        process.kill()
        process.wait()
        assert wait_until(lambda: not any(start_of(pid) for pid in pids))
        assert wait_until(lambda: left_in(folder) == [])


def test_a_refused_command_does_not_wait_for_what_is_imported_in_vain(module):
    folder = module(30)
    refused = """
import sys
from hiprisk.parallel import fork_server
with fork_server("imported_once", workers=2):
    raise SystemExit(3)
"""
    began = time.monotonic()
    # Whoever reads what it prints would wait for a server that holds the stream open.
    assert run_it(refused, folder).returncode == 3
    assert time.monotonic() - began < 15
    assert left_in(folder) == []


def test_a_server_that_is_importing_ends_with_a_killed_command(module, monkeypatch):
    folder = module(30)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    code = """
import os, time
from multiprocessing import forkserver
from hiprisk.parallel import fork_server
opened = fork_server("imported_once", workers=2)
opened.__enter__()
pid = forkserver._forkserver._forkserver_pid
while len(os.listdir(f"/proc/{pid}/task")) == 1:  # until it watches
    time.sleep(0.01)
print(pid)
"""
    with a_process(code, folder) as (process, lines):
        server = int(lines[-1])
        process.kill()
        process.wait()
        assert wait_until(lambda: not start_of(server))
        assert left_in(folder) == []


def test_no_file_of_the_working_folder_is_taken_for_a_module(module, monkeypatch, tmp_path):
    folder, elsewhere = module(0), tmp_path / "elsewhere"
    elsewhere.mkdir()
    # Python itself imports the first, and joblib the second, before anything of ours.
    for name in ("random", "pickle", "hiprisk"):
        (elsewhere / f"{name}.py").write_text("raise SystemExit('a file of the user')")
    monkeypatch.chdir(elsewhere)
    guarded = "if __name__ == '__main__':\n" + textwrap.indent(COMMAND, "    ")
    (folder / "command.py").write_text(guarded)
    done = subprocess.run(
        [sys.executable, folder / "command.py", folder],
        env=os.environ | {"TMPDIR": str(folder)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "300000.0, 'memmap'" in done.stdout


def test_where_the_name_of_a_socket_would_be_too_long_workers_start_anew(module, tmp_path):
    folder, deep = module(0), tmp_path / ("x" * 120)
    deep.mkdir()
    done = run_it(COMMAND, folder, TMPDIR=str(deep))
    assert (done.returncode, done.stderr) == (0, "")
    assert "900000.0, 'memmap'" in done.stdout
    assert list(deep.iterdir()) == []


def test_other_systems_start_workers_anew(module, monkeypatch):
    monkeypatch.syspath_prepend(str(module(0)))
    monkeypatch.setattr(sys, "platform", "darwin")
    with fork_server("imported_once", workers=2):
        assert set(run_parallel(parent_of, range(4), workers=2)) == {os.getpid()}


def test_one_worker_needs_no_server_and_an_import_elsewhere_does_nothing(tmp_path):
    with fork_server("no_such_module", workers=1):
        assert run_parallel(abs, [-1, 2]) == [1, 2]
    with imports_of_server():
        assert Path("/proc/self").exists()


def test_after_it_joblib_starts_workers_itself(module, monkeypatch):
    monkeypatch.syspath_prepend(str(module(0)))
    with fork_server("imported_once", workers=2):
        copied = set(run_parallel(parent_of, range(4), workers=2))
    assert os.getpid() not in copied
    assert set(run_parallel(parent_of, range(4), workers=2)) == {os.getpid()}


def parent_of(_):
    return os.getppid()


def test_a_stream_of_blocks_has_copies_too(module, monkeypatch):
    monkeypatch.syspath_prepend(str(module(0)))
    with fork_server("imported_once", workers=3):
        found = set(map_in_order(parent_of, range(6), workers=2))
    assert len(found) == 1
    assert os.getpid() not in found
    assert set(map_in_order(parent_of, range(6), workers=2)) == {os.getpid()}

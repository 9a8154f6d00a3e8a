"""One process at a time holds a lock file, and a dead one holds none."""

import threading
import time

import pytest

from hiprisk.processes import locks
from hiprisk.processes.locks import HeldError, exclusive
from killed_process import a_process

HOLDING = """
import sys
from pathlib import Path
from hiprisk.processes.locks import exclusive
held = exclusive(Path(sys.argv[1]), text="the first", wait=0, waiting=print, unlocked=print)
held.__enter__()
"""


def held(path, told, *, wait=0.0, text="this"):
    return exclusive(
        path, text=text, wait=wait, waiting=told.append, unlocked=lambda: told.append("no locks")
    )


def test_another_process_is_told_who_holds_it_until_that_is_killed(tmp_path):
    path, told = tmp_path / ".stupar.lock", []
    with a_process(HOLDING, path) as (process, _):
        with pytest.raises(HeldError, match="the first"), held(path, told):
            pass
        threading.Timer(0.3, process.kill).start()
        with held(path, told, wait=5.0):
            assert path.read_text() == "this"
    assert told == ["the first"]
    assert not path.exists()


def test_a_lock_that_was_given_up_is_taken_under_its_new_file(tmp_path):
    path, order = tmp_path / ".stupar.lock", []

    def work(number):
        with held(path, [], wait=5.0):
            order.append(number)
            time.sleep(0.02)
            order.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order[::2] == order[1::2]
    assert sorted(order[::2]) == [0, 1, 2, 3]
    assert not path.exists()


def test_a_block_that_fails_gives_the_lock_up(tmp_path):
    path = tmp_path / ".stupar.lock"
    with pytest.raises(ValueError, match="stop"), held(path, []):
        raise ValueError("stop")
    with held(path, []):
        pass


def test_without_locks_the_block_runs_and_says_so(tmp_path, monkeypatch):
    class Refusing:
        LOCK_EX = LOCK_NB = 0

        @staticmethod
        def flock(descriptor, how):
            raise OSError(95, "Operation not supported")

    for system in (Refusing, None):
        monkeypatch.setattr(locks, "fcntl", system)
        told = []
        with held(tmp_path / ".stupar.lock", told):
            told.append("inside")
        assert told == ["no locks", "inside"]


def test_a_lock_is_tried_for_until_it_is_taken_and_its_holder_told_once():
    tries, told = iter([None, None, "taken"]), []
    taken = locks.wait_until(
        lambda: next(tries), holder=lambda: "process 7", wait=60, waiting=told.append, pause=0
    )
    assert (taken, told) == ("taken", ["process 7"])
    with pytest.raises(HeldError, match="process 7"):
        locks.wait_until(
            lambda: None, holder=lambda: "process 7", wait=0, waiting=told.append, pause=0
        )
    assert told == ["process 7"]

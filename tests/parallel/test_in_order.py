"""A stream over processes: results in order, few items under way, a lost worker is told."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from hiprisk.errors import InputError, StoreError
from hiprisk.parallel.in_order import BLOCKS_A_WORKER, map_in_order


def square(number):
    return number * number, os.getpid()


def fail_at(which, number):
    if number == which:
        raise InputError("is no number", file="clinic.csv", row=number)
    if number == -1:
        os._exit(9)
    return number


def test_one_worker_is_this_process_and_takes_one_item_at_a_time():
    taken = []
    found = map_in_order(square, (taken.append(number) or number for number in range(5)))
    assert next(found) == (0, os.getpid())
    assert taken == [0]
    assert [value for value, _ in found] == [1, 4, 9, 16]


def interrupted(number):
    os.kill(os.getpid(), signal.SIGINT)
    return number


def test_keys_that_reach_a_worker_are_for_the_process_that_started_it(capfd):
    assert list(map_in_order(interrupted, range(3), workers=2)) == [0, 1, 2]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("takes_part", [False, True])
def test_a_process_that_cannot_be_started_is_told(monkeypatch, takes_part):
    def refuse(process):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(multiprocessing.context.SpawnProcess, "_Popen", staticmethod(refuse))
    found = map_in_order(square, range(3), workers=2, takes_part=takes_part)
    with pytest.raises(StoreError, match="cannot be started: Resource temporarily") as refused:
        list(found)
    assert refused.value.code == "WORKER_LOST"


def test_results_of_two_workers_keep_their_order_and_few_items_are_under_way():
    taken = []
    items = (taken.append(number) or number for number in range(40))
    found = map_in_order(square, items, workers=2)
    first, process = next(found)
    assert first == 0
    assert process != os.getpid()
    assert len(taken) <= 2 * BLOCKS_A_WORKER + 1
    assert [value for value, _ in found] == [number**2 for number in range(1, 40)]


def slow_square(number):
    time.sleep(0.01)
    return square(number)


def test_this_process_takes_part_and_the_order_stays():
    taken = []
    items = (taken.append(number) or number for number in range(120))
    found = map_in_order(slow_square, items, workers=2, takes_part=True)
    first, process = next(found)
    assert (first, process) == (0, os.getpid())
    assert taken == [0]
    rest = list(found)
    assert [value for value, _ in rest] == [number**2 for number in range(1, 120)]
    assert len({process for _, process in rest}) == 2


@pytest.mark.parametrize("which", [0, 150])
def test_a_refusal_has_its_turn_wherever_it_comes_from(which):
    found = map_in_order(partial(fail_at, which), range(200), workers=2, takes_part=True)
    done = []
    with pytest.raises(InputError, match=f"row {which}: is no number"):
        done.extend(found)
    assert done == list(range(which))


@pytest.mark.parametrize("how", [{}, {"workers": 2}, {"workers": 2, "takes_part": True}])
def test_what_is_done_meanwhile_comes_before_the_first_result(how):
    done = []
    found = map_in_order(square, range(5), meanwhile=lambda: done.append("first"), **how)
    assert done == []
    for value, _ in found:
        done.append(value)
    assert done == ["first", 0, 1, 4, 9, 16]


@pytest.mark.parametrize("how", [{}, {"workers": 2}, {"workers": 2, "takes_part": True}])
def test_a_refusal_of_what_is_done_meanwhile_ends_everything(how):
    def refuse():
        raise InputError("has the wrong unit", file="clinic.csv")

    with pytest.raises(InputError, match=r"clinic\.csv: has the wrong unit"):
        list(map_in_order(square, range(50), meanwhile=refuse, **how))


def test_nothing_comes_of_nothing():
    assert list(map_in_order(square, [], workers=2)) == []
    assert list(map_in_order(square, [], workers=2, takes_part=True)) == []


def test_a_refusal_in_a_worker_is_the_refusal_here():
    found = map_in_order(partial(fail_at, 3), range(5), workers=2)
    with pytest.raises(InputError, match=r"clinic\.csv: row 3: is no number"):
        list(found)


def test_a_worker_that_is_lost_is_told():
    with pytest.raises(StoreError, match="a worker process ended before its work was done"):
        list(map_in_order(partial(fail_at, 9), [0, 1, -1, 2], workers=2))


def test_neither_joblib_nor_dask_nor_numpy_is_imported():
    code = "import sys, hiprisk.parallel; print({'joblib', 'dask', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"

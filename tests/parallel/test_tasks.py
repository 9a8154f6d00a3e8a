"""Work over processes: the same results in the same order, one numerical thread in each."""

import os

import numpy as np
import pytest
from joblib.externals.loky import get_reusable_executor
from threadpoolctl import threadpool_info

from hiprisk.errors import InputError, StoreError
from hiprisk.parallel import run_parallel


def square(number):
    return number * number, os.getpid()


def refuse_the_third(number):
    if number == 3:
        raise InputError("is no number", file="clinic.csv", row=number)
    return number


def threads(_):
    np.ones((2, 2)) @ np.ones((2, 2))
    return max(one["num_threads"] for one in threadpool_info())


@pytest.fixture(scope="module")
def in_two_processes():
    told = []
    found = run_parallel(
        square, range(6), workers=2, progress=lambda done, of: told.append((done, of))
    )
    return found, told


def test_results_keep_their_order_whatever_the_workers(in_two_processes):
    expected = [0, 1, 4, 9, 16, 25]
    assert [value for value, _ in in_two_processes[0]] == expected
    assert [value for value, _ in run_parallel(square, range(6))] == expected


def test_one_worker_is_this_process_and_two_are_others(in_two_processes):
    assert {process for _, process in run_parallel(square, range(3))} == {os.getpid()}
    assert os.getpid() not in {process for _, process in in_two_processes[0]}


def test_workers_do_not_leave_while_they_are_idle(in_two_processes):
    # After five idle minutes both left at the moment when they were given work: it hung for good.
    assert get_reusable_executor(reuse=True)._timeout >= 24 * 3600
    assert in_two_processes[1]


def test_progress_counts_every_item(in_two_processes):
    expected = [(done, 6) for done in range(1, 7)]
    assert in_two_processes[1] == expected
    told = []
    run_parallel(square, range(6), progress=lambda done, of: told.append((done, of)))
    assert told == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_one_thread_works_in_each_process(workers):
    assert run_parallel(threads, [0, 1], workers=workers) == [1, 1]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_refusal_in_a_worker_is_the_refusal_here(workers):
    with pytest.raises(InputError, match=r"clinic\.csv: row 3: is no number"):
        run_parallel(refuse_the_third, range(5), workers=workers)


def end_at_the_second(number):
    if number == 2:
        os._exit(9)
    return number


def test_a_worker_that_is_lost_is_told():
    with pytest.raises(StoreError, match="a worker process ended before its work was done"):
        run_parallel(end_at_the_second, range(4), workers=2)

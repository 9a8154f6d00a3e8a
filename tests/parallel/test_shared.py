"""What is shared by pieces of work is unpacked once a process, and is here what it was."""

import os
from functools import partial

from hiprisk.parallel import Shared, run_parallel

UNPACKED = []


class Counted:
    def __setstate__(self, state):
        self.__dict__.update(state)
        UNPACKED.append(self)


def times_unpacked(shared, _):
    return os.getpid(), len(UNPACKED), shared.value.number


def test_each_process_unpacks_it_once():
    counted = Counted()
    counted.number = 7
    found = run_parallel(partial(times_unpacked, Shared(counted)), range(12), workers=2)
    assert {(times, number) for _, times, number in found} == {(1, 7)}


def test_in_this_process_it_is_the_object_itself():
    value = object()
    assert run_parallel(partial(value_of, Shared(value)), [0]) == [value]


def value_of(shared, _):
    return shared.value

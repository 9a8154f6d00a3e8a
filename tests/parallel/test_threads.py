"""One numerical thread while it is asked for."""

import numpy as np
from threadpoolctl import threadpool_info

from hiprisk.parallel import one_thread


def threads():
    np.ones((2, 2)) @ np.ones((2, 2))
    return max(one["num_threads"] for one in threadpool_info())


def test_threads_come_back_afterwards():
    before = threads()
    with one_thread():
        assert threads() == 1
    assert threads() == before

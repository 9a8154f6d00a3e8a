"""The search for unreachable objects."""

import gc
import subprocess
import sys

import pytest

from hiprisk.processes.garbage import no_garbage_search


def test_the_search_is_put_off_and_goes_on():
    assert gc.isenabled()
    with no_garbage_search():
        assert not gc.isenabled()
        with no_garbage_search():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_refusal():
    with pytest.raises(ValueError, match="refused"), no_garbage_search():
        raise ValueError("refused")
    assert gc.isenabled()


def test_a_worker_searches_rarely():
    script = (
        "import gc; from hiprisk.processes.garbage import search_garbage_rarely as rarely; "
        "before = gc.get_threshold()[0]; rarely(); print(gc.get_threshold()[0] > before)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert told.stdout == "True\n"


AT_THE_END = """
import hiprisk.processes.garbage as garbage
class Noisy:
    def __del__(self):
        print("searched for")
one = Noisy()
one.itself = one
del one
{leave}
"""


@pytest.mark.parametrize(
    ("leave", "told"), [("", "searched for\n"), ("garbage.leave_memory_to_system()", "")]
)
def test_the_end_of_a_process_searches_no_more(leave, told):
    script = AT_THE_END.format(leave=leave)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == told

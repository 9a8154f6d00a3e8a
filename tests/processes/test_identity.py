"""A process is told from a later one of its number by the time at which it started."""

import os
from dataclasses import replace

from hiprisk.processes.identity import ProcessIdentity, is_gone, start_of, this_process
from killed_process import a_process


def test_this_process_is_there():
    assert not is_gone(this_process())


def test_a_killed_process_is_gone_even_before_its_parent_asks():
    with a_process("") as (process, _):
        there = replace(this_process(), pid=process.pid, started=start_of(process.pid))
        assert not is_gone(there)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(there)
    assert is_gone(there)


def test_a_number_that_was_given_anew_is_another_process():
    # What a container sees that was started again: number 1 is there, and is itself.
    earlier = replace(this_process(), started="1")
    assert is_gone(earlier)


def test_an_earlier_boot_is_gone_and_of_another_machine_nothing_is_known():
    assert is_gone(replace(this_process(), boot="before"))
    assert not is_gone(replace(this_process(), host="elsewhere", boot="before", started="1"))


def test_without_a_start_the_number_decides():
    here = this_process()
    older = ProcessIdentity(host=here.host, boot=here.boot, namespace="", pid=here.pid, started="")
    assert not is_gone(older)
    assert is_gone(replace(older, pid=999_999_999))


def test_a_name_with_brackets_and_spaces_hides_no_start(tmp_path):
    with a_process("open('/proc/self/comm', 'w').write('a) Z (b')") as (process, _):
        assert int(start_of(process.pid)) >= int(start_of(os.getpid()))

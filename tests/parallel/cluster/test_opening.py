"""A cluster is reached, or told in time that it is not; one of our own leaves nothing behind."""

import os
import socket
import tempfile
import time
from pathlib import Path

import pytest

pytest.importorskip("distributed")

from hiprisk.errors import StoreError
from hiprisk.parallel import run_parallel, spread_over
from hiprisk.parallel.cluster import opening


def process(_):
    return os.getpid()


def test_without_a_cluster_work_stays_here():
    with spread_over(None, workers=3) as workers:
        assert workers == 3


@pytest.fixture
def impatient(monkeypatch):
    assert opening.CONNECT_SECONDS <= 5
    monkeypatch.setattr(opening, "CONNECT_SECONDS", 1.0)


@pytest.mark.usefixtures("impatient")
def test_nobody_at_the_address_is_told_in_time():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        began = time.monotonic()
        with (
            pytest.raises(StoreError, match=f"no Dask scheduler answers at {address}") as refused,
            spread_over(address),
        ):
            pass
    assert time.monotonic() - began < 5
    assert refused.value.code == "CLUSTER_UNREACHABLE"


@pytest.mark.usefixtures("impatient")
def test_somebody_who_is_no_scheduler_is_told_in_time():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        with (
            pytest.raises(StoreError, match="no Dask scheduler answers at"),
            spread_over(f"tcp://127.0.0.1:{silent.getsockname()[1]}"),
        ):
            pass
    assert time.monotonic() - began < 5


def test_a_local_cluster_is_of_this_machine_alone_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with spread_over("local", workers=2) as workers:
        assert workers == 2
        processes = set(run_parallel(process, range(8), workers=workers))
        assert os.getpid() not in processes
        assert [path.name[:9] for path in tmp_path.iterdir()] == [".writing-"]
        for one in (os.getpid(), *processes):
            assert set(listening(one)) <= {"127.0.0.1"}
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 5
    while any(Path(f"/proc/{one}").exists() for one in processes):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def listening(number):
    """Addresses at which a process waits for connections."""
    sockets = set()
    for handle in Path(f"/proc/{number}/fd").iterdir():
        try:
            sockets.add(os.readlink(handle))
        except OSError:
            continue
    found = []
    for line in Path(f"/proc/{number}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
            raw = bytes.fromhex(fields[1].split(":")[0])[::-1]
            found.append(socket.inet_ntoa(raw))
    return found

"""Work on a real scheduler and real workers: the same results whoever works, and dies."""

import os
import signal
import time
from functools import partial

import numpy as np
import pytest

pytest.importorskip("distributed")

from dask_cluster import own_cluster
from hiprisk.errors import InputError, StoreError
from hiprisk.parallel import map_in_order, run_parallel, spread_over
from hiprisk.parallel.cluster import opening, work
from hiprisk.parallel.cluster.current import current_cluster

SECRET = "MRS SMITH"


def looked_up(table, at):
    return float(table[at]), os.getpid()


def refuse_from(first, number):
    if number >= first:
        raise InputError(f"{SECRET} is no number", row=number)
    return number


def slowly(folder, number):
    """Wait until the test has seen who works on 5."""
    if number == 5 and not (folder / "killed").exists():
        (folder / "at-work").write_text(str(os.getpid()))
        time.sleep(60)
    return number * number


def end_the_worker(number):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with own_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as started:
        yield started


@pytest.fixture
def client_cluster(cluster):
    with spread_over(cluster.address) as workers:
        assert workers == 2
        yield current_cluster()


def n_scattered(opened, monkeypatch):
    """Count what is sent apart from the batches."""
    sent, scatter = [], opened.client.scatter

    def counted(data, **how):
        sent.extend(data)
        return scatter(data, **how)

    monkeypatch.setattr(opened.client, "scatter", counted)
    return sent


@pytest.mark.usefixtures("client_cluster")
def test_results_are_those_of_one_process_and_come_from_the_workers(cluster):
    table = np.sqrt(np.arange(30_000.0))
    told = []
    found = run_parallel(
        partial(looked_up, table), range(50), workers=2, progress=lambda *done: told.append(done)
    )
    here = run_parallel(partial(looked_up, table), range(50))
    assert [value for value, _ in found] == [value for value, _ in here]
    assert {process for _, process in found} <= {worker.pid for worker in cluster.workers}
    assert told[-1] == (50, 50)


def test_what_batches_share_is_sent_once(client_cluster, monkeypatch):
    sent = n_scattered(client_cluster, monkeypatch)
    table = np.arange(30_000.0)
    for _ in range(3):
        run_parallel(partial(looked_up, table), range(20), workers=2)
    assert len(sent) == 1
    folds = [np.arange(20_000.0) + shift for shift in range(3)]
    for _ in range(2):
        run_parallel(len, folds, workers=2, repeated=True)
    assert len(sent) == 1 + len(folds)
    assert all(name.startswith("hiprisk-") for name in sent)


@pytest.mark.usefixtures("client_cluster")
def test_the_first_refusal_is_the_refusal_and_no_log_has_a_word_of_it(cluster):
    with pytest.raises(InputError, match=f"row 17: {SECRET} is no number"):
        run_parallel(partial(refuse_from, 17), range(40), workers=2)
    with pytest.raises(InputError, match="row 3"):
        list(map_in_order(partial(refuse_from, 3), range(9), workers=2))
    assert SECRET not in cluster.said()


@pytest.mark.usefixtures("client_cluster")
def test_a_stream_keeps_its_order_and_few_items_are_under_way():
    taken = []
    items = (taken.append(number) or number for number in range(30))
    found = map_in_order(partial(looked_up, np.arange(30.0)), items, workers=2)
    assert next(found)[0] == 0.0
    assert len(taken) <= 2 * work.UNDER_WAY_A_WORKER
    assert [value for value, _ in found] == list(range(1, 30))


@pytest.mark.usefixtures("client_cluster")
def test_a_worker_killed_at_work_loses_nothing(cluster, tmp_path):
    import threading

    def kill():
        at_work = tmp_path / "at-work"
        while not at_work.exists() or not at_work.read_text():
            time.sleep(0.01)
        (tmp_path / "killed").touch()
        os.kill(int(at_work.read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    # A table of its own, so that what the dead worker held must come from somewhere.
    function = partial(slowly_with, np.arange(20_000.0), tmp_path)
    assert run_parallel(function, range(24), workers=2) == [number**2 for number in range(24)]
    killer.join()


def slowly_with(table, folder, number):
    return slowly(folder, int(table[number]))


def test_the_last_worker_killed_loses_nothing_once_there_is_another(tmp_path, monkeypatch, capfd):
    with own_cluster(tmp_path, workers=1) as started, spread_over(started.address) as workers:
        import threading

        def replace():
            at_work = tmp_path / "at-work"
            while not at_work.exists() or not at_work.read_text():
                time.sleep(0.01)
            (tmp_path / "killed").touch()
            os.kill(int(at_work.read_text()), signal.SIGKILL)
            started.add_worker()

        other = threading.Thread(target=replace)
        other.start()
        function = partial(slowly_with, np.arange(20_000.0), tmp_path)
        assert run_parallel(function, range(12), workers=workers) == [n**2 for n in range(12)]
        other.join()
        monkeypatch.setattr(work, "SECONDS_WITHOUT_WORKERS", 0.5)
        with pytest.raises(StoreError, match=r"has had no workers for|ended one worker after"):
            run_parallel(end_the_worker, [1], workers=2)
        started.scheduler.kill()
        with pytest.raises(StoreError, match=r"the connection to the cluster .* was lost"):
            run_parallel(refuse_from, [1], workers=2)
    # Dask's own words of it, with a traceback, are not shown.
    assert "distributed" not in capfd.readouterr().err


def test_a_scheduler_without_workers_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "WORKERS_SECONDS", 0.3)
    with (
        own_cluster(tmp_path) as started,
        pytest.raises(StoreError, match="has had no workers for"),
        spread_over(started.address),
    ):
        pass

"""How many processes score a file where nobody states how many."""

import os

import pytest

from hiprisk.serving.files.processes import LARGE_BYTES, likely_workers


def of_size(folder, n_bytes):
    path = folder / "cohort.csv"
    with path.open("wb") as file:
        file.truncate(n_bytes)
    return path


@pytest.mark.parametrize("n_bytes", [0, LARGE_BYTES - 1])
def test_a_small_file_is_scored_by_one(n_bytes, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    assert likely_workers(of_size(tmp_path, n_bytes)) == 1


@pytest.mark.parametrize(("processors", "expected"), [({3}, 1), ({0, 1}, 2), (set(range(16)), 2)])
def test_a_large_one_by_two_where_there_are_two_processors(
    processors, expected, tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: processors, raising=False)
    assert likely_workers(of_size(tmp_path, LARGE_BYTES)) == expected


@pytest.mark.parametrize(("count", "expected"), [(None, 1), (1, 1), (8, 2)])
def test_a_system_that_cannot_say_what_it_lends_is_asked_for_what_it_has(
    count, expected, tmp_path, monkeypatch
):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert likely_workers(of_size(tmp_path, LARGE_BYTES)) == expected

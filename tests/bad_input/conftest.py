"""A folder of its own for each test, with the small model in it."""

import os

import pytest

from small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small(here):
    return write_small_bundle(here / "models")


@pytest.fixture
def given(here):
    """Puts a case's file there and says what to call it."""

    def put(case):
        if case.content is not None:
            (here / "in.csv").write_bytes(case.content)
            return "in.csv"
        if case.path == "locked":
            if os.geteuid() == 0:
                pytest.skip("root may read everything")
            (here / "locked").write_text("age_years\n1\n")
            (here / "locked").chmod(0)
        if case.path == "fifo":
            os.mkfifo(here / "fifo")
        return case.path

    return put

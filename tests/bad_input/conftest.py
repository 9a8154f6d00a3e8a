"""A folder of its own for each test, with the small model in it."""

import errno
import os
from pathlib import Path

import pytest

from small_bundle import write_small_bundle


def refusing(opened):
    def open_unless_locked(self, *arguments, **options):
        if self.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(self, *arguments, **options)

    return open_unless_locked


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def small(here):
    return write_small_bundle(here / "models")


@pytest.fixture
def given(here, monkeypatch):
    """Puts a case's file there and says what to call it."""

    def put(case):
        if case.content is not None:
            (here / "in.csv").write_bytes(case.content)
            return "in.csv"
        if case.path == "locked":
            (here / "locked").write_text("age_years\n1\n")
            # Root may read whatever its mode says, so the refusal itself is put in place.
            monkeypatch.setattr(Path, "open", refusing(Path.open))
        if case.path == "fifo":
            os.mkfifo(here / "fifo")
        return case.path

    return put

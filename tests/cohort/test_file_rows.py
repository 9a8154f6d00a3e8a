"""Where the rows of a cohort stand."""

from types import SimpleNamespace

import numpy as np

from hiprisk.cohort.file_rows import FileRows
from hiprisk.cohort.findings import Finding

ONE = [
    SimpleNamespace(file="", rows=np.array([2, 5])),
    SimpleNamespace(file="", rows=np.array([6])),
]
TWO = [
    SimpleNamespace(file="a", rows=np.array([2, 3])),
    SimpleNamespace(file="b", rows=np.array([2])),
]
FOUND = Finding(code="X", severity="error", message="", advice="", count=2, rows=(2, 3))


def test_rows_of_one_file_need_no_name():
    rows = FileRows.of(ONE)
    [finding] = rows.in_the_file([FOUND])
    assert (finding.rows, finding.files, finding.places) == ((5, 6), (), ["5", "6"])
    assert (rows.file(1), rows.place(6)) == ("", 2)
    assert "files" not in finding.to_dict()


def test_rows_of_several_files_are_told_with_their_file():
    rows = FileRows.of(TWO)
    [finding] = rows.in_the_file([FOUND])
    assert finding.places == ["a 3", "b 2"]
    assert finding.to_dict()["files"] == ["a", "b"]
    assert "files" not in finding.summarised()
    assert (rows.place(2, "b"), rows.file(2)) == (2, "b")


def test_some_of_the_rows_keep_their_places():
    taken = FileRows.of(TWO).take(np.array([2, 0]))
    assert (taken.rows.tolist(), taken.file(0), taken.file(1)) == ([2, 2], "b", "a")

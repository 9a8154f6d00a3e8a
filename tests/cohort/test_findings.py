"""What a check found."""

import numpy as np

from hiprisk.cohort.findings import (
    SHOWN_ROWS,
    SMALLEST_COUNT,
    Finding,
    by_severity,
    finding_at,
)


def finding(severity="error", code="X", **further):
    return Finding(code=code, severity=severity, message="m", advice="a", **further)


def test_errors_come_before_warnings_and_notes_in_their_own_order():
    found = [finding("note", "A"), finding("error", "B"), finding("warning"), finding("error", "C")]
    assert [one.code for one in by_severity(found)] == ["B", "C", "X", "A"]


def test_rows_are_counted_from_one_and_the_first_ones_are_shown():
    mask = np.arange(SHOWN_ROWS + 9) >= 4
    [one] = finding_at(mask, "X", "error", "age_years", "m", "a")
    assert one.count == SHOWN_ROWS + 5
    assert one.rows == tuple(range(5, 5 + SHOWN_ROWS))


def test_no_row_is_no_finding():
    assert not list(finding_at(np.zeros(3, dtype=bool), "X", "error", None, "m", "a"))


def test_a_summary_names_no_row_and_no_small_count():
    few = finding(rows=(3,), count=SMALLEST_COUNT - 1)
    assert few.to_dict()["rows"] == [3]
    assert few.summarised()["count"] is None
    assert "rows" not in few.summarised()
    assert finding(count=SMALLEST_COUNT).summarised()["count"] == SMALLEST_COUNT

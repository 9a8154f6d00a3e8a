"""What a check found."""

import numpy as np

from hiprisk.cohort.findings import (
    SHOWN_ROWS,
    SMALLEST_COUNT,
    Finding,
    by_severity,
    finding_at,
    undecided_findings,
)
from hiprisk.yaml_settings import UndecidedLines


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


def test_a_variable_is_told_with_its_column_where_that_is_another():
    same, other, file = finding(column="age_years"), finding(
        column="age_years", source_column="V00AGE"
    ), finding()  # fmt: skip
    assert (same.subject, same.told) == ("age_years", "m")
    assert (other.subject, other.told) == ("age_years (column V00AGE)", "column V00AGE: m")
    assert (file.subject, file.told) == ("", "m")


def test_rows_name_their_file_where_there_are_several():
    assert finding(rows=(2, 7)).places == ["2", "7"]
    two = finding(rows=(2, 2), files=("2023.csv", "2024.csv"))
    assert two.places == ["2023.csv 2", "2024.csv 2"]
    assert two.to_dict()["files"] == ["2023.csv", "2024.csv"]


def test_json_has_files_and_column_only_where_they_say_something():
    plain = finding(column="age_years", rows=(2,)).to_dict()
    assert set(plain) == {"code", "severity", "message", "advice", "column", "count", "rows"}
    told = finding(column="age_years", source_column="V00AGE").to_dict()
    assert told["source_column"] == "V00AGE"


def test_what_may_be_published_names_neither_file_nor_column_of_it():
    one = finding(rows=(2,), files=("ward_7.csv",), source_column="Jane", count=1)
    published = one.summarised()
    assert not {"rows", "files", "source_column"} & set(published)
    assert published["count"] is None


def test_a_file_with_unconfirmed_guesses_is_one_warning():
    file = UndecidedLines("m.yaml", (4, 9))
    [one] = undecided_findings([file, file])
    assert (one.code, one.severity) == ("UNDECIDED_LINES", "warning")
    assert one.message.startswith("2 lines of m.yaml are still marked DECIDE")

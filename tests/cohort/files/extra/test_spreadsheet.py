"""Sheets of workbooks as blocks of text."""

import datetime
import gzip
import zipfile

import pytest

from hiprisk.cohort.files.extra import spreadsheet
from hiprisk.cohort.files.opening import StatedFormat, open_cohort_file
from hiprisk.errors import InputError
from workbooks import write_ods, write_xlsx

DAY = datetime.datetime(2020, 1, 2)
ROWS = [["id", "age", "when", "ok"], ["0012", 63.0, DAY, True], [], ["x", 1.5, None, "=1/0"]]


def read(path, sheet=None):
    return list(open_cohort_file(path, StatedFormat(sheet=sheet)).blocks())


def test_cells_are_texts_and_rows_those_of_the_sheet(tmp_path):
    [block] = read(write_xlsx(tmp_path / "in.xlsx", Data=ROWS))
    assert block.table.to_pydict() == {
        "id": ["0012", "x"], "age": ["63", "1.5"], "when": ["2020-01-02", ""],
        "ok": ["true", "#DIV/0!"],
    }  # fmt: skip
    assert block.rows.tolist() == [2, 4]


def test_ods_is_read_alike(tmp_path):
    rows = [["id", "age", "ok"], ["0012", 63, True], ["x", 1.5, None]]
    [block] = read(write_ods(tmp_path / "in.ods", rows))
    assert block.table.to_pylist() == [
        {"id": "0012", "age": "63", "ok": "true"}, {"id": "x", "age": "1.5", "ok": ""},
    ]  # fmt: skip


def test_the_one_sheet_with_data_is_taken(tmp_path):
    path = write_xlsx(
        tmp_path / "in.xlsx",
        hidden=["Old"],
        Notes=[["hello"], ["x"]],
        Data=ROWS,
        Empty=[],
        Old=ROWS,
    )
    assert read(path)[0].table.column_names == ["id", "age", "when", "ok"]
    assert read(path, "Notes")[0].table.to_pydict() == {"hello": ["x"]}
    assert read(f"{path}::Old")[0].table.num_rows == 2


def test_of_several_sheets_with_data_one_is_named(tmp_path):
    path = write_xlsx(tmp_path / "in.xlsx", A=ROWS, B=ROWS)
    with pytest.raises(InputError, match=r"2 sheets hold data: A, B .*\{sheet: NAME\}.*xlsx::NAME"):
        read(path)
    assert read(path, "B")[0].table.num_rows == 2
    with pytest.raises(InputError, match=r"no sheet 'C' \(its sheets are A, B\)"):
        read(path, "C")
    with pytest.raises(InputError, match="no sheet holds anything"):
        read(write_xlsx(tmp_path / "empty.xlsx", A=[]))


@pytest.mark.parametrize(
    ("rows", "merged", "message"),
    [
        ([["My cohort"], ["id", "age"], ["1", 2]], (), "row 1: the first row is a title"),
        ([[], ["", "", ""], ["id", "age"], ["1", 2]], [(2, 0, 2, 1)], "row 3: .* merged cells"),
        ([["", "b"], ["", 2], ["1", 2]], [(0, 0, 1, 0)], "row 1: .* merged cells"),
    ],
)
def test_a_first_row_that_names_no_columns_is_refused(tmp_path, rows, merged, message):
    with pytest.raises(InputError, match=message) as caught:
        read(write_xlsx(tmp_path / "in.xlsx", merged=merged, Data=rows))
    assert caught.value.code == "HEADER"


def test_a_header_alone_has_no_rows(tmp_path):
    [block] = read(write_xlsx(tmp_path / "in.xlsx", Data=[["a", "b"]]))
    assert (block.table.column_names, block.table.num_rows) == (["a", "b"], 0)


def test_blocks_are_the_whole_sheet_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheet, "BLOCK_ROWS", 3)
    rows = [["a", "b"], *([i, i] for i in range(7))]
    blocks = read(write_xlsx(tmp_path / "in.xlsx", Data=rows))
    assert [row for block in blocks for row in block.rows] == list(range(2, 9))
    assert [block.first_row for block in blocks] == [1, 4, 7]


def test_a_packed_workbook_is_read(tmp_path):
    path = write_xlsx(tmp_path / "in.xlsx", Data=ROWS)
    (tmp_path / "in.xlsx.gz").write_bytes(gzip.compress(path.read_bytes()))
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(path, "pack/in.xlsx")
    for name in ("in.xlsx.gz", "in.zip"):
        assert read(tmp_path / name)[0].table.num_rows == 2


def test_what_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "in.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600)
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        read(tmp_path / "in.xls")


def test_a_damaged_workbook_is_refused(tmp_path):
    whole = write_xlsx(tmp_path / "in.xlsx", Data=ROWS).read_bytes()
    for at in range(0, len(whole), 97):
        (tmp_path / "in.xlsx").write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        try:
            read(tmp_path / "in.xlsx")
        except InputError:
            continue

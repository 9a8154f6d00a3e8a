"""What the parts of a workbook tell."""

import zipfile

import pytest

from hiprisk.cohort.files import byte_source
from hiprisk.cohort.files.extra import workbook
from hiprisk.cohort.files.extra.workbook import check_size, error_cells, is_workbook
from hiprisk.errors import InputError
from workbooks import write_ods, write_xlsx


def test_a_workbook_is_known_by_its_parts(tmp_path):
    assert is_workbook(write_xlsx(tmp_path / "a.xlsx", A=[]))
    assert is_workbook(write_ods(tmp_path / "a.ods", []))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert not is_workbook(tmp_path / "a.zip")


def test_error_cells_are_found_on_their_sheet_wherever_the_text_is_cut(tmp_path, monkeypatch):
    rows = [["a"], *([i, "=1/0"] for i in range(30))]
    rows[20] = [*[1] * 27, "=1/0"]
    path = write_xlsx(tmp_path / "a.xlsx", A=[["x", "=1/0"]], B=rows)
    for size in (7, 100, 1 << 20):
        monkeypatch.setattr(workbook, "CHUNK_BYTES", size)
        expected = {(i, 1) for i in range(1, 31) if i != 20} | {(20, 27)}
        assert set(error_cells(path, "B")) == expected
    assert error_cells(path, "A") == {(0, 1): "#DIV/0!"}


def test_other_workbooks_tell_no_error_cells(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"x")
    assert error_cells(tmp_path / "a.xls", "A") == {}
    assert error_cells(write_ods(tmp_path / "a.ods", []), "Data") == {}


def test_a_workbook_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    path = write_xlsx(tmp_path / "a.xlsx", A=[["x"]] * 5_000)
    check_size(path, "a.xlsx")
    monkeypatch.setattr(workbook, "MAX_COPY_BYTES", 1_000)
    with pytest.raises(InputError, match="unpacks to more than 1 GiB"):
        check_size(path, "a.xlsx")
    monkeypatch.setattr(byte_source, "FREE_BYTES", 1_000)
    monkeypatch.setattr(byte_source, "MAX_RATIO", 2)
    with pytest.raises(InputError, match="more than 2 times"):
        check_size(path, "a.xlsx")

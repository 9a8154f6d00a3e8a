"""Gzip and zip files are read as what they hold."""

import gzip
import zipfile

import pytest

from hiprisk.cohort.files.opening import open_cohort_file
from hiprisk.cohort.files.packed import packed_source
from hiprisk.errors import InputError

TEXT = "a,b\n1,2\n"


def zipped(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__dot__", "."), text)
    return path


def rows(path):
    return [row for block in open_cohort_file(path).blocks() for row in block.table.to_pylist()]


def test_gzip_is_read_whatever_its_name(tmp_path):
    (tmp_path / "in.dat").write_bytes(gzip.compress(TEXT.encode()) + gzip.compress(b"3,4\n"))
    assert rows(tmp_path / "in.dat") == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_side_entries_of_a_zip_are_no_data(tmp_path):
    side = {
        "__MACOSX/._x.csv": "x",
        "pack/.DS_Store": "x",
        "pack/README.txt": "x",
        "guide.pdf": "x",
    }
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("pack/", "")
        for name, text in {**side, "pack/Hip data.csv": TEXT}.items():
            archive.writestr(name, text)
    file = open_cohort_file(tmp_path / "in.zip")
    assert file.name == "in.zip::pack/Hip data.csv"
    assert rows(tmp_path / "in.zip") == [{"a": "1", "b": "2"}]


def test_of_several_data_files_one_is_named(tmp_path):
    path = zipped(tmp_path / "in.zip", hip__dot__csv=TEXT, knee__dot__csv="c\n3\n")
    with pytest.raises(InputError, match=r"2 data files: hip.csv, knee.csv \(name .* in.zip::hip"):
        packed_source(path)
    assert rows(f"{path}::knee.csv") == [{"c": "3"}]
    with pytest.raises(InputError, match=r"the zip holds no file 'back.csv'"):
        packed_source(f"{path}::back.csv")


def test_a_zip_without_data_is_refused(tmp_path):
    with pytest.raises(InputError, match="the zip holds no data file"):
        packed_source(zipped(tmp_path / "in.zip", guide__dot__pdf="x"))


def test_only_a_zip_has_files_within(tmp_path):
    (tmp_path / "in.csv").write_text(TEXT)
    with pytest.raises(InputError, match="this is no zip"):
        packed_source(f"{tmp_path / 'in.csv'}::a.csv")


def test_an_empty_file_within_is_refused(tmp_path):
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b""))
    with pytest.raises(InputError, match="the file is empty"):
        open_cohort_file(tmp_path / "in.csv.gz")


def test_a_name_with_blanks_is_told_as_a_shell_takes_it(tmp_path):
    path = zipped(tmp_path / "in.zip", **{"Hip 18.csv": TEXT, "Knee 18.csv": TEXT})
    with pytest.raises(InputError, match=r"meant: 'in\.zip::Hip 18\.csv'"):
        packed_source(path)

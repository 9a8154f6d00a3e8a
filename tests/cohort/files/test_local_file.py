"""A file before it is read."""

import gzip
import os

import pytest

from hiprisk.cohort.files.local_file import check_local_file, check_unchanged, is_parquet
from hiprisk.errors import ConfigError, InputError, StoreError


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(b"a\n1\n")
    return path


def test_a_readable_file_is_its_path(file):
    assert check_local_file(str(file)) == file


@pytest.mark.parametrize(
    "name", ["https://x.org/a.csv", "s3://b/a.csv", "//server/a.csv", r"\\server\a.csv"]
)
def test_an_address_is_refused(name):
    with pytest.raises(ConfigError, match="only local files are read") as caught:
        check_local_file(name)
    assert caught.value.code == "LOCAL_FILES_ONLY"


def test_what_is_not_there_or_a_folder_is_an_io_error(tmp_path):
    with pytest.raises(StoreError, match=r"absent\.csv: there is no such file"):
        check_local_file(tmp_path / "absent.csv")
    with pytest.raises(StoreError, match="this is a folder"):
        check_local_file(tmp_path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="neither a file nor a folder"):
        check_local_file(tmp_path / "pipe")


def test_an_empty_and_a_compressed_file_are_refused(file):
    file.write_bytes(gzip.compress(b"a\n1\n"))
    with pytest.raises(InputError, match=r"compressed \(gzip\) \(unpack it first\)"):
        check_local_file(file)
    file.write_bytes(b"")
    with pytest.raises(InputError, match="the file is empty"):
        check_local_file(file)


def test_parquet_is_known_by_its_first_bytes(file):
    assert not is_parquet(file)
    file.write_bytes(b"PAR1....")
    assert is_parquet(file)


def test_a_file_that_changed_is_refused(file):
    before = os.stat(file)
    check_unchanged(before, file)
    file.write_bytes(b"a\n1\n2\n")
    with pytest.raises(InputError, match="changed while it was read"):
        check_unchanged(before, file)

"""A file before it is read."""

import bz2
import os

import pytest

from hiprisk.cohort.files.local_file import check_local_file
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


def test_an_empty_file_and_what_is_packed_otherwise_are_refused(file):
    file.write_bytes(bz2.compress(b"a\n1\n"))
    with pytest.raises(InputError, match=r"compressed \(bzip2\) \(unpack it first"):
        check_local_file(file)
    file.write_bytes(b"")
    with pytest.raises(InputError, match="the file is empty"):
        check_local_file(file)

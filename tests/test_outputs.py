"""Where results are written: refused before the work, and whole or not there at all."""

import os

import pytest

from hiprisk.errors import ConfigError, StoreError
from hiprisk.outputs import (
    check_output_file,
    check_output_files,
    check_output_folder,
    written_whole,
)


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "scored.csv"
    path.write_text("old")
    return path


def test_a_new_file_in_a_folder_is_fine(tmp_path):
    check_output_file(tmp_path / "scored.csv")


def test_what_is_there_is_overwritten_only_when_told(old):
    with pytest.raises(ConfigError, match=r"scored\.csv: the output file exists \(add --force\)"):
        check_output_file(old)
    check_output_file(old, force=True)


def test_an_input_is_never_written_to(old, tmp_path):
    same = tmp_path / "folder" / ".." / "scored.csv"
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match="input and output are the same file") as refused:
        check_output_file(same, force=True, inputs=[old])
    assert refused.value.code == "SAME_FILE"


def test_a_folder_that_is_missing_is_named_before_the_work(tmp_path):
    with pytest.raises(StoreError, match="folder does not exist"):
        check_output_file(tmp_path / "none" / "scored.csv")


def link_to(old):
    link = old.with_name("link.csv")
    link.symlink_to(old)
    return link


def folder_beside(old):
    folder = old.with_name("folder.csv")
    folder.mkdir()
    return folder


def pipe_beside(old):
    pipe = old.with_name("pipe.csv")
    os.mkfifo(pipe)
    return pipe


@pytest.mark.parametrize(("make", "message"), [
    (link_to, "a link stands at the output's path"),
    (folder_beside, "a folder stands at the output's path"),
    (pipe_beside, "a device or a pipe stands at the output's path"),
])  # fmt: skip
def test_what_is_no_plain_file_is_left_alone_even_when_told(old, make, message):
    path = make(old)
    with pytest.raises(StoreError, match=message):
        check_output_file(path, force=True)
    with pytest.raises(StoreError, match=message):
        check_output_files(path.parent, ["new.csv", path.name])
    with pytest.raises(StoreError, match=message), written_whole(path) as scratch:
        scratch.write_text("new")
    assert os.path.lexists(path)
    assert old.read_text() == "old"


def test_a_link_to_nowhere_is_something_too(tmp_path):
    link = tmp_path / "scored.csv"
    link.symlink_to(tmp_path / "none")
    with pytest.raises(StoreError, match="a link stands"):
        check_output_file(link, force=True)


@pytest.mark.parametrize("check", [check_output_file, check_output_folder])
def test_results_never_go_to_standard_output(check, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="results go to a file") as refused:
        check(type(tmp_path)("-"))
    assert refused.value.code == "USAGE"


def test_a_folder_may_be_there_or_not_but_no_file_in_its_place(old, tmp_path):
    check_output_folder(tmp_path)
    check_output_folder(tmp_path / "new")
    check_output_folder(tmp_path / "new" / "deep")
    with pytest.raises(StoreError, match="something that is no folder"):
        check_output_folder(old)


def test_the_finished_file_takes_the_place_of_the_old(old):
    with written_whole(old) as scratch:
        scratch.write_text("new")
        assert old.read_text() == "old"
    assert old.read_text() == "new"
    assert [path.name for path in old.parent.iterdir()] == ["scored.csv"]


def test_work_that_fails_leaves_the_old_file_and_nothing_else(old):
    def fail():
        with written_whole(old) as scratch:
            scratch.write_text("half")
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()
    assert old.read_text() == "old"
    assert [path.name for path in old.parent.iterdir()] == ["scored.csv"]


def test_a_disk_that_refuses_is_a_letter_about_the_output(old):
    with (
        pytest.raises(StoreError, match=r"scored\.csv: the output cannot be written: .*full"),
        written_whole(old),
    ):
        raise OSError(28, "the disk is full")


def test_an_input_that_fails_keeps_its_own_letter(old):
    with pytest.raises(StoreError, match=r"clinic\.csv: cannot be read"), written_whole(old):
        raise StoreError("cannot be read", file="clinic.csv")


def test_a_folder_below_a_file_is_refused_before_the_work(old):
    with pytest.raises(StoreError, match=r"scored\.csv: the output's folder cannot be made"):
        check_output_folder(old / "models")


def test_a_folder_that_may_not_be_written_to_is_refused_before_the_work(tmp_path, monkeypatch):
    # Whoever runs tests as root may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(StoreError, match="the output's folder cannot be made or written to"):
        check_output_folder(tmp_path / "models")


@pytest.mark.parametrize("inner", ["", "figures", "figures/more"])
def test_nothing_is_written_into_a_bundle(tmp_path, inner):
    (tmp_path / "1" / "figures" / "more").mkdir(parents=True)
    (tmp_path / "1" / "manifest.json").write_text('{"format":"hiprisk-bundle"}')
    (tmp_path / "manifest.json").write_text('{"format":"of somebody else"}')
    inside = tmp_path / "1" / inner
    with pytest.raises(StoreError, match=r"r\.html: the output would be in a bundle"):
        check_output_file(inside / "r.html")
    with pytest.raises(StoreError, match="name a path outside of it"):
        check_output_folder(inside)
    check_output_file(tmp_path / "r.html")
    check_output_folder(tmp_path / "2")

"""Scratch files and folders of dead processes go; those of live ones, and all else, stay."""

import os
import time

import pytest

from hiprisk.outputs import written_whole
from hiprisk.processes import scratch
from hiprisk.processes.scratch import (
    kept_from_sweeping,
    scratch_file,
    scratch_folder,
    sweep,
    working_folder,
)
from killed_process import a_process
from small_bundle import write_small_bundle

WRITING = """
import sys
from pathlib import Path
from hiprisk.outputs import written_whole
scratch = written_whole(Path(sys.argv[1])).__enter__()
scratch.write_text("1,Jane Roe")
Path(f"{scratch}-journal").touch()
globals()["kept"] = scratch
"""
WRITING_FOLDER = """
import sys
from pathlib import Path
from hiprisk.processes.scratch import kept_from_sweeping, scratch_folder
folder = scratch_folder(Path(sys.argv[1]))
folder.mkdir()
holding = kept_from_sweeping(folder)
holding.__enter__()
(folder / "sheet.json").write_text("{}")
"""


def hidden(folder):
    return sorted(path.name for path in folder.glob(".*"))


def test_rows_of_patients_that_a_killed_writer_left_go_with_the_next(tmp_path):
    with a_process(WRITING, tmp_path / "scored.csv") as (process, _):
        left = hidden(tmp_path)
        assert len(left) == 2
        with written_whole(tmp_path / "other.csv") as ours:
            ours.write_text("2,Joe")
        assert hidden(tmp_path) == left
        process.kill()
        process.wait()
        assert hidden(tmp_path) == left
        with written_whole(tmp_path / "other.csv") as ours:
            assert hidden(tmp_path) == [ours.name]
            ours.write_text("3,Ann")
    assert [path.name for path in tmp_path.iterdir()] == ["other.csv"]


def test_a_working_folder_is_ours_alone_and_gone_afterwards(tmp_path):
    with working_folder(tmp_path) as folder:
        assert hidden(tmp_path) == [folder.name]
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "part").write_text("1,Jane Roe")
        sweep(tmp_path)
        assert (folder / "part").exists()
    assert hidden(tmp_path) == []
    with pytest.raises(OSError, match="No such file"), working_folder(tmp_path / "nowhere"):
        pass


def test_the_folder_of_a_killed_writer_goes_with_the_next_version(tmp_path):
    models = tmp_path / "small"
    models.mkdir()
    with a_process(WRITING_FOLDER, models) as (process, _):
        write_small_bundle(tmp_path)
        assert len(hidden(models)) == 1
        process.kill()
        process.wait()
        write_small_bundle(tmp_path)
    assert sorted(path.name for path in models.iterdir()) == ["1", "2"]


def as_if_from(path, **changed):
    """A scratch file's name with another owner."""
    named = scratch._FILE.fullmatch(path.name)
    name = path.name
    for key, value in changed.items():
        name = name.replace(named[key], value, 1)
    return path.with_name(name)


def in_another_container(tmp_path):
    """A file of a process on this kernel whose number means nothing here."""
    path = as_if_from(scratch_file(tmp_path / "scored.csv"), host="0" * 8)
    path.write_text("1,Jane Roe")
    return path


def test_in_another_container_the_lock_decides(tmp_path):
    path = in_another_container(tmp_path)
    sweep(tmp_path)
    assert path.exists(), "it may have been made this moment, and be locked the next"
    earlier = time.time() - 120
    os.utime(path, (earlier, earlier))
    with kept_from_sweeping(path):
        sweep(tmp_path)
        assert path.exists()
    sweep(tmp_path)
    assert not path.exists()


def test_a_file_from_the_future_was_made_before_the_clock_was_set_back(tmp_path):
    path = in_another_container(tmp_path)
    later = time.time() + 86_400
    os.utime(path, (later, later))
    with kept_from_sweeping(path):
        sweep(tmp_path)
        assert path.exists()
    sweep(tmp_path)
    assert not path.exists()


def test_without_locks_nothing_of_another_container_goes(tmp_path, monkeypatch):
    path = in_another_container(tmp_path)
    os.utime(path, (0, 0))

    def refused(_):
        raise scratch.NoLocksError

    monkeypatch.setattr(scratch, "try_lock", refused)
    with kept_from_sweeping(path):
        sweep(tmp_path)
    assert path.exists()


def test_what_was_left_before_this_boot_goes_and_another_machine_s_stays(tmp_path):
    made = scratch_file(tmp_path / "scored.csv")
    before = as_if_from(made, boot="0" * 8)
    elsewhere = as_if_from(as_if_from(made, boot="0" * 8), host="1" * 8)
    for path in (before, elsewhere):
        path.write_text("1,Jane Roe")
        os.utime(path, (0, 0))
    sweep(tmp_path)
    assert hidden(tmp_path) == [elsewhere.name]


def test_a_number_that_was_given_anew_keeps_no_file(tmp_path):
    # Number and namespace are those of this process: in a container that is all there is.
    path = as_if_from(scratch_file(tmp_path / "scored.csv"), started="1")
    path.write_text("1,Jane Roe")
    sweep(tmp_path)
    assert not path.exists()


@pytest.mark.parametrize("name", [".scored.csv.part", ".notes.12-34.part", ".writing-home", ".a"])
def test_hidden_files_of_others_stay(tmp_path, name):
    (tmp_path / name).touch()
    sweep(tmp_path)
    assert hidden(tmp_path) == [name]


def test_a_link_under_a_scratch_name_is_not_followed(tmp_path):
    precious = tmp_path / "cohort.csv"
    precious.write_text("1")
    link = as_if_from(scratch_file(tmp_path / "scored.csv"), boot="0" * 8)
    link.symlink_to(precious)
    sweep(tmp_path)
    assert precious.exists()
    assert link.is_symlink()


def test_the_longest_name_that_a_file_may_have_can_be_written(tmp_path):
    out = tmp_path / ("é" * 127)
    with written_whole(out) as ours:
        ours.write_text("1")
    assert out.read_text() == "1"
    assert scratch_folder(tmp_path).name.startswith(".writing-")

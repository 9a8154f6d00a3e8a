"""What is left when scoring is cut short or the disk refuses; strange environments."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bad_input.commands import names_in, run
from bad_input.matrix import GOOD, HEADER
from hiprisk.errors import StoreError
from hiprisk.reporting.results.result_files import ResultFiles, write_result
from hiprisk.serving.files.score import score_file
from hiprisk.serving.model import load
from result_reports import small_report

SOURCE = Path(__file__).parents[2] / "src"
MANY = HEADER + "".join(
    f"{i},{50 + i % 31},{('female', 'male')[i % 2]},yes,{i % 80}\n" for i in range(4_000)
)


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_71_a_disk_that_refuses_leaves_the_old_output(capsys, here, small, monkeypatch, step):
    (here / "in.csv").write_text(GOOD)
    (here / "out.csv").write_text("old")

    def refuse(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    place = {
        "write": "hiprisk.cohort.files.table_writer.CsvWriter.write",
        "fsync": "hiprisk.outputs.os.fsync",
        "replace": "hiprisk.outputs.os.replace",
    }[step]
    monkeypatch.setattr(place, refuse)
    code, out, err = run(capsys, "score", "small", "in.csv", "--out", "out.csv", "--force")
    assert (code, out) == (5, "")
    assert err == (
        "hiprisk: error[IO]: out.csv: the output cannot be written: No space left on device\n"
    )
    assert (here / "out.csv").read_text() == "old"
    assert names_in(here) == ["in.csv", "models", "out.csv"]


# Every command that writes a file, and every one that writes a folder; the output comes last. All
# are refused before they read what they are given, which here need not exist.
FILE_WRITERS = {
    "score": ["score", "small", "in.csv", "--force", "--out"],
    "score --summary": ["score", "small", "in.csv", "--force", "--out", "o.csv", "--summary"],
    "join": ["join", "in.csv", "b.csv", "--by", "person_id", "--force", "--out"],
    "simulate": ["simulate", "--preset", "stupar", "--seed", "1", "--force", "--out"],
    "template": ["template", "small", "--force", "--out"],
    "calculator": ["calculator", "small", "--force", "--out"],
    "compare": ["compare", "no.yaml", "--add", "back", "--force", "--out"],
    "associate": ["associate", "no.yaml", "--force", "--out"],
    "samplesize": ["samplesize", "--type", "binary", "--parameters", "5", "--force", "--figure"],
}
FOLDER_WRITERS = {
    "init": ["init", "in.csv", "--force", "--out-dir"],
    "testpack": ["testpack", "small", "--random", "1", "--out"],
    "train": ["train", "no.yaml", "--out"],
    "sheet": ["sheet", "new", "no.yaml", "--out"],
    "validate": ["validate", "small", "no.csv", "--out"],
    "update": ["update", "small", "no.csv", "--method", "recalibrate", "--out"],
    "drift": ["drift", "small", "no.csv", "--out"],
    "demo": ["demo", "--config", "no.yaml", "--out"],
}


def put(here, kind):
    """Something that is no plain file, as out.csv, and a letter's word for it."""
    out, kept = here / "out.csv", here / "kept"
    kept.write_text("old")
    if kind == "pipe":
        os.mkfifo(out)
    elif kind == "folder":
        out.mkdir()
    else:
        out.symlink_to("kept" if kind == "link" else "absent")
    return {"pipe": "a device or a pipe", "folder": "a folder"}.get(kind, "a link")


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "dangling link"])
@pytest.mark.parametrize("command", FILE_WRITERS)
def test_70_what_is_no_plain_file_is_never_replaced(capsys, here, small, command, kind):
    (here / "in.csv").write_text(GOOD)
    (here / "b.csv").write_text("person_id,weight_kg\n0012,70\n")
    word = put(here, kind)
    mode = (here / "out.csv").lstat().st_mode
    out = "out.png" if command == "associate" else "out.csv"
    (here / "out.csv").rename(here / out)
    code, _, err = run(capsys, *FILE_WRITERS[command], out)
    assert code == 5
    assert err.startswith(f"hiprisk: error[IO]: {out}: {word} stands at the output's path")
    assert (here / out).lstat().st_mode == mode
    assert (here / "kept").read_text() == "old"
    left = {"in.csv", "b.csv", "kept", "models", out}
    assert set(names_in(here)) == left


@pytest.mark.parametrize("kind", ["pipe", "plain file", "dangling link"])
@pytest.mark.parametrize("command", FOLDER_WRITERS)
def test_70_a_folder_is_never_made_in_place_of_something_else(capsys, here, small, command, kind):
    (here / "in.csv").write_text(GOOD)
    if kind == "plain file":
        (here / "out.csv").write_text("old")
    else:
        put(here, kind)
    code, _, err = run(capsys, *FOLDER_WRITERS[command], "out.csv")
    assert code == 5
    assert err.startswith(
        "hiprisk: error[IO]: out.csv: something that is no folder stands at the output's path"
    )


@pytest.mark.parametrize("command", [*FILE_WRITERS, *FOLDER_WRITERS])
def test_70_standard_output_is_no_file_called_minus(capsys, here, small, command):
    (here / "in.csv").write_text(GOOD)
    code, _, err = run(capsys, *{**FILE_WRITERS, **FOLDER_WRITERS}[command], "-")
    if command == "associate":
        assert (code, "is written as .csv" in err) == (2, True)
    else:
        assert (code, "results go to a file, not to standard output" in err) == (2, True)
    assert names_in(here) == ["in.csv", "models"]


def test_70_a_files_of_a_folder_are_plain_files_too(here):
    (here / "out").mkdir()
    (here / "kept").write_text("old")
    (here / "out" / "drift.json").symlink_to(here / "kept")
    result = ResultFiles(name="drift", plain={}, tables={}, report=small_report())
    with pytest.raises(StoreError, match="a link stands at the output's path"):
        write_result(here / "out", result)
    assert (here / "kept").read_text() == "old"
    assert names_in(here / "out") == ["drift.json"]


def test_70_an_input_is_no_output_even_with_force(capsys, here):
    for name in ("in.csv", "b.csv"):
        (here / name).write_text(GOOD)
    code, _, err = run(capsys, *FILE_WRITERS["join"], "b.csv")
    assert (code, "error[SAME_FILE]" in err) == (2, True)
    assert (here / "b.csv").read_text() == GOOD


def test_70_a_demo_deletes_only_what_a_demo_made(capsys, here):
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter.txt").write_text("mine")
    code, _, err = run(capsys, "demo", "--config", "no.yaml", "--out", "thesis")
    assert (code, "error[EXISTS]: thesis: the folder exists and no demo made it" in err) == (
        2, True)  # fmt: skip
    assert (here / "thesis" / "chapter.txt").read_text() == "mine"
    (here / "thesis" / ".hiprisk-demo").write_text("")
    run(capsys, "demo", "--config", "no.yaml", "--out", "thesis")
    assert names_in(here / "thesis") == [".hiprisk-demo"]


def test_72_an_interrupt_leaves_nothing(here, small):
    (here / "in.csv").write_text(GOOD)

    def interrupt(n_rows):
        raise KeyboardInterrupt("by the user")

    with pytest.raises(KeyboardInterrupt, match="by the user"):
        score_file(load("small"), "in.csv", "out.csv", progress=interrupt)
    assert names_in(here) == ["in.csv", "models"]


STOPPED = """
import os, signal, sys
from hiprisk.cli import main
import hiprisk.serving.files.summary as tally
kept = tally.Tally.add
def add(self, block, answers):
    kept(self, block, answers)
    if self.n_rows > 1000:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
tally.Tally.add = add
import hiprisk.serving.files.score as batch
batch.BLOCK_BYTES = 4096
sys.exit(main(["score", "small", "in.csv", "--out", "out.csv"]))
"""


@pytest.mark.usefixtures("hangup_heard")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT", "SIGTERM", "SIGHUP"])
def test_72_killed_while_scoring_leaves_no_output(here, small, name):
    (here / "in.csv").write_text(MANY)
    done = subprocess.run(
        [sys.executable, "-c", STOPPED, name], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    left = [file for file in names_in(here) if file not in ("in.csv", "models")]
    if name == "SIGKILL":
        assert done.returncode == -signal.SIGKILL
        # What a killed process leaves cannot be taken for a scored file.
        assert [file.startswith(".out.csv.") and file.endswith(".part") for file in left] == [True]
    else:
        assert (done.returncode, left) == (130, [])
        assert done.stderr == "\nhiprisk: interrupted\n"


def test_89_90_a_strange_environment_changes_no_byte(here, small, tmp_path_factory):
    (here / "in.csv").write_text(GOOD)
    environments = {
        "usual.csv": {"PATH": os.environ["PATH"], "HOME": str(here)},
        "strange.csv": {"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8", "LANG": "C",
                        "TZ": "Nowhere/Land", "HOME": "/nonexistent", "PATH": ""},
    }  # fmt: skip
    for out, environment in environments.items():
        done = subprocess.run(
            [sys.executable, "-m", "hiprisk", "score", "small", "in.csv", "--out", out],
            capture_output=True, text=True, check=False,
            env={**environment, "PYTHONPATH": str(SOURCE), "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
    assert (here / "usual.csv").read_bytes() == (here / "strange.csv").read_bytes()
    assert names_in(here) == ["in.csv", "models", "strange.csv", "usual.csv"]


def test_72_scoring_killed_at_random_moments_loses_nothing_and_leaves_nothing(here, small):
    (here / "in.csv").write_text(MANY)
    script = Path(__file__).parents[2] / "experiments" / "faults" / "run.py"
    done = subprocess.run(
        [sys.executable, str(script), "--commands", "score", "--kills", "3", "--model", str(small),
         "--cohort", str(here / "in.csv")],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("3 kills, 0 with something lost or left\n")


def test_refusals_end_with_their_documented_code(here):
    # 4 of 25 runs aborted once (exit code 134); `make faults` has 200 runs.
    script = Path(__file__).parents[2] / "experiments" / "faults" / "refusals.py"
    done = subprocess.run(
        [sys.executable, str(script), "--commands", "score", "--runs", "3", "--seed", "3"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "3 runs, 0 with another end than the documented one\n"

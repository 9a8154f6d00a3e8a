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
from hiprisk.serving.batch import score_file
from hiprisk.serving.patient import load

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
        "write": "hiprisk.serving.scored_file.ScoredFile.write",
        "fsync": "hiprisk.serving.scored_file.os.fsync",
        "replace": "hiprisk.serving.scored_file.os.replace",
    }[step]
    monkeypatch.setattr(place, refuse)
    code, out, err = run(capsys, "score", "small", "in.csv", "--out", "out.csv", "--force")
    assert (code, out) == (5, "")
    assert err == (
        "hiprisk: error[IO]: out.csv: the output cannot be written: No space left on device\n"
    )
    assert (here / "out.csv").read_text() == "old"
    assert names_in(here) == ["in.csv", "models", "out.csv"]


def test_72_an_interrupt_leaves_nothing(here, small):
    (here / "in.csv").write_text(GOOD)

    def interrupt(n_rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_file(load("small"), "in.csv", "out.csv", progress=interrupt)
    assert names_in(here) == ["in.csv", "models"]


STOPPED = """
import os, signal, sys
from hiprisk.cli import main
import hiprisk.serving.tally as tally
kept = tally.Tally.add
def add(self, block, answers):
    kept(self, block, answers)
    if self.n_rows > 1000:
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
tally.Tally.add = add
import hiprisk.serving.batch as batch
batch.BLOCK_BYTES = 4096
sys.exit(main(["score", "small", "in.csv", "--out", "out.csv"]))
"""


@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT", "SIGTERM"])
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

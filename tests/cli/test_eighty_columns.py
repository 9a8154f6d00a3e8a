"""Every command at a terminal of 80 columns: nothing is wider, and the short views are short."""

import importlib
import re
from pathlib import Path

import pytest

from commands import run
from hiprisk.cli import COMMANDS
from hiprisk.cli.show.added_value import show_added_value
from reported_study import reported_study

pytestmark = pytest.mark.usefixtures("cohort_folder")

CONFIGS = Path(__file__).parents[2] / "configs"
COHORT = ("invented-womac", "cohort.csv", "--resamples", "50")
MOST_LINES = 40
PATIENT = ("--age-years", "63", "--sex", "female", "--womac-function-0-100", "45")
SIZE = ("samplesize", "--type", "continuous", "--parameters", "20", "--r2", "0.3", "--mean", "40",
        "--sd", "18")  # fmt: skip
# Paths and hashes have no space to be broken at.
UNBREAKABLE = re.compile(r"^\S{60,}$|^\S+ +\S{60,}$")


@pytest.fixture(autouse=True)
def eighty_columns(wide_terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def too_wide(text):
    lines = text.splitlines()
    return [line for line in lines if len(line) > 80 and not UNBREAKABLE.match(line.strip())]


@pytest.mark.slow
@pytest.mark.parametrize("words", [
    ("validate", *COHORT),
    ("drift", *COHORT[:2]),
    ("update", *COHORT, "--method", "closed-test"),
    ("validate", *COHORT[:2], "--expected"),
], ids=lambda words: words[0])  # fmt: skip
def test_results_fit_a_screen_and_full_has_the_rest(capsys, invented, words):
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert too_wide(out) == []
    assert len(out.splitlines()) <= MOST_LINES
    assert "\n--full prints" in out
    code, full, _ = run(capsys, *words, "--full")
    assert too_wide(full) == []
    assert len(full.splitlines()) > len(out.splitlines())
    assert "--full prints" not in full


@pytest.mark.slow
@pytest.mark.parametrize("words", [
    ("score", "invented-womac", "cohort.csv", "--out", "scored.csv"),
    ("check", "cohort.csv"),
    ("init", "cohort.csv", "--out-dir", "drafts"),
    ("models",),
    ("sheet", "show", "invented-womac"),
    ("template", "invented-womac", "--out", "empty.csv"),
    ("predict", "invented-womac", *PATIENT, "--why"),
    SIZE,
    ("plan", CONFIGS / "stupar.yaml", "--untimed"),
], ids=lambda words: " ".join(map(str, words[:2])))  # fmt: skip
def test_other_commands_print_no_wider_line(capsys, invented, words):
    code, out, _ = run(capsys, *words)
    assert code in (0, 6)
    assert out
    assert too_wide(out) == []


def test_a_study_and_what_its_blocks_add_fit(capsys, tmp_path_factory):
    study = reported_study(tmp_path_factory)
    show_added_value(study.evidence.added)
    out = capsys.readouterr().out
    assert too_wide(out) == []
    assert len(out.splitlines()) <= MOST_LINES + 2  # a caution against so few resamples


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_and_has_an_example(capsys, command):
    with pytest.raises(SystemExit, match="0"):
        importlib.import_module(f"hiprisk.cli.{command}").run(["--help"])
    out = capsys.readouterr().out
    assert too_wide(out) == []
    assert f"\n  hiprisk {command}" in out.partition("example:")[2]


def test_the_overview_fits(capsys):
    assert too_wide(run(capsys)[1]) == []


@pytest.mark.slow
def test_colour_is_asked_for_and_refused(capsys, invented, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    _, out, err = run(capsys, "validate", *COHORT)
    assert "\x1b[1m" in out
    assert "\x1b[33mSIMULATED DATA" in out
    _, _, err = run(capsys, "validate", "nowhere", "cohort.csv")
    assert err.startswith("\x1b[1;31mhiprisk: error[")
    plain = re.sub(r"\x1b\[[\d;]*m", "", out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(capsys, "validate", *COHORT)[1] == plain

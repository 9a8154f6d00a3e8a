"""``hiprisk plan``: a page of 80 columns, JSON, and nothing left behind."""

import sys
from pathlib import Path

import pytest

from commands import NO_TRACKING, answer, run
from hiprisk.cli.plan import in_words
from study_text import TEXT

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.mark.slow
def test_a_plan_is_a_page_of_eighty_columns(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(capsys, "plan", CONFIGS / "stupar.yaml", "--workers", 2)
    assert code == 0
    lines = out.splitlines()
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 80
    assert "Sample size: 674 people, 18 candidate parameters" in out
    assert lines[-1] == "Nothing was fitted, logged or written."
    assert list(tmp_path.iterdir()) == []


def test_json_has_the_counts_and_a_range_of_seconds(capsys):
    Path("small.yaml").write_text(TEXT)
    code, found = answer(capsys, "plan", "small.yaml", *NO_TRACKING, "--workers", 1)
    assert code == 0
    assert found["n_fits"] == sum(part["n_fits"] for part in found["parts"])
    low, high = found["seconds"]
    assert 0.0 < low < high


def test_untimed_counts_and_says_no_time(capsys):
    Path("small.yaml").write_text(TEXT)
    code, out, err = run(capsys, "plan", "small.yaml", "--untimed")
    assert code == 0
    assert "fits in all." in out
    assert "warning[FEW_EVENTS]" not in err


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        (["subgroups.by=[nix]"], 2, "error[CONFIG]: subgroups.by: the cohort has no 'nix'"),
        (["cohort={file: none.csv}"], 5, "none.csv"),
        (["blocks={core: [age_years, toes]}"], 2, "toes"),
    ],
)
def test_a_refusal_has_the_exit_code_of_a_study(capsys, settings, code, said):
    Path("small.yaml").write_text(TEXT)
    options = [word for one in settings for word in ("--set", one)]
    got, out, err = run(capsys, "plan", "small.yaml", *options)
    assert (got, out) == (code, "")
    assert said in err


def test_a_hold_out_is_told(capsys):
    Path("small.yaml").write_text(TEXT)
    _, out, _ = run(
        capsys, "plan", "small.yaml", "--untimed",
        "--set", "validation.holdout={variable: sex, test: [male]}",
    )  # fmt: skip
    assert "rows with a known outcome are held out." in " ".join(out.split())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (None, None, ""),
        (0.1, 0.9, "under 1 s"),
        (1.2, 9.0, "1 to 9 s"),
        (3.9, 4.1, "4 s"),
        (60.0, 200.0, "1.0 to 3.3 min"),
        (600.0, 1800.0, "10 to 30 min"),
        (7200.0, 36000.0, "2.0 to 10 h"),
    ],
)
def test_seconds_in_words(low, high, said):
    assert in_words(low, high) == said


@pytest.mark.parametrize("command", ["train", "plan"])
@pytest.mark.parametrize(
    ("slip", "exit_code", "said"),
    [
        (["--set", "outcome.variable=womac_functon"], 2, "outcome.variable: the dictionary has no"),
        (["--cohort", "none.csv"], 5, "none.csv: there is no such file"),
        (["--cohort", "https://example.org/a.csv"], 2, "only local files are read"),
        (["--cohort", "none.zip::a.csv"], 5, "none.zip: there is no such file"),
    ],
)
def test_a_slip_is_told_without_the_imports_of_a_study(
    capsys, monkeypatch, command, slip, exit_code, said
):
    # None in sys.modules makes an import fail.
    for name in ("hiprisk.study", "hiprisk.planning"):
        monkeypatch.setitem(sys.modules, name, None)
    Path("small.yaml").write_text(TEXT)
    code, _, err = run(capsys, command, "small.yaml", *slip)
    assert code == exit_code
    assert said in err

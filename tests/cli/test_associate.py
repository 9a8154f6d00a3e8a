"""``hiprisk associate`` as an analyst calls it."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from hiprisk.cli import main

CONFIG = Path(__file__).parents[2] / "configs" / "stupar_hip_knee.yaml"
QUICK = ["--set", "cohort.simulate.n=120", "--set", "imputation.imputations=2"]


def run(capsys, *argv):
    code = main(["associate", *map(str, argv)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_table_json_and_csv_hold_the_same_numbers(capsys, tmp_path):
    out = tmp_path / "table.csv"
    code, printed, err = run(capsys, CONFIG, *QUICK, "--json", "--out", out)
    assert code == 0
    assert "written: " in err
    plain, frame = json.loads(printed), pd.read_csv(out)
    assert frame["value"].tolist() == pytest.approx(
        [row["estimate"]["value"] for row in plain["rows"]]
    )
    _, text, _ = run(capsys, CONFIG, *QUICK, "--full")
    assert "SIMULATED DATA" in text
    for row in plain["rows"]:
        assert f"{row['estimate']['low']:.2f} to {row['estimate']['high']:.2f}" in text
    assert "Wald test" in text
    assert "Participants" in text
    for step in plain["flow"]:
        row = rf"{re.escape(step['label'])} +{step['n_left_out']} +{step['n_remaining']}\n"
        assert re.search(row, text)


def test_the_short_view_is_one_screen_and_says_how_to_see_the_rest(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, short, _ = run(capsys, CONFIG, *QUICK)
    lines = short.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith("--full adds the E-values")
    assert re.search(
        r"^group +model +mean difference \(95 % CI\) +n +exposed$", short, re.MULTILINE
    )
    assert re.search(r"^strata +model +value \(95 % CI\) +p$", short, re.M)
    assert "E-value of" not in short


@pytest.mark.drawn
@pytest.mark.parametrize("name", ["table.json", "forest.png", "forest.svg"])
def test_the_table_is_written_in_the_form_of_the_name(capsys, tmp_path, name):
    out = tmp_path / name
    code, _, _ = run(capsys, CONFIG, *QUICK, "--out", out)
    assert code == 0
    start = {"table.json": b"{", "forest.png": b"\x89PNG", "forest.svg": b"<?xml"}[name]
    assert out.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [out]


def test_a_file_that_exists_is_kept_unless_forced(capsys, tmp_path):
    out = tmp_path / "table.csv"
    out.write_text("mine")
    code, _, err = run(capsys, CONFIG, *QUICK, "--out", out)
    assert code == 2
    assert "error[EXISTS]" in err
    assert out.read_text() == "mine"
    assert run(capsys, CONFIG, *QUICK, "--out", out, "--force")[0] == 0


def test_a_form_that_is_not_known_is_a_usage_error(capsys, tmp_path):
    code, _, err = run(capsys, CONFIG, *QUICK, "--out", tmp_path / "table.xlsx")
    assert code == 2
    assert "error[USAGE]: --out: the table is written as .csv" in err


def test_another_seed_moves_the_imputations_and_no_row_count(capsys):
    one, other = (
        json.loads(run(capsys, CONFIG, *QUICK, "--json", "--seed", seed)[1]) for seed in (1, 2)
    )
    assert [row["n"] for row in one["rows"]] == [row["n"] for row in other["rows"]]
    assert one["metrics"] != other["metrics"]


def test_a_config_without_the_section_is_refused_in_one_line(capsys):
    config = CONFIG.with_name("stupar_worsening.yaml")
    code, _, err = run(capsys, config)
    assert code == 2
    assert err.count("\n") == 1
    assert "declares no association" in err

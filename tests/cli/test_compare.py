"""``hiprisk compare``."""

import json
from pathlib import Path

import pytest

from hiprisk.cli import main

CONFIG = str(Path(__file__).parents[2] / "configs" / "stupar.yaml")
SMALL = ["--set", "cohort.simulate.n=300", "--set", "imputation.imputations=2",
         "--resamples", "20", "--workers", "1", "--fast"]  # fmt: skip


def test_a_person_reads_verdicts_gains_and_tests(capsys):
    assert main(["compare", CONFIG, "--add", "back", *SMALL]) == 0
    out, err = capsys.readouterr()
    assert "SIMULATED DATA" in out
    assert "inconclusive at this sample size" in out
    assert "minimum important gain" in out
    assert "new information share" in out
    assert "--full prints every measure" in out
    assert "what blocks add: 20/20" in err


def test_full_has_every_measure_the_tests_and_how_it_was_done(capsys):
    assert main(["compare", CONFIG, "--add", "back", "--full", *SMALL]) == 0
    out = capsys.readouterr().out
    assert "share of new information" in out
    assert "D1: " in out
    assert "net benefit at 20 %" in out
    assert "Fast setting" in out


def test_json_and_file_hold_the_same_result(capsys, tmp_path):
    target = tmp_path / "added.json"
    arguments = ["--add", "back", "--seed", "5", "--json", "--out", str(target)]
    assert main(["compare", CONFIG, *arguments, *SMALL]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(target.read_text(encoding="utf-8"))
    assert set(printed["additions"][0]["gains"]["r2"]) >= {"value", "low", "high"}
    assert printed["provenance"] == "simulated"


def test_a_study_of_an_ordinal_model_alone_is_compared_and_says_by_what(capsys):
    study = str(Path(CONFIG).with_name("stupar_ordinal.yaml"))
    alone = "families={ordinal: {spline_knots: [0, 3], splines: [womac_function_0_100]}}"
    arguments = ["--add", "back", "--json", "--set", alone]
    assert main(["compare", study, *arguments, *SMALL]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {"r2", "crps"} <= set(printed["additions"][0]["gains"])
    assert "3 knots for WOMAC function" in printed["models"]
    assert any(
        note.startswith("CRPS and net benefit are those of lin") for note in printed["notes"]
    )


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (["--add", "bakc"], 2, "there is no block 'bakc'"),
    (["--add", "back", "--base", "back"], 2, "block 'back' is named twice"),
    (["--workers", "0"], 2, "must be at least 1"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(capsys, arguments, code, said):
    assert main(["compare", CONFIG, *SMALL, *arguments]) == code
    assert said in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(capsys, tmp_path):
    target = tmp_path / "absent" / "added.json"
    assert main(["compare", CONFIG, "--add", "back", "--out", str(target), *SMALL]) == 5
    err = capsys.readouterr().err
    assert "added.json: the output's folder does not exist" in err
    assert str(tmp_path) not in err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["compare", "--help"])
    assert "hiprisk compare configs/stupar.yaml --add back" in capsys.readouterr().out

"""Options that validate, update and drift share: what is judged, on whom."""

from pathlib import Path

import pytest

from commands import answer, run
from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort
from small_bundle import write_small_bundle

FAST = ["--resamples", "50"]
PUBLISHED = Path(__file__).parents[2] / "configs" / "published" / "invented_womac.yaml"


@pytest.fixture(scope="module")
def simulated():
    return simulate_cohort("stupar", n=500, seed=6).frame


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, simulated):
    monkeypatch.chdir(tmp_path)
    simulated.to_csv("cohort.csv", index=False)


def test_predictions_in_the_file_need_no_bundle(capsys, simulated):
    simulated.assign(paper=simulated["womac_function_0_100"]).to_csv("p.csv", index=False)
    code, found = answer(capsys, "validate", "p.csv", "--predictions", "paper",
                         "--outcome", "womac_function_followup_0_100", *FAST)  # fmt: skip
    assert code == 0
    known = simulated["womac_function_followup_0_100"].notna()
    known &= simulated["womac_function_0_100"].notna()
    error = (simulated["womac_function_followup_0_100"] - simulated["womac_function_0_100"])[known]
    assert found["metrics"]["mae"]["value"] == pytest.approx(error.abs().mean(), abs=1e-3)
    assert found["reasons"]["NO_PREDICTION(paper)"] > 0


def test_an_absent_predictions_column_is_refused(capsys):
    code, _, err = run(capsys, "validate", "cohort.csv", "--predictions", "paper",
                       "--outcome", "womac_function_followup_0_100")  # fmt: skip
    assert code == 3
    assert "cohort.csv: paper: the cohort has no such column of predictions" in err


def test_without_a_bundle_something_must_say_what_is_judged(capsys):
    code, _, err = run(capsys, "validate", "cohort.csv")
    assert code == 2
    assert "--predictions COLUMN and --study FILE or --outcome VARIABLE" in err


def test_a_bundle_that_does_not_say_its_outcome_is_refused(capsys):
    code, _, err = run(capsys, "validate", write_small_bundle(Path("models")), "cohort.csv")
    assert code == 2
    assert "does not say what the outcome is" in err


def test_the_usage_names_bundle_and_cohort_once(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["validate", "--help"])
    assert "usage: hiprisk validate [options] [BUNDLE] COHORT\n" in capsys.readouterr().out


MODEL = ["--predictions", "paper", "--outcome", "womac_function_followup_0_100"]


@pytest.mark.slow
@pytest.mark.parametrize("first", [["a.csv"], ["--cohort", "a.csv"]])
def test_several_files_are_one_cohort(capsys, simulated, first):
    people = simulated.assign(paper=simulated["womac_function_0_100"])
    people.head(240).to_csv("a.csv", index=False)
    people.tail(260)[people.columns[::-1]].to_csv("b.csv", index=False)
    people.to_csv("both.csv", index=False)
    files = [*first, "--cohort", "b.csv"]
    code, told = answer(capsys, "validate", *files, *MODEL, *FAST)
    assert (code, told["cohort"]) == (0, "a.csv, b.csv")
    assert told["metrics"] == answer(capsys, "validate", "both.csv", *MODEL, *FAST)[1]["metrics"]


@pytest.mark.slow
@pytest.mark.parametrize("files", [["a.csv", "--cohort", "b.csv"],
                                   ["--cohort", "a.csv", "--cohort", "b.csv"]])  # fmt: skip
def test_beside_a_bundle_too(capsys, simulated, files):
    assert main(["sheet", "new", str(PUBLISHED), "--json"]) == 0
    capsys.readouterr()
    simulated.head(240).to_csv("a.csv", index=False)
    simulated.tail(260).to_csv("b.csv", index=False)
    code, told = answer(capsys, "validate", "invented-womac", *files, *FAST)
    assert (code, told["cohort"]) == (0, "a.csv, b.csv")


def test_a_second_positional_cohort_is_refused_with_the_option(capsys):
    code, _, err = run(capsys, "validate", "small", "a.csv", "b.csv")
    assert (code, "--cohort FILE" in err) == (2, True)


def test_guesses_of_a_draft_in_mapping_and_study_are_said(capsys, simulated):
    simulated.assign(paper=simulated["womac_function_0_100"]).to_csv("p.csv", index=False)
    Path("m.yaml").write_text(
        "variables:\n  womac_function_followup_0_100:  # DECIDE: is it?\n"
        "    column: womac_function_followup_0_100\n"
    )
    code, _, err = run(capsys, "validate", "p.csv", "--predictions", "paper", "--mapping", "m.yaml",
                       "--outcome", "womac_function_followup_0_100", *FAST)  # fmt: skip
    assert code == 0
    assert err.count("1 line of m.yaml is still marked DECIDE (line 2)") == 1

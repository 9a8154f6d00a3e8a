"""Outcomes named on the command line, and their codes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from commands import answer, run

PUBLISHED = Path(__file__).parents[2] / "configs" / "published" / "invented_womac.yaml"
FAST = ["--resamples", "50", "--by"]
DICTIONARY = """died_in_a_year:
  label: death within a year
  kind: category
  levels: [alive, dead]
  source: own
"""
OUTCOME = """outcome:
  variable: died_in_a_year
  label: death within a year
  kind: binary
  unit: probability
  event_level: dead
  levels: [alive, dead]
  higher_is: worse
  horizon_months: 12
  population: everybody
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    n = 200
    function = rng.uniform(0, 100, n)
    later = (0.6 * function + rng.normal(15, 12, n)).clip(0, 100)
    risk = rng.uniform(0.05, 0.95, n)
    died = np.where(rng.random(n) < risk, "dead", "alive").astype(object)
    pd.DataFrame(
        {
            "age_years": rng.normal(65, 8, n).round(),
            "sex": rng.choice(["male", "female"], n),
            "lbp_any": rng.choice(["no", "yes"], n),
            "womac_function_0_100": function,
            "later": later,
            "risk": risk,
            "died_in_a_year": died,
        }
    ).to_csv("in.csv", index=False)
    Path("own.yaml").write_text(DICTIONARY)


def test_an_own_outcome_is_named_by_its_variable_and_level(capsys):
    words = ["validate", "in.csv", "--predictions", "risk", "--dictionary", "own.yaml",
             "--outcome", "died_in_a_year"]  # fmt: skip
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "state --event-level LEVEL; its levels: alive, dead" in err
    code, found = answer(capsys, *words, "--event-level", "dead", *FAST)
    assert code == 0
    assert 0.6 < found["metrics"]["c_statistic"]["value"] < 0.9


def test_a_file_with_the_outcome_section_alone_declares_it(capsys):
    Path("outcome.yaml").write_text(OUTCOME)
    words = ["validate", "in.csv", "--predictions", "risk"]
    code, found = answer(capsys, *words, "--study", "outcome.yaml", *FAST)
    assert code == 0
    by_name = answer(capsys, *words, "--dictionary", "own.yaml", "--outcome", "died_in_a_year",
                     "--event-level", "dead", *FAST)[1]  # fmt: skip
    assert found["metrics"] == by_name["metrics"]


def test_a_third_level_that_counts_as_no_event_is_said(capsys):
    Path("outcome.yaml").write_text(OUTCOME.replace("[alive, dead]", "[alive, dead, emigrated]"))
    words = ["validate", "in.csv", "--predictions", "risk", "--study", "outcome.yaml", *FAST]
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert "Outcome: the event is dead; no event: alive, emigrated." in out
    Path("outcome.yaml").write_text(OUTCOME)
    assert "no event:" not in run(capsys, *words)[1]


def test_a_file_that_is_given_twice_is_said(capsys):
    words = ["validate", "--cohort", "in.csv", "--cohort", "in.csv", "--predictions", "risk",
             "--dictionary", "own.yaml", "--outcome", "died_in_a_year", "--event-level", "dead",
             *FAST]  # fmt: skip
    code, out, err = run(capsys, *words)
    assert code == 0
    assert "CAUTION: 200 rows of the file are exact copies of an earlier row" in out
    assert "warning[COPIED_ROWS]: rows repeat an earlier row in every column" in err
    assert "COPIED_ROWS" in [one["code"] for one in answer(capsys, *words)[1]["warnings"]]


def test_such_a_file_may_say_how_people_were_sampled(capsys):
    Path("outcome.yaml").write_text(OUTCOME + "sampling: {case_control: 0.1}\n")
    words = ["validate", "in.csv", "--predictions", "risk", "--study", "outcome.yaml", *FAST]
    code, found = answer(capsys, *words)
    assert (code, found["sampling"]) == (0, {"case_control": 0.1})
    Path("outcome.yaml").write_text(OUTCOME + "sampling: {case_control: 1.5}\n")
    code, _, err = run(capsys, *words)
    assert code == 2
    assert "outcome.yaml" in err
    assert "sampling.case_control" in err


def test_codes_that_are_no_level_are_said_and_change_nothing_else(capsys):
    frame = pd.read_csv("in.csv")
    odd = np.arange(200) % 40 == 7
    frame.assign(died_in_a_year=frame["died_in_a_year"].mask(odd, "9")).to_csv(
        "odd.csv", index=False
    )
    frame.assign(died_in_a_year=frame["died_in_a_year"].mask(odd)).to_csv("blank.csv", index=False)
    rest = ["--predictions", "risk", "--dictionary", "own.yaml", "--outcome", "died_in_a_year",
            "--event-level", "dead", *FAST]  # fmt: skip
    code, out, err = run(capsys, "validate", "odd.csv", *rest)
    assert code == 0
    assert "warning[UNKNOWN_CATEGORY]: died_in_a_year" in err
    assert "outcome: 5 codes are no declared level, taken as unknown" in out
    odd, blank = (answer(capsys, "validate", f, *rest)[1] for f in ("odd.csv", "blank.csv"))
    assert odd["metrics"] == blank["metrics"]


def test_a_models_outcome_may_stand_in_another_column(capsys):
    assert run(capsys, "sheet", "new", PUBLISHED)[0] == 0
    Path("m.yaml").write_text(
        "variables:\n  womac_function_0_100: womac_function_0_100\n  age_years: age_years\n"
        "  sex: sex\n  lbp_any: lbp_any\n  function_24: later\n"
        "  hip_replacement_before_followup: {value: 'no'}\n"
    )
    Path("own.yaml").write_text(
        "function_24: {label: function at two years, kind: number, hard: [0, 100], source: own, "
        "unit: points 0-100}\n"
    )
    words = [
        "validate",
        "invented-womac",
        "in.csv",
        "--mapping",
        "m.yaml",
        "--dictionary",
        "own.yaml",
    ]
    code, _, err = run(capsys, *words)
    assert code == 3
    assert "the cohort has no 'womac_function_followup_0_100', which the outcome needs" in err
    code, found = answer(capsys, *words, "--outcome", "function_24", *FAST)
    assert code == 0
    assert found["metrics"]["r2"]["value"] > 0.3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--outcome", "lbp_any", "--study", "s.yaml"], "give one of --study and --outcome"),
        (["--study", "s.yaml", "--event-level", "yes"], "--event-level belongs to --outcome"),
    ],
)
def test_options_that_contradict_each_other_are_refused(capsys, words, message):
    code, _, err = run(capsys, "validate", "in.csv", "--predictions", "risk", *words)
    assert code == 2
    assert message in err

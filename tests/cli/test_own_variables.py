"""The steps of docs/how-to/own-variables.md as they are written there, and wrong moves.

A packaged variable is redefined as docs/reference/dictionary.md writes it.
"""

import json
import re
from pathlib import Path

import pandas as pd
import pytest

from blank_figures import figures_left_blank
from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.cli.predict import _parser
from hiprisk.cohort.own_variables import reserved_problem
from hiprisk.sheet.answers import column_names
from hiprisk.sheet.evaluate import SheetEvaluator
from own_studies import BINARY, own_cohort
from trained_sheets import trained_sheet

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS / "how-to" / "own-variables.md", DOCS / "reference" / "dictionary.md"]


def block(first_line):
    """The YAML block of the pages that begins with a line."""
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    return next(text for text in blocks if text.startswith(first_line))


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("variables.yaml").write_text(block("# variables.yaml"), encoding="utf-8")
    Path("mapping.yaml").write_text(block("# mapping.yaml"), encoding="utf-8")
    own_cohort(160).to_csv("cohort.csv", index=False)


def run(capsys, *argv):
    code = main([str(word) for word in argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_page_s_files_are_read_together(capsys):
    code, out, err = run(capsys, "check", "cohort.csv", "--mapping", "mapping.yaml")
    assert code == 0, err
    assert "8 variables" in out


def test_the_page_s_features_and_blocks_are_those_of_a_study(capsys):
    said = block("# study.yaml")
    body = re.sub(r"(?ms)^(cohort|confounders|blocks|subgroups|derived):.*?(?=^\w)", "", BINARY)
    outcome = re.sub(r"(?m)^  event_level: done\n", '  event_level: "yes"\n', body)
    outcome = re.sub(r"(?ms)^(association|measurement_error):.*?(?=^\w)", "", outcome)
    said = re.sub(r"(?ms)^outcome:.*?(?=^\w)", "", said)
    Path("study.yaml").write_text(outcome + said, encoding="utf-8")
    code, out, err = run(capsys, "compare", "study.yaml", "--resamples", 20, "--workers", 1)
    assert code == 0, err
    assert "grip strength of the weaker hand" in out or "motion" in out


def test_what_is_said_anew_is_a_note_and_no_fault(capsys):
    Path("variables.yaml").write_text(block("age_years:"), encoding="utf-8")
    pd.DataFrame({"age_years": [17.0, 60.0]}).to_csv("ages.csv", index=False)
    assert run(capsys, "check", "ages.csv")[0] == 3
    code, out, _ = run(capsys, "check", "ages.csv", "--dictionary", "variables.yaml", "--json")
    assert code == 0
    found = {one["code"]: one for one in json.loads(out)["findings"]}
    assert "hard range 16 to 110 (packaged: 18 to 110)" in found["DICTIONARY_CHANGED"]["message"]


@pytest.mark.slow
def test_predictions_in_a_column_meet_an_own_outcome(capsys):
    frame = pd.DataFrame({"knee_replaced": ["no", "yes"] * 60, "old_risk": [0.3, 0.6] * 60})
    frame.to_csv("new.csv", index=False)
    code, out, err = run(
        capsys, "validate", "new.csv", "--dictionary", "variables.yaml", "--predictions",
        "old_risk", "--outcome", "knee_replaced", "--json",
    )  # fmt: skip
    assert code == 0, err
    assert json.loads(out)["n_events"] == 60


def test_a_dictionary_that_breaks_a_rule_ends_with_2_and_its_line(capsys):
    Path("variables.yaml").write_text("grip: {label: grip, kind: numeric}\n", encoding="utf-8")
    code, _, err = run(capsys, "check", "cohort.csv", "--dictionary", "variables.yaml")
    assert code == 2
    assert "variables.yaml: grip.kind (line 1): must be one of 'number'" in err


def test_a_dictionary_that_is_not_there_ends_with_5(capsys):
    code, _, err = run(capsys, "check", "cohort.csv", "--dictionary", "nowhere.yaml")
    assert code == 5
    assert "nowhere.yaml: the dictionary cannot be read" in err


def test_a_mapping_against_the_dictionary_of_the_option_is_refused(capsys):
    Path("other.yaml").write_text("crp_mg_l: {label: CRP, kind: number, unit: g/l}\n")
    code, _, err = run(capsys, "check", "cohort.csv", "--mapping", "mapping.yaml", "--dictionary",
                       "other.yaml")  # fmt: skip
    assert code == 2
    assert "dictionary (line 2): the study's dictionary says something else of crp_mg_l" in err


def test_every_option_of_predict_is_a_name_that_no_variable_can_have():
    parser = _parser(None)
    options = {text.lstrip("-").replace("-", "_") for one in parser._actions
               for text in (*one.option_strings, one.dest)}  # fmt: skip
    assert [name for name in sorted(options - {"h"}) if not reserved_problem(name)] == []


@pytest.mark.slow
def test_every_column_that_scoring_adds_is_a_name_that_no_variable_can_have(tmp_path):
    for sheet in (trained_sheet("linear", n=150), trained_sheet("logistic", n=150)):
        added = column_names(SheetEvaluator(sheet))
        assert [name for name in added if not reserved_problem(name)] == []


@pytest.mark.slow
def test_what_a_study_says_anew_stands_in_its_report(capsys, tmp_path):
    Path("variables.yaml").write_text("age_years: {hard: [16, 110], label: years}\n")
    config = Path(__file__).parents[2] / "configs" / "stupar.yaml"
    with figures_left_blank():
        code = main(["train", str(config), "--workers", "1", "--out", "m", *(
            part for one in (
                "cohort.simulate.n=150", f"cohort.dictionary={tmp_path}/variables.yaml",
                "families={linear: {penalty: 0.1, l1_share: 0, spline_knots: 0}}",
                "validation.resamples=20", "validation.repeats=0", "tuning.trials=1",
                "validation.interval_resamples=100", "tracking.enabled=false",
                "association=null", "subgroups.by=[]", "validation.internal_external=false",
                "measurement_error={}", "imputation.imputations=2",
            ) for part in ("--set", one)
        )])  # fmt: skip
    assert code == 0, capsys.readouterr().err
    bundle = read_bundle(Path("m/stupar"))
    assert bundle.sheet.variable("age_years").hard == (16.0, 110.0)
    assert bundle.config["variables"] == {"age_years": {"hard": [16.0, 110.0], "label": "years"}}
    report = (bundle.path / "report.html").read_text(encoding="utf-8")
    assert "DICTIONARY_CHANGED" in report
    assert "hard range 16 to 110 (packaged: 18 to 110)" in report

"""The commands, as each of the three users calls them, with wrong moves too."""

import csv
import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hiprisk
from hiprisk.bundle import read_bundle
from hiprisk.cli import COMMANDS, main
from hiprisk.cohort.mapping import load_mapping
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from small_bundle import write_small_bundle

CONFIGS = Path(__file__).parents[2] / "configs"
QUICK = [
    "--set", "cohort.simulate.n=220",
    "--set", "tuning.trials=3",
    "--set", "tuning.folds=3",
    "--set", "validation.resamples=20",
    "--set", "validation.interval_resamples=100",
    "--set", "validation.repeats=1",
    "--set", "imputation.imputations=2",
    "--set", "samplesize.simulations=20",
    "--set", "subgroups.resamples=50",
]  # fmt: skip
NO_TRACKING = ["--set", "tracking.enabled=false"]


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.fixture
def small():
    return write_small_bundle(Path("models"))


def run(capsys, *argv):
    code = main([str(word) for word in argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answer(capsys, *argv):
    code, out, _ = run(capsys, *argv, "--json")
    return code, json.loads(out)


# --- everybody -------------------------------------------------------------------------------


def test_help_lists_every_command_with_an_example(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(name in out for name in COMMANDS)
    assert "hiprisk predict stupar --age-years 63" in out


@pytest.mark.parametrize("command", sorted(set(COMMANDS)))
def test_every_command_has_help_with_an_example(capsys, command):
    with pytest.raises(SystemExit, match=r"^0$"):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert "example:" in out
    assert "--json" in out


def test_an_unknown_command_names_the_closest(capsys):
    code, _, err = run(capsys, "predikt")
    assert code == 2
    assert err == "hiprisk: error[USAGE]: 'predikt' is no command (did you mean predict?)\n"


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - {"models", "demo"}))
def test_no_arguments_are_a_usage_error(capsys, command):
    code, _, err = run(capsys, command)
    assert code == 2
    assert err.startswith("hiprisk: error[USAGE]: ")
    assert err.count("\n") == 1


def test_a_refusal_is_json_on_stdout_too(capsys):
    code, out, err = run(capsys, "predict", "nothing", "--json")
    assert code == 4
    assert json.loads(out)["error"] == "NO_BUNDLE"
    assert "hiprisk: error[NO_BUNDLE]" in err


def test_a_defect_has_no_traceback_and_a_code_of_its_own(capsys, monkeypatch):
    monkeypatch.setattr("hiprisk.cli._run", lambda arguments: 1 / 0)
    code, _, err = run(capsys, "models")
    assert code == 1
    assert err.startswith("hiprisk: error[INTERNAL]: a defect of hiprisk (ZeroDivisionError)")


def test_ctrl_c_is_130(capsys, monkeypatch):
    def interrupt(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("hiprisk.cli._run", interrupt)
    assert run(capsys, "models")[0] == 130


# --- the clinician ---------------------------------------------------------------------------


def test_predict_answers_with_the_names_of_a_scored_file(capsys, small):
    code, found = answer(
        capsys, "predict", "small", "--age-years", 63, "--sex", "male", "--lbp-any", "yes",
        "--womac-function-0-100", 50,
    )  # fmt: skip
    assert code == 0
    assert found["predicted"] == pytest.approx(51.3)
    assert found["lower_95"] < found["lower_80"] < found["predicted"] < found["upper_80"]
    assert set(found) >= {"chance_worsening", "chance_acceptable_state", "imputed", "flags"}
    assert found["provenance"] == "simulated"
    assert found["imputed"] == []


def test_predict_for_people_says_simulated_and_no_advice(capsys, small):
    _, out, _ = run(capsys, "predict", "small", "--womac-function-0-100", 50)
    assert out.startswith("SIMULATED DATA")
    assert "Not known, imputed: age; sex; low back pain." in out
    assert "no medical advice" in out


def test_predict_help_lists_the_models_own_variables(capsys, small):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["predict", "small", "--help"])
    out = " ".join(capsys.readouterr().out.split())
    assert "--age-years NUMBER age: 18 to 110 years" in out
    assert "--sex LEVEL sex: female, male" in out


def test_predict_from_a_file_equals_options(capsys, small):
    Path("p.json").write_text('{"age_years": 63, "sex": "male", "womac_function_0_100": "50"}')
    _, one = answer(capsys, "predict", "small", "--from", "p.json")
    _, other = answer(
        capsys, "predict", "small", "--age-years", 63, "--sex", "male",
        "--womac-function-0-100", 50,
    )  # fmt: skip
    assert one == other


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--age-years", "630"], "OUT_OF_RANGE", "must lie in 18 to 110 years, got '630'"),
        (["--age-years", "sixty"], "NOT_A_NUMBER", "age_years: must be a number in 18 to 110 "
         "years, got 'sixty'"),
        (["--age-years", "63,5"], "NOT_A_NUMBER", "got '63,5'"),
        (["--sex", "F"], "UNKNOWN_CATEGORY", "sex: must be one of female, male, got 'F'"),
        (["--age-years", "nan", "--sex", "male"], "TOO_MANY_MISSING", "too little is known"),
    ],
)  # fmt: skip
def test_predict_refuses_with_a_letter(capsys, small, options, code, message):
    status, out, err = run(capsys, "predict", "small", *options)
    assert status == 3
    assert out == ""
    assert f"hiprisk: error[{code}]" in err
    assert message in err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "NOT_JSON"),
        ("[1]", "NOT_AN_OBJECT"),
        ('{"age": 3}', "UNKNOWN_VARIABLE"),
        ('{"age_years": [3]}', "NOT_A_NUMBER"),
        ('{"age_years": true}', "NOT_A_NUMBER"),
        ('{"age_years": NaN}', "NOT_FINITE"),
        ('{"age_years": 1, "age_years": 2}', "DUP_KEY"),
        ('{"womac_function_0_100": 1e999}', "NOT_FINITE"),
    ],
)
def test_predict_refuses_a_file_with_a_letter(capsys, small, text, code):
    Path("p.json").write_text(text)
    status, _, err = run(capsys, "predict", "small", "--from", "p.json")
    assert status == 3
    assert f"error[{code}]" in err


def test_predict_with_nothing_known_is_a_usage_error(capsys, small):
    assert run(capsys, "predict", "small")[0] == 2
    assert run(capsys, "predict", "small", "--from", "absent.json")[0] == 5
    assert run(capsys, "predict", "small", "--height", "3")[0] == 2


def test_a_changed_bundle_is_refused(capsys, small):
    with (small / "sheet.json").open("ab") as stream:
        stream.write(b" ")
    status, _, err = run(capsys, "predict", "small", "--age-years", "63")
    assert status == 4
    assert "sheet.json" in err


def test_predict_for_a_risk(capsys):
    write_small_bundle(Path("models"), kind="binary", name="risk")
    _, found = answer(capsys, "predict", "risk", "--womac-function-0-100", 50)
    assert 0 < found["lower_95"] < found["risk"] < found["upper_95"] < 1
    _, out, _ = run(capsys, "predict", "risk", "--womac-function-0-100", 50)
    assert " %" in out


# --- the analyst -----------------------------------------------------------------------------

ROWS = """person_id,age_years,sex,lbp_any,womac_function_0_100,note
0012,63,male,yes,50,=1+1
0013,999,male,yes,50,plain
0014,,,,45,"a, b"
0015,63,Male,yes,50,-3
0016,sixty,male,yes,50,@x
"""


def scored(capsys, text=ROWS, *options):
    Path("in.csv").write_text(text)
    code, found = answer(capsys, "score", "small", "in.csv", "--out", "out.csv", *options)
    with Path("out.csv").open(newline="") as stream:
        return code, found, list(csv.DictReader(stream))


def test_score_gives_every_row_back_in_order(capsys, small):
    code, found, rows = scored(capsys)
    assert code == 6
    assert [row["person_id"] for row in rows] == ["0012", "0013", "0014", "0015", "0016"]
    assert float(rows[0]["predicted"]) == pytest.approx(51.3)
    assert [row["reason"] for row in rows] == [
        "",
        "OUT_OF_RANGE(age_years)",
        "",
        "UNKNOWN_CATEGORY(sex)",
        "NOT_A_NUMBER(age_years)",
    ]
    assert rows[1]["predicted"] == rows[1]["lower_80"] == rows[1]["chance_worsening"] == ""
    assert rows[2]["imputed"] == "age_years;sex;lbp_any"
    assert "SIMULATED_MODEL" in rows[0]["flags"]
    assert (found["rows"], found["scored"], found["refused"]) == (5, 2, 3)


def test_score_guards_spreadsheets_and_leaves_numbers(capsys, small):
    _, _, rows = scored(capsys)
    assert [row["note"] for row in rows] == ["'=1+1", "plain", "a, b", "-3", "'@x"]
    Path("out.csv").unlink()
    _, _, rows = scored(capsys, ROWS, "--raw-text")
    assert rows[0]["note"] == "=1+1"


def test_score_equals_predict_to_the_last_bit(capsys, small):
    _, _, rows = scored(capsys)
    _, one = answer(capsys, "predict", "small", "--womac-function-0-100", 45)
    for name in ("predicted", "lower_80", "upper_95", "chance_worsening"):
        assert float(rows[2][name]) == one[name]


def test_python_equals_score_to_the_last_bit(capsys, small):
    _, _, rows = scored(capsys)
    frame = pd.DataFrame({"womac_function_0_100": [45.0], "age_years": [None], "sex": [None]})
    found = hiprisk.load("small").score(frame)
    assert found["predicted"][0] == float(rows[2]["predicted"])
    assert found["imputed"][0] == rows[2]["imputed"]


def test_score_to_parquet_equals_csv(capsys, small):
    _, _, rows = scored(capsys)
    run(capsys, "score", "small", "in.csv", "--out", "out.parquet")
    table = pd.read_parquet("out.parquet")
    assert table["predicted"][0] == float(rows[0]["predicted"])
    assert np.isnan(table["predicted"][1])


def test_score_does_not_overwrite(capsys, small):
    scored(capsys)
    status, _, err = run(capsys, "score", "small", "in.csv", "--out", "out.csv")
    assert status == 2
    assert "error[EXISTS]: out.csv: the output file exists (add --force)" in err
    assert run(capsys, "score", "small", "in.csv", "--out", "out.csv", "--force")[0] == 6
    assert run(capsys, "score", "small", "in.csv", "--out", "in.csv", "--force")[0] == 2


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("", 3, "EMPTY_FILE"),
        ("age_years,sex\n63,male,5\n", 3, "RAGGED"),
        ("a,b\n1,2\n", 3, "MISSING_COLUMN"),
        ("AGE_YEARS,womac_function_0_100\n63,50\n", 3, "MISSING_COLUMN"),
        ("womac_function_0_100,predicted\n50,3\n", 3, "COLUMN_EXISTS"),
        ("womac_function_0_100\n" + "0.5\n0.4\n0.45\n" * 10, 3, "UNIT_SUSPECT"),
    ],
)
def test_score_refuses_a_file_and_leaves_nothing(capsys, small, text, status, code):
    Path("in.csv").write_text(text)
    got, _, err = run(capsys, "score", "small", "in.csv", "--out", "out.csv")
    assert got == status
    assert f"error[{code}]" in err
    assert sorted(path.name for path in Path().iterdir()) == ["in.csv", "models"]


def test_score_of_a_missing_file_names_that_file(capsys, small):
    status, _, err = run(capsys, "score", "small", "nothing.csv", "--out", "out.csv")
    assert status == 5
    assert err == "hiprisk: error[IO]: nothing.csv: there is no such file (check the path)\n"
    assert not Path("out.csv").exists()


def test_score_into_a_folder_that_is_absent_names_the_output(capsys, small):
    Path("in.csv").write_text("womac_function_0_100\n50\n")
    status, _, err = run(capsys, "score", "small", "in.csv", "--out", "absent/out.csv")
    assert status == 5
    assert "out.csv: the output's folder does not exist (make it)" in err


def test_score_of_doubtful_units_can_be_insisted_on(capsys, small):
    text = "womac_function_0_100\n" + "0.5\n0.4\n0.45\n" * 10
    code, found, _ = scored(capsys, text, "--accept-units")
    assert code == 0
    assert found["warnings"][0]["code"] == "UNIT_SUSPECT"


def test_score_of_a_header_alone(capsys, small):
    code, found, rows = scored(capsys, "womac_function_0_100\n")
    assert (code, found["rows"], rows) == (0, 0, [])
    assert Path("out.csv").read_text().startswith("womac_function_0_100,predicted,lower_80")


def test_score_with_a_mapping_keeps_every_row(capsys, small):
    Path("m.yaml").write_text(
        "variables:\n  womac_function_0_100: {column: wf, from_range: [0, 68]}\n"
        "  sex: {column: g, levels: {'1': male, '2': female}}\n"
    )
    code, _, rows = scored(capsys, "wf,g\n34,1\n34,2\n", "--mapping", "m.yaml")
    assert code == 0
    assert len(rows) == 2
    assert float(rows[1]["predicted"]) - float(rows[0]["predicted"]) == pytest.approx(2.0)


def test_rows_that_the_mapping_does_not_select_come_back_without_a_prediction(capsys, small):
    Path("m.yaml").write_text("where: {g: ['1']}\nvariables: {womac_function_0_100: wf}\n")
    text = "wf,g\n34,1\nx,2\n35,1.0\n"
    code, found, rows = scored(capsys, text, "--mapping", "m.yaml", "--summary", "s.csv")
    assert code == 0  # what stands in a row that is not selected is nobody's fault
    assert (found["rows"], found["scored"], found["refused"], found["not_selected"]) == (3, 2, 0, 1)
    assert [row["reason"] for row in rows] == ["", "NOT_SELECTED", ""]
    assert [bool(row["predicted"]) for row in rows] == [True, False, True]
    assert rows[1]["wf"] == "x"
    assert Path("s.csv").read_text().splitlines()[1] == "not selected,NOT_SELECTED,,1"


@pytest.mark.parametrize("block", [64, 1 << 20])
def test_a_selection_is_the_same_for_every_size_of_block(capsys, small, monkeypatch, block):
    monkeypatch.setattr("hiprisk.serving.files.score.BLOCK_BYTES", block)
    Path("m.yaml").write_text("where: {g: ['1']}\nvariables: {womac_function_0_100: wf}\n")
    # No row of the first blocks is selected.
    text = "wf,g\n" + "30,2\n" * 40 + "".join(f"{i},{1 + i % 2}\n" for i in range(40))
    code, found, rows = scored(capsys, text, "--mapping", "m.yaml")
    assert (code, found["scored"], found["not_selected"]) == (0, 20, 60)
    assert [row["reason"] == "NOT_SELECTED" for row in rows] == [row["g"] == "2" for row in rows]


def test_a_selection_of_nobody_is_said(capsys, small):
    Path("m.yaml").write_text("where: {g: ['9']}\nvariables: {womac_function_0_100: wf}\n")
    Path("in.csv").write_text("wf,g\n34,1\n")
    code, _, err = run(capsys, "score", "small", "in.csv", "--out", "o.csv", "--mapping", "m.yaml")
    assert code == 0
    assert "the mapping selects no row" in err


def test_score_in_many_blocks_equals_one(capsys, small, monkeypatch):
    lines = [f"{i:05d},{20 + i % 80},{'male' if i % 2 else ''},{i % 101}" for i in range(3000)]
    text = "person_id,age_years,sex,womac_function_0_100\n" + "\n".join(lines) + "\n"
    scored(capsys, text)
    whole = Path("out.csv").read_bytes()
    monkeypatch.setattr("hiprisk.serving.files.score.BLOCK_BYTES", 3000)
    Path("out.csv").unlink()
    scored(capsys, text)
    assert Path("out.csv").read_bytes() == whole


def test_template_lists_units_and_writes_an_empty_file(capsys, small):
    code, found = answer(capsys, "template", "small", "--out", "empty.csv")
    assert code == 0
    assert found["variables"][0]["range"] == [18.0, 110.0]
    header = Path("empty.csv").read_text()
    assert header == "person_id,age_years,sex,lbp_any,womac_function_0_100\n"
    _, out, _ = run(capsys, "template", "small")
    assert "18 to 110 years" in out
    assert run(capsys, "template", "small", "--out", "empty.csv")[0] == 2


def test_models_lists_bundles_and_names_broken_ones(capsys, small):
    broken = write_small_bundle(Path("models"))
    (broken / "card.md").write_text("x")
    code, found = answer(capsys, "models")
    assert code == 0
    assert [row["data"] for row in found["models"]] == ["simulated", "CHANGED"]
    _, out, _ = run(capsys, "models")
    assert "R², optimism-corrected 0.300" in out
    assert "no bundles in" in run(capsys, "models", "--root", "nowhere")[1]


def test_check_prints_findings_without_cells(capsys):
    Path("in.csv").write_text("person_id,age_years\nJane Roe,999\nb,64\n")
    status, out, _ = run(capsys, "check", "in.csv")
    assert status == 3
    assert "OUT_OF_RANGE" in out
    assert "Jane Roe" not in out
    status, found = answer(capsys, "check", "in.csv")
    assert found["findings"][0]["rows"] == [1]
    _, out, err = run(capsys, "check", "in.csv", "--show-values")
    assert "999" in err
    assert "999" not in out


def test_check_shows_the_value_of_the_right_row_under_a_selection(capsys):
    Path("in.csv").write_text("g,a\n0,64\n1,65\n0,66\n1,777\n")
    Path("m.yaml").write_text("where: {g: ['1']}\nvariables: {age_years: a}\n")
    _, out, err = run(capsys, "check", "in.csv", "--mapping", "m.yaml", "--show-values")
    assert "OUT_OF_RANGE age_years: 777.0" in err
    assert "OUT_OF_RANGE" in out


def test_several_stacked_imputations_are_no_people_to_learn_from(capsys):
    frame = simulate_cohort("stupar", n=100, seed=1).frame
    pd.concat([frame.assign(Impnr=number) for number in (1, 2)]).to_csv("s.csv", index=False)
    names = ["person_id", "age_years", "womac_function_0_100", "womac_function_followup_0_100"]
    mapping = "imputation_column: Impnr\nvariables: {" + ", ".join(f"{n}: {n}" for n in names) + "}"
    from hiprisk.learning.study_cohort import load_study_cohort

    for extra, n_rows in (
        ("", None),
        ("\nimputations: ['1', '2']", None),
        ("\nimputations: ['2']", 100),
    ):
        Path("m.yaml").write_text(mapping + extra)
        config = load_config(CONFIGS / "stupar.yaml", overrides=["cohort={}"])
        cohort = dataclasses.replace(config.cohort, file="s.csv", mapping="m.yaml")
        config = dataclasses.replace(config, cohort=cohort)
        if n_rows is None:
            with pytest.raises(hiprisk.ConfigError, match="each person would count several times"):
                load_study_cohort(config)
        else:
            assert load_study_cohort(config).n_rows == n_rows


def test_check_strict_refuses_warnings(capsys):
    Path("in.csv").write_text("person_id,age_years\na,99\nb,64\n")
    assert run(capsys, "check", "in.csv")[0] == 0
    assert run(capsys, "check", "in.csv", "--strict")[0] == 3


def test_init_drafts_what_loads(capsys):
    run(capsys, "simulate", "--seed", 1, "--n", 150, "--out", "new.csv")
    code, found = answer(capsys, "init", "new.csv", "--out-dir", "drafts")
    assert code == 0
    mapping = load_mapping(found["mapping"])
    assert mapping.variables["womac_function_0_100"].column == "womac_function_0_100"
    config = load_config(found["config"])
    assert config.outcome.variable == "womac_function_followup_0_100"
    assert run(capsys, "check", "new.csv", "--mapping", found["mapping"])[0] == 0
    assert run(capsys, "init", "new.csv", "--out-dir", "drafts")[0] == 2


def test_init_marks_what_it_does_not_know(capsys):
    Path("odd.csv").write_text("Age,Gender,colour\n" + "60,1,x\n70,2,y\n" * 5)
    _, found = answer(capsys, "init", "odd.csv")
    proposed = {row["column"]: row for row in found["columns"]}
    assert proposed["Age"]["variable"] == "age_years"
    assert proposed["Gender"] == {
        "column": "Gender", "variable": "sex", "own": False, "left_out": None,
        "decide": ["state what each code means"],
    }  # fmt: skip
    assert (proposed["colour"]["variable"], proposed["colour"]["own"]) == ("colour", True)
    assert '"1": DECIDE  # one of: female, male' in Path(found["mapping"]).read_text()


def test_simulate_writes_the_same_file_for_the_same_seed(capsys):
    for name in ("a.csv", "b.csv"):
        code, found = answer(capsys, "simulate", "--seed", 4, "--n", 60, "--out", name)
        assert (code, found["rows"], found["provenance"]) == (0, 60, "simulated")
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()
    assert run(capsys, "simulate", "--seed", 4, "--out", "a.csv")[0] == 2
    assert run(capsys, "simulate", "--seed", 4, "--n", 60, "--out", "a.parquet")[0] == 0
    assert pd.read_parquet("a.parquet").shape[0] == 60


# --- the data scientist ----------------------------------------------------------------------


def check_report(html, bundle):
    """It says what it is, has every part, fetches nothing, and its tables say the same."""
    assert html.index("SIMULATED DATA") < html.index("<h2>Summary</h2>")
    anchors = "people characteristics samplesize model performance calibration events added"
    for anchor in (*anchors.split(), "association", "stability", "subgroups", "sites"):
        assert f'<section id="{anchor}">' in html
    assert not re.search(r'(src|href)="(?!data:|#)', html)
    metrics = pd.read_parquet(bundle.path / "tables" / "metrics.parquet").set_index("metric")
    for name, estimate in bundle.evidence["metrics"].items():
        assert metrics.loc[name, "value"] == estimate["value"]
    groups = pd.read_parquet(bundle.path / "tables" / "subgroups.parquet")
    assert not groups["level"].str.startswith("site_").any()


@pytest.mark.slow
def test_train_writes_a_bundle_that_scores_and_predicts(capsys):
    code, found = answer(
        capsys, "train", CONFIGS / "stupar.yaml", *QUICK, "--workers", 1,
        "--set", "tracking.register=true",
    )  # fmt: skip
    assert code == 0
    assert set(found["metrics"]["r2_apparent"]) == {"value", "low", "high"}
    assert found["metrics"]["r2_corrected"]["value"] < found["metrics"]["r2_apparent"]["value"]
    assert found["summary"][0].startswith("SIMULATED DATA")
    bundle = read_bundle(found["bundle"])
    assert bundle.sha256 == found["bundle_sha256"]
    wanted = {"figures/calibration_loess.png", "estimator.skops", "tables/subgroups.parquet"}
    assert wanted <= set(bundle.manifest["files"])
    check_report((bundle.path / "report.html").read_text(), bundle)
    run(capsys, "simulate", "--seed", 4, "--n", 60, "--out", "new.csv")
    assert run(capsys, "score", "stupar", "new.csv", "--out", "out.csv")[0] == 0
    predicted = pd.read_csv("out.csv")["predicted"]
    assert predicted.between(0, 100).all()

    import mlflow

    mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
    runs = mlflow.search_runs(experiment_names=["stupar"], output_format="list")
    parent = next(r for r in runs if r.info.run_id == found["mlflow_run"])
    children = [r for r in runs if r.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert {r.data.params["family"] for r in children} == {"mean", "linear", "boosting"}
    assert {r.info.status for r in runs} == {"FINISHED"}
    assert parent.data.metrics["r2_corrected"] == found["metrics"]["r2_corrected"]["value"]
    assert parent.data.tags["cohort_fingerprint"] == bundle.manifest["cohort_fingerprint"]
    model = mlflow.pyfunc.load_model(f"runs:/{parent.info.run_id}/model")
    champion = mlflow.pyfunc.load_model("models:/stupar@champion")
    assert champion.metadata.run_id == parent.info.run_id
    answered = model.predict(pd.read_csv("new.csv"))
    assert (answered["predicted"].to_numpy() == predicted.to_numpy()).all()
    refused = model.predict(pd.read_csv("new.csv").assign(age_years=999.0))
    assert (refused["reason"] == "OUT_OF_RANGE(age_years)").all()
    with pytest.raises(hiprisk.InputError, match="no column is a variable"):
        model.predict(pd.DataFrame({"x": [1.0]}))


@pytest.mark.slow
@pytest.mark.usefixtures("blank_figures")
def test_workers_and_a_kill_change_no_byte_of_the_model(capsys, tmp_path):
    config = CONFIGS / "stupar.yaml"
    settings = [*QUICK, *NO_TRACKING, "--set", "tuning.trials=12"]
    _, one = answer(capsys, "train", config, *settings, "--workers", 1, "--out", "one")
    command = [sys.executable, "-m", "hiprisk", "train", str(config), *settings, "--workers", "1",
               "--out", "killed"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    store = Path("killed/.searching/stupar/search.db")
    deadline = time.monotonic() + 120
    while n_trials(store) < 6 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert not list(Path("killed").glob("stupar/*"))
    _, resumed = answer(
        capsys, "train", config, *settings, "--workers", 2, "--out", "killed", "--resume"
    )
    assert resumed["bundle_sha256"] == one["bundle_sha256"]
    assert not store.exists()


def n_trials(store):
    import sqlite3

    if not store.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
            return connection.execute("select count(*) from trials").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.slow
@pytest.mark.usefixtures("blank_figures")
def test_a_binary_study_gives_a_risk_with_bounds(capsys):
    code, found = answer(
        capsys, "train", CONFIGS / "stupar_worsening.yaml", *QUICK, *NO_TRACKING,
        "--set", "families={logistic: {spline_knots: 0}}", "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert set(found["metrics"]) >= {"c_statistic_corrected", "scaled_brier_apparent"}
    _, one = answer(
        capsys, "predict", "stupar-worsening", "--womac-function-0-100", 45, "--age-years", 60,
        "--womac-pain-0-100", 40, "--knee-oa", "yes", "--comorbidity-count", 1, "--sex", "male",
        "--lbp-any", "yes", "--lbp-nrs-0-10", 5, "--bmi-kg-m2", 27, "--kl-grade", 2,
    )  # fmt: skip
    assert 0 <= one["lower_95"] <= one["risk"] <= one["upper_95"] <= 1


@pytest.mark.slow
@pytest.mark.usefixtures("blank_figures")
def test_tuning_inside_the_resamples_is_said(capsys):
    quick = [*QUICK, *NO_TRACKING, "--set", "families={linear: {spline_knots: 0, l1_share: 0}}"]
    inside = ["--set", "validation.tune_inside=true", "--set", "validation.trials_inside=2"]
    config = CONFIGS / "stupar.yaml"
    _, fixed = answer(capsys, "train", config, *quick, "--workers", 1)
    _, tuned = answer(capsys, "train", config, *quick, *inside, "--workers", 1)
    said = [read_bundle(one["bundle"]).evidence["not_repeated"] for one in (fixed, tuned)]
    assert any("tuning" in line for line in said[0])
    assert not any("tuning" in line for line in said[1])
    apparent = [one["metrics"]["r2_apparent"] for one in (fixed, tuned)]
    corrected = [one["metrics"]["r2_corrected"] for one in (fixed, tuned)]
    assert apparent[0] == apparent[1]
    assert corrected[0] != corrected[1]


@pytest.mark.slow
@pytest.mark.usefixtures("blank_figures")
def test_pure_noise_is_said_to_add_nothing(capsys):
    frame = pd.DataFrame(
        {
            "age_years": np.random.default_rng(0).normal(65, 8, 200).clip(50, 85).round(1),
            "womac_function_0_100": np.random.default_rng(1).uniform(0, 100, 200).round(1),
            "womac_function_followup_0_100": np.random.default_rng(2).uniform(0, 100, 200).round(1),
        }
    )
    frame.to_csv("noise.csv", index=False)
    code, found = answer(
        capsys, "train", CONFIGS / "stupar.yaml", "--cohort", "noise.csv", *QUICK[2:], *NO_TRACKING,
        "--set", "blocks={core: [age_years, womac_function_0_100]}",
        "--set", "confounders=[age_years]", "--set", "imputation.auxiliary=[]",
        "--set", "outcome.hip_replacement=null", "--set", "association=null",
        "--set", "measurement_error={}",
        "--set", "families={linear: {spline_knots: 0, penalty: {low: 0.5, high: 1}, l1_share: 1}}",
        "--workers", 1,
    )  # fmt: skip
    assert code == 0
    assert any("adds nothing" in line or "add nothing" in line for line in found["summary"])


CONFIG_ERRORS = {
    "titel=x": ("'titel'|titel: this key is not known", "did you mean title"),
    "seed=x": ("seed", "must be a whole number"),
    "tuning.trials=0": ("tuning.trials", "must be at least 1"),
    "outcome.events=[]": ("outcome", "needs at least one event"),
    "confounders=[age_years, height_cm]": ("the whole file", "height_cm is in no block"),
    "families={logistic: {}}": ("the whole file", "logistic does not fit a continuous outcome"),
    "outcome.bounds=[100, 0]": ("outcome.bounds", "must ascend"),
    "blocks.core=[womac_function_followup_0_100]": (
        "the whole file",
        "cannot be a predictor|no block",
    ),
    "nonsense": ("--set", "not of the form"),
    "validation.resamples=10": (r"\]: --set validation\.resamples: ", "must be at least 20"),
    "validation={resamples: 10}": (r"\]: --set validation\.resamples: ", "must be at least 20"),
    "outcome.dichotomise={name: x, label: x, direction: above, reference: fixed, value: 9}": (
        r"outcome \(line \d+\) with --set outcome\.dichotomise: ",
        "belong to a binary outcome",
    ),
    "outcome.events=[{name: x, label: x, direction: above, reference: fixed, value: 412}]": (
        "with --set outcome.events",
        "the value of event x must lie inside outcome.bounds",
    ),
    "outcome.events=[{name: x, label: x, direction: above, reference: baseline, value: 100}]": (
        "with --set outcome.events",
        "event x is a change larger than the range of outcome.bounds",
    ),
}


@pytest.mark.parametrize("override", CONFIG_ERRORS)
def test_a_config_that_breaks_a_rule_names_the_key(capsys, override):
    where, what = CONFIG_ERRORS[override]
    status, _, err = run(capsys, "train", CONFIGS / "stupar.yaml", "--set", override)
    assert status == 2
    assert re.search(where, err)
    assert re.search(what, err)


def test_a_config_error_names_its_line(capsys):
    text = (CONFIGS / "stupar.yaml").read_text().replace("  folds: 5", "  folds: 5")
    text = text.replace("tuning: {trials: 25, folds: 5}", "tuning:\n  trials: 25\n  folds: 1")
    Path("c.yaml").write_text(text)
    line = text.splitlines().index("  folds: 1") + 1
    status, _, err = run(capsys, "train", "c.yaml")
    assert status == 2
    assert f"c.yaml: tuning.folds (line {line}): " in err


def test_config_errors_name_up_to_five_keys(capsys):
    faults = ["tuning.trials=0", "tuning.folds=1", "validation.resamples=10", "seed=-1",
              "imputation.imputations=0", "validation.repeats=-1"]  # fmt: skip
    words = [word for fault in faults for word in ("--set", fault)]
    status, _, err = run(capsys, "train", CONFIGS / "stupar.yaml", *words)
    assert status == 2
    named = [
        fault.partition("=")[0] for fault in faults if f"--set {fault.partition('=')[0]}:" in err
    ]
    assert len(named) == 5
    assert "; 1 more (see" in err


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda f: f.assign(age_years=999.0), "OUT_OF_RANGE"),
        (lambda f: f.drop(columns="lbp_any"), "MISSING_COLUMN"),
        (lambda f: f.assign(womac_function_followup_0_100=50.0), "OUTCOME"),
        (lambda f: f.head(30), "OUTCOME"),
        (lambda f: f.assign(lbp_any="no"), "CONSTANT"),
    ],
)
def test_train_refuses_a_cohort_that_cannot_teach(capsys, edit, code):
    run(capsys, "simulate", "--seed", 4, "--n", 220, "--out", "c.csv")
    edit(pd.read_csv("c.csv")).to_csv("bad.csv", index=False)
    status, _, err = run(
        capsys, "train", CONFIGS / "stupar.yaml", "--cohort", "bad.csv", *QUICK[2:], *NO_TRACKING,
        "--workers", 1,
    )  # fmt: skip
    assert status == 3
    assert f"error[{code}]" in err
    assert not list(Path("models").glob("*/*/manifest.json"))


def test_train_counts_what_on_invalid_did(capsys):
    run(capsys, "simulate", "--seed", 4, "--n", 220, "--out", "c.csv")
    frame = pd.read_csv("c.csv")
    frame.loc[:4, "age_years"] = 999.0
    frame.loc[5, "hip_flexion_right_deg"] = 400.0  # behind the worse side, no predictor itself
    frame.to_csv("bad.csv", index=False)
    from hiprisk.learning.study_cohort import handle_invalid_values, load_study_cohort

    for choice, n_rows, n_missing in (("missing", 220, 5), ("exclude", 214, 0)):
        config = load_config(
            CONFIGS / "stupar.yaml",
            overrides=["cohort={file: x}", f"cohort.on_invalid={choice}"],
        )
        config = dataclasses.replace(
            config, cohort=dataclasses.replace(config.cohort, file="bad.csv")
        )
        rows = handle_invalid_values(load_study_cohort(config), config)
        assert len(rows) == n_rows
        assert rows["age_years"].isna().sum() == n_missing
        assert rows["hip_flexion_right_deg"].max() < 180


def test_a_missing_config_or_cohort_is_an_io_error(capsys):
    assert run(capsys, "train", "absent.yaml")[0] == 5
    assert run(capsys, "train", CONFIGS / "stupar.yaml", "--cohort", "absent.csv")[0] == 5


def test_an_unusable_store_is_an_io_error(capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nonsense://host")
    status, _, err = run(
        capsys, "train", CONFIGS / "stupar.yaml", *QUICK, "--workers", 1, "--out", "m"
    )
    assert status == 5
    assert "the MLflow store cannot be used" in err


@pytest.mark.parametrize("name", ["stupar", "stupar_worsening", "nhs_proms_hip"])
def test_shipped_configs_load(name):
    assert load_config(CONFIGS / f"{name}.yaml").name.startswith(name.split("_")[0])

"""sheet, validate, update and drift as people call them, with wrong moves too."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hiprisk.bundle import read_bundle
from hiprisk.cli import main
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.tracking.pyfunc import _load_pyfunc
from small_bundle import write_small_bundle

CONFIGS = Path(__file__).parents[2] / "configs"
FAST = ["--resamples", "50"]


@pytest.fixture(scope="module")
def simulated():
    return simulate_cohort("stupar", n=500, seed=6).frame


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, simulated):
    monkeypatch.chdir(tmp_path)
    simulated.to_csv("cohort.csv", index=False)


@pytest.fixture
def invented(capsys):
    assert main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")]) == 0
    capsys.readouterr()
    return Path("models/invented-womac")


def run(capsys, *argv):
    code = main([str(word) for word in argv])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def answer(capsys, *argv):
    code, out, _ = run(capsys, *argv, "--json")
    return code, json.loads(out)


# --- sheet -----------------------------------------------------------------------------------


def test_a_published_model_becomes_a_bundle_that_predicts(capsys, invented):
    bundle = read_bundle(invented)
    assert bundle.provenance == "published"
    assert "estimator.skops" not in bundle.manifest["files"]
    code, found = answer(capsys, "predict", "invented-womac", "--age-years", 65, "--sex", "male",
                         "--lbp-any", "no", "--hip-flexion-right-deg", np.degrees(1.75),
                         "--womac-function-0-100", 40)  # fmt: skip
    # 36, and the spline at 40: 0.1 x 30^3 / 60^2.
    assert code == 0
    assert found["predicted"] == pytest.approx(36 + 0.1 * 30**3 / 3600)


def test_a_sheet_is_shown_in_full(capsys, invented):
    code, out, _ = run(capsys, "sheet", "show", invented)
    assert code == 0
    assert "INVENTED COEFFICIENTS" in out
    assert "spline, knots 10, 40, 70" in out
    assert answer(capsys, "sheet", "show", invented)[1]["sheet"]["name"] == "invented-womac"


def test_an_unknown_key_names_file_and_line(capsys):
    Path("m.yaml").write_text("name: paper\ntittle: x\n")
    code, out, err = run(capsys, "sheet", "new", "m.yaml", "--json")
    assert code == 2
    assert "m.yaml: tittle (line 2): this key is not known" in err
    assert json.loads(out)["exit_code"] == 2


# --- validate --------------------------------------------------------------------------------


@pytest.fixture
def stack(simulated):
    """The cohort three times, as imputations, and a mapping that says so."""
    few = simulated.head(150)
    pd.concat([few.assign(imp=number) for number in (1, 2, 3)]).to_csv("stack.csv", index=False)
    names = ", ".join(f"{name}: {name}" for name in simulated.columns)
    Path("m.yaml").write_text(f"imputation_column: imp\nvariables: {{{names}}}\n")
    return ["stack.csv", "--mapping", "m.yaml"]


def test_stacked_imputations_are_pooled_over_persons(capsys, invented, stack):
    code, found = answer(capsys, "validate", "invented-womac", *stack, *FAST)
    assert code == 0
    assert found["imputations"] == 3
    assert found["flow"][0]["n_remaining"] == 150
    assert found["n"] < 150
    assert found["groups"] is None
    assert found["case_mix"] is None


@pytest.mark.parametrize("option", [["--by", "sex"], ["--development", "cohort.csv"]])
def test_what_is_not_pooled_is_refused_by_name(capsys, invented, stack, option):
    code, out, err = run(capsys, "validate", "invented-womac", *stack, *option, *FAST)
    assert (code, out) == (2, "")
    assert f"error[STACKED_ROWS]: {option[0]}: the file contains stacked imputations" in err
    assert 'choose one in the mapping, for instance imputations: ["1"]' in err


@pytest.mark.parametrize(
    "command", [["drift", "invented-womac"], ["update", "--method", "intercept", "invented-womac"]]
)
def test_commands_that_do_not_pool_refuse_a_stack(capsys, invented, stack, command):
    code, out, err = run(capsys, *command, *stack)
    assert (code, out) == (2, "")
    assert "3 were read, and each person would count several times" in err
    assert not Path("models/invented-womac/2").exists()


def test_validation_says_who_was_judged_and_that_people_are_simulated(capsys, invented):
    code, out, _ = run(capsys, "validate", "invented-womac", "cohort.csv", "--by", "sex", *FAST)
    assert code == 0
    assert "INVENTED COEFFICIENTS" in out
    assert "SIMULATED DATA" in out
    assert "hip replaced before follow-up (excluded)" in out
    assert "By sex:\nsex     people  R² " in out


def test_the_same_figures_in_json_and_in_files(capsys, invented):
    code, found = answer(capsys, "validate", invented, "cohort.csv", "--out", "v", *FAST)
    assert code == 0
    assert json.loads(Path("v/validation.json").read_text()) == found
    table = pd.read_csv("v/metrics.csv")
    rmse = table.loc[(table["metric"] == "rmse") & (table["variable"] == "all"), "value"].item()
    assert rmse == pytest.approx(found["metrics"]["rmse"]["value"], rel=1e-12)
    assert Path("v/calibration.png").stat().st_size > 5000
    assert set(found["case_mix"]) >= {"lp_sd_ratio", "normal_membership_c", "membership_c"}
    assert all(set(metric) == {"value", "low", "high"} for metric in found["metrics"].values())
    assert {"normal_membership_c", "standardised_difference_age_years"} <= set(found["metrics"])


def test_groups_are_those_of_train_unless_chosen(capsys, invented):
    _, found = answer(capsys, "validate", invented, "cohort.csv", *FAST)
    assert {"sex", "age_band", "site", "kl_grade", "lbp_any"} <= set(found["groups"]["labels"])
    _, found = answer(capsys, "validate", invented, "cohort.csv", "--by", "sex", *FAST)
    assert set(found["groups"]["labels"]) == {"sex"}
    assert answer(capsys, "validate", invented, "cohort.csv", "--by", *FAST)[1]["groups"] is None


def test_the_development_cohort_gives_the_membership_model(capsys, invented):
    simulate_cohort("stupar", n=400, seed=9).frame.to_csv("old.csv", index=False)
    _, found = answer(capsys, "validate", invented, "cohort.csv", "--development", "old.csv", *FAST)
    assert found["case_mix"]["basis"] == "the development cohort itself"
    assert 0.35 < found["case_mix"]["membership_c"]["value"] < 0.65


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


def test_a_cohort_without_the_outcome_is_refused(capsys, invented, simulated):
    simulated.drop(columns="womac_function_followup_0_100").to_csv("n.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "n.csv")
    assert code == 3
    assert "error[MISSING_COLUMN]: n.csv: womac_function_followup_0_100" in err


def test_a_changed_bundle_is_refused(capsys, invented):
    with (invented / "1" / "sheet.json").open("a") as stream:
        stream.write(" ")
    for command in (("validate",), ("update", "--method", "intercept"), ("drift",)):
        code, _, err = run(capsys, command[0], invented, "cohort.csv", *command[1:])
        assert code == 4
        assert "error[CHANGED]" in err


def test_a_bundle_that_does_not_say_its_outcome_is_refused(capsys):
    code, _, err = run(capsys, "validate", write_small_bundle(Path("models")), "cohort.csv")
    assert code == 2
    assert "does not say what the outcome is" in err


def test_codes_that_are_no_levels_are_refused_whole(capsys, invented, simulated):
    # As in psfmi's hipstudy: developed with 0 and 1, met with 1 and 2. Here 1 would pass for male.
    codes = np.where(simulated["sex"] == "female", "2", "1")
    simulated.assign(sex=codes).to_csv("c.csv", index=False)
    columns = [c for c in simulated.columns if c != "sex"]
    lines = ["provenance: simulated", "variables:", *(f"  {c}: {c}" for c in columns),
             '  sex: {column: sex, levels: {"0": female, "1": male}}']  # fmt: skip
    Path("m.yaml").write_text("\n".join(lines) + "\n")
    for command in (("validate",), ("update", "--method", "intercept")):
        code, _, err = run(
            capsys, command[0], invented, "c.csv", "--mapping", "m.yaml", *command[1:]
        )
        assert code == 3
        assert "error[UNKNOWN_CATEGORY]: c.csv: row " in err
        assert "nothing is guessed" in err


# --- update ----------------------------------------------------------------------------------


def test_an_update_is_a_new_version_with_its_lineage(capsys, invented):
    parent = read_bundle(invented)
    code, found = answer(capsys, "update", invented, "cohort.csv", "--method", "recalibrate", *FAST)
    assert code == 0
    child = read_bundle(found["bundle"])
    assert (child.name, child.version) == ("invented-womac", "2")
    line = child.lineage
    assert line["parent_version"] == "1"
    assert line["parent_bundle_sha256"] == parent.sha256
    assert line["cohort_fingerprint"] == child.manifest["cohort_fingerprint"]
    assert child.evidence["lineage"] == line
    assert child.config["update"]["parent"]["parent_bundle_sha256"] == parent.sha256
    assert child.sheet.intended_use == parent.sheet.intended_use
    # People are simulated, so what was learned from them stays so.
    assert child.provenance == "simulated"
    assert any(note.startswith("MIXED PROVENANCE") for note in child.sheet.notes)


def test_an_update_of_an_update_knows_both(capsys, invented):
    for method in ("intercept", "reestimate"):
        assert (
            run(capsys, "update", "invented-womac", "cohort.csv", "--method", method, *FAST)[0] == 0
        )
    line = read_bundle(invented).lineage
    assert line["parent_version"] == "2"
    assert line["parent_lineage"]["parent_version"] == "1"


def test_an_updated_bundle_scores_predicts_and_loads_everywhere(capsys, invented, simulated):
    run(capsys, "update", invented, "cohort.csv", "--method", "reestimate", *FAST)
    code, out, _ = run(capsys, "score", "invented-womac", "cohort.csv", "--out", "s.csv")
    assert code in (0, 6)
    scored = pd.read_csv("s.csv")
    assert scored["predicted"].notna().sum() > 400
    loaded = _load_pyfunc(str(invented / "2")).predict(simulated.head(3))
    assert loaded["predicted"].astype(float).to_numpy() == pytest.approx(
        scored["predicted"].head(3).to_numpy(), abs=1e-9
    )
    code, out, _ = run(capsys, "models")
    assert "invented-womac" in out
    assert "R², optimism-corrected" in out
    assert "every coefficient re-estimated" in (invented / "2" / "card.md").read_text()


def test_the_same_update_has_the_same_hash(capsys, invented):
    hashes = set()
    for folder in ("a", "b"):
        argv = ("update", f"{invented}/1", "cohort.csv", "--method", "reestimate", *FAST)
        run(capsys, *argv, "--out", folder)
        hashes.add(read_bundle(Path(folder) / "invented-womac").sha256)
    assert len(hashes) == 1


def test_a_model_that_needs_nothing_gets_no_new_version(capsys, simulated):
    # The published model itself makes the outcome, so nothing is there to be updated.
    main(["sheet", "new", str(CONFIGS / "published" / "invented_womac.yaml")])
    main(["score", "invented-womac", "cohort.csv", "--out", "s.csv"])
    capsys.readouterr()
    scored = pd.read_csv("s.csv")
    noise = np.random.default_rng(3).normal(0, 8, len(scored))
    outcome = (scored["predicted"] + noise).clip(0, 100)
    simulated.assign(womac_function_followup_0_100=outcome).to_csv("t.csv", index=False)
    code, found = answer(
        capsys, "update", "invented-womac", "t.csv", "--method", "closed-test", *FAST
    )
    assert code == 0
    assert found["chosen"] == "none"
    assert found["bundle"] is None
    assert not Path("models/invented-womac/2").exists()


def test_a_method_that_does_not_exist_is_refused(capsys, invented):
    code, _, err = run(capsys, "update", invented, "cohort.csv", "--method", "refit")
    assert code == 2
    assert "error[USAGE]" in err


# --- drift -----------------------------------------------------------------------------------


def test_drift_is_said_in_words_and_strict_makes_it_an_exit_code(capsys, invented):
    code, out, _ = run(capsys, "drift", invented, "cohort.csv")
    assert code == 0
    assert "Predictor drift: age" in out
    # The invented model does not say on how many people it was developed.
    assert "the development sample size is not known" in out
    assert run(capsys, "drift", invented, "cohort.csv", "--strict")[0] == 3


def test_drift_in_json_and_files(capsys, invented):
    _, found = answer(capsys, "drift", invented, "cohort.csv", "--out", "d")
    assert json.loads(Path("d/drift.json").read_text()) == found
    assert len(pd.read_csv("d/variables.csv")) == 5
    assert pd.read_csv("d/watch.csv")["n_so_far"].max() == found["watch"]["n_so_far"][-1]
    assert Path("d/watch.png").exists()
    assert all(set(metric) == {"value", "low", "high"} for metric in found["metrics"].values())
    assert found["metrics"]["mean_difference"]["value"] == found["watch"]["mean_difference"]
    assert "standardised_difference_prediction" in found["metrics"]


def test_an_updated_model_knows_on_how_many_people_its_average_was_fitted(capsys, invented):
    _, done = answer(capsys, "update", invented, "cohort.csv", "--method", "intercept", *FAST)
    sheet = read_bundle(done["bundle"]).sheet
    assert sheet.n_people == done["n"]
    _, out, _ = run(capsys, "drift", done["bundle"], "cohort.csv")
    assert f"a development cohort of {sheet.n_people}" in out


def test_radians_are_named_as_a_likely_cause_and_need_no_outcome(capsys, invented, simulated):
    frame = simulated.drop(columns="womac_function_followup_0_100")
    frame["hip_flexion_right_deg"] = np.radians(frame["hip_flexion_right_deg"])
    frame.to_csv("r.csv", index=False)
    code, out, _ = run(capsys, "drift", invented, "r.csv")
    assert code == 0
    assert "radians" in out
    assert "Check units and codes" in out
    assert "No calibration CUSUM: the outcome" in out


def test_a_time_that_is_not_there_is_refused(capsys, invented):
    code, _, err = run(capsys, "drift", invented, "cohort.csv", "--time", "visit_day")
    assert code == 3
    assert "visit_day: the cohort has no such time" in err


# --- what a newcomer met ---------------------------------------------------------------------


@pytest.mark.usefixtures("blank_figures")
def test_a_validation_is_not_overwritten_unasked(capsys, invented):
    Path("v").mkdir()
    Path("v/validation.json").write_text("{}")
    code, _, err = run(capsys, "validate", invented, "cohort.csv", "--out", "v", *FAST)
    assert code == 2
    assert "EXISTS" in err
    assert "--force" in err
    assert Path("v/validation.json").read_text() == "{}"
    code, _, _ = run(capsys, "validate", invented, "cohort.csv", "--out", "v", "--force", *FAST)
    assert code == 0
    assert Path("v/validation.json").read_text() != "{}"


def test_the_usage_names_bundle_and_cohort_once(capsys):
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["validate", "--help"])
    assert "usage: hiprisk validate [options] [BUNDLE] COHORT\n" in capsys.readouterr().out


def test_an_update_that_lacks_variables_names_them_and_the_way_out(capsys, invented, simulated):
    del invented
    fewer = simulated.drop(columns=["sex", "lbp_any"])
    fewer.to_csv("fewer.csv", index=False)
    code, _, err = run(capsys, "update", "invented-womac", "fewer.csv", "--method", "closed-test",
                       *FAST)  # fmt: skip
    assert code == 3
    assert "fewer.csv: sex, lbp_any: not every coefficient can be fitted" in err
    assert "--method recalibrate" in err


def test_without_the_hip_replacement_column_the_way_out_is_named(capsys, invented, simulated):
    simulated.drop(columns="hip_replacement_before_followup").to_csv("w.csv", index=False)
    code, _, err = run(capsys, "validate", invented, "w.csv", *FAST)
    assert code == 3
    assert 'hip_replacement_before_followup: {value: "no"}' in err
    names = [c for c in simulated.columns if c != "hip_replacement_before_followup"]
    lines = [f"  {name}: {name}" for name in names]
    lines.append('  hip_replacement_before_followup: {value: "no"}')
    Path("m.yaml").write_text("variables:\n" + "\n".join(lines) + "\n")
    code, _, err = run(capsys, "validate", invented, "w.csv", "--mapping", "m.yaml", *FAST)
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("coefficient: 1}", "coefficient: 1,5}", "decimal comma? write numbers with a point"),
        ("intercept: 36", "intercept: 36,5", "intercept (line 25): "),
        ("intercept: 36", "intercept: 36,5", "write it with a decimal point: 36.5"),
        (
            'level: "yes"',
            "level: ja",
            "m.yaml: terms (lbp_any) (line 30): 'ja' is not a known level",
        ),
        ("female: 0.6", "woman: 0.6", "m.yaml: predictors.sex.shares (line 38): 'woman' is no"),
    ],
)
def test_a_wrong_model_is_refused_with_file_line_and_a_guess(capsys, old, new, said):
    text = (CONFIGS / "published" / "invented_womac.yaml").read_text()
    assert old in text
    Path("m.yaml").write_text(text.replace(old, new))
    code, _, err = run(capsys, "sheet", "new", "m.yaml")
    assert code == 2
    assert said in err


def test_the_same_file_again_makes_no_new_version(capsys, invented):
    source = CONFIGS / "published" / "invented_womac.yaml"
    code, out, _ = run(capsys, "sheet", "new", source)
    assert code == 0
    assert out.startswith(f"nothing written: {invented}/1 is identical")
    assert answer(capsys, "sheet", "new", source)[1]["written"] is False
    Path("m.yaml").write_text(source.read_text().replace("intercept: 36", "intercept: 37"))
    _, out, _ = run(capsys, "sheet", "new", "m.yaml")
    assert out.startswith(f"written: {invented}/2")

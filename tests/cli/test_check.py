"""``hiprisk check``: what a person sees, what a script gets."""

import dataclasses
import json
import re
from pathlib import Path

import pandas as pd
import pytest

import hiprisk
from commands import answer, run
from hiprisk.cli import main
from hiprisk.cohort.dictionary import load_dictionary
from hiprisk.cohort.simulation.simulate import simulate_cohort
from hiprisk.config import load_config
from small_bundle import write_small_bundle

SECRET = "Jane Roe"


@pytest.fixture
def check(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(text, *options, mapping=None):
        (tmp_path / "in.csv").write_text(text, encoding="utf-8")
        if mapping is not None:
            (tmp_path / "m.yaml").write_text(mapping)
            options = (*options, "--mapping", "m.yaml")
        status = main(["check", "in.csv", *options])
        return status, capsys.readouterr()

    return run


def test_a_clean_file_is_done(check):
    status, said = check("person_id,age_years,sex\na,60,female\nb,61,male\n")
    assert status == 0
    assert "in.csv: 2 rows, one a person; 3 variables" in said.out
    assert "0 error(s), 0 warning(s)" in said.out


def test_errors_come_before_warnings_with_their_rows(check):
    status, said = check("age_years,bmi_kg_m2\n60,12\n999,25\n61,26\n")
    assert status == 3
    assert said.out.index("OUT_OF_RANGE") < said.out.index("UNUSUAL")
    assert "1 error(s), 1 warning(s)" in said.out


def test_rows_are_those_of_the_file_where_some_are_selected(check):
    status, said = check(
        "g,a\n1,60\n1,61\n2,62\n2,999\n",
        "--json",
        mapping="where: {g: ['2']}\nvariables: {age_years: a}",
    )
    assert status == 3
    assert json.loads(said.out)["rows"] == 2
    assert json.loads(said.out)["findings"][0]["rows"] == [5]


def test_equal_advice_is_printed_once(check):
    names = ["lbp_any", "sex", "heart_disease", "diabetes", "cancer", "stroke", "depression"]
    status, said = check(",".join(names) + "\n" + ",".join(["perhaps"] * len(names)) + "\n")
    assert status == 3
    [advice] = [line for line in said.out.splitlines() if line.startswith("-> UNKNOWN_CATEGORY")]
    assert advice == (
        "-> UNKNOWN_CATEGORY lbp_any, sex, heart_disease, diabetes, cancer and 2 more: state the "
        "codes under levels in the mapping"
    )


@pytest.mark.parametrize("command", ["check", "score"])
def test_a_column_that_the_mapping_misspells_is_told_with_the_unused_ones(check, capsys, command):
    mapping = "variables: {person_id: id, age_years: Alter, sex: sex, lbp_any: lbp}"
    status, said = check("id,Age,sex,lbp\na,60,female,yes\n", mapping=mapping)
    assert status == 0
    if command == "score":
        write_small_bundle(Path("models"))
        score = ["score", "small", "in.csv", "--mapping", "m.yaml", "--out", "out.csv"]
        assert main(score) in (0, 6)
        said = capsys.readouterr()
    told = "the file has no column Alter, which the mapping names; it does not use Age"
    assert told in said.out + said.err


def test_a_selection_that_keeps_nobody_is_said(check):
    status, said = check("g,a\n1,60\n", mapping="where: {g: ['3']}\nvariables: {age_years: a}")
    assert status == 0
    assert "the mapping selects none" in said.out


def test_missing_values_are_counted_by_variable(check):
    _, said = check("age_years,bmi_kg_m2\n60,\n61,25\n62,26\n63,\n", "--json")
    [missing] = [f for f in json.loads(said.out)["findings"] if f["code"] == "MISSING"]
    assert (missing["column"], missing["count"]) == ("bmi_kg_m2", 2)


@pytest.mark.parametrize(
    "text",
    [
        f"person_id,age_years,sex\n{SECRET},{SECRET},{SECRET}\n",
        f"{SECRET},{SECRET},64\n",
        f"person_id,age_years\n{SECRET},60,{SECRET}\n",
        f'person_id,age_years\n"{SECRET},60\n',
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_cell_is_shown(check, text, options):
    status, said = check(text, *options)
    assert status == 3
    assert SECRET not in said.out + said.err
    assert "Traceback" not in said.err


def test_the_cells_that_could_not_be_read_are_shown_as_they_stand(check):
    text = "g,a,sex\n1,60,female\n2,sixty,female\n2,61,f?\n2,n.k.,male\n"
    mapping = "where: {g: ['2']}\nvariables: {age_years: a, sex: sex}"
    _, said = check(text, "--show-values", mapping=mapping)
    assert "NOT_A_NUMBER age_years: sixty, n.k.\n" in said.err
    assert "UNKNOWN_CATEGORY sex: f?\n" in said.err
    assert "nan" not in said.err
    assert "None" not in said.err
    _, plain = check(text, mapping=mapping)
    assert "sixty" not in plain.out + plain.err


@pytest.mark.parametrize(("code", "shifted"), [("2", True), ("unknown?", False)])
def test_only_a_number_beside_0_and_1_is_a_shifted_code(check, code, shifted):
    rows = "".join(f"{60 + i},{('yes', 'no', code)[i % 3]}\n" for i in range(12))
    _, said = check("age_years,lbp_any\n" + rows)
    assert ("SHIFTED_CODES" in said.out) == shifted
    assert "UNKNOWN_CATEGORY" in said.out


def test_a_column_that_cannot_be_read_at_all_is_said_once(check):
    _, said = check("age_years,sex\n60,m?\n61,f?\n62,\n")
    assert "UNKNOWN_CATEGORY" in said.out
    assert "ALL_MISSING" not in said.out
    _, empty = check("age_years,sex\n60,\n61,\n")
    assert "ALL_MISSING" in empty.out


def test_one_row_is_no_rows_and_a_finding_of_the_file_has_no_gap(check):
    _, said = check("age_years\n60\n")
    assert "in.csv: 1 row, one a person; 1 variable, 0 columns ignored" in said.out
    _, said = check("age_years\n")
    assert "-> NO_ROWS: check the export" in said.out


def test_names_in_capitals_are_recognised(check):
    status, said = check("AGE_YEARS,SEX\n60,female\n")
    assert status == 3
    assert "2 differ in letter case only (AGE_YEARS for age_years, SEX for sex)" in said.err
    assert "did you mean these?" in said.err
    assert "ignore_case: true" in said.err
    status, said = check("AGE,x\n60,1\n", mapping="variables: {age_years: age}")
    assert "did you mean AGE? or state ignore_case: true in the mapping" in said.err


CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


def test_check_prints_findings_without_cells(capsys):
    Path("in.csv").write_text("person_id,age_years\nJane Roe,999\nb,64\n")
    status, out, _ = run(capsys, "check", "in.csv")
    assert status == 3
    assert "OUT_OF_RANGE" in out
    assert "Jane Roe" not in out
    status, found = answer(capsys, "check", "in.csv")
    assert found["findings"][0]["rows"] == [2]
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


def test_guesses_of_a_draft_that_nobody_confirmed_are_a_warning(check):
    mapping = "variables:\n  age_years: Alter  # DECIDE: is this age?\n"
    status, said = check("Alter\n60\n61\n", "--json", mapping=mapping)
    [found] = json.loads(said.out)["findings"]
    assert (status, found["code"], found["severity"]) == (0, "UNDECIDED_LINES", "warning")
    assert found["message"] == "1 line of m.yaml is still marked DECIDE (line 2)"
    assert check("Alter\n60\n61\n", "--strict", mapping=mapping)[0] == 3


SHORT = 40


def many_findings(n_columns):
    """Errors, warnings and notes of many variables, and columns that nothing uses."""
    variables = load_dictionary()
    names = [name for name, one in variables.items() if one.kind == "category"][:n_columns]
    frame = simulate_cohort("stupar", n=60, seed=1).frame
    frame[names] = "perhaps"
    return frame.assign(**{f"unused_{i}": 1 for i in range(60)}).to_csv(index=False)


def test_many_findings_fit_a_screen_and_full_has_each_with_its_rows(check, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = many_findings(30)
    status, short = check(text)
    assert status == 3
    assert len(short.out.splitlines()) <= SHORT
    assert "unused_4 and 55 more)" in " ".join(short.out.split())
    assert "MISSING" in short.out
    assert short.out.endswith("--full prints every finding with its rows.\n")
    same, full = check(text, "--full")
    assert same == status
    assert len(full.out.splitlines()) > 2 * SHORT
    assert "unused_59" in full.out
    assert "--full" not in full.out
    # Codes and counts are the same in both.
    codes = set(re.findall(r"^[A-Z_]{5,}", full.out, re.MULTILINE))
    assert codes == set(re.findall(r"^[A-Z_]{5,}", short.out, re.MULTILINE))
    assert full.out.splitlines()[-1] in short.out


def test_warnings_and_notes_share_a_row_before_errors_do(check, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    _, said = check(many_findings(2))
    errors, rest = said.out.split("warnings\n")
    assert errors.count("UNKNOWN_CATEGORY") == 2
    assert "MISSING" in rest
    assert rest.count("MISSING") == 1


def test_a_check_that_fits_a_screen_is_printed_in_full(check):
    text = "age_years,bmi_kg_m2\n60,12\n999,25\n61,26\n"
    assert check(text) == check(text, "--full")

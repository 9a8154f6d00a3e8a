"""``hiprisk check``: what a person sees, what a script gets."""

import json

import pytest

from hiprisk.cli import main

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

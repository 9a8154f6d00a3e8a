"""``hiprisk score``: every row back in order, the same numbers everywhere, refusals."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import hiprisk
from commands import answer, run
from hiprisk.serving.files.rows import MOST_DIGITS
from small_bundle import write_small_bundle


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'mlflow.db'}")


@pytest.fixture
def small():
    return write_small_bundle(Path("models"))


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


def test_score_rounds_added_numbers_where_asked_and_says_the_same_with_two_processes(capsys, small):
    _, counts, whole = scored(capsys)
    Path("out.csv").unlink()
    _, again, rows = scored(capsys, ROWS, "--digits", 4, "--workers", 2)
    assert again == counts
    for row, other in zip(rows, whole, strict=True):
        for name, cell in row.items():
            is_added = name.startswith(("predicted", "lower", "upper", "chance"))
            assert cell == (f"{float(other[name]):.4g}" if is_added and cell else other[name])
    too_many = MOST_DIGITS + 1
    code, _, err = run(capsys, "score", "small", "in.csv", "--out", "o.csv", "--digits", too_many)
    assert code == 2
    assert f"--digits: must be at most {MOST_DIGITS}, got {too_many}" in err


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


def test_guesses_of_a_draft_in_the_mapping_are_said_once(capsys, small):
    Path("in.csv").write_text("Alter,sex,lbp_any,womac_function_0_100\n63,male,yes,50\n")
    Path("m.yaml").write_text(
        "variables:\n  age_years: Alter  # DECIDE: is this age?\n  sex: sex\n"
        "  lbp_any: lbp_any\n  womac_function_0_100: womac_function_0_100\n"
    )
    code, _, err = run(capsys, "score", "small", "in.csv", "--mapping", "m.yaml",
                       "--out", "out.csv")  # fmt: skip
    assert code == 0
    assert err.count("still marked DECIDE") == 1
    assert (
        "hiprisk: warning[UNDECIDED_LINES]: 1 line of m.yaml is still marked DECIDE (line 2) "
        "(answer them and delete the comment)"
    ) in err


def test_score_says_what_to_do_for_a_renamed_column_and_where_reasons_stand(capsys, small):
    Path("in.csv").write_text("womac_fn,age_years\n50,63\n40,61\n")
    Path("bad.csv").write_text("womac_function_0_100,age_years\n50,63\nmuch,61\n")
    _, _, err = run(capsys, "score", "small", "in.csv", "--out", "a.csv")
    _, out, _ = run(capsys, "score", "small", "bad.csv", "--out", "b.csv")
    assert "under another name, rename the column, or name it in a --mapping)" in err
    assert "The column reason of b.csv says why, row by row.\n" in out

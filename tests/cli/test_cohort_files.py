"""Several files of one cohort, other encodings and other formats on the command line."""

import csv
import gzip
import json
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import python_calamine

from commands import answer, run
from hiprisk.cli.options import Parser
from hiprisk.cli.study_options import add_study_options, study_of
from hiprisk.cohort.reading import read_cohort
from hiprisk.config.reading import load_config, resolved
from hiprisk.learning.study_cohort import load_study_cohort
from small_bundle import write_small_bundle
from study_text import TEXT
from workbooks import write_xlsx

HEADER = "person_id,age_years,sex,lbp_any,womac_function_0_100\n"
ONE, TWO = "müller,64,female,yes,40\n", "0013,70,male,no,55.5\n"
CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(tmp_path / "models")
    return tmp_path


def scored(capsys, *argv, out="out.csv"):
    code, said, err = run(capsys, "score", "small", *argv, "--out", out, "--force", "--json")
    return code, json.loads(said), err


def rows_of(path, encoding="utf-8"):
    with Path(path).open(newline="", encoding=encoding) as stream:
        return list(csv.DictReader(stream))


def test_years_of_a_register_are_scored_as_one(capsys, here):
    (here / "y1.csv").write_text(HEADER + ONE)
    (here / "y2.csv").write_text(
        "sex,person_id,age_years,womac_function_0_100,new\nmale,x,70,50,1\n"
    )
    for files in (["y1.csv", "--cohort", "y2.csv"], ["--cohort", "y1.csv", "--cohort", "y2.csv"]):
        code, told, err = scored(capsys, *files)
        assert (code, told["rows"], told["refused"]) == (0, 2, 0)
        assert "lbp_any: y2.csv has no column lbp_any, which other files have" in err
        first, second = rows_of("out.csv")
        assert (first["new"], second["new"], second["lbp_any"], second["person_id"]) == (
            "", "1", "", "x",
        )  # fmt: skip
        assert second["predicted"]


def test_findings_name_the_file(capsys, here):
    (here / "y1.csv").write_text(HEADER + ONE)
    (here / "y2.csv").write_text(HEADER + "a,64,female,yes,40\nb,999,male,no,5\nc,x,male,no,5\n")
    code, out, err = run(capsys, "check", "y1.csv", "--cohort", "y2.csv", "--show-values")
    assert code == 3
    assert "y1.csv, y2.csv: 4 rows" in out
    assert "y2.csv 3" in out
    assert "OUT_OF_RANGE age_years: 999" in err
    code, out, _ = run(capsys, "check", "y1.csv", "--cohort", "y2.csv", "--json")
    found = {one["code"]: one for one in json.loads(out)["findings"]}
    assert (found["NOT_A_NUMBER"]["rows"], found["NOT_A_NUMBER"]["files"]) == ([4], ["y2.csv"])


def test_a_needed_column_that_is_nowhere_is_refused(capsys, here):
    (here / "y1.csv").write_text("a\n1\n")
    (here / "y2.csv").write_text("b\n1\n")
    code, _, err = run(capsys, "check", "y1.csv", "--cohort", "y2.csv")
    assert (code, "MISSING_COLUMN" in err) == (3, True)


@pytest.mark.parametrize("command", ["check", "score"])
def test_no_cohort_is_a_usage_error(capsys, command):
    argv = [command] if command == "check" else [command, "small", "--out", "out.csv"]
    code, _, err = run(capsys, *argv)
    assert (code, "name a cohort file" in err) == (2, True)


def test_an_encoding_is_named_as_the_likely_mend_and_then_read(capsys, here):
    (here / "in.csv").write_bytes((HEADER + ONE + TWO).encode("cp1252"))
    code, _, err = run(capsys, "check", "in.csv")
    assert (code, "give --encoding cp1252" in err) == (3, True)
    code, told, _ = scored(capsys, "in.csv", "--encoding", "cp1252")
    assert (code, told["rows"]) == (0, 2)
    assert rows_of("out.csv", "cp1252")[0]["person_id"] == "müller"


@pytest.mark.parametrize("out", ["out.csv", "out.csv.gz", "out.parquet", "out.xlsx"])
def test_a_sheet_comes_back_in_the_format_of_the_suffix(capsys, here, out):
    names, values = HEADER.strip().split(","), [["a", 64, "female", "yes", 40.5]]
    write_xlsx(here / "in.xlsx", People=[names, *values], Notes=[["x"]])
    code, told, _ = scored(capsys, "in.xlsx", out=out)
    assert (code, told["scored"]) == (0, 1)
    if out == "out.csv":
        [row] = rows_of(out)
    elif out == "out.csv.gz":
        [row] = csv.DictReader(gzip.decompress(Path(out).read_bytes()).decode().splitlines())
    elif out == "out.parquet":
        [row] = pq.read_table(out).to_pylist()
    else:
        head, cells = python_calamine.load_workbook(out).get_sheet_by_index(0).to_python()
        row = dict(zip(head, cells, strict=True))
        assert row["womac_function_0_100"] == 40.5
    assert float(row["womac_function_0_100"]) == 40.5
    assert float(row["predicted"]) > 0


@pytest.mark.parametrize("out", ["out.parquet", "out.xlsx"])
def test_a_file_of_decimal_commas_is_readable_in_another_format(capsys, here, out):
    text = HEADER + "a,64,female,yes,40^5\nb,70,male,no,NA\n"
    (here / "in.csv").write_text(text.replace(",", ";").replace("^", ","))
    code, told, _ = scored(capsys, "in.csv", out=out)
    assert (code, told["scored"]) == (0, 2)
    cohort = read_cohort(out)
    assert cohort.frame["womac_function_0_100"].tolist()[0] == 40.5
    assert not cohort.unreadable
    if out == "out.xlsx":
        _, first, _ = python_calamine.load_workbook(out).get_sheet_by_index(0).to_python()
        assert first[4] == 40.5


def test_decimal_commas_behind_the_beginning_are_told_with_the_key_that_reads_them(capsys, here):
    head = HEADER.replace(",", ";")
    rows = "".join(f"p{row};64;female;yes;40\n" for row in range(4_000))
    (here / "in.csv").write_text(head + rows + "z;64;female;yes;60,5\n")
    code, told, _ = scored(capsys, "in.csv")
    assert (code, told["refused"]) == (6, 1)
    [warning] = [one for one in told["warnings"] if one["code"] == "NOT_A_NUMBER"]
    assert (warning["column"], warning["count"]) == ("womac_function_0_100", 1)
    assert 'format: {decimal: ","}' in warning["advice"]
    code, out, _ = run(capsys, "check", "in.csv", "--json")
    [found] = [one for one in json.loads(out)["findings"] if one["code"] == "NOT_A_NUMBER"]
    assert (code, 'format: {decimal: ","}' in found["advice"]) == (3, True)
    names = "".join(f"  {name}: {name}\n" for name in HEADER.strip().split(","))
    (here / "m.yaml").write_text(f'format: {{decimal: ","}}\nvariables:\n{names}')
    assert scored(capsys, "in.csv", "--mapping", "m.yaml")[1]["refused"] == 0


def test_an_unknown_suffix_is_refused_before_anything_is_read(capsys):
    code, _, err = run(capsys, "score", "small", "absent.csv", "--out", "out.sav")
    assert (code, "csv, csv.gz, parquet or xlsx" in err) == (2, True)


def test_a_file_of_a_zip_is_scored_and_the_output_is_plain_csv(capsys, here):
    with zipfile.ZipFile(here / "in.zip", "w") as archive:
        archive.writestr("a.csv", (HEADER + TWO).replace(",", ";").replace("55.5", "55,5"))
        archive.writestr("b.csv", "x\n1\n")
    code, told, _ = scored(capsys, "in.zip::a.csv")
    assert (code, told["delimiter"], told["decimal"]) == (0, ";", ",")


def test_the_workbook_that_is_read_is_never_written(capsys, here):
    write_xlsx(here / "in.xlsx", A=[["age_years", "sex"], [64, "male"]])
    code, _, err = run(capsys, "score", "small", "in.xlsx::A", "--out", "in.xlsx", "--force")
    assert (code, "SAME_FILE" in err) == (2, True)


def test_notes_with_line_ends_and_repeated_names_block_nothing(capsys):
    """A labelled export of REDCap: before, DUP_COLUMN; the raw one: QUOTE."""
    mapping = "variables: {person_id: Record ID, age_years: Age (years), height_cm: Height (cm)}"
    Path("m.yaml").write_text(mapping)
    code, out, _ = run(
        capsys, "check", CASES / "redcap_labels" / "export.csv", "--mapping", "m.yaml"
    )
    assert (code, "2 rows" in out) == (0, True)
    Path("m.yaml").write_text("variables: {person_id: record_id, age_years: age}")
    raw = CASES / "redcap_labels" / "export_raw.csv"
    code, out, _ = run(capsys, "check", raw, "--mapping", "m.yaml")
    assert (code, "3 rows, of 2 persons" in out) == (0, True)


def study(*argv):
    Path("study.yaml").write_text(TEXT)
    parser = Parser("x", description="x", example="x")
    add_study_options(parser)
    return study_of(parser.parse_args(["study.yaml", *argv]))


def test_a_study_reads_several_files(here):
    (here / "y1.csv").write_bytes((HEADER + ONE).encode("cp1252"))
    (here / "y2.csv").write_bytes((HEADER + TWO + TWO.replace("0013", "0014")).encode("cp1252"))
    config = study("--cohort", "y1.csv", "--cohort", "y2.csv", "--encoding", "cp1252")
    assert config.cohort.file == ("y1.csv", "y2.csv")
    assert resolved(config)["cohort"]["file"] == ["y1.csv", "y2.csv"]


def test_a_config_names_files_from_its_folder(here):
    (here / "sub").mkdir()
    text = TEXT.replace("simulate: {preset: stupar, n: 100, seed: 2}", "file: [y1.csv, y2.csv]")
    (here / "sub" / "study.yaml").write_text(text)
    config = load_config("sub/study.yaml")
    assert [Path(path) for path in config.cohort.file] == [Path("sub/y1.csv"), Path("sub/y2.csv")]
    for name in ("y1", "y2"):
        row = f"{name},64,female,yes,40,30\n"
        text = HEADER.replace("\n", ",womac_function_followup_0_100\n") + row
        (here / "sub" / f"{name}.csv").write_text(text)
    cohort = load_study_cohort(config)
    assert (cohort.n_rows, cohort.source_name) == (2, "y1.csv, y2.csv")
    assert cohort.file_of(1) == "y2.csv"


def test_a_template_and_a_simulated_cohort_are_written_by_their_suffix(capsys):
    for out in ("t.csv", "t.parquet", "t.xlsx", "t.csv.gz"):
        assert run(capsys, "template", "small", "--out", out)[0] == 0
        assert run(capsys, "simulate", "--n", "30", "--seed", "1", "--out", f"s{out}")[0] == 0
        code, told = answer(capsys, "check", f"s{out}")
        assert (code, told["rows"] >= 30) == (0, True)
    assert Path("t.csv").read_text().startswith("person_id,")
    assert pq.read_table("t.parquet").num_rows == 0
    for command in (["template", "small"], ["simulate", "--seed", "1"]):
        code, _, err = run(capsys, *command, "--out", "t.sav")
        assert (code, "csv, csv.gz, parquet or xlsx" in err) == (2, True)


def test_every_file_is_held_against_the_model(capsys, here):
    rows = "".join(f"{i},{50 + i % 31},female,yes,{i % 80}\n" for i in range(200))
    shares = "".join(f"{i},{50 + i % 31},female,yes,{i % 80 / 100}\n" for i in range(200))
    (here / "y1.csv").write_text(HEADER + rows)
    (here / "y2.csv").write_text(HEADER + shares)
    files = ["y1.csv", "--cohort", "y2.csv", "--out", "out.csv"]
    code, _, err = run(capsys, "score", "small", *files)
    assert code == 3
    assert "error[UNIT_SUSPECT]: y2.csv: womac_function_0_100" in err
    assert not Path("out.csv").exists()

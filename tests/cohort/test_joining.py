"""Files of one cohort joined by person, and OAI's format from its files to checked variables."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiprisk.cli import main
from hiprisk.cohort.files.opening import open_cohort_file
from hiprisk.cohort.joining import join_files
from hiprisk.cohort.mapping import load_mapping, mapping_from_text
from hiprisk.cohort.reading import read_cohort
from hiprisk.errors import ConfigError, InputError

OAI = Path(__file__).parent / "oai_format"
NAMES = ("AllClinical00.txt", "allclinical06.txt", "Enrollees.txt", "SubjectChar00.txt")
FILES = [OAI / name for name in NAMES]
MAPPING = Path(__file__).parents[2] / "configs" / "cohorts" / "oai_right_knee.yaml"
COLUMNS = [
    *("V00AGE", "P02SEX", "P01BMI", "P01BP30"),
    *("V00WOMKPR", "V00WOMADLR", "V06WOMKPR", "V06WOMADLR"),
]


@pytest.fixture
def oai(tmp_path):
    out = tmp_path / "oai.csv"
    join_files(FILES, out, by="ID", columns=COLUMNS)
    return out


def test_every_person_of_any_file_comes_once_with_the_text_that_was_there(oai):
    lines = oai.read_text().splitlines()
    assert lines[0] == ("ID|V00AGE|P02SEX|P01BMI|P01BP30|V00WOMKPR|V00WOMADLR|v06womkpr|v06womadlr")
    assert lines[1] == "9000001|63|2: Female|27.4|1: Yes|5|17|4|20"
    assert lines[3] == "9000003|71|2: Female|24.9|.: Missing Form/Incomplete Workbook|10|34||"
    assert lines[6] == "9000006||1: Male|26||||1|2"
    assert len(lines) == 7


def test_oai_becomes_variables_of_the_dictionary(oai):
    cohort = read_cohort(oai, load_mapping(MAPPING))
    frame = cohort.frame
    assert list(frame["person_id"]) == [f"900000{i}" for i in range(1, 7)]
    assert levels(cohort, "sex") == ["female", "male", "female", "male", None, "male"]
    assert levels(cohort) == ["yes", "no", None, "yes", "no", None]
    # 17 of 68 items' points are 25 of 100, 5 of 20 are 25 of 100.
    function = [25.0, 0.0, 50.0, 100.0, np.nan, np.nan]
    np.testing.assert_allclose(frame["womac_function_0_100"], function)
    np.testing.assert_allclose(frame["womac_pain_0_100"], [25.0, 0.0, 50.0, np.nan, 12.5, np.nan])
    np.testing.assert_allclose(
        frame["womac_function_followup_0_100"],
        [20 / 0.68, 5.0, np.nan, 60 / 0.68, np.nan, 2 / 0.68],
    )
    np.testing.assert_allclose(frame["bmi_kg_m2"], [27.4, 31.0, 24.9, np.nan, 29.1, 26.0])
    assert set(frame["joint"]) == {"knee"}
    assert set(frame["lbp_definition"]) == {"past_30_days"}
    assert cohort.n_errors == 0
    assert cohort.provenance == "real"


def test_the_other_release_reads_the_same(oai, tmp_path):
    # Lower-case names and bare numbers, as later waves have them.
    text = oai.read_text().replace("1: Yes", "1").replace("0: No", "0")
    head, _, rest = text.partition("\n")
    other = tmp_path / "other.csv"
    other.write_text(f"{head.lower()}\n{rest}")
    mapping = load_mapping(MAPPING)
    assert read_cohort(other, mapping).fingerprint == read_cohort(oai, mapping).fingerprint


def levels(cohort, name="lbp_any"):
    return [None if level != level else level for level in cohort.frame[name]]


def labelled(tmp_path, cells, source, name="lbp_any"):
    path = tmp_path / "cells.txt"
    path.write_text("\n".join(["a|b", *(f"{cell}|0" for cell in cells)]) + "\n")
    text = f"format: {{labelled_codes: true}}\nmissing: ['.']\nvariables: {{{name}: {source}}}"
    return read_cohort(path, mapping_from_text(text))


def test_a_level_is_known_by_its_code_its_label_or_both(tmp_path):
    cells = ["1: Yes", "0: No", "1", ".: Missing Form", ".", "Yes"]
    by_label = labelled(tmp_path, cells, "{column: a, levels: {Yes: yes, No: no}}")
    assert levels(by_label) == ["yes", "no", None, None, None, "yes"]
    by_code = labelled(tmp_path, cells, '{column: a, levels: {"1": yes, "0": no}}')
    assert levels(by_code) == ["yes", "no", "yes", None, None, None]
    by_dictionary = labelled(tmp_path, cells[:5], "a")
    assert levels(by_dictionary) == ["yes", "no", "yes", None, None]


@pytest.mark.parametrize("cell", ["2: Perhaps", "1: No", "0: Yes"])
def test_a_code_that_contradicts_its_label_or_is_not_declared_is_an_error(tmp_path, cell):
    source = '{column: a, levels: {"1": yes, "0": no, Yes: yes, No: no}}'
    cohort = labelled(tmp_path, ["1: Yes", cell], source)
    assert levels(cohort) == ["yes", None]
    errors = [f for f in cohort.findings if f.code == "UNKNOWN_CATEGORY"]
    assert [finding.rows for finding in errors] == [(3,)]


def test_a_label_is_not_taken_off_where_it_was_not_said(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("age_years\n63: years\n")
    (finding,) = [f for f in read_cohort(path).findings if f.severity == "error"]
    assert finding.code == "NOT_A_NUMBER"


def test_two_columns_that_differ_in_case_only_are_refused_where_case_is_ignored(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("Age,AGE,sex\n63,64,male\n")
    mapping = mapping_from_text("ignore_case: true\nvariables: {age_years: age}")
    with pytest.raises(InputError, match="2 columns differ from 'age' in case only"):
        read_cohort(path, mapping)


@pytest.mark.parametrize(
    ("first", "second", "options", "code", "match"),
    [
        ("ID,a\n1,2\n1,3\n", "ID,b\n1,2\n", {}, "DUP_ID", "first.csv: row 3: ID: the person came"),
        ("ID,a\n1,2\n,3\n", "ID,b\n1,2\n", {}, "NO_ID", "first.csv: row 3: ID: no person"),
        ("ID,a\n1,2\n", "ID,A\n1,2\n", {}, "DUP_COLUMN", "second.csv: the column 'A' is in first"),
        ("ID,a\n1,2\n", "person,b\n1,2\n", {}, "MISSING_COLUMN", "second.csv: 0 columns are named"),
        ("ID,a\n1,2\n", "ID,b\n1,2\n", {"columns": ["a", "z"]}, "MISSING_COLUMN", "column.s. z"),
        ("ID,a\n1,2,3\n", "ID,b\n1,2\n", {}, "RAGGED", "first.csv"),
    ],
)
def test_files_that_cannot_be_joined_are_refused(tmp_path, first, second, options, code, match):
    (tmp_path / "first.csv").write_text(first)
    (tmp_path / "second.csv").write_text(second)
    paths = [tmp_path / "first.csv", tmp_path / "second.csv"]
    with pytest.raises(InputError, match=match) as caught:
        join_files(paths, tmp_path / "out.csv", by="ID", **options)
    assert caught.value.code == code
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.csv", "second.csv"]


def test_nothing_is_overwritten_without_force(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(ConfigError, match="the output file exists"):
        join_files(FILES, out, by="ID", columns=COLUMNS)
    join_files(FILES, out, by="id", columns=COLUMNS, force=True)
    assert out.read_text().startswith("id|V00AGE")
    with pytest.raises(ConfigError, match="at least two files"):
        join_files(FILES[:1], out, by="ID", force=True)


def test_the_command_says_how_many_persons_each_file_brought(tmp_path, capsys):
    arguments = ["join", *map(str, FILES), "--by", "ID", "--columns", ",".join(COLUMNS)]
    assert main([*arguments, "--out", str(tmp_path / "a.csv"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["persons"] == 6
    assert [(f["name"], f["persons"], f["new_persons"]) for f in told["files"]] == [
        ("AllClinical00.txt", 5, 5), ("allclinical06.txt", 4, 1), ("Enrollees.txt", 6, 0),
        ("SubjectChar00.txt", 6, 0),
    ]  # fmt: skip
    assert main([*arguments, "--out", str(tmp_path / "b.csv")]) == 0
    assert "6 persons" in capsys.readouterr().out


CASES = Path(__file__).parents[1] / "cases"


def test_decimal_commas_come_out_as_they_went_in(tmp_path):
    out = tmp_path / "joined.csv"
    files = [CASES / "join_decimal_comma" / name for name in ("baseline.csv", "followup.csv")]
    join_files(files, out, by="person_id")
    assert out.read_text().splitlines()[1] == "S001;61,1;female;23,3;22,1"
    cohort = read_cohort(out)
    assert cohort.n_errors == 0
    assert cohort.frame["womac_function_followup_0_100"].iloc[0] == 22.1


def test_the_first_file_says_how_numbers_and_texts_are_written(tmp_path):
    (tmp_path / "a.csv").write_bytes("id;größe;b\n1;1,5;ü\n2;2,5;x\n".encode("cp1252"))
    (tmp_path / "b.csv").write_bytes("id,x,note\n1,7.25,1.5\n2,,v 1.5\n".encode("cp1252"))
    out = tmp_path / "out.csv"
    join_files([tmp_path / "a.csv", tmp_path / "b.csv"], out, by="id", encoding="cp1252")
    # A cell that holds more than a number stays as it is.
    assert out.read_bytes().decode("cp1252").splitlines() == [
        "id;größe;b;x;note", "1;1,5;ü;7,25;1,5", "2;2,5;x;;v 1.5",
    ]  # fmt: skip


def test_files_of_several_formats_are_joined(tmp_path):
    pq.write_table(pa.table({"id": [1, 2], "b": [True, None]}), tmp_path / "b.parquet")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,a\n2,x\n"))
    out = tmp_path / "out.parquet"
    join_files([tmp_path / "a.csv.gz", tmp_path / "b.parquet"], out, by="id")
    assert pq.read_table(out).to_pydict() == {"id": ["2", "1"], "a": ["x", ""], "b": ["", "true"]}


def test_events_of_one_file_are_joined_as_files_are(tmp_path, capsys):
    out = tmp_path / "out.csv"
    export = CASES / "redcap_labels" / "export_raw.csv"
    command = ["join", str(export), "--by", "record_id", "--event-column", "redcap_event_name"]
    columns = [
        "--columns",
        "age_baseline_arm_1,comments_baseline_arm_1,demographics_complete_month_12_arm_1",
    ]
    assert main([*command, *columns, "--out", str(out), "--json"]) == 0
    with out.open(newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["record_id", *columns[1].split(",")],
            ["1", "63", "first line\nsecond line", "0"],
            ["2", "71", "", ""],
        ]
    found = json.loads(capsys.readouterr().out)["files"]
    assert [(part["event"], part["persons"]) for part in found] == [
        ("baseline_arm_1", 2), ("month_12_arm_1", 1),
    ]  # fmt: skip


def test_a_repeating_instrument_is_left_out_by_where(tmp_path):
    (tmp_path / "in.csv").write_text("id,event,repeat,a,b\n1,x,,5,\n1,x,pills,,7\n1,y,,6,\n")
    options = {"by": "id", "event_column": "event"}
    with pytest.raises(InputError, match="row 3: id: the person came before in the event 'x'"):
        join_files([tmp_path / "in.csv"], tmp_path / "out.csv", **options)
    join_files([tmp_path / "in.csv"], tmp_path / "out.csv", where={"repeat": ""}, **options)
    assert (tmp_path / "out.csv").read_text() == (
        "id,repeat_x,a_x,b_x,repeat_y,a_y,b_y\n1,,5,,,6,\n"
    )


def test_an_event_to_which_nobody_came_yet_is_said_and_has_empty_columns(tmp_path, capsys):
    (tmp_path / "in.csv").write_text("id,event,a\n1,x,5\n")
    command = ["join", str(tmp_path / "in.csv"), "--by", "id", "--event-column", "event"]
    assert main([*command, "--events", "x,y", "--out", str(tmp_path / "out.csv"), "--json"]) == 0
    assert (tmp_path / "out.csv").read_text() == "id,a_x,a_y\n1,5,\n"
    said = capsys.readouterr()
    assert "warning[MISSING_EVENT]: in.csv: no row has the event 'y'" in said.err
    assert [file["persons"] for file in json.loads(said.out)["files"]] == [1, 0]


def test_a_column_to_select_by_must_be_somewhere(tmp_path):
    (tmp_path / "in.csv").write_text("id,a\n1,2\n")
    with pytest.raises(InputError, match=r"no file has the column\(s\) visit"):
        join_files([tmp_path / "in.csv"], tmp_path / "out.csv", by="id", event_column="visit")


@pytest.mark.parametrize(
    ("first", "second", "where"),
    [
        ("id,a\n1,5\n2,6\n3,7\n", "id,b\n1.0,8\n2.0,9\n4.0,1\n", "here and whole before"),
        ("id,a\n1.0,5\n2.0,6\n", "id,b\n1,8\n2,9\n4,1\n", "before and whole here"),
        ("id;a\n1;5,5\n2;6\n", "id;b\n1,0;8,5\n2,0;9\n", "here and whole before"),
    ],
)
def test_persons_that_are_1_in_a_file_and_1_0_in_another_are_refused(
    tmp_path, first, second, where
):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    paths[0].write_text(first)
    paths[1].write_text(second)
    out = tmp_path / "out.csv"
    with pytest.raises(InputError, match=f"two.csv.*2 persons would come twice.*{where}") as caught:
        join_files(paths, out, by="id")
    assert (caught.value.code, caught.value.exit_code) == ("ID_SPELLING", 3)
    assert not out.exists()


def test_an_identifier_stays_the_text_that_it_is(tmp_path):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    paths[0].write_text("id,a\n0012,5\n1.0,6\n")
    paths[1].write_text("id,b\n12,8\n1.0,9\n")
    assert join_files(paths, tmp_path / "out.csv", by="id").persons == 3


@pytest.mark.parametrize("suffix", ["parquet", "xlsx"])
def test_decimal_commas_are_points_where_no_dialect_says_what_they_are(tmp_path, suffix):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    paths[0].write_text("id;a;w\n1;60,5;1,5\n2;6;1,5\n3;7;2\n")
    paths[1].write_text("id;b\n1;-8,25\n2;v1,5\n")
    out = tmp_path / f"out.{suffix}"
    join_files(paths, out, by="id", where={"w": "1,5"})
    [block] = open_cohort_file(out).blocks()
    assert block.table.to_pydict() == {
        "id": ["1", "2"], "a": ["60.5", "6"], "w": ["1.5", "1.5"], "b": ["-8.25", "v1,5"],
    }  # fmt: skip


def test_what_a_spreadsheet_would_run_is_guarded_and_counted(tmp_path):
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    paths[0].write_text("id,note\n1,=1+1\n2,-\n3,-5\n")
    paths[1].write_text("id,=b\n1,@x\n2,plain\n")
    result = join_files(paths, tmp_path / "out.csv", by="id")
    written = "id,note,'=b\n1,'=1+1,'@x\n2,-,plain\n3,-5,\n"
    assert (tmp_path / "out.csv").read_text() == written
    assert (result.guarded, result.to_dict()["guarded"]) == (3, 3)
    result = join_files(paths, tmp_path / "raw.csv", by="id", raw_text=True)
    assert (tmp_path / "raw.csv").read_text() == written.replace("'", "")
    assert result.guarded == 0

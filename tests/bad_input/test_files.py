"""Files that are refused as a whole, by the reader itself and by the commands."""

import csv
import re

import numpy as np
import pytest

from bad_input.commands import names_in, run
from bad_input.matrix import ACCEPTED, FILES, GOOD, HEADER, SECRET
from hiprisk.cohort.mapping import mapping_from_text
from hiprisk.cohort.reading import iter_blocks, read_cohort
from hiprisk.errors import HipRiskError, InputError

READ = [case for case in FILES if "check" in case.readers]


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_the_reader_refuses(given, case):
    with pytest.raises(HipRiskError, match=case.message) as caught:
        list(iter_blocks(given(case)))
    assert (caught.value.code, caught.value.exit_code) == (case.code, case.exit_code)
    assert SECRET not in str(caught.value.to_dict())


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_score_refuses_in_one_line_and_leaves_nothing(capsys, here, small, given, case):
    file = given(case)
    before = names_in(here)
    code, out, err = run(capsys, "score", "small", file, "--out", "out.csv", "--summary", "s.json")
    assert code == case.exit_code
    assert err.startswith(f"hiprisk: error[{case.code}]: ")
    assert err.count("\n") == 1
    assert re.search(case.message, err)
    assert SECRET not in out + err
    assert names_in(here) == before


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_check_refuses_the_same(capsys, given, case):
    code, out, err = run(capsys, "check", given(case))
    assert (code, out) == (case.exit_code, "")
    assert f"hiprisk: error[{case.code}]: " in err
    assert SECRET not in err


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_a_file_is_read_as_it_is_meant(here, case):
    (here / "in.csv").write_bytes(case.content)
    [block] = iter_blocks("in.csv")
    for name, values in case.expected.items():
        found = block.columns[name].tolist()
        assert all(a == b or (a != a and b != b) for a, b in zip(found, values, strict=True))
    assert not block.problems


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case.name)
def test_score_gives_an_accepted_file_back_whole(capsys, here, small, case):
    (here / "in.csv").write_bytes(case.content)
    if case.row == 49:
        pytest.skip("the small model has no grade")
    code, _, _ = run(capsys, "score", "small", "in.csv", "--out", "out.csv")
    n_rows = len(next(iter(case.expected.values())))
    assert code in (0, 6)
    with (here / "out.csv").open(newline="") as stream:
        assert len(list(csv.reader(stream))) == n_rows + 1


def test_5_a_stated_encoding_is_read(here):
    text = (HEADER + "müller,64,female,yes,40\n").encode("cp1252")
    (here / "in.csv").write_bytes(text)
    mapping = mapping_from_text(
        "format: {encoding: cp1252}\nvariables: {person_id: person_id, age_years: age_years}"
    )
    [block] = iter_blocks("in.csv", mapping)
    assert block.columns["person_id"].tolist() == ["müller"]


@pytest.mark.parametrize("declared", ["mapping", "--encoding"])
def test_5_a_stated_encoding_that_the_bytes_are_not_is_refused(capsys, here, declared):
    (here / "in.csv").write_bytes((HEADER + "müller,64,female,yes,40\n").encode())
    (here / "m.yaml").write_text(
        "format: {encoding: cp1252}\nvariables: {person_id: person_id, age_years: age_years}\n"
    )
    stated = ["--mapping", "m.yaml"] if declared == "mapping" else ["--encoding", "cp1252"]
    code, _, err = run(capsys, "check", "in.csv", *stated)
    assert code == 3
    assert "error[ENCODING]: in.csv: row 2: the bytes are UTF-8 text, and cp1252 is declared" in err
    assert run(capsys, "check", "in.csv", "--mapping", "m.yaml", "--encoding", "utf-8")[0] == 0


def test_6_utf_16_is_read_and_written_as_it_came(capsys, here, small):
    (here / "in.csv").write_bytes(GOOD.encode("utf-16"))
    assert run(capsys, "score", "small", "in.csv", "--out", "out.csv")[0] == 0
    lines = (here / "out.csv").read_bytes().decode("utf-16").splitlines()
    assert lines[0].startswith(HEADER.rstrip())
    assert len(lines) == 3


def test_27_all_lacking_columns_are_named_at_once(here):
    (here / "in.csv").write_text(GOOD)
    mapping = mapping_from_text("variables: {age_years: a, sex: b}")
    with pytest.raises(InputError, match=r"the file lacks 2 column\(s\): a, b") as caught:
        list(iter_blocks("in.csv", mapping))
    assert caught.value.code == "MISSING_COLUMN"
    some = mapping_from_text("variables: {age_years: a, sex: b, lbp_any: lbp_any}")
    assert next(iter_blocks("in.csv", some)).absent == {"age_years": ("a",), "sex": ("b",)}
    where = mapping_from_text("where: {g: ['1']}\nvariables: {lbp_any: lbp_any}")
    with pytest.raises(InputError, match=r"the file lacks 1 column\(s\): g"):
        list(iter_blocks("in.csv", where))


def test_36_formulas_come_out_as_text_in_cells_and_headers(capsys, here, small):
    header = HEADER.replace("person_id", "=cmd()").rstrip() + ",@x,'=cmd()\n"
    cells = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\tx", "\uff1d1", "-5", "+3.5"]
    rows = "".join(f"{cell},64,female,yes,40,{cell},\n" for cell in cells)
    (here / "in.csv").write_text(header + rows)
    for out in ("out.csv", "out.parquet"):
        assert run(capsys, "score", "small", "in.csv", "--out", out)[0] == 0
    lines = (here / "out.csv").read_text().splitlines()
    assert lines[0].startswith("''=cmd(),age_years,sex,lbp_any,womac_function_0_100,'@x,'=cmd(),")
    first = [line.split(",")[0] for line in lines[1:]]
    assert first == ["'=1+1", "'+1+1", "'-1+1", "'@SUM(1)", "'\tx", "'\uff1d1", "-5", "+3.5"]
    import pyarrow.parquet as pq

    table = pq.read_table("out.parquet")
    assert table.column_names == lines[0].split(",")
    assert table["'@x"].to_pylist() == first


def test_a_stated_text_for_missing_can_break_no_line(capsys, here, small):
    (here / "m.yaml").write_text(
        "missing: ['a,b', '=1+1']\nvariables: {womac_function_0_100: womac_function_0_100, "
        "age_years: age_years}\n"
    )
    (here / "in.csv").write_text('age_years,womac_function_0_100\n"a,b",40\n=1+1,41\n')
    run(capsys, "score", "small", "in.csv", "--out", "out.csv", "--mapping", "m.yaml")
    lines = (here / "out.csv").read_text().splitlines()
    assert lines[1].startswith('"a,b",40,')
    assert lines[2].startswith("'=1+1,41,")


def test_check_warns_of_identifiers(here):
    (here / "in.csv").write_text(HEADER + "1,64,female,yes,40\n1,65,male,no,50\n,66,male,no,45\n")
    found = {finding.code: finding.rows for finding in read_cohort("in.csv").findings}
    assert found["REPEATED_PERSON"] == (2, 3)
    assert found["NO_ID"] == (4,)
    assert np.isin(["REPEATED_PERSON", "NO_ID"], list(found)).all()

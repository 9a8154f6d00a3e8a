"""``hiprisk join``: the persons of every file, whatever the case of a column."""

import csv
from pathlib import Path

import pytest

from commands import answer, run


@pytest.fixture(autouse=True)
def two_visits(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("first.csv").write_text("ID,AGE,NOTE\n1,60,x\n2,61,y\n")
    Path("second.csv").write_text("id,PAIN\n2,4\n3,5\n")


def joined(capsys, *options):
    code, found = answer(
        capsys, "join", "first.csv", "second.csv", "--by", "ID", "--out", "all.csv", *options
    )
    with Path("all.csv").open(newline="") as stream:
        return code, found, list(csv.DictReader(stream))


def test_every_person_of_any_file_is_kept(capsys):
    code, found, rows = joined(capsys)
    assert code == 0
    assert found["persons"] == 3
    assert [(f["name"], f["persons"], f["new_persons"]) for f in found["files"]] == [
        ("first.csv", 2, 2), ("second.csv", 2, 1),
    ]  # fmt: skip
    assert [(row["AGE"], row["PAIN"]) for row in rows] == [("60", ""), ("61", "4"), ("", "5")]


def test_columns_are_chosen_by_commas_with_or_without_spaces(capsys):
    _, _, rows = joined(capsys, "--columns", "pain, AGE,")
    assert {name.upper() for name in rows[0]} == {"ID", "AGE", "PAIN"}


def test_a_person_reads_a_table_and_where_it_went(capsys):
    code, out, _ = run(capsys, "join", "first.csv", "second.csv", "--by", "ID", "--out", "all.csv")
    assert code == 0
    assert out.splitlines()[0].split() == ["file", "persons", "new", "columns"]
    assert out.splitlines()[3].split() == ["second.csv", "2", "1", "1"]
    assert out.rstrip().endswith("3 persons: all.csv")


def test_what_is_there_is_left_unless_told(capsys):
    joined(capsys)
    before = Path("all.csv").read_bytes()
    Path("second.csv").write_text("id,PAIN\n9,9\n")
    code, _, err = run(capsys, "join", "first.csv", "second.csv", "--by", "ID", "--out", "all.csv")
    assert code == 2
    assert "the output file exists" in err
    assert Path("all.csv").read_bytes() == before
    assert joined(capsys, "--force")[1]["persons"] == 3


def test_a_column_of_the_person_that_no_file_has_is_refused(capsys):
    code, _, err = run(
        capsys, "join", "first.csv", "second.csv", "--by", "patient", "--out", "all.csv"
    )
    assert code == 3
    assert "patient" in err
    assert not Path("all.csv").exists()

"""A scored CSV file is written as the file that came, so that it is read back like that one."""

import csv
import json
from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.serving.model import load
from small_bundle import write_small_bundle

ROWS = [("a;b", "63.5", "50.25"), ("c", "71.0", ""), ('say "so"', "58.25", "12.5")]


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_bundle(Path("models"))


def write(name, delimiter, decimal):
    with Path(name).open("w", newline="") as stream:
        to = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        to.writerow(["remark", "age_years", "womac_function_0_100"])
        to.writerows([(note, *(n.replace(".", decimal) for n in rest)) for note, *rest in ROWS])


def scored(capsys, source, out, *more):
    assert main(["score", "small", source, "--out", out, *more]) == 0
    return capsys.readouterr().out


def rows_of(name, delimiter):
    with Path(name).open(newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter))


@pytest.mark.parametrize(
    ("delimiter", "decimal", "words"),
    [
        (";", ",", "semicolons between columns and decimal commas"),
        ("\t", ",", "tabs between columns and decimal commas"),
        ("\t", ".", "tabs between columns"),
        ("|", ",", "bars between columns and decimal commas"),
    ],
)
def test_new_columns_have_the_delimiter_and_the_decimal_sign_of_the_old(
    capsys, delimiter, decimal, words
):
    write("usual.csv", ",", ".")
    write("other.csv", delimiter, decimal)
    assert "written as the file came" not in scored(capsys, "usual.csv", "usual_out.csv")
    assert f"written as the file came: {words}\n" in scored(capsys, "other.csv", "other_out.csv")
    usual, other = rows_of("usual_out.csv", ","), rows_of("other_out.csv", delimiter)
    assert list(usual[0]) == list(other[0])
    for one, same in zip(usual, other, strict=True):
        for name, cell in one.items():
            number = name not in ("remark", "imputed", "flags", "reason")
            assert same[name] == (cell.replace(".", decimal) if number else cell)
    assert float(usual[0]["predicted"]) == load("small").predict(
        age_years=63.5, womac_function_0_100=50.25
    ).values["predicted"]  # fmt: skip


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_scored_file_is_read_back_as_the_file_that_came(capsys, delimiter):
    write("other.csv", delimiter, ",")
    told = json.loads(scored(capsys, "other.csv", "out.csv", "--json"))
    assert (told["delimiter"], told["decimal"]) == (delimiter, ",")
    found = []
    for name in ("other.csv", "out.csv"):
        assert main(["check", name, "--json"]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0]["variables"] == found[1]["variables"]
    assert found[0]["findings"] == found[1]["findings"]


def test_an_ordinary_file_is_written_as_ever(capsys):
    write("usual.csv", ",", ".")
    told = json.loads(scored(capsys, "usual.csv", "out.csv", "--json"))
    assert "delimiter" not in told
    first = Path("out.csv").read_text().splitlines()[1]
    assert first.startswith("a;b,63.5,50.25,")

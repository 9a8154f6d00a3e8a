"""Cells that make a row unusable, on every way in: the same code, and the cell never shown."""

import csv
import io
import json

import pandas as pd
import pytest

import hiprisk
from bad_input.commands import run
from bad_input.matrix import CELLS, HEADER, SECRET
from hiprisk.cohort.reading import read_cohort
from hiprisk.errors import InputError
from hiprisk.tracking.pyfunc import _load_pyfunc

NAMES = HEADER.strip().split(",")
GOOD_ROW = {
    "person_id": "0012", "age_years": "64", "sex": "female", "lbp_any": "yes",
    "womac_function_0_100": "40",
}  # fmt: skip
BY_PERSON = [case for case in CELLS if not case.only_files]
named = pytest.mark.parametrize("case", CELLS, ids=lambda case: case.name)
for_persons = pytest.mark.parametrize("case", BY_PERSON, ids=lambda case: case.name)


def rows_with(case):
    rows = [{**GOOD_ROW, "person_id": str(number)} for number in (1, 2, 3)]
    rows[1].update(dict.fromkeys((case.column, *case.also), case.cell))
    return rows


def file_with(case, path):
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, NAMES, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows_with(case))
    path.write_text(stream.getvalue(), encoding="utf-8")


def reason_of(case):
    return case.code if case.code == "TOO_MANY_MISSING" else f"{case.code}({case.column})"


def given_to(case):
    row = {name: value for name, value in GOOD_ROW.items() if name != "person_id"}
    return {**row, **dict.fromkeys((case.column, *case.also), case.cell)}


@named
def test_score_gives_the_row_back_with_its_reason(capsys, here, small, case):
    file_with(case, here / "in.csv")
    status, out, err = run(capsys, "score", "small", "in.csv", "--out", "out.csv", "--json")
    with (here / "out.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["person_id"] for row in rows][::2] == ["1", "3"]
    assert [row["reason"] for row in rows][::2] == ["", ""]
    found = rows[1]["flags"] if case.flag else rows[1]["reason"]
    assert reason_of(case) in found.split(";")
    assert (rows[1]["predicted"] != "") == case.flag
    assert status == (0 if case.flag else 6)
    said = json.loads(out)
    assert said["refused"] == (0 if case.flag else 1)
    if not case.flag:
        assert said["refused_by_code"][case.code] == 1
    assert SECRET not in out + err


@named
def test_check_finds_the_row(capsys, here, case):
    file_with(case, here / "in.csv")
    cohort = read_cohort("in.csv")
    if case.flag or case.code == "TOO_MANY_MISSING":
        # Only a model says what is too far from its people, or too little.
        assert not cohort.n_errors
        return
    found = {finding.code: finding for finding in cohort.findings if finding.column == case.column}
    assert found[case.code].count == 1
    status, out, err = run(capsys, "check", "in.csv")
    assert status == 3
    assert case.code in out
    assert SECRET not in out + err


@for_persons
def test_python_refuses_with_the_rule(small, case):
    model = hiprisk.load("small")
    if case.flag:
        assert reason_of(case) in model.predict(given_to(case)).values["flags"]
        return
    with pytest.raises(InputError, match=case.person) as caught:
        model.predict(given_to(case))
    assert caught.value.code == case.code


@for_persons
def test_predict_refuses_a_file_with_the_rule(capsys, here, small, case):
    (here / "p.json").write_text(json.dumps(given_to(case)))
    status, out, err = run(capsys, "predict", "small", "--from", "p.json")
    assert status == (0 if case.flag else 3)
    if not case.flag:
        assert out == ""
        assert f"hiprisk: error[{case.code}]: " in err
        assert case.person in err


@for_persons
def test_a_frame_and_mlflow_give_the_reason(small, case):
    frame = pd.DataFrame(rows_with(case))
    answered = hiprisk.load("small").score(frame)
    served = _load_pyfunc(str(small)).predict(frame)
    for found in (answered, served):
        column = found["flags" if case.flag else "reason"]
        assert reason_of(case) in column.iloc[1].split(";")
        assert found["reason"].iloc[[0, 2]].tolist() == ["", ""]


@for_persons
def test_the_service_gives_the_reason_and_repeats_nothing(here, case):
    pytest.importorskip("fastapi", reason="the extra serve is absent")
    client_of = pytest.importorskip("service_client", reason="no service").client_of
    from service_client import small_model

    client = client_of(small_model(here))
    rows = [{n: v for n, v in row.items() if n != "person_id"} for row in rows_with(case)]
    answered = client.post("/score", {"rows": rows})
    assert answered.status_code == 200
    reasons = [row["flags" if case.flag else "reason"] for row in answered.json()["rows"]]
    assert reason_of(case) in reasons[1]
    one = client.post("/predict", rows[1])
    assert one.status_code == (200 if case.flag else 422)
    assert SECRET not in one.text + answered.text

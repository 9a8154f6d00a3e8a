"""A published model of which only the coefficients are known: nothing is said beyond them."""

import json
from pathlib import Path

import pytest

from hiprisk.cli import main
from hiprisk.serving.conformance.pack import make_pack
from hiprisk.serving.http.metadata import describe
from hiprisk.serving.model import load

BARE = """name: my-paper
title: Hip function a year later
intended_use: Tests only.
source: {citation: Nobody 1999}
outcome:
  variable: womac_function_followup_0_100
  label: WOMAC function
  kind: continuous
  unit: points 0-100
  bounds: [0, 100]
  higher_is: worse
  horizon_months: 12
  population: nobody
link: identity
intercept: 10
terms:
  - {variable: age_years, coefficient: 0.2}
  - {variable: lbp_any, level: "yes", coefficient: 5}
  - {variable: womac_function_0_100, coefficient: 0.6}
"""
PATIENT = ("--age-years", "60", "--lbp-any", "yes", "--womac-function-0-100", "50")


@pytest.fixture(autouse=True)
def paper(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("paper.yaml").write_text(BARE, encoding="utf-8")
    assert main(["sheet", "new", "paper.yaml"]) == 0
    capsys.readouterr()


def run(capsys, *argv):
    code = main(list(argv))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("more", [(), ("--why",)])
def test_a_patient_is_predicted_and_drawn_without_anybody_to_compare_with(capsys, more):
    code, out, err = run(capsys, "predict", "my-paper", *PATIENT, *more)
    assert (code, err) == (0, "")
    # 10 + 0.2 x 60 + 5 + 0.6 x 50
    assert "predicted                  57.0" in out
    assert "this patient" in out
    assert "95 % prediction interval  not available" in out


def test_nothing_is_said_of_people_that_nobody_knows(capsys):
    _, out, _ = run(capsys, "predict", "my-paper", *PATIENT)
    _, why, _ = run(capsys, "predict", "my-paper", *PATIENT, "--why")
    for text in (out, why):
        assert "reference patient  " not in text
        assert "Contributions: not available." in text
        assert "no comparison is possible" in " ".join(text.split())
        assert "nlike" not in text
    assert "The reference patient: not available." in why
    _, plain, _ = run(capsys, "predict", "my-paper", *PATIENT, "--json")
    found = json.loads(plain)["explanation"]
    for part in ("typical", "reference", "contributions", "next_measurements", "distance",
                 "effective_sample_size", "refits"):  # fmt: skip
        assert found[part] is None, part
    assert found["not_known"]["variables"] == []
    assert found["measurement_ranges"][0]["variables"][0]["variable"] == "womac_function_0_100"


def test_no_weight_is_claimed(capsys):
    _, shown, _ = run(capsys, "sheet", "show", "my-paper")
    assert "33 %" not in shown
    assert shown.count("not available") == 3
    _, plain, _ = run(capsys, "sheet", "show", "my-paper", "--json")
    assert [one["weight"] for one in json.loads(plain)["sheet"]["variables"]] == [None] * 3
    _, rows, _ = run(capsys, "template", "my-paper")
    assert rows.count("not available") == 3
    _, plain, _ = run(capsys, "template", "my-paper", "--json")
    assert {one["weight"] for one in json.loads(plain)["variables"]} == {None}


def test_what_lacks_is_named(capsys):
    code, _, err = run(capsys, "predict", "my-paper", "--age-years", "60")
    assert code == 3
    assert "this model fills nothing in; give lbp_any, womac_function_0_100 as well" in err
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["predict", "my-paper", "--help"])
    assert "(all are needed)" in capsys.readouterr().out


def test_the_test_pack_is_built_around_a_patient_inside_every_range():
    pack = make_pack(load("models/my-paper"), n_random=20)
    first = pack.vectors[0]
    assert "no reference population" in first.why
    assert pack.answers[0]["reason"] == []
    assert pack.answers[0]["explanation"]["distance"] is None


def test_the_service_claims_no_weight():
    told = describe(load("models/my-paper"))
    assert {variable["weight"] for variable in told["variables"]} == {None}

"""A published model of which only the coefficients are known: nothing is said beyond them."""

from pathlib import Path

import pytest

from hiprisk.cli import main

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
    assert "predicted          57.0" in out
    assert "this patient" in out
    assert "95 % interval   not available" in out
